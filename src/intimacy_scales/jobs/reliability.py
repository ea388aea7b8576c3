"""Reliability from a file of answers, in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.files.base import FilePath
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.source_file import FileOptions, reads_files, split_options
from intimacy_scales.jobs.job import GatheredAnswers, Job, Progress, StatisticsFileReport, run_job
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.report_file import Draw
from intimacy_scales.moments.item_moments import moments_of_codes, no_moments
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reading.options import reading_of
from intimacy_scales.reading.table import AnswerReader
from intimacy_scales.reliability.consistency.alpha import IntervalMethod
from intimacy_scales.reliability.consistency.estimand import NEED_ANSWERS
from intimacy_scales.reliability.report.report import ReliabilityReport, reliability_report

ReliabilityFileReport = StatisticsFileReport[ReliabilityReport]


@reads_files
def reliability_file(
    form: Instrument | str | Path,
    source: FilePath,
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    missing: Missing = "pairwise",
    confidence_level: float = 0.95,
    interval: IntervalMethod | None = None,
    clusters: str | None = None,
    n_resamples: int = 2000,
    rng: int | None = None,
    draw: Draw | None = None,
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[FileOptions],
) -> ReliabilityFileReport:
    """Compute reliability from a file of answers, in constant memory.

    With clusters, or an interval that needs each person's answers, codes are kept in memory, one byte per
    answer.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source
        A file of answers with a known ending, such as .csv.
    output
        Write the report to a .json, .csv, .md, .html, .docx or .pdf file.
    problems
        Write every bad cell to this CSV file.
    missing, confidence_level, interval, n_resamples, rng
        As in `intimacy_scales.reliability_report`.
    clusters
        Column of cluster labels, such as couples.
    draw
        Function that draws pictures for .html, .docx and .pdf, such as
        `intimacy_scales.plots.reliability_files`; None: the report has no pictures.
    progress
        Called with the amount done, and the total amount.
    **reading
        How the file is opened, as in `score_file`, and how answers are read, as in `intimacy_scales.encode`.
        With ``on_invalid="raise"``, any bad cell prevents the report.

    Returns
    -------
    ReliabilityFileReport

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or the report cannot be written.
    MissingDependencyError
        What writes .docx or .pdf files is not installed.
    EstimationError
        Options cannot be combined.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales import simulate
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     simulate("kmss", 200, rng=1).answers.to_csv(path, index=False)
    ...     result = reliability_file("kmss", path)
    >>> result.n_persons, result.report["total"].n_items
    (200, 3)
    """
    paths = JobPaths.of(source, output, problems)
    source_file, answers = split_options(reading)
    read_options = reading_of(answers)
    form = read_options.form(as_instrument(form))
    options: dict[str, Any] = {
        "missing": missing,
        "confidence_level": confidence_level,
        "interval": interval,
        "n_resamples": n_resamples,
        "rng": rng,
    }
    job: Job[ReliabilityReport]
    if clusters is not None or interval in NEED_ANSWERS:
        job = GatheredAnswers(form, clusters, partial(reliability_report, form, **options))
    else:
        job = _Sums(form, options)
    return run_job(job, form, paths, read_options, source_file=source_file, draw=draw, progress=progress)


class _Sums:
    """A job that adds up the moments of all batches, without keeping answers."""

    columns: Mapping[str, str | None] = {}

    def __init__(self, form: Instrument, options: Mapping[str, Any]) -> None:
        self._form, self._options, self._moments = form, options, no_moments(form)

    def add(self, reader: AnswerReader) -> None:
        """Add a batch."""
        for _, codes in reader.blocks():
            self._moments += moments_of_codes(self._form, codes)

    def report(self) -> ReliabilityReport:
        """Return the report computed from the sums."""
        return reliability_report(self._form, self._moments, **self._options)
