"""One pass over a file of answers for any statistic, and the file of its report."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.reading import (
    Account,
    ProblemFile,
    batch_reading,
    batches_of,
    checked_columns,
    row_numbers,
)
from intimacy_scales.files.replacement import Replacement, put_content
from intimacy_scales.instrument import NOT_ANSWERED, Instrument, normalized
from intimacy_scales.interop.answers.mapping_report import MappingReport, mapping_report
from intimacy_scales.interop.answers.source_file import SourceFile
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.report_file import Draw, check_report_path, report_content
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader, CodedResponses
from intimacy_scales.results.wording import counted

ReportT = TypeVar("ReportT")
MadeT_co = TypeVar("MadeT_co", covariant=True)  # the report of a job
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFileReport(Generic[ReportT]):
    r"""The result of computing a report from a file of answers.

    Attributes
    ----------
    report
        The report; None if bad cells prevented it.
    n_persons, n_problems
        Number of rows read, and of bad cells.
    n_blank_rows
        Number of rows without any value, such as blank lines between others.
    first_problems
        The first 20 problems.
    likely_missing_code
        The value that is probably a missing code, or None.
    remedy
        Advice for most of the problems, if one piece of advice fits.
    mapping
        How the file was read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.jobs import reliability_file
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n7,-9,7\n")
    ...     result = reliability_file("kmss", path)
    >>> result.report, result.n_problems, result.first_problems[0].value
    (None, 1, '-9')
    """

    report: ReportT | None
    n_persons: int
    n_problems: int
    n_blank_rows: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    remedy: Remedy | None
    mapping: MappingReport | None = None


class Job(Protocol[MadeT_co]):
    """A computation that takes a file batch by batch, and gives a report at the end."""

    @property
    def columns(self) -> Mapping[str, str | None]:
        """Option → name of the further column that it needs, or None."""
        ...

    def add(self, reader: AnswerReader) -> None:
        """Add a batch."""
        ...

    def report(self) -> MadeT_co:
        """Return the report of all batches."""
        ...


def run_job(
    job: Job[ReportT],
    form: Instrument,
    paths: JobPaths,
    reading: Reading,
    *,
    source_file: SourceFile,
    draw: Draw | None = None,
    progress: Progress,
) -> StatisticsFileReport[ReportT]:
    """Read a file of answers once, compute a report, and write it.

    Parameters
    ----------
    job
        The computation.
    form, paths, reading
        The instrument in the coding of the answers, the files, and how answers are read. With
        ``on_invalid="raise"``, any bad cell prevents the report.
    source_file
        How the file is opened.
    draw, progress
        As in `reliability_file`.

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or the report cannot be written.
    """
    output = paths.output
    check_report_path(output)
    report: Any = None
    with contextlib.ExitStack() as stack:
        new = None if output is None else stack.enter_context(Replacement(output))
        account, mapping = _read(job, form, paths, reading, source_file=source_file, progress=progress)
        if not account.n_problems or reading.on_invalid == "missing":
            report = job.report()
            if new is not None:
                put_content(new, report_content(report, new.path.suffix, draw))
    return StatisticsFileReport(
        report=report,
        n_persons=account.n_persons,
        n_problems=account.n_problems,
        n_blank_rows=account.n_blank_rows,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        remedy=account.remedy(form),
        mapping=mapping,
    )


def _read(
    job: Job[Any],
    form: Instrument,
    paths: JobPaths,
    reading: Reading,
    *,
    source_file: SourceFile,
    progress: Progress,
) -> tuple[Account, MappingReport]:
    """Pass every batch to the job, and return the account of the file, and how it was read."""
    wanted = {"person": reading.person, **job.columns}
    others = list(dict.fromkeys(str(name) for name in [*wanted.values(), *reading.keep] if name is not None))
    account, used = Account(), RangeUse(form)
    with (
        source_file.open(paths.source) as file,
        ProblemFile(paths.problems) as problem_file,
    ):
        sources, reading = source_file.reading(form, file, reading)
        items = checked_columns(form, file, reading, {option: [name] for option, name in wanted.items()})
        for batch in batches_of(file, items, others):
            reader = AnswerReader(form, batch, batch_reading(reading), offset=account.n_persons, used=used)
            job.add(reader)
            problems = reader.finish()
            account.add(len(batch), problems)
            problem_file.write(problems)
            progress(file.position, file.size)
        account.n_blank_rows = file.n_blank
    account.answered = used.answered
    used.warn()
    return account, mapping_report(file, form, sources, account.n_persons, reading)


class GatheredAnswers(Generic[ReportT]):
    """A job that needs each person's answers, and the label of each person's cluster if there are clusters.

    Parameters
    ----------
    form
        The instrument.
    clusters
        Column of cluster labels, or None.
    compute
        Function of the checked answers and ``clusters=`` (a label for each person, or None).
    """

    def __init__(
        self,
        form: Instrument,
        clusters: str | None,
        compute: Callable[..., ReportT],
    ) -> None:
        self.columns: Mapping[str, str | None] = {"clusters": clusters}
        self._form, self._clusters, self._compute = form, clusters, compute
        self._codes: list[Codes] = []
        self._labels: list[Any] = []
        self._rows: list[NDArray[np.intp]] = []

    def report(self) -> ReportT:
        """Return the report of all answers."""
        codes = np.asfortranarray(np.concatenate(self._codes))
        labels = self._labels if self._clusters is not None else None
        if labels is not None:
            in_cluster = self._in_cluster(labels, codes)
            if not in_cluster.all():
                codes = np.asfortranarray(codes[in_cluster])
                labels = [label for label, is_in in zip(labels, in_cluster.tolist(), strict=True) if is_in]
        return self._compute(CodedResponses(instrument=self._form, codes=codes), clusters=labels)

    def add(self, reader: AnswerReader) -> None:
        """Add a batch."""
        self._codes.append(reader.read_all())
        if self._clusters is not None:
            self._rows.append(row_numbers(reader.table, len(self._labels)))
            labels: Any = reader.table.values(self._clusters, "clusters")
            listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
            self._labels += [
                None if isinstance(x, str) and normalized(x) in NOT_ANSWERED else x for x in listed
            ]

    def _in_cluster(self, labels: list[Any], codes: Codes) -> NDArray[np.bool_]:
        """Return whether each person belongs to a cluster; blank rows may have no label.

        Raises
        ------
        ResponseError
            A person who answered belongs to no cluster.
        """
        rows = np.concatenate(self._rows)
        in_cluster = label_positions(labels, "clusters", rows=rows, first_row=1) >= 0
        without = np.flatnonzero(~in_cluster & codes.any(axis=1))
        if len(without):
            raise ResponseError(
                f"clusters: {counted(len(without), 'person')} without a cluster, the first in row "
                f"{rows[without[0]] + 1} (row 1 is the first after the header); leave them out, or give each "
                "a label of its own"
            )
        return np.asarray(in_cluster, dtype=np.bool_)
