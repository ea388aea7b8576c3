"""A file of answers → the reliability of its scales, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from intimacy_scales.instrument import Instrument
from intimacy_scales.jobs.file_pass import (
    FilePass,
    GatheredAnswers,
    Progress,
    StatisticsFileReport,
    check_paths,
)
from intimacy_scales.moments.item_moments import moments_of_codes, no_moments
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.mapping import OnInvalid
from intimacy_scales.reading.table import AnswerReader
from intimacy_scales.reliability.consistency.alpha import NEED_ANSWERS, IntervalMethod
from intimacy_scales.reliability.report.report import ReliabilityReport, reliability_report

WRITERS: dict[str, Callable[[ReliabilityReport], str]] = {
    ".json": ReliabilityReport.to_json,
    ".csv": ReliabilityReport.to_csv,
    ".md": ReliabilityReport.to_markdown,
    ".html": ReliabilityReport.to_html,
}


ReliabilityFileReport = StatisticsFileReport[ReliabilityReport]


def reliability_file(
    form: Instrument,
    source: Path,
    *,
    output: Path | None = None,
    problems: Path | None = None,
    missing: Missing = "pairwise",
    confidence_level: float = 0.95,
    interval: IntervalMethod | None = None,
    clusters: str | None = None,
    n_resamples: int = 2000,
    rng: int | None = None,
    columns: ColumnMap = None,
    person: str | None = None,
    missing_codes: Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    allow_missing_items: bool = False,
    encoding: str | None = None,
    progress: Progress = lambda _done, _all: None,
) -> ReliabilityFileReport:
    """Compute reliability from a file of answers, in constant memory.

    With clusters, or an interval that needs each person's answers, their codes are kept: a byte for
    each answer.

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
    missing, confidence_level, interval, n_resamples, rng
        As in `intimacy_scales.reliability_report`.
    clusters
        Column that says who answered together, such as couples.
    columns, person, missing_codes, allow_missing_items
        As in `intimacy_scales.score`.
    on_invalid
        ``"raise"``: with any bad cell there is no report. ``"missing"``: bad cells count as missing.
    encoding
        Of text files; detected where None.
    progress
        Called with how much is done and how much there is.

    Returns
    -------
    ReliabilityFileReport

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
    options: dict[str, Any] = {
        "missing": missing,
        "confidence_level": confidence_level,
        "interval": interval,
        "n_resamples": n_resamples,
        "rng": rng,
    }
    if clusters is not None or interval in NEED_ANSWERS:
        gathered = GatheredAnswers(form, clusters)
        account = reading.read(gathered.add, {"--clusters": clusters})
        return reading.finish(
            account,
            lambda: reliability_report(form, gathered.answers(), clusters=gathered.labels(), **options),
            output,
            WRITERS,
        )
    sums = _Sums(form)
    account = reading.read(sums.add, {})
    return reading.finish(account, lambda: reliability_report(form, sums.moments, **options), output, WRITERS)


class _Sums:
    """Moments of all batches."""

    def __init__(self, form: Instrument) -> None:
        self.form, self.moments = form, no_moments(form)

    def add(self, reader: AnswerReader) -> None:
        """Add a batch."""
        for _, codes in reader.blocks():
            self.moments += moments_of_codes(self.form, codes)
