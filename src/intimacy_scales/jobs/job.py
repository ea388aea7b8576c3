"""One pass over a file of answers for any statistic of them, and its report written beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError, ResponseProblem
from intimacy_scales.files.formats import open_answers
from intimacy_scales.files.reading import Account, ProblemFile, batch_reading, batches_of, checked_columns
from intimacy_scales.files.replacement import Replacement, put_text
from intimacy_scales.instrument import NOT_ANSWERED, Instrument, normalized
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.reading.advice import LikelyMissingCode, Remedy
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader, CodedResponses
from intimacy_scales.results.result import Result
from intimacy_scales.results.wording import counted

ReportT = TypeVar("ReportT")
Progress = Callable[[int, int], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsFileReport(Generic[ReportT]):
    """What came of a file of answers.

    Attributes
    ----------
    report
        What was computed; None where bad answers stopped it.
    n_persons, n_problems
        Rows read, and cells that are no answers.
    n_blank_rows
        Rows among them in which nothing stands, such as blank lines between others.
    first_problems
        The first 20 problems.
    likely_missing_code
        The value that is probably a missing code, if there is one.
    remedy
        What to do about most of them, if there is one thing to do.
    """

    report: ReportT | None
    n_persons: int
    n_problems: int
    n_blank_rows: int
    first_problems: tuple[ResponseProblem, ...]
    likely_missing_code: LikelyMissingCode | None
    remedy: Remedy | None


class Job(Protocol[ReportT]):
    """What is gathered of a file, batch by batch, and computed of it in the end."""

    @property
    def columns(self) -> Mapping[str, str | None]:
        """Option → another column that is needed, or None."""
        ...

    @property
    def writers(self) -> Mapping[str, Callable[[ReportT], str]]:
        """Ending of a file → how the report is written to it."""
        ...

    def add(self, reader: AnswerReader) -> None:
        """Take over a batch."""
        ...

    def report(self) -> ReportT:
        """Return what is computed of all batches."""
        ...


def run_job(
    job: Job[ReportT],
    form: Instrument,
    paths: JobPaths,
    reading: Reading,
    *,
    encoding: str | None,
    sheet: str | None,
    progress: Progress,
) -> StatisticsFileReport[ReportT]:
    """Read a file of answers once, compute a report of it, and write it.

    Parameters
    ----------
    job
        What is computed.
    form, paths, reading
        The instrument in the coding of the answers, the files, and how answers are read. With
        ``on_invalid="raise"`` and any bad cell there is no report.
    encoding, sheet, progress
        As in `reliability_file`.

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or the report cannot be written.
    """
    output = paths.output
    check_report_path(output, job.writers)
    report = None
    with contextlib.ExitStack() as stack:
        new = None if output is None else stack.enter_context(Replacement(output))
        account = _read(job, form, paths, reading, encoding=encoding, sheet=sheet, progress=progress)
        if not account.n_problems or reading.on_invalid == "missing":
            report = job.report()
            if new is not None:
                put_text(new, job.writers[new.path.suffix.lower()](report))
    return StatisticsFileReport(
        report=report,
        n_persons=account.n_persons,
        n_problems=account.n_problems,
        n_blank_rows=account.n_blank_rows,
        first_problems=tuple(account.first),
        likely_missing_code=account.likely_missing_code,
        remedy=account.remedy(form),
    )


def _read(
    job: Job[Any],
    form: Instrument,
    paths: JobPaths,
    reading: Reading,
    *,
    encoding: str | None,
    sheet: str | None,
    progress: Progress,
) -> Account:
    """Give the job every batch, and keep account of what is wrong in the file."""
    wanted = {"person": reading.person, **job.columns}
    others = list(dict.fromkeys(str(name) for name in [*wanted.values(), *reading.keep] if name is not None))
    account, used = Account(), RangeUse(form)
    with (
        open_answers(paths.source, encoding=encoding, sheet=sheet) as file,
        ProblemFile(paths.problems) as told,
    ):
        items = checked_columns(form, file, reading, {option: [name] for option, name in wanted.items()})
        for batch in batches_of(file, items, others):
            reader = AnswerReader(form, batch, batch_reading(reading), offset=account.n_persons, used=used)
            job.add(reader)
            found = reader.finish()
            account.add(len(batch), found)
            told.write(found)
            progress(file.position, file.size)
        account.n_blank_rows = file.n_blank
    account.answered = used.answered
    used.warn()
    return account


def check_report_path(output: Path | None, writers: Mapping[str, Any]) -> None:
    """Raise if a report cannot be written to a path.

    Raises
    ------
    ResponseError
        Another ending than those of ``writers``, or no such folder.
    """
    if output is not None:
        if output.suffix.lower() not in writers:
            raise ResponseError(f"{output}: reports end in {', '.join(writers)}")
        if not output.parent.is_dir():
            raise ResponseError(f"{output}: there is no folder {output.parent}")


def json_text(report: Result) -> str:
    """Return a report as a JSON file for people to read too."""
    return report.to_json(indent=2) + "\n"


class GatheredAnswers(Generic[ReportT]):
    """A job that needs each person's answers: their codes, and who answered together.

    Parameters
    ----------
    form
        The instrument.
    clusters
        Column that says who answered together, or None.
    writers
        Ending of a file → how the report is written to it.
    compute
        Called with the checked answers and ``clusters=``, each person's label or None.
    """

    def __init__(
        self,
        form: Instrument,
        clusters: str | None,
        writers: Mapping[str, Callable[[ReportT], str]],
        compute: Callable[..., ReportT],
    ) -> None:
        self.columns: Mapping[str, str | None] = {"clusters": clusters}
        self.writers = writers
        self._form, self._clusters, self._compute = form, clusters, compute
        self._codes: list[Codes] = []
        self._labels: list[Any] = []

    def report(self) -> ReportT:
        """Return what is computed of all answers."""
        whole = np.asfortranarray(np.concatenate(self._codes))
        labels = self._labels if self._clusters is not None else None
        if labels is not None:
            theirs = self._of_a_cluster(labels, whole)
            if not theirs.all():
                whole = np.asfortranarray(whole[theirs])
                labels = [label for label, stays in zip(labels, theirs.tolist(), strict=True) if stays]
        return self._compute(CodedResponses(instrument=self._form, codes=whole), clusters=labels)

    def add(self, reader: AnswerReader) -> None:
        """Take over a batch."""
        self._codes.append(reader.read_all())
        if self._clusters is not None:
            labels: Any = reader.table.values(self._clusters, "clusters")
            listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
            self._labels += [
                None if isinstance(x, str) and normalized(x) in NOT_ANSWERED else x for x in listed
            ]

    @staticmethod
    def _of_a_cluster(labels: list[Any], codes: Codes) -> NDArray[np.bool_]:
        """Return who belongs to a cluster; who does not and answered nothing, as a blank row, stays out.

        Raises
        ------
        ResponseError
            A person who answered belongs to none.
        """
        theirs = label_positions(labels, "clusters", first_row=1) >= 0
        missing = np.flatnonzero(~theirs & codes.any(axis=1))
        if len(missing):
            raise ResponseError(
                f"clusters: {counted(len(missing), 'person')} belong to none, the first in row "
                f"{missing[0] + 1} (row 1 is the first after the header); leave them out, or give each a "
                "label of its own"
            )
        return np.asarray(theirs, dtype=np.bool_)
