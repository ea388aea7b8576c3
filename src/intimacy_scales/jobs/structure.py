"""A file of answers → whether they support an instrument's scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from intimacy_scales.factor.confirmatory.estimation.solution import Estimator
from intimacy_scales.factor.confirmatory.model.model import Factors
from intimacy_scales.factor.report.result import StructureReport
from intimacy_scales.factor.report.structure import structure_report
from intimacy_scales.factor.sample import MissingAnswers
from intimacy_scales.instrument import Instrument
from intimacy_scales.jobs.file_pass import (
    FilePass,
    GatheredAnswers,
    Progress,
    StatisticsFileReport,
    check_paths,
)
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.mapping import OnInvalid

StructureFileReport = StatisticsFileReport[StructureReport]
WRITERS: dict[str, Callable[[StructureReport], str]] = {
    ".json": StructureReport.to_json,
    ".csv": StructureReport.to_csv,
    ".md": StructureReport.to_markdown,
    ".html": StructureReport.to_html,
}


def structure_file(
    form: Instrument,
    source: Path,
    *,
    output: Path | None = None,
    problems: Path | None = None,
    scales: Sequence[str] | None = None,
    factors: Factors = "correlated",
    estimator: Estimator | None = None,
    missing: MissingAnswers | None = None,
    clusters: str | None = None,
    n_iterations: int = 100,
    rng: int | None = 0,
    columns: ColumnMap = None,
    person: str | None = None,
    missing_codes: Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    allow_missing_items: bool = False,
    encoding: str | None = None,
    progress: Progress = lambda _done, _all: None,
) -> StructureFileReport:
    """Ask of a file of answers whether they support an instrument's scales.

    Each answer is kept in a byte until the report is made.

    Parameters
    ----------
    form
        The instrument.
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
    columns, person, missing_codes, on_invalid, allow_missing_items
        As in `intimacy_scales.jobs.reliability`.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.

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
    check_paths(source, output, problems, WRITERS)
    reading = FilePass(
        form=form,
        source=source,
        problems=problems,
        columns=columns,
        person=person,
        missing_codes=missing_codes,
        on_invalid=on_invalid,
        allow_missing_items=allow_missing_items,
        encoding=encoding,
        progress=progress,
    )
    gathered = GatheredAnswers(form, clusters)
    account = reading.read(gathered.add, {"--clusters": clusters})

    def compute() -> StructureReport:
        return structure_report(
            form,
            gathered.answers(),
            clusters=gathered.labels(),
            scales=scales,
            factors=factors,
            estimator=estimator,
            missing=missing,
            n_iterations=n_iterations,
            rng=rng,
        )

    return reading.finish(account, compute, output, WRITERS)
