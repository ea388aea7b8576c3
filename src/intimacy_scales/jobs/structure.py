"""A file of answers → whether they support an instrument's scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Unpack

from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator
from intimacy_scales.factor.confirmatory.model.model import Factors
from intimacy_scales.factor.report.result import StructureReport
from intimacy_scales.factor.report.structure import structure_report
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.files.base import FilePath
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.jobs.job import GatheredAnswers, Progress, StatisticsFileReport, json_text, run_job
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers

StructureFileReport = StatisticsFileReport[StructureReport]
WRITERS: dict[str, Callable[[StructureReport], str]] = {
    ".json": json_text,
    ".csv": StructureReport.to_csv,
    ".md": StructureReport.to_markdown,
    ".html": StructureReport.to_html,
}


@reads_answers
def structure_file(
    form: Instrument | str | Path,
    source: FilePath,
    *,
    output: FilePath | None = None,
    problems: FilePath | None = None,
    scales: Sequence[str] | None = None,
    factors: Factors = "correlated",
    estimator: Estimator | None = None,
    missing: MissingAnswers | None = None,
    clusters: str | None = None,
    n_iterations: int = 100,
    rng: int | None = 0,
    encoding: str | None = None,
    sheet: str | None = None,
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[ReadingOptions],
) -> StructureFileReport:
    """Ask of a file of answers whether they support an instrument's scales.

    Each answer is kept in a byte until the report is made.

    Parameters
    ----------
    form
        The instrument, its id, or the path of its file.
    source
        A file of answers with a known ending.
    output
        Write the report to a .json, .csv, .md or .html file.
    problems
        A CSV file that gets every bad cell.
    scales, factors, estimator, missing, n_iterations, rng
        As in `intimacy_scales.structure_report`.
    clusters
        Column that says who answered together, such as couples.
    encoding
        Of text files; detected where None.
    sheet
        Name of the sheet of a workbook, as in `score_file`.
    progress
        Called with how much is done and how much there is.
    **reading
        How answers are read, as in `intimacy_scales.encode`. With ``on_invalid="raise"`` and any bad cell
        there is no report.

    Returns
    -------
    StructureFileReport

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or the report cannot be written.
    EstimationError
        Options that do not go together.
    """
    paths = JobPaths.of(source, output, problems)
    how = reading_of(reading)
    form = how.form(as_instrument(form))
    compute = partial(
        structure_report,
        form,
        scales=scales,
        factors=factors,
        estimator=estimator,
        missing=missing,
        n_iterations=n_iterations,
        rng=rng,
    )
    job = GatheredAnswers(form, clusters, WRITERS, compute)
    return run_job(job, form, paths, how, encoding=encoding, sheet=sheet, progress=progress)
