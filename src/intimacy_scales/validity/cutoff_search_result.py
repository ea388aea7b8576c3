"""Result of `cutoff_search`: every cut-off, the chosen one, and its figures corrected for the choice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa, counted, digits_for, percent, shown
from intimacy_scales.validity.cutoff_figures import Criterion

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEW_PERSONS = 50  # in a group
_LARGE_OPTIMISM = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CutoffFigures:
    """Figures of one cut-off.

    Attributes
    ----------
    sensitivity, specificity
        Share of the group to detect that it detects, and of the other group that it does not.

    Examples
    --------
    >>> figures = CutoffFigures(sensitivity=0.8, specificity=0.9)
    >>> round(figures.youden, 3), round(figures.positive_likelihood_ratio, 3)
    (0.7, 8.0)
    >>> round(figures.positive_predictive_value(0.2), 3)
    0.667
    """

    sensitivity: float
    specificity: float

    @property
    def youden(self) -> float:
        """``sensitivity + specificity - 1`` (Youden, 1950)."""
        return self.sensitivity + self.specificity - 1

    @property
    def positive_likelihood_ratio(self) -> float:
        """``sensitivity / (1 - specificity)``; infinite where nobody is detected wrongly, nan for nobody."""
        return _ratio(self.sensitivity, 1 - self.specificity)

    @property
    def negative_likelihood_ratio(self) -> float:
        """``(1 - sensitivity) / specificity``."""
        return _ratio(1 - self.sensitivity, self.specificity)

    def positive_predictive_value(self, prevalence: float) -> float:
        """Return the share of those detected who belong to the group, with this share of it among people."""
        detected = self.sensitivity * prevalence
        return _ratio(detected, detected + (1 - self.specificity) * (1 - prevalence))

    def negative_predictive_value(self, prevalence: float) -> float:
        """Return the share of those not detected who do not belong to the group."""
        free = self.specificity * (1 - prevalence)
        return _ratio(free, free + (1 - self.sensitivity) * prevalence)


def _ratio(part: float, whole: float) -> float:
    if whole == 0:
        return math.nan if part == 0 else math.inf
    return part / whole


@result_class
class CutoffSearch(Result):
    """Cut-offs between two groups; ``float(result)`` gives the chosen one.

    Attributes
    ----------
    detect, other
        The group to detect, and the other one.
    detects_above
        Whether scores above a cut-off are detected; otherwise those below it.
    n_detect, n_other, n_clusters
        Persons of each group, and couples that were resampled (None without clusters).
    left_out
        Reason → persons who were left out for it.
    cutoffs, sensitivity, specificity
        (k,): every cut-off that divides the sample, ascending, with its figures.
    possible_scores
        Whether cut-offs are half-way between possible scores of the instrument; otherwise between scores of
        the sample.
    criterion, least_sensitivity
        How the cut-off was chosen; the second only with ``sensitivity``.
    chosen, equal
        Position of the chosen cut-off, and the first and last position of those that are equally good.
    optimism
        Mean over resamples of the figures of the cut-off chosen there, less its figures in the sample; nan
        if it is undefined.
    cutoff_interval
        Of the chosen cut-off: percentiles of those chosen in resamples.
    sensitivity_interval, specificity_interval
        Of the chosen cut-off, as if it had been fixed before.
    auc, auc_interval
        Area under the curve, which no choice has made larger, and its interval (DeLong et al., 1988; with
        clusters Obuchowski, 1997); None in documents from before it was recorded.
    prevalence
        Share of the group to detect among the people whom the cut-off is for; None if it was not given.
    n_resamples
        Number of resamples.
    instrument, scale
        What was scored; None for plain numbers.

    Examples
    --------
    >>> from intimacy_scales import cutoff_search
    >>> result = cutoff_search(
    ...     [3, 4, 6, 5, 2, 6, 7, 8, 5, 9], ["clinic"] * 5 + ["others"] * 5, higher="others", detect="clinic",
    ...     rng=1)
    >>> float(result), result.apparent
    (6.5, CutoffFigures(sensitivity=1.0, specificity=0.6))
    """

    title: ClassVar[str] = "Cut-off"
    _gained: ClassVar[Mapping[str, Any]] = {"auc_interval": None}
    _axes: ClassVar[Mapping[str, str]] = {"cutoffs": "k", "sensitivity": "k", "specificity": "k"}

    detect: str
    other: str
    detects_above: bool
    n_detect: int
    n_other: int
    n_clusters: int | None
    left_out: Mapping[str, int]
    cutoffs: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    specificity: NDArray[np.float64]
    possible_scores: bool
    criterion: Criterion
    least_sensitivity: float | None
    chosen: int
    equal: tuple[int, int]
    optimism: CutoffFigures
    cutoff_interval: Interval
    sensitivity_interval: Interval
    specificity_interval: Interval
    auc: float
    prevalence: float | None
    n_resamples: int
    instrument: InstrumentRef | None
    scale: str | None
    auc_interval: Interval | None = None

    def __float__(self) -> float:
        return self.cutoff

    @property
    def cutoff(self) -> float:
        """The chosen cut-off."""
        return float(self.cutoffs[self.chosen])

    @property
    def equally_good(self) -> tuple[float, float]:
        """The lowest and the highest cut-off that divide the sample as well as the chosen one."""
        return float(self.cutoffs[self.equal[0]]), float(self.cutoffs[self.equal[1]])

    @property
    def apparent(self) -> CutoffFigures:
        """Figures of the chosen cut-off in the sample that it was chosen in, which are too good."""
        return CutoffFigures(
            sensitivity=float(self.sensitivity[self.chosen]), specificity=float(self.specificity[self.chosen])
        )

    @property
    def corrected(self) -> CutoffFigures:
        """Apparent figures less their optimism: what to expect with new persons of these groups."""
        return CutoffFigures(
            sensitivity=self.apparent.sensitivity - self.optimism.sensitivity,
            specificity=self.apparent.specificity - self.optimism.specificity,
        )

    @property
    def optimism_of_youden(self) -> float:
        """Optimism of Youden's J: that of sensitivity and of specificity together."""
        return self.optimism.sensitivity + self.optimism.specificity

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the cut-off."""
        cautions = []
        if self.auc < 0.5:
            group = self.detect if self.detects_above else self.other
            cautions.append(
                f"{group} was expected to score higher, and scored lower: the area under the curve is "
                f"{apa(self.auc)}, below .50. The direction was kept as it was stated, and no cut-off should "
                "be used"
            )
        for label, n in ((self.detect, self.n_detect), (self.other, self.n_other)):
            if n < _FEW_PERSONS:
                cautions.append(
                    f"{counted(n, 'person')} of {label}: a cut-off chosen in so few is rough; look at its "
                    "interval"
                )
        if self.optimism_of_youden > _LARGE_OPTIMISM:
            cautions.append(
                f"optimism of Youden's J is {apa(self.optimism_of_youden)}: report the corrected figures"
            )
        cautions += self.cutoff_interval.warnings
        if self.cutoff_interval.reason:
            cautions.append(f"no correction and no interval: {self.cutoff_interval.reason}")
        return tuple(cautions)

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the cut-off and its figures as findings of an instrument, rounded to three decimals.

        Corrected figures are given where they are defined, otherwise apparent ones, so called.

        Parameters
        ----------
        sample, source
            Description of the persons, and a reference to the study.
        """
        kind, figures = (
            ("apparent", self.apparent) if self.cutoff_interval.reason else ("corrected", self.corrected)
        )
        side = "above" if self.detects_above else "below"
        which = f"{self.detect} {side} the cut-off, {self.other} on the other side"
        named = {
            f"cut-off by {self.criterion_name}": self.cutoff,
            f"sensitivity, {kind}": figures.sensitivity,
            f"specificity, {kind}": figures.specificity,
        }
        return tuple(
            Finding(
                step="validity", statistic=name, value=round(value, 3), scale=self.scale,
                of=which if self.scale is None else f"{self.scale}, {which}", sample=sample,
                n=self.n_detect + self.n_other, source=source,
            )
            for name, value in named.items()
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the figures of the chosen cut-off, as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {
            "cutoff": self.cutoff,
            "apparent": plain(self.apparent),
            "corrected": plain(self.corrected),
            "warnings": [*self.warnings],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls, cutoff=float, apparent=CutoffFigures, corrected=CutoffFigures, warnings=Sequence[str]
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CutoffSearch:
        return made_of(cls, values)

    def figures(self) -> tuple[CutoffFigures, ...]:
        """Return the figures of every cut-off, in their order."""
        return tuple(
            CutoffFigures(sensitivity=one, specificity=two)
            for one, two in zip(self.sensitivity.tolist(), self.specificity.tolist(), strict=True)
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for every cut-off.

        Predictive values are nan unless the prevalence was given.
        """
        from intimacy_scales.results.frames import pandas_frame

        rows, share = self.figures(), math.nan if self.prevalence is None else self.prevalence
        columns: dict[str, Any] = {
            "cutoff": self.cutoffs,
            "sensitivity": self.sensitivity,
            "specificity": self.specificity,
            "youden": [row.youden for row in rows],
            "positive_likelihood_ratio": [row.positive_likelihood_ratio for row in rows],
            "negative_likelihood_ratio": [row.negative_likelihood_ratio for row in rows],
            "positive_predictive_value": [row.positive_predictive_value(share) for row in rows],
            "negative_predictive_value": [row.negative_predictive_value(share) for row in rows],
        }
        return pandas_frame(columns).set_index("cutoff")

    @property
    def criterion_name(self) -> str:
        """What the cut-off was chosen by, in words."""
        if self.criterion == "sensitivity":
            return f"sensitivity of at least {apa(self.least_sensitivity or 0.0)}"
        return {"youden": "Youden's J", "closest": "the point closest to (0, 1)"}[self.criterion]

    def sentence(self) -> str:
        """Return cut-off, criterion, corrected figures and area under the curve as text for a paper."""
        from intimacy_scales.validity.cutoff_texts import sentence_of

        return sentence_of(self)

    def page(self) -> Page:
        """Return the chosen cut-off, cut-offs around it, cautions and sentence as data."""
        from intimacy_scales.validity.cutoff_texts import page_of

        return page_of(self)

    def auc_text(self) -> str:
        """Return the area under the curve with its interval, as text.

        Examples
        --------
        >>> from intimacy_scales import cutoff_search
        >>> scores, where = [3, 4, 6, 5, 2, 6, 7, 8, 5, 9], ["clinic"] * 5 + ["others"] * 5
        >>> cutoff_search(scores, where, higher="others", detect="clinic", rng=1).auc_text()
        '.92, 95% CI [.56, .99] (DeLong, logit)'
        """
        interval = self.auc_interval
        if interval is None or interval.reason:
            return apa(self.auc)
        level = percent(interval.confidence_level)
        return f"{apa(self.auc)}, {level} CI {interval.ends(2)} ({interval.method})"

    def cutoff_text(self, value: float) -> str:
        """Return a cut-off as text, with as many decimals as tell it from its neighbours."""
        least = float(np.min(np.diff(self.cutoffs))) if len(self.cutoffs) > 1 else 1.0
        return shown(value, digits_for(least, least=1))

    @property
    def what(self) -> str:
        """Scale and instrument after the title; empty for plain numbers."""
        return "" if self.instrument is None else f", {self.scale} of {self.instrument.id}"

    def __repr__(self) -> str:
        side = "above" if self.detects_above else "below"
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        corrected = self.corrected
        return (
            f"<{self.title}{self.what}: {self.detect} {side} {self.cutoff_text(self.cutoff)} by "
            f"{self.criterion_name}; sensitivity {apa(corrected.sensitivity, 3)}, specificity "
            f"{apa(corrected.specificity, 3)}, J {apa(corrected.youden, 3)} corrected (in this sample "
            f"{apa(self.apparent.youden, 3)}); AUC {apa(self.auc, 3)}, n = {self.n_detect} and {self.n_other}"
            f"{cautions}>"
        )
