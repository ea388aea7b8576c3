"""Scoring of several sets of columns in one file, such as those of both partners, in one pass."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from numpy.typing import NDArray

from intimacy_scales.coding.watch import CodingWatch
from intimacy_scales.errors import ResponseError
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
from intimacy_scales.interop.answers.item_columns import FileReading
from intimacy_scales.interop.answers.mapping_report import mapping_report
from intimacy_scales.interop.answers.source_file import FileOptions, SourceFile, reads_files, split_options
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.scores import (
    FileReport,
    ScoreColumns,
    only_ticked,
    with_coding_warning,
    with_row_id,
)
from intimacy_scales.reading.columns import ColumnMap, as_spelled, check_sets
from intimacy_scales.reading.options import Reading, reading_of
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.scoring.summary import ScoreSummary
from intimacy_scales.scoring.tables import score_answers


class _SetOfColumns:
    """One set of columns, with what was counted of it so far."""

    def __init__(self, form: Instrument, name: str, how: FileReading) -> None:
        self.form, self.name, self.how = form, name, how
        self.account, self.used = Account(), CodingWatch(form, name)
        self.summary: ScoreSummary | None = None

    def score(self, batch: Any) -> Scores:
        """Return the scores of a batch, and count them."""
        reading = batch_reading(self.how.reading)
        scores = score_answers(self.form, batch, reading, offset=self.account.n_persons, used=self.used)
        self.account.add(len(scores), scores.problems)
        part = scores.summary()
        self.summary = part if self.summary is None else self.summary + part
        return scores

    def report(self, file: AnswerFile, *, written: bool) -> FileReport:
        """Return what was counted."""
        assert self.summary is not None
        self.used.warn()
        self.account.answered = self.used.answered
        report = FileReport(
            summary=self.summary,
            n_persons=self.account.n_persons,
            n_problems=self.account.n_problems,
            n_blank_rows=file.n_blank,
            first_problems=tuple(self.account.first),
            likely_missing_code=self.account.likely_missing_code,
            remedy=self.account.remedy(self.form),
            written=written,
            only_ticked=only_ticked(self.form, self.summary) if self.used.only_ticked else (),
            mapping=mapping_report(
                file, self.form, self.how.sources, self.account.n_persons, self.how.reading
            ),
        )
        return with_coding_warning(report, self.used, self.how.reading)


@reads_files
def score_column_sets(
    form: Instrument | str | Path,
    source: FilePath,
    sets: Mapping[str, ColumnMap],
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    answered: bool = False,
    pomp: bool = False,
    progress: Callable[[int, int], Any] = lambda _done, _all: None,
    **reading: Unpack[FileOptions],
) -> dict[str, FileReport]:
    r"""Score several sets of columns of a file, such as those of both partners, each under its name.

    Parameters
    ----------
    form, source, output, problems, answered, pomp, progress
        As in `score_file`.
    sets
        Name → where the answers are, as ``columns=``. Scores are written to columns such as ``total_A``.
    **reading
        As in `score_file`, without ``columns``.

    Returns
    -------
    dict of FileReport
        By name. With ``on_invalid="raise"``, a bad cell in any set prevents the scores from being written.

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or two sets share one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     answers, scores = Path(folder, "answers.csv"), Path(folder, "scores.csv")
    ...     _ = answers.write_text("w1,w2,w3,h1,h2,h3\n6,5,6,7,7,7\n")
    ...     reports = score_column_sets("kmss", answers, {"w": "w{n}", "h": "h{n}"}, output=scores)
    ...     print(scores.read_text(), end="")
    row,total_w,total_h
    1,17.0,21.0
    """
    source_file, answer_options = split_options(reading)
    options = reading_of(answer_options)
    form = options.form(as_instrument(form))
    if options.columns is not None:
        raise ResponseError("columns= is given in addition to sets=, which says it already; leave it out")
    warn_if_draft(form.ref)
    wanted = ScoreColumns.of(form, options, answered=answered, pomp=pomp)
    paths = JobPaths.of(source, output, problems)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(source_file.open(paths.source))
        parts, items, keep = _opened(form, file, wanted.reading, sets, source_file)
        writer = None if paths.output is None else stack.enter_context(open_output(paths.output))
        problem_file = stack.enter_context(ProblemFile(paths.problems))
        n_rows, n_bad = 0, 0
        for batch in batches_of(file, items, list(map(str, keep))):
            rows = row_numbers(batch, n_rows) + 1
            columns: dict[str, NDArray[Any]] = {}
            for part in parts:
                scores = part.score(batch)
                problem_file.write(scores.problems)
                named = scores.columns(answered=answered, pomp=pomp)
                columns |= {f"{name}_{part.name}": values for name, values in named.items()}
                kept = scores.kept
            n_rows += len(batch)
            n_bad = sum(part.account.n_problems for part in parts)
            if writer is not None and not (n_bad and options.on_invalid == "raise"):
                writer.write(kept, keep, columns, {wanted.row: rows})
            progress(file.position, file.size)
        written = writer is not None and not (n_bad and options.on_invalid == "raise")
        if writer is not None and written:
            writer.commit()
        return {part.name: part.report(file, written=written) for part in parts}


def _opened(
    form: Instrument,
    file: AnswerFile,
    reading: Reading,
    sets: Mapping[str, ColumnMap],
    source_file: SourceFile,
) -> tuple[list[_SetOfColumns], list[Hashable], list[Hashable]]:
    """Return the sets, the columns of all items, and the columns to keep.

    Raises
    ------
    ResponseError
        A column is missing, or belongs to two sets.
    """
    reading = with_row_id(file, reading)
    check_sets(form, sets, file.names)
    parts = []
    owners: dict[Hashable, str] = {}
    allowed: dict[Hashable, Callable[[str], bool]] = {}
    for name, columns in sets.items():
        how = source_file.reading(form, file, replace(reading, columns=columns))
        for column in checked_columns(form, file, how.reading, {"keep": reading.keep}):
            if column in owners:
                raise ResponseError(f"sets: column {column!r} belongs to {owners[column]!r} and to {name!r}")
            owners[column] = name
        allowed |= file.allowed
        parts.append(_SetOfColumns(form, name, how))
    file.allowed = allowed
    keep = list(dict.fromkeys(as_spelled(reading.keep, file.names)))
    return parts, list(owners), keep
