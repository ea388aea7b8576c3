"""Structure from a file of answers: whether they support an instrument's scales."""

from __future__ import annotations

from collections.abc import Sequence
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
from intimacy_scales.interop.answers.source_file import FileOptions, reads_files, split_options
from intimacy_scales.jobs.job import GatheredAnswers, Progress, StatisticsFileReport, run_job
from intimacy_scales.jobs.paths import JobPaths
from intimacy_scales.jobs.report_file import Draw
from intimacy_scales.reading.options import reading_of

StructureFileReport = StatisticsFileReport[StructureReport]


@reads_files
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
    draw: Draw | None = None,
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[FileOptions],
) -> StructureFileReport:
    """Test whether the answers in a file support an instrument's scales.

    Codes are kept in memory until the report is made, one byte per answer.

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
    scales, factors, estimator, missing, n_iterations, rng
        As in `intimacy_scales.structure_report`.
    clusters
        Column of cluster labels, such as couples.
    draw
        Function that draws pictures for .html, .docx and .pdf, such as
        `intimacy_scales.plots.structure_files`; None: the report has no pictures.
    progress
        Called with the amount done, and the total amount.
    **reading
        How the file is opened, as in `score_file`, and how answers are read, as in `intimacy_scales.encode`.
        With ``on_invalid="raise"``, any bad cell prevents the report.

    Returns
    -------
    StructureFileReport

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
    ...     simulate("scii-24", 200, rng=1).answers.to_csv(path, index=False)
    ...     result = structure_file("scii-24", path, scales=["trust", "caring"], n_iterations=20)
    >>> result.n_persons, result.report.fit.df
    (200, 19)
    """
    paths = JobPaths.of(source, output, problems)
    source_file, answers = split_options(reading)
    options = reading_of(answers)
    form = options.form(as_instrument(form))
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
    job = GatheredAnswers(form, clusters, compute)
    return run_job(job, form, paths, options, source_file=source_file, draw=draw, progress=progress)
