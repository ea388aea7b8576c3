"""The reports that a text is made of, sorted by instrument and by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.errors import DocumentError, ResponseError
from intimacy_scales.factor.confirmatory.comparison import ModelComparison
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.report.result import StructureReport
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.tolerances import EQUAL_FITS
from intimacy_scales.papers.notes import names_told_apart
from intimacy_scales.papers.same_persons import unlike_scores
from intimacy_scales.reliability.report.report import ReliabilityReport
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.validity import ContentValidity, KnownGroups, MinimalImportantChange

Report = (
    Instrument
    | Scores
    | ReliabilityReport
    | StructureReport
    | CFAResult
    | ModelComparison
    | CoupleReport
    | ContentValidity
    | KnownGroups
    | MinimalImportantChange
)
_KINDS = (
    "an Instrument, Scores, or the result of reliability_report, structure_report, cfa, sem, invariance, "
    "compare_models, dyadic_invariance, couple_report, content_validity, known_groups or "
    "minimal_important_change"
)


@dataclass(slots=True, kw_only=True)
class Given:
    """Reports of one instrument.

    Attributes
    ----------
    ref
        Its reference; None for models of tables that belong to no instrument.
    form
        The instrument, where it was passed or comes with scores.
    scores, reliability, structure, models, comparisons, couples, content, groups, changes
        The reports by kind, each once.
    """

    ref: InstrumentRef | None
    form: Instrument | None = None
    scores: list[Scores] = field(default_factory=list)
    reliability: list[ReliabilityReport] = field(default_factory=list)
    structure: list[StructureReport] = field(default_factory=list)
    models: list[CFAResult] = field(default_factory=list)
    comparisons: list[ModelComparison] = field(default_factory=list)
    couples: list[CoupleReport] = field(default_factory=list)
    content: list[ContentValidity] = field(default_factory=list)
    groups: list[KnownGroups] = field(default_factory=list)
    changes: list[MinimalImportantChange] = field(default_factory=list)

    def add(self, report: Report) -> None:
        """Add a report, unless an equal one is there."""
        if isinstance(report, Instrument):
            self.form, self.ref = report, report.ref
            return
        if isinstance(report, Scores):
            self.form = report.form
        kinds: tuple[tuple[Any, list[Any]], ...] = (
            (Scores, self.scores),
            (ReliabilityReport, self.reliability),
            (StructureReport, self.structure),
            (CFAResult, self.models),
            (ModelComparison, self.comparisons),
            (CoupleReport, self.couples),
            (ContentValidity, self.content),
            (KnownGroups, self.groups),
            (MinimalImportantChange, self.changes),
        )
        reports = next(reports for kind, reports in kinds if isinstance(report, kind))
        if not any(report is other or report == other for other in reports):
            reports.append(report)

    def further_models(self) -> list[CFAResult]:
        """Return the fitted models whose fit no structure report has."""
        return [m for m in self.models if not any(_same_model(m, report) for report in self.structure)]

    def instrument(self) -> Instrument | None:
        """Return the instrument, the shipped one where none was passed; None where there is none.

        Raises
        ------
        ResponseError
            It is not shipped and was not passed.
        """
        if self.form is not None or self.ref is None:
            return self.form
        try:
            form: Instrument = instrument_for(self.ref, None)
        except DocumentError as error:
            raise ResponseError(
                f"{self.ref.told_apart} is not the shipped instrument of that name: pass the instrument (or "
                "its scores) too, as in methods_section(instrument, report)"
            ) from error
        return form


def _same_model(model: CFAResult, report: StructureReport) -> bool:
    """Return whether a structure report has the fit of a model, perhaps with factors identified otherwise."""
    first, second = model.fit, report.fit
    if second is None or (model.estimator, model.missing) != (report.estimator, report.missing):
        return False
    tolerance = EQUAL_FITS * max(1.0, second.chi_square)
    same_size = (first.df, first.n, first.n_groups) == (second.df, second.n, second.n_groups)
    return same_size and abs(first.chi_square - second.chi_square) <= tolerance


def ref_of(report: Report) -> InstrumentRef | None:
    """Return the reference of the instrument that a report is about, or None."""
    if isinstance(report, Instrument):
        return report.ref
    if isinstance(report, ModelComparison) and not isinstance(report, DyadicInvariance):
        return next((model.instrument for model in report.models.values()), None)
    if isinstance(report, ContentValidity | MinimalImportantChange):
        return None  # of a bank, or of changes of plain scores
    return report.instrument


def given_by_instrument(function: str, reports: Sequence[Any], *, several: bool) -> tuple[Given, ...]:
    """Return the reports by instrument, in the order in which instruments first appear.

    Parameters
    ----------
    function
        Name of the public function, for messages.
    reports
        What was passed.
    several
        Whether they may belong to several instruments.

    Raises
    ------
    ResponseError
        Nothing was passed, or something that is not a report; reports of several instruments, unless allowed.
    """
    if not reports:
        raise ResponseError(f"{function}() needs at least one report; allowed: {_KINDS}")
    groups: list[Given] = []
    without: list[Report] = []
    for report in reports:
        if not isinstance(report, Report):
            raise ResponseError(f"{function}() cannot describe {type(report).__name__}; allowed: {_KINDS}")
        ref = ref_of(report)
        if ref is None:
            without.append(report)
        else:
            _group_for(ref, groups).add(report)
    if len(groups) > 1 and not several:
        names = "; ".join(names_told_apart([group.ref for group in groups if group.ref is not None]))
        raise ResponseError(
            f"{function}() was passed reports of {len(groups)} instruments: {names}. Call it once for each, "
            "or pass several_instruments=True to describe them one after the other"
        )
    if without:  # models of scores and the like, which belong to the only instrument there is
        if len(groups) != 1:
            groups.append(Given(ref=None))
        for report in without:
            groups[-1].add(report)
    for group in groups:
        _check_persons(function, group)
        _check_content(function, group)
    return tuple(groups)


def _group_for(ref: InstrumentRef, groups: list[Given]) -> Given:
    """Return the group of reports of an instrument, with or without more evidence; a new one is added."""
    for group in groups:
        if group.ref is not None and group.ref.scores_alike(ref):
            return group
    groups.append(Given(ref=ref))
    return groups[-1]


def _check_content(function: str, given: Given) -> None:
    """Raise where experts judged no item of the instrument."""
    form = given.form
    if form is None:
        return
    for content in given.content:
        judged = {row.item for rows in content.judged_rows.values() for row in rows}
        if judged.isdisjoint(form.item_ids):
            raise ResponseError(
                f"{function}() was passed {form.ref.named} and judgements of experts about none of its "
                f"items, but about {shortened(min(judged))}, for example. Describe the judgements in a call "
                "of their own, or pass the instrument that the items belong to"
            )


def _check_persons(function: str, given: Given) -> None:
    """Raise where a report has the N of scores and contradicts all of them."""
    for report in given.reliability:
        alike = [scores for scores in given.scores if scores.n_persons == report.n_persons]
        unlike = [unlike_scores(report, scores) for scores in alike]
        if alike and None not in unlike:
            raise ResponseError(
                f"{function}() was passed scores and a reliability report of {report.n_persons} persons each "
                f"that are not of the same persons and answers: {unlike[0]}. Compute both from the same "
                "table, or describe each sample in a call of its own"
            )
