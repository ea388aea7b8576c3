"""A file of answers → a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from intimacy_scales.answers import MissingCode
from intimacy_scales.codes import OnInvalid
from intimacy_scales.columns import ColumnMap, column_names, missing_columns
from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.frames import ListTable, Table, check_unique
from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.base import AnswerFile
from intimacy_scales.interop.formats import open_answers, open_output
from intimacy_scales.problems import missing_code_hint
from intimacy_scales.scoring import score_stream
from intimacy_scales.scoring.summary import ScoreSummary

_KEPT_PROBLEMS = 20
_KEPT_VALUES = 1000


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
        The first of them.
    hint
        The value that is probably a missing code, in words, if there is one.
    written
        Whether the output file was written.
    """

    summary: ScoreSummary
    n_persons: int
    n_problems: int
    first_problems: tuple[ResponseProblem, ...]
    hint: str | None
    written: bool


def _checked_columns(
    form: Instrument, file: AnswerFile, columns: ColumnMap, others: Sequence[str], *, allow_missing: bool
) -> list[Hashable]:
    """Return the columns to read; raise where one is not there or stands twice."""
    names = column_names(form, columns)
    there = set(file.names)
    items = [name for name in names if name in there]
    if not items or (len(items) < len(names) and not allow_missing):
        raise missing_columns(form, names, file.names)
    empty = ListTable({name: [] for name in file.names}, 0)
    for name in others:
        empty.values(name, "--keep or --person")
    wanted: list[Hashable] = list(dict.fromkeys([*items, *others]))
    check_unique(file.names, wanted)
    return wanted


def score_file(
    form: Instrument,
    source: Path,
    *,
    output: Path | None = None,
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
    columns, person, missing_codes, allow_missing_items
        As in `intimacy_scales.score`.
    keep
        Columns of the source to write before the scores.
    on_invalid
        ``"raise"``: with any bad cell in the file, nothing is written. ``"missing"``: bad cells
        count as missing. Either way the report tells of all of them.
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
    if output is not None and output.resolve() == source.resolve():
        raise ResponseError(f"{output}: the scores would overwrite the answers; choose another name")
    file = open_answers(source, encoding=encoding)
    others = [*keep, *([person] if person else [])]
    wanted = _checked_columns(form, file, columns, others, allow_missing=allow_missing_items)
    counts: Counter[Any] = Counter()
    first: list[ResponseProblem] = []
    n_problems = n_persons = 0

    def batches() -> Iterator[Table]:
        any_yet = False
        for batch in file.batches(wanted):
            any_yet = True
            yield batch
        if not any_yet:
            yield ListTable({name: [] for name in wanted}, 0)

    with contextlib.ExitStack() as stack:
        writer = None if output is None else stack.enter_context(open_output(output))
        summary: ScoreSummary | None = None
        for scores in score_stream(
            form,
            batches(),
            columns=columns,
            missing_codes=missing_codes,
            on_invalid="missing",
            person=person,
            allow_missing_items=True,  # checked above, for the whole file
        ):
            part = scores.summary()
            summary = part if summary is None else summary + part
            n_persons += len(scores)
            n_problems += len(scores.problems)
            first += islice(scores.problems, max(0, _KEPT_PROBLEMS - len(first)))
            if len(counts) < _KEPT_VALUES:
                counts += scores.problems.value_counts()
            if writer is not None and not (n_problems and on_invalid == "raise"):
                writer.write(scores.table, keep, scores.columns(answered=answered, pomp=pomp))
            progress(file.position, file.size)
        write = writer is not None and not (n_problems and on_invalid == "raise")
        if writer is not None and write:
            writer.commit()
    assert summary is not None
    return FileReport(
        summary=summary,
        n_persons=n_persons,
        n_problems=n_problems,
        first_problems=tuple(first),
        hint=missing_code_hint(counts),
        written=write,
    )
