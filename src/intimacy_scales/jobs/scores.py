"""Scoring of a file of answers to a file of scores, in constant memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any, Self, Unpack

from intimacy_scales.coding.watch import CodingWatch
from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.base import AnswerFile, FilePath
from intimacy_scales.files.formats import open_output
from intimacy_scales.files.reading import (
    Account,
    ProblemFile,
    batch_reading,
    batches_of,
    checked_columns,
    row_numbers,
)
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.mapping_report import MappingReport, mapping_report
from intimacy_scales.interop.answers.source_file import FileOptions, SourceFile, reads_files, split_options
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.reading.options import Reading, reading_of
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.entry import stream_scores
from intimacy_scales.scoring.summary import ScoreSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    r"""The result of scoring a file.

    Attributes
    ----------
    summary
        Descriptive statistics of all scores.
    n_persons, n_problems
        Number of rows read, and of bad cells.
    n_blank_rows
        Number of rows without any value, such as blank lines between others, which have no score.
    first_problems
        The first 20 problems.
    likely_missing_code
        The value that is probably a missing code, or None.
    remedy
        Advice for most of the problems, if one piece of advice fits.
    written
        Whether the output file was written.
    only_ticked
        Scales of answers of 0 and 1 that most persons answered only in part, while no 0 occurs in the file:
        blanks may stand for boxes that were not ticked.
    mapping
        How the file was read.
    coding_warning
        What `intimacy_scales.coding.coding_warning` says of the answers: items that run against the others of
        their scale; None if there are none, or if bad cells prevented the scores.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import score_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n7,7,\n")
    ...     report = score_file("kmss", path)
    >>> report.n_persons, report.n_problems, report.summary.n_prorated, report.written
    (2, 0, 1, False)
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
    mapping: MappingReport | None = None
    coding_warning: str | None = None


def row_column(form: Instrument, keep: Collection[Hashable], *, answered: bool, pomp: bool) -> str:
    """Return a name for the column of row numbers that no other column of the file of scores has.

    Raises
    ------
    ResponseError
        A kept column has the name of a column of scores.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> [row_column(load("ras"), keep, answered=False, pomp=False) for keep in ([], ["row"])]
    ['row', 'row_in_file']
    """
    endings = ("", *(["_answered", "_prorated"] if answered else ()), *(["_pomp"] if pomp else ()))
    score_columns = {f"{scale.id}{ending}" for scale in form.scales for ending in endings}
    for name in map(str, keep):
        if name in score_columns:
            raise ResponseError(f"keep: column {name!r} has the name of a column of scores; rename it first")
    names = chain(("row", "row_in_file"), (f"row_in_file_{n}" for n in count(2)))
    return next(name for name in names if name not in score_columns | set(map(str, keep)))


@reads_files
def score_file(
    form: Instrument | str | Path,
    source: FilePath,
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    answered: bool = False,
    pomp: bool = False,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[FileOptions],
) -> FileReport:
    r"""Score a file of answers batch by batch.

    The first column of the output is the number of the row, counted from 1 after the header as in messages
    and in the file of problems. Then come the columns of ``person`` and ``keep``, and the scores. The first
    column is called ``row``, or ``row_in_file`` if another column has that name.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source, output
        Files with known endings, such as .csv. Without ``output`` only the summary is made.
    problems
        Write every bad cell to this CSV file, whether or not scores are written.
    answered, pomp
        Also write the number of answered items, with a mark (1 or 0 in text files) for scores made from fewer
        answers than the scale has items; also write percent of maximum possible.
    progress
        Called with the amount done, and the total amount.
    **reading
        How the file is opened: `encoding`, `sheet`, `structure`, `all_rows`, `skip_rows`, `mapping`, see
        `SourceFile`. How answers are read, as in `intimacy_scales.score`; columns of the source named by
        ``person`` and ``keep`` are written before the scores. With ``on_invalid="raise"``, any bad cell in
        the file prevents the scores from being written; the report counts bad cells and lists the first of
        them either way.

    Returns
    -------
    FileReport

    Raises
    ------
    ResponseError
        The file cannot be read, or columns are missing.

    Warns
    -----
    KeyingWarning
        Items run against the others of their scale in the whole file; see `check_coding`. Nothing is flipped.
    AnotherRangeWarning
        As in `intimacy_scales.score`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     answers, scores = Path(folder, "answers.csv"), Path(folder, "scores.csv")
    ...     _ = answers.write_text("id,kmss_1,kmss_2,kmss_3\nanna,6,5,6\nben,7,7,\n")
    ...     _ = score_file("kmss", answers, output=scores, person="id")
    ...     print(scores.read_text(), end="")
    row,id,total
    1,anna,17.0
    2,ben,21.0
    """
    source_file, answers = split_options(reading)
    options = reading_of(answers)
    form = options.form(as_instrument(form))
    warn_if_draft(form.ref)
    wanted = ScoreColumns.of(form, options, answered=answered, pomp=pomp)
    paths = JobPaths.of(source, output, problems)
    account, used = Account(), CodingWatch(form)
    report = score_pass(form, paths, wanted, account, used, source_file, progress=progress)
    return with_coding_warning(report, used, options)


def with_coding_warning(report: FileReport, used: CodingWatch, reading: Reading) -> FileReport:
    """Warn of items that run against the others, if scores were made of all answers; return the report."""
    if report.n_problems and reading.on_invalid == "raise":
        return report
    return replace(report, coding_warning=used.warn_of_coding())


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreColumns:
    """The columns of a file of scores.

    Attributes
    ----------
    reading
        How answers are read, with the kept columns, which come before the scores.
    row
        Name of the column of row numbers.
    answered, pomp
        As in `score_file`.
    """

    reading: Reading
    row: str
    answered: bool
    pomp: bool

    @classmethod
    def of(cls, form: Instrument, reading: Reading, *, answered: bool, pomp: bool) -> Self:
        """Return the columns, checked.

        Raises
        ------
        ResponseError
            A kept column has the name of a column of scores.
        """
        person = [] if reading.person is None else [reading.person]
        keep = list(dict.fromkeys([*person, *reading.keep]))
        row = row_column(form, keep, answered=answered, pomp=pomp)
        return cls(reading=replace(reading, keep=tuple(keep)), row=row, answered=answered, pomp=pomp)


def score_pass(
    form: Instrument,
    paths: JobPaths,
    wanted: ScoreColumns,
    account: Account,
    used: RangeUse,
    source_file: SourceFile,
    *,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    problems_if_any: bool = False,
    open_by: Callable[[Path], AnswerFile] | None = None,
) -> FileReport:
    """Read a file of answers once, and write its scores, with options that are checked already.

    ``account`` and ``used`` record problems and used ends of ranges; with ``problems_if_any``, an empty file
    of problems is not kept; ``open_by`` opens the answers in place of ``source_file``.
    """
    reading, summary = wanted.reading, None
    with contextlib.ExitStack() as stack:
        file = stack.enter_context((open_by or source_file.open)(paths.source))
        sources, reading = source_file.reading(form, file, reading)
        reading = with_row_id(file, reading)
        items = checked_columns(form, file, reading, {"person": [reading.person], "keep": reading.keep})
        keep = list(dict.fromkeys(as_spelled(reading.keep, file.names)))
        batches = batches_of(file, items, list(map(str, keep)))
        stream = stream_scores(form, batches, batch_reading(reading), used)
        writer = None if paths.output is None else stack.enter_context(open_output(paths.output))
        problem_file = stack.enter_context(ProblemFile(paths.problems, if_any=problems_if_any))
        for scores in stream:
            rows = row_numbers(scores.kept, account.n_persons) + 1
            account.add(len(scores), scores.problems)
            part = scores.summary()
            summary = part if summary is None else summary + part
            problem_file.write(scores.problems)
            if writer is not None and not (account.n_problems and reading.on_invalid == "raise"):
                columns = scores.columns(answered=wanted.answered, pomp=wanted.pomp)
                writer.write(scores.kept, keep, columns, {wanted.row: rows})
            progress(file.position, file.size)
        written = writer is not None and not (account.n_problems and reading.on_invalid == "raise")
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
        mapping=mapping_report(file, form, sources, account.n_persons, reading),
    )


def with_row_id(file: AnswerFile, reading: Reading) -> Reading:
    """Return how a file is read with the column that identifies its rows, in addition to those to keep."""
    row_id = file.facts.row_id
    if row_id is None or row_id in as_spelled(reading.keep, file.names):
        return reading
    return replace(reading, keep=(row_id, *reading.keep))


def only_ticked(form: Instrument, summary: ScoreSummary) -> tuple[str, ...]:
    """Return the scales of answers of 0 and 1 in which half of the persons or more skipped items."""
    return tuple(
        scale.scale
        for scale in summary.scales
        if form.counts_boxes(scale.scale)
        and 2 * (scale.n_missing + scale.n_prorated) >= scale.n + scale.n_missing
    )
