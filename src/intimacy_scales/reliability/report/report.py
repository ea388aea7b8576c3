"""Reliability of every scale of an instrument: `reliability_report`."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.warning import warning_lines
from intimacy_scales.errors import EstimationError, KeyingWarning, UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.starts import known_axes
from intimacy_scales.instrument import Finding, Instrument, InstrumentRef, Step
from intimacy_scales.late import late_module
from intimacy_scales.messages import level_outside, not_one_of, suggest
from intimacy_scales.moments.answers import Answers, answers_given, needs_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import (
    CheckedClusters,
    Clusters,
    cluster_positions,
    column_positions,
    no_pairs,
)
from intimacy_scales.moments.item_moments import ItemMoments, moments_of_codes
from intimacy_scales.moments.keyed import Floats, Missing, check_missing, keyed_moments
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.alpha import METHODS, IntervalMethod
from intimacy_scales.reliability.consistency.estimand import NEED_ANSWERS
from intimacy_scales.reliability.items.analysis import ItemAnalysis
from intimacy_scales.reliability.report.rendering import LEGEND, items_tables, report_cells
from intimacy_scales.reliability.report.scale_report import (
    IntervalOptions,
    ScaleReliability,
    scale_reliability,
)
from intimacy_scales.reliability.report.sentence import method_sentence
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.not_kept import NotKept
from intimacy_scales.results.paged import ReportPage
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEW_CLUSTERS = 30


@result_class
class ReliabilityReport(ReportPage, Result):
    """Reliability of every scale; ``report["trust"]`` gives all details of one.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    scales
        One `ScaleReliability` for each scale.
    n_persons
        Number of rows, including those with missing answers.
    missing
        ``pairwise`` or ``listwise``.
    confidence_level, interval_method, omega_interval_method
        Confidence level and methods of the intervals of alpha and omega.
    n_clusters
        Number of clusters; None if persons are independent.
    notes
        Cautions that apply to all scales.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> report = reliability_report("scii-12", simulate("scii-12", 200, rng=1).answers)
    >>> len(report), report["total"].n_items, report.interval_method
    (7, 12, 'bonett')
    """

    instrument: InstrumentRef
    scales: tuple[ScaleReliability, ...]
    n_persons: int
    missing: Missing
    confidence_level: float
    interval_method: str
    omega_interval_method: str
    n_clusters: int | None
    notes: tuple[str, ...] = ()

    def __getitem__(self, scale: str) -> ScaleReliability:
        """Return one scale's result."""
        for result in self.scales:
            if result.scale == scale:
                return result
        known = [result.scale for result in self.scales]
        raise UnknownNameError(
            f"{self.instrument.id} has no scale {scale!r}; it has {', '.join(known)}{suggest(scale, known)}"
        )

    def __iter__(self) -> Iterator[ScaleReliability]:
        return iter(self.scales)

    def __len__(self) -> int:
        return len(self.scales)

    @property
    def items(self) -> dict[str, ItemAnalysis]:
        """Item analysis of each scale of items."""
        return {result.scale: result.items for result in self.scales if result.items is not None}

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using these figures, each with its scale."""
        cautions: list[str] = list(self.notes)
        for result in self.scales:
            scale = f"{result.scale}:"
            cautions += [text if text.startswith(scale) else f"{scale} {text}" for text in result.warnings]
            if result.stratified is not None and result.stratified.reason:
                cautions.append(f"{scale} stratified alpha is not defined: {result.stratified.reason}")
            if result.alpha.reason:
                cautions.append(f"{scale} alpha is not defined: {result.alpha.reason}")
            if result.omega.reason and result.omega.reason != result.alpha.reason and result.n_items > 2:
                cautions.append(f"{scale} omega is not defined: {result.omega.reason}")
            if result.alpha.reason is None and result.interval.reason:
                cautions.append(f"{scale} no interval: {result.interval.reason}")
            omega_interval = result.omega_interval
            if result.omega.reason is None and not result.omega.improper and omega_interval.reason:
                cautions.append(f"{scale} no interval of omega: {omega_interval.reason}")
        return tuple(cautions)

    def columns(self) -> dict[str, list[Any]]:
        """Return the columns of `to_frame`.

        ``stratified_alpha`` is included only if there are composites; ``improper``, the names of figures that
        are nan because a solution is improper, only if there are any.
        """
        rows = [result.row() for result in self.scales]
        if any(result.improper for result in self.scales):
            rows = [
                row | {"improper": " ".join(result.improper)}
                for row, result in zip(rows, self.scales, strict=True)
            ]
        names = [
            n
            for n in rows[0]
            if n != "stratified_alpha" or any(r.stratified is not None for r in self.scales)
        ]
        return {"scale": [r.scale for r in self.scales]} | {
            name: [row[name] for row in rows] for name in names
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each scale: n, alpha and omega with intervals, and more."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self.columns()).set_index("scale")

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        return {
            "instrument": self.instrument.to_dict(),
            "n_persons": self.n_persons,
            "missing": self.missing,
            "confidence_level": self.confidence_level,
            "interval_method": self.interval_method,
            "omega_interval_method": self.omega_interval_method,
            "n_clusters": self.n_clusters,
            "scales": [result.to_dict() for result in self.scales],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
            "sentence": self.sentence(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str], sentence=str)

    def to_csv(self) -> str:
        """Return `to_frame` as CSV text, each row with its origin; undefined values are empty."""
        origin = {
            **self.instrument.identity(),
            "n_persons": self.n_persons,
            "n_clusters": self.n_clusters,
            "missing": self.missing,
            "confidence_level": self.confidence_level,
            "interval_method": self.interval_method,
            "omega_interval_method": self.omega_interval_method,
        }
        frame = self.to_frame().assign(n_complete=[result.n_complete for result in self.scales])
        return csv_text(frame.assign(**origin), index=True)

    def page(self) -> Page:
        """Return the page that `to_markdown`, `to_html` and others write, as data."""
        return Page(
            title=self.title,
            tables=(
                TextTable(title="Scales", columns=report_cells(self.columns(), self.confidence_level)),
                *items_tables(self.items),
            ),
            warnings=tuple(self.warnings),
            sentence=self.sentence(),
            legend=LEGEND,
        )

    def to_r(self, path: str = "answers.csv", *, instrument: Instrument | str | Path | None = None) -> str:
        """Return an R script that computes these figures with psych and lavaan, from a CSV file of answers.

        It prints a line for each figure: its name here, such as ``trust.alpha.estimate``, and its value.
        Alpha, standardized alpha, lambda-2, the mean correlation, item statistics, Bonett's interval and
        omega with its logit interval are equal by definition; comments in the script name what R has no
        function for. The reference page *Agreement with R* has the tolerances.

        Parameters
        ----------
        path
            The CSV file that the script reads: a column of numbers for each item, as they were stored.
        instrument
            The instrument, where it is not shipped and the report was read from a document.

        Raises
        ------
        DocumentError
            The instrument is not known, or is not that of the report.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> script = reliability_report("ras", simulate("ras", 100, rng=1).answers).to_r("ras.csv")
        >>> [line for line in script.splitlines() if "read.csv" in line]
        ['answers <- read.csv("ras.csv", check.names = FALSE, colClasses = "character",']
        """
        from intimacy_scales.reliability.report.r_script import reliability_script

        return reliability_script(self, self._form(instrument), path)

    def _form(self, instrument: Instrument | str | Path | None) -> Instrument:
        """Return the instrument: the one passed, the one that was answered, or the shipped one."""
        kept = self.scales[0].alpha.answers
        if instrument is None and not isinstance(kept, NotKept):
            return kept.instrument
        form: Instrument = instrument_for(self.instrument, instrument)
        return form

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the figures in the form of an instrument's evidence, rounded to three decimals.

        For each scale of items: the range of corrected item-total correlations. For every scale: alpha
        (stratified alpha for composites) and omega total, if they are defined.

        Parameters
        ----------
        sample, source
            Description of the sample, and citation of the study.
        """

        def finding(step: Step, statistic: str, scale: str, n: int, *values: float) -> Finding:
            rounded = tuple(round(value, 3) for value in values)
            return Finding(
                step=step,
                statistic=statistic,
                value=rounded if len(rounded) > 1 else rounded[0],
                scale=scale,
                sample=sample,
                n=n,
                source=source,
            )

        findings = []
        for result in self.scales:
            if result.items is not None and not np.isnan(result.items.r_drop).all():
                ends = (float(np.nanmin(result.items.r_drop)), float(np.nanmax(result.items.r_drop)))
                findings.append(
                    finding("items", "item-total correlations from, to", result.scale, self.n_persons, *ends)
                )
            alpha: tuple[str, Coefficient] = ("alpha", result.alpha)
            if result.stratified is not None:  # the reliability of the composite's score
                alpha = ("stratified alpha", result.stratified)
            for name, coefficient in (alpha, ("omega total", result.omega)):
                if coefficient.reason is None and not (name == "omega total" and result.omega.improper):
                    findings.append(
                        finding("reliability", name, result.scale, coefficient.n, coefficient.estimate)
                    )
        return tuple(findings)

    def sentence(self) -> str:
        """Return sentences for a Method section: coefficients, intervals, n and missing rule."""
        return method_sentence(
            self.instrument, self.scales, self.missing, self.n_persons, n_clusters=self.n_clusters
        )

    @property
    def title(self) -> str:
        """Heading of the report."""
        clusters = "" if self.n_clusters is None else f" in {self.n_clusters} clusters"
        return (
            f"Reliability of {self.instrument}, {counted(self.n_persons, 'person')}{clusters}, {self.missing}"
        )

    def __repr__(self) -> str:
        table = frame_text(self.to_frame())
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self.title}\n{table}{cautions}>"

    def _repr_html_(self) -> str:
        return html_fragment(self.page(), main_only=True)


def _notes(
    answers: CodedResponses | ItemMoments,
    groups: NDArray[np.intp] | None,
    n_clusters: int | None,
    person: Hashable,
) -> tuple[str, ...]:
    """Return cautions that apply to all scales: few clusters, persons who answered more than once."""
    notes = []
    if n_clusters is not None and n_clusters < _FEW_CLUSTERS:
        clusters = counted(n_clusters, "cluster")
        notes.append(f"{clusters}: with fewer than about {_FEW_CLUSTERS}, intervals are too narrow")
    if groups is not None and (note := no_pairs(groups)):
        notes.append(note)
    if isinstance(answers, CodedResponses) and person is not None and groups is None:
        n_persons = len(np.unique(column_positions(answers, person, "person")))
        if n_persons < len(answers):
            notes.append(
                f"{len(answers)} rows of {counted(n_persons, 'person')} are treated as different persons; "
                "use diary_reliability(), or clusters= with the column of persons"
            )
    return tuple(notes)


def _coding_cautions(summed: ItemMoments, scales: Sequence[ScaleReliability]) -> tuple[str, ...]:
    """Return a line for items that seem stored otherwise, of scales whose keys no other caution is about."""
    named = [item for scale in scales if scale.keying is not None for item in scale.keying.items]
    return warning_lines(summed, named=named)


def _correlations(form: Instrument, summed: ItemMoments, missing: Missing) -> list[Floats]:
    """Return the correlations between the items of each scale of items."""
    scales = [scale for scale in form.scale_ids if not form.scale(scale).of]
    return [keyed_moments(summed, scale, missing, pair_sds=False).correlations() for scale in scales]


@reads_answers
def reliability_report(
    instrument: Instrument | str | Path | Answers,
    responses: Any = None,
    *,
    missing: Missing = "pairwise",
    confidence_level: float = 0.95,
    interval: IntervalMethod | None = None,
    clusters: Clusters | ClusterSums = None,
    n_resamples: int = 2000,
    rng: int | np.random.Generator | None = None,
    **reading: Unpack[ReadingOptions],
) -> ReliabilityReport:
    """Compute the reliability of every scale of an instrument.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one; or checked answers or moments alone.
    responses
        A table of answers as in `encode`, `CodedResponses`, or `ItemMoments` of a stream.
    missing
        ``pairwise``: each covariance from all persons who answered both items. ``listwise``: from persons
        who answered every item of the scale.
    confidence_level
        Confidence level of the intervals of alpha and omega.
    interval
        Interval of alpha, as in `CronbachAlpha.confidence_interval`; by default ``bonett``, and ``adf`` with
        clusters. The interval of omega is ``adf`` if this is ``adf`` or a bootstrap, and otherwise ``logit``
        (docs/explanation/omega.md gives the reasons).
    clusters
        Clusters of persons, such as couples: a column of the table, or a label for each person; with moments,
        the `ClusterSums` that belong to them.
    n_resamples, rng
        For bootstrap intervals: number of resamples, and a seed or Generator. By default, each call draws
        other resamples: pass a seed for reproducible ones.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    ReliabilityReport

    Raises
    ------
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does.
    EstimationError
        Options that cannot be combined, such as a bootstrap of moments.

    Warns
    -----
    KeyingWarning
        Items run against their key; they are named and left as they are.

    Notes
    -----
    A composite (a scale of scales) has alpha over all its items, and stratified alpha, which is the
    reliability of its score. A coefficient that is undefined for these answers is nan, with a reason in the
    result.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> report = reliability_report("scii-24", simulate("scii-24", 300, missing=0.02, rng=1).answers)
    >>> round(report["trust"].alpha.estimate, 2), report["trust"].n_complete
    (0.8, 282)
    """
    check_missing(missing)
    check_level(confidence_level)
    how = reading_of(reading)
    answers = answers_given(instrument, responses, reading, clusters=clusters, person=how.person)
    form = answers.instrument
    if isinstance(answers, CodedResponses):
        summed = moments_of_codes(form, answers.codes, squares=False, composites=missing == "listwise")
        groups = None if clusters is None else cluster_positions(answers, clusters)
    else:
        summed, groups = answers, None
        if clusters is not None and not isinstance(clusters, ClusterSums):
            raise needs_answers("clusters=")
    if interval is not None and interval not in METHODS:
        raise EstimationError(not_one_of("interval", interval, METHODS))
    method = interval or ("bonett" if clusters is None else "adf")
    sums = clusters if isinstance(clusters, ClusterSums) else None
    checked_clusters = sums if groups is None else CheckedClusters(groups)
    n_clusters = None if sums is None else sums.n_clusters
    if groups is not None:
        n_clusters = len(np.unique(groups))
    options = IntervalOptions(
        confidence_level=confidence_level,
        method=method,
        clusters=checked_clusters,
        n_resamples=n_resamples,
        rng=rng,
    )
    # a report keeps sums, not each person's answers; intervals that need the answers are computed before
    interval_source = answers if method in NEED_ANSWERS else summed
    with one_blas_thread(), known_axes(_correlations(form, summed, missing)):
        results: dict[str, ScaleReliability] = {}
        for scale in form.scale_order:  # scales before the composites that contain them
            results[scale] = scale_reliability(
                form, scale, summed, interval_source, missing, options, results
            )
    scales = tuple(results[scale].without_answers(summed) for scale in form.scale_ids)
    report = ReliabilityReport(
        instrument=form.ref,
        scales=scales,
        n_persons=summed.n_persons,
        missing=missing,
        confidence_level=confidence_level,
        interval_method=method,
        omega_interval_method=options.of_omega,
        n_clusters=n_clusters,
        notes=(*_notes(answers, groups, n_clusters, how.person), *_coding_cautions(summed, scales)),
    )
    miskeyed = [str(result.keying) for result in scales if result.keying is not None]
    if miskeyed:
        python_warnings.warn("\n".join(miskeyed), KeyingWarning, stacklevel=level_outside())
    return report
