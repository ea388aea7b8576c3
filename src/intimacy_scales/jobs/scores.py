"""A file of answers → a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.errors import ResponseProblem
from intimacy_scales.files.base import FilePath
from intimacy_scales.files.formats import open_answers, open_output
from intimacy_scales.files.reading import Account, ProblemFile, batch_reading, batches_of, checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.entry import stream_scores
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
    remedy
        What to do about most of them, if there is one thing to do.
    written
        Whether the output file was written.
    """

    summary: ScoreSummary
    n_persons: int
    n_problems: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    remedy: Remedy | None
    written: bool


@reads_answers
def score_file(
    form: Instrument | str | Path,
    source: FilePath,
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    answered: bool = False,
    pomp: bool = False,
    encoding: str | None = None,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[ReadingOptions],
) -> FileReport:
    """Score a file of answers batch by batch.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source, output
        Files with known endings. Without ``output`` only the summary is made.
    problems
        A CSV file that gets every bad cell, whatever becomes of the scores.
    answered, pomp
        Write these columns too.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.
    **reading
        How answers are read, as in `intimacy_scales.score`; columns of the source named by ``keep`` are
        written before the scores. With ``on_invalid="raise"`` and any bad cell
        in the file, no scores are written; either way the report counts all of them and has the first.

    Returns
    -------
    FileReport

    Raises
    ------
    ResponseError
        The file cannot be read, or columns are missing.
    """
    paths = JobPaths.of(source, output, problems)
    how = reading_of(reading)
    form = how.form(as_instrument(form))
    warn_if_draft(form)
    others = [*map(str, how.keep), *([] if how.person is None else [str(how.person)])]
    named = {"keep": how.keep, "person": [how.person]}
    account, summary = Account(), None
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(open_answers(paths.source, encoding=encoding))
        items = checked_columns(form, file, how, named)
        stream = stream_scores(form, batches_of(file, items, others), batch_reading(how))
        writer = None if paths.output is None else stack.enter_context(open_output(paths.output))
        told = stack.enter_context(ProblemFile(paths.problems))
        for scores in stream:
            account.add(len(scores), scores.problems)
            part = scores.summary()
            summary = part if summary is None else summary + part
            told.write(scores.problems)
            if writer is not None and not (account.n_problems and how.on_invalid == "raise"):
                writer.write(scores.kept, how.keep, scores.columns(answered=answered, pomp=pomp))
            progress(file.position, file.size)
        written = writer is not None and not (account.n_problems and how.on_invalid == "raise")
        if writer is not None and written:
            writer.commit()
    assert summary is not None
    return FileReport(
        summary=summary,
        n_persons=account.n_persons,
        n_problems=account.n_problems,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        remedy=account.remedy(form),
        written=written,
    )
