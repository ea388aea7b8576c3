"""A file of answers → a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.formats import open_answers, open_output
from intimacy_scales.files.reading import Account, ProblemFile, batches_of, checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.mapping import OnInvalid
from intimacy_scales.reading.problems import LikelyMissingCode
from intimacy_scales.scoring import score_stream
from intimacy_scales.scoring.kept import check_keep
from intimacy_scales.scoring.summary import ScoreSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What came of scoring a file.

    Attributes
    ----------
    summary
        Descriptive statistics of all scores.
    n_persons, n_problems
        Rows read, and cells that are no answers.
    first_problems
        The first 20 of them.
    likely_missing_code
        The value that is probably a missing code, if there is one.
    written
        Whether the output file was written.
    """

    summary: ScoreSummary
    n_persons: int
    n_problems: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    written: bool


def score_file(
    form: Instrument,
    source: Path,
    *,
    output: Path | None = None,
    problems: Path | None = None,
    columns: ColumnMap = None,
    keep: Sequence[str] = (),
    person: str | None = None,
    missing_codes: Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    allow_missing_items: bool = False,
    answered: bool = False,
    pomp: bool = False,
    encoding: str | None = None,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
) -> FileReport:
    """Score a file of answers batch by batch.

    Parameters
    ----------
    form
        The instrument.
    source, output
        Files with known endings. Without ``output`` only the summary is made.
    problems
        A CSV file that gets every bad cell, whatever becomes of the scores.
    columns, person, missing_codes, allow_missing_items
        As in `intimacy_scales.score`.
    keep
        Columns of the source to write before the scores.
    on_invalid
        ``"raise"``: with any bad cell in the file, no scores are written. ``"missing"``: bad cells
        count as missing. Either way the report counts all of them and has the first.
    answered, pomp
        Write these columns too.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.

    Returns
    -------
    FileReport

    Raises
    ------
    ResponseError
        The file cannot be read, or columns are missing.
    """
    for path in (output, problems):
        if path is not None and path.resolve() == source.resolve():
            raise ResponseError(f"{path}: would overwrite the answers; choose another name")
    check_keep(keep, form.scale_ids)
    others = [*keep, *([person] if person else [])]
    named = {"--keep": keep, "--person": [person]}
    account, summary = Account(), None
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(open_answers(source, encoding=encoding))
        items = checked_columns(form, file, columns, named, allow_missing=allow_missing_items)
        stream = score_stream(
            form,
            batches_of(file, items, others),
            columns=columns,
            missing_codes=missing_codes,
            on_invalid="missing",
            person=person,
            allow_missing_items=True,  # checked above, for the whole file
        )
        writer = None if output is None else stack.enter_context(open_output(output))
        told = stack.enter_context(ProblemFile(problems))
        for scores in stream:
            account.add(len(scores), scores.problems)
            part = scores.summary()
            summary = part if summary is None else summary + part
            told.write(scores.problems)
            if writer is not None and not (account.n_problems and on_invalid == "raise"):
                writer.write(scores.table, keep, scores.columns(answered=answered, pomp=pomp))
            progress(file.position, file.size)
        written = writer is not None and not (account.n_problems and on_invalid == "raise")
        if writer is not None and written:
            writer.commit()
    assert summary is not None
    return FileReport(
        summary=summary,
        n_persons=account.n_persons,
        n_problems=account.n_problems,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        written=written,
    )
