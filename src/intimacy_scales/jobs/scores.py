"""A file of answers → a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any, Self, Unpack

import numpy as np

from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.base import AnswerFile, FilePath
from intimacy_scales.files.formats import open_answers, open_output
from intimacy_scales.files.reading import Account, ProblemFile, batch_reading, batches_of, checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.reading.options import Reading, ReadingOptions, reading_of, reads_answers
from intimacy_scales.reading.range_use import RangeUse
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
    n_blank_rows
        Rows among them in which nothing stands, such as blank lines between others: they have no score.
    first_problems
        The first 20 problems.
    likely_missing_code
        The value that is probably a missing code, if there is one.
    remedy
        What to do about most of them, if there is one thing to do.
    written
        Whether the output file was written.
    only_ticked
        Scales of answers of 0 and 1 of which most persons have no score, or one of few answers, as no 0
        occurs in the file: blanks there may stand for boxes that were not ticked.
    """

    summary: ScoreSummary
    n_persons: int
    n_problems: int
    n_blank_rows: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    remedy: Remedy | None
    written: bool
    only_ticked: tuple[str, ...] = ()


def row_column(form: Instrument, keep: Collection[Hashable], *, answered: bool, pomp: bool) -> str:
    """Return a name for the column of row numbers that no other column of a file of scores has.

    Raises
    ------
    ResponseError
        A column that is to be kept has the name of a column of scores: one of both would be lost.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> [row_column(load("ras"), keep, answered=False, pomp=False) for keep in ([], ["row"])]
    ['row', 'row_in_file']
    """
    endings = ("", *(["_answered", "_prorated"] if answered else ()), *(["_pomp"] if pomp else ()))
    of_scores = {f"{scale.id}{ending}" for scale in form.scales for ending in endings}
    for name in map(str, keep):
        if name in of_scores:
            raise ResponseError(f"keep: column {name!r} has the name of a column of scores; rename it first")
    names = chain(("row", "row_in_file"), (f"row_in_file_{n}" for n in count(2)))
    return next(name for name in names if name not in of_scores | set(map(str, keep)))


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
    sheet: str | None = None,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[ReadingOptions],
) -> FileReport:
    """Score a file of answers batch by batch.

    What is written has the number of each row first, counted from the first after the header as in messages
    and in the file of problems; then the column of ``person``, those of ``keep``, and the scores. The
    column of numbers is called ``row``, or ``row_in_file`` where another one has that name.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source, output
        Files with known endings. Without ``output`` only the summary is made.
    problems
        A CSV file that gets every bad cell, whatever becomes of the scores.
    answered, pomp
        Write these columns too: how many items were answered, with a column that marks scores made from
        fewer answers than their scale has items (1 or 0 in text files); percent of maximum possible.
    encoding
        Of text files; detected where None.
    sheet
        Name of the sheet of a workbook; None: the first that is not hidden. Where others that are not hidden
        have the same columns, it must be named.
    progress
        Called with how much is done and how much there is.
    **reading
        How answers are read, as in `intimacy_scales.score`; columns of the source named by ``person`` and
        ``keep`` are written before the scores. With ``on_invalid="raise"`` and any bad cell
        in the file, no scores are written; either way the report counts all of them and has the first.

    Returns
    -------
    FileReport

    Raises
    ------
    ResponseError
        The file cannot be read, or columns are missing.
    """
    how = reading_of(reading)
    form = how.form(as_instrument(form))
    warn_if_draft(form.ref)
    wanted = ScoreColumns.of(form, how, answered=answered, pomp=pomp)
    paths = JobPaths.of(source, output, problems)
    account, used = Account(), RangeUse(form)
    return score_pass(form, paths, wanted, account, used, encoding=encoding, sheet=sheet, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreColumns:
    """What is written of each person.

    Attributes
    ----------
    how
        How answers are read; it keeps the columns that stand before the scores.
    row
        What the column of row numbers is called.
    answered, pomp
        As in `score_file`.
    """

    how: Reading
    row: str
    answered: bool
    pomp: bool

    @classmethod
    def of(cls, form: Instrument, how: Reading, *, answered: bool, pomp: bool) -> Self:
        """Return it, checked.

        Raises
        ------
        ResponseError
            A column that is to be kept has the name of a column of scores.
        """
        keep = list(dict.fromkeys([*([] if how.person is None else [how.person]), *how.keep]))
        row = row_column(form, keep, answered=answered, pomp=pomp)
        return cls(how=replace(how, keep=tuple(keep)), row=row, answered=answered, pomp=pomp)


def score_pass(
    form: Instrument,
    paths: JobPaths,
    wanted: ScoreColumns,
    account: Account,
    used: RangeUse,
    *,
    encoding: str | None,
    sheet: str | None,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    problems_if_any: bool = False,
    open_file: Callable[..., AnswerFile] = open_answers,
) -> FileReport:
    """Read a file of answers once, and write its scores; `score_file` with its options checked.

    ``account`` and ``used`` watch what is wrong and which ends of ranges are used; with
    ``problems_if_any`` no file of problems is left where there are none; ``open_file`` opens the answers.
    """
    how, summary = wanted.how, None
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(open_file(paths.source, encoding=encoding, sheet=sheet))
        items = checked_columns(form, file, how, {"person": [how.person], "keep": how.keep})
        keep = list(dict.fromkeys(as_spelled(how.keep, file.names)))
        stream = stream_scores(form, batches_of(file, items, list(map(str, keep))), batch_reading(how), used)
        writer = None if paths.output is None else stack.enter_context(open_output(paths.output))
        told = stack.enter_context(ProblemFile(paths.problems, if_any=problems_if_any))
        for scores in stream:
            rows = np.arange(account.n_persons, account.n_persons + len(scores)) + 1
            account.add(len(scores), scores.problems)
            part = scores.summary()
            summary = part if summary is None else summary + part
            told.write(scores.problems)
            if writer is not None and not (account.n_problems and how.on_invalid == "raise"):
                columns = scores.columns(answered=wanted.answered, pomp=wanted.pomp)
                writer.write(scores.kept, keep, columns, {wanted.row: rows})
            progress(file.position, file.size)
        written = writer is not None and not (account.n_problems and how.on_invalid == "raise")
        if writer is not None and written:
            writer.commit()
    assert summary is not None
    account.answered = used.answered
    return FileReport(
        summary=summary,
        n_persons=account.n_persons,
        n_problems=account.n_problems,
        n_blank_rows=file.n_blank,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        remedy=account.remedy(form),
        written=written,
        only_ticked=only_ticked(form, summary) if used.only_ticked else (),
    )


def only_ticked(form: Instrument, summary: ScoreSummary) -> tuple[str, ...]:
    """Return scales of answers of 0 and 1 of which half of the persons or more skipped items."""
    return tuple(
        scale.scale
        for scale in summary.scales
        if form.counts_boxes(scale.scale)
        and 2 * (scale.n_missing + scale.n_prorated) >= scale.n + scale.n_missing
    )
