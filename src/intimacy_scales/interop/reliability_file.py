"""A file of answers → the reliability of its scales, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.answers import MissingCode
from intimacy_scales.codes import AnswerReader
from intimacy_scales.columns import ColumnMap
from intimacy_scales.encoding import Codes
from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import NOT_ANSWERED, Instrument, normalized
from intimacy_scales.interop.file_pass import (
    FilePass,
    Progress,
    StatisticsFileReport,
    check_paths,
    joined,
)
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.moments.item_moments import moments_of_codes, no_moments
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reliability.alpha import NEED_ANSWERS, IntervalMethod
from intimacy_scales.reliability.report import ReliabilityReport, reliability_report
from intimacy_scales.results import counted
from intimacy_scales.sheet import OnInvalid

WRITERS: dict[str, Callable[[ReliabilityReport], str]] = {
    ".json": ReliabilityReport.to_json,
    ".csv": ReliabilityReport.to_csv,
    ".md": ReliabilityReport.to_markdown,
    ".html": ReliabilityReport.to_html,
}


ReliabilityFileReport = StatisticsFileReport[ReliabilityReport]


class _Gathered:
    """Sums of all batches; their codes and clusters too where intervals need them."""

    def __init__(self, form: Instrument, clusters: str | None, *, keep: bool) -> None:
        self.form, self.clusters, self.keep = form, clusters, keep
        self.moments = no_moments(form)
        self.codes: list[Codes] = []
        self.labels: list[Any] = []

    def add(self, reader: AnswerReader) -> None:
        if self.keep:
            self.codes.append(reader.read_all())
        else:
            for _, codes in reader.blocks():
                self.moments += moments_of_codes(self.form, codes)
        if self.clusters is not None:
            labels: Any = reader.table.values(self.clusters, "--clusters")
            listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
            self.labels += [
                None if isinstance(x, str) and normalized(x) in NOT_ANSWERED else x for x in listed
            ]

    def report(self, **options: Any) -> ReliabilityReport:
        if not self.keep:
            return reliability_report(self.form, self.moments, **options)
        answers = joined(self.form, self.codes)
        clusters = None if self.clusters is None else self._checked_labels()
        return reliability_report(self.form, answers, clusters=clusters, **options)

    def _checked_labels(self) -> list[Any]:
        missing = np.flatnonzero(label_positions(self.labels) < 0)
        if len(missing):
            raise ResponseError(
                f"--clusters: {counted(len(missing), 'person')} belong to none, the first in row "
                f"{missing[0] + 1} (row 1 is the first after the header); leave them out, or give each a "
                "label of its own"
            )
        return self.labels


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
    gathered = _Gathered(form, clusters, keep=clusters is not None or interval in NEED_ANSWERS)
    account = reading.read(gathered.add, {"--clusters": clusters})

    def compute() -> ReliabilityReport:
        return gathered.report(
            missing=missing,
            confidence_level=confidence_level,
            interval=interval,
            n_resamples=n_resamples,
            rng=rng,
        )

    return reading.finish(account, compute, output, WRITERS)
