"""The result of `minimal_important_change`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, joined, percent, shown
from intimacy_scales.validity.units import scale_name

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Method = Literal["adjusted", "predicted", "roc", "mean change"]
METHODS: dict[Method, str] = {
    "adjusted": "predictive modelling, adjusted for the share improved (Terluin, Eekhout & Terwee, 2017)",
    "predicted": "predictive modelling (Terluin, Eekhout, Terwee & de Vet, 2015)",
    "roc": "ROC, largest sensitivity + specificity - 1",
    "mean change": "mean change of the persons with the smallest improvement",
}
WEAK, STRONG = 0.30, 0.50
_EQUAL_SHARES = (0.3, 0.7)  # within them the adjustment moved thresholds by less than 0.2 standard deviations


@result_class
class ChangeThreshold(Result):
    """A minimal important change by one method; ``float(threshold)`` gives it.

    Attributes
    ----------
    method
        ``adjusted``, ``predicted``, ``roc`` or ``mean change``.
    estimate
        In the units of the score; nan if it is undefined.
    interval
        Percentile bootstrap over couples, or over persons without clusters.
    n
        Persons that it rests on.
    reason
        Why it is undefined; None if it is defined.

    Examples
    --------
    >>> from intimacy_scales import minimal_important_change
    >>> minimal_important_change(
    ...     changes=[-1, 0, 1, 2, 0, 1, 2, 3], anchor=[1, 1, 1, 1, 2, 2, 2, 2], improved=[2], rng=1)["roc"]
    <Minimal important change, roc: 0.500 [-0.500, 2.500]>
    """

    method: Method
    estimate: float
    interval: Interval
    n: int
    reason: str | None = None

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        end = f"undefined: {self.reason}" if self.reason else f"{shown(self.estimate)} {self.interval}"
        return f"<Minimal important change, {self.method}: {end}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorLevel:
    """The persons with one value of the anchor.

    Attributes
    ----------
    value
        The value, as text.
    improved
        Whether it counts as improved.
    n
        Persons with this value and a change.
    mean, sd
        Of their changes; nan where there are none, or one.
    """

    value: str
    improved: bool
    n: int
    mean: float
    sd: float


def _interval_text(interval: Interval) -> str:
    """Return an interval as the end of a clause; that it is undefined where it is."""
    if interval.reason:
        return " (no interval: it is undefined in too many resamples)"
    return f", {percent(interval.confidence_level)} CI {interval.ends(2)}"


@result_class
class MinimalImportantChange(Result):
    """The smallest change that persons call an improvement; ``float(result)`` gives the adjusted one.

    Attributes
    ----------
    thresholds
        By each method: ``adjusted``, ``predicted``, ``roc``, ``mean change``; also ``result[method]``.
    n, n_left_out
        Persons with a change and an anchor, and persons without one of them.
    n_clusters
        Couples that were drawn; None without clusters.
    levels
        The persons by value of the anchor, the worst first.
    smallest_improvement
        The value of the anchor whose persons ``mean change`` is of.
    anchor_correlation, anchor_interval
        Spearman correlation of change and anchor, higher where a better rating goes with more improvement.
    point_biserial
        Correlation of improvement in the score with being improved.
    sd_change
        Standard deviation of the changes.
    intercept, slope
        Logistic regression of being improved on the change; nan where it has no finite estimates.
    auc, sensitivity, specificity
        Area under the curve, and of the threshold by ROC.
    higher_is_better
        Whether higher scores mean improvement; if not, thresholds are negative changes.
    sem
        Standard error of measurement of one score, if it was given.
    confidence_level
        Of the intervals, and of the smallest detectable change.

    Examples
    --------
    >>> from intimacy_scales import minimal_important_change
    >>> result = minimal_important_change(
    ...     changes=[-2, -1, 0, 0, 1, 1, 2, 3, 2, 4, 1, 0], anchor=[1, 2, 3, 3, 3, 4, 3, 4, 4, 5, 4, 4],
    ...     improved=[4, 5], rng=1)
    >>> round(result["predicted"].estimate, 2), result.n_improved
    (0.88, 6)
    """

    _title: ClassVar[str] = "Minimal important change"

    thresholds: tuple[ChangeThreshold, ...]
    n: int
    n_left_out: int
    n_clusters: int | None
    levels: tuple[AnchorLevel, ...]
    smallest_improvement: str
    anchor_correlation: float
    anchor_interval: Interval
    point_biserial: float
    sd_change: float
    intercept: float
    slope: float
    auc: float
    sensitivity: float
    specificity: float
    higher_is_better: bool
    sem: float | None
    confidence_level: float

    def __float__(self) -> float:
        return float(self["adjusted"])

    def __getitem__(self, method: str) -> ChangeThreshold:
        for threshold in self.thresholds:
            if threshold.method == method:
                return threshold
        raise EstimationError(not_one_of("method", method, tuple(METHODS)))

    @property
    def n_improved(self) -> int:
        """Number of persons whose anchor counts as improved."""
        return sum(level.n for level in self.levels if level.improved)

    @property
    def share_improved(self) -> float:
        """Share of persons whose anchor counts as improved."""
        return self.n_improved / self.n

    @property
    def smallest_detectable_change(self) -> float | None:
        """``z sqrt(2) SEM``: change of one person beyond measurement error; None without a SEM."""
        if self.sem is None:
            return None
        return normal_quantile(self.confidence_level) * math.sqrt(2) * self.sem

    @property
    def detectable(self) -> bool | None:
        """Whether an important change of one person exceeds measurement error; None if it is not known."""
        smallest = self.smallest_detectable_change
        if smallest is None or math.isnan(float(self)):
            return None
        return abs(float(self)) >= smallest

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the thresholds."""
        cautions = []
        r = self.anchor_correlation
        if not r >= WEAK:
            cautions.append(
                f"change and anchor correlate {apa(r)}, below {apa(WEAK)}: the anchor hardly rates what the "
                "scale measures, and no threshold should be used (Revicki et al., 2008; Devji et al., 2020)"
            )
        elif r < STRONG:
            cautions.append(
                f"change and anchor correlate {apa(r)}, below {apa(STRONG)}: credibility of the anchor is "
                "limited (Devji et al., 2020)"
            )
        low, high = _EQUAL_SHARES
        if not low <= self.share_improved <= high:
            cautions.append(
                f"{percent(round(self.share_improved, 3))} improved: far from one half the threshold depends "
                "much on the adjustment, which assumes an anchor without errors of its own"
            )
        against = [row for row in self.thresholds if row.estimate * (1 if self.higher_is_better else -1) < 0]
        if against:
            cautions.append(
                f"{joined([row.method for row in against])}: the threshold is against the direction of "
                "improvement; most scores went the other way, or the direction of the scale is another"
            )
        if self.detectable is False:
            cautions.append(
                f"the important change ({shown(float(self))}) is smaller than the smallest detectable change "
                f"({shown(self.smallest_detectable_change)}): of one person, it cannot be told from "
                "measurement error"
            )
        for threshold in self.thresholds:
            cautions += [f"{threshold.method}: {text}" for text in threshold.interval.warnings]
            if threshold.interval.reason and not threshold.reason:
                cautions.append(f"{threshold.method}: no interval, {threshold.interval.reason}")
        if self["predicted"].reason:
            cautions.append(self["predicted"].reason)
        return tuple(cautions)

    def findings(self, *, sample: str, source: str, scale: str | None = None) -> tuple[Finding, ...]:
        """Return the defined thresholds and the correlation as findings, rounded to three decimals.

        Parameters
        ----------
        sample, source
            Description of the persons, and a reference to the study.
        scale
            Id of the scale whose changes these are.

        Raises
        ------
        EstimationError
            ``scale`` cannot be an id.
        """
        scale = scale_name(scale)
        named = {
            f"minimal important change, {threshold.method}": threshold.estimate
            for threshold in self.thresholds
        }
        named["correlation of change and anchor"] = self.anchor_correlation
        return tuple(
            Finding(
                step="change", statistic=name, value=round(value, 3), scale=scale, sample=sample, n=self.n,
                source=source,
            )
            for name, value in named.items() if not math.isnan(value)
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and what follows from them as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {
            "smallest_detectable_change": plain(self.smallest_detectable_change),
            "warnings": [*self.warnings],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, smallest_detectable_change=float | None, warnings=Sequence[str])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> MinimalImportantChange:
        return made_of(cls, values)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each method."""
        from intimacy_scales.results.frames import pandas_frame

        rows = self.thresholds
        columns: dict[str, Any] = {
            "method": [row.method for row in rows],
            "estimate": [row.estimate for row in rows],
            "low": [row.interval.low for row in rows],
            "high": [row.interval.high for row in rows],
            "n": [row.n for row in rows],
        }
        return pandas_frame(columns).set_index("method")

    def sentence(self) -> str:
        """Return the adjusted threshold, the anchor and the measurement error as text for a paper."""
        chosen = self["adjusted"]
        units = f", {counted(self.n_clusters, 'couple')}" if self.n_clusters is not None else ""
        start = (
            f"Of {counted(self.n, 'person')}{units}, {self.n_improved} "
            f"({percent(round(self.share_improved, 3))}) rated themselves as improved; the rating and the "
            f"change of the score correlated {apa(self.anchor_correlation)} (Spearman)."
        )
        if chosen.reason:
            return f"{start} The minimal important change is undefined: {chosen.reason}."
        text = (
            f" The minimal important change by predictive modelling, adjusted for the share improved, was "
            f"{shown(chosen.estimate, 2)}{_interval_text(chosen.interval)}."
        )
        if self.smallest_detectable_change is not None:
            than = "not smaller" if self.detectable else "smaller"
            text += (
                f" It is {than} than the smallest detectable change of one person, "
                f"{shown(self.smallest_detectable_change, 2)}."
            )
        return start + text

    def page(self) -> Page:
        """Return thresholds, levels of the anchor, cautions and sentence as data."""
        rows = self.thresholds
        levels = self.levels
        return Page(
            title=f"{self._title}, {counted(self.n, 'person')}",
            facts=(
                f"{self.n_left_out} left out without a change or an anchor",
                f"correlation of change and anchor (Spearman) {apa(self.anchor_correlation, 3)} "
                f"{self.anchor_interval}",
                f"area under the curve {apa(self.auc, 3)}; sensitivity {apa(self.sensitivity, 3)}, "
                f"specificity {apa(self.specificity, 3)} of the threshold by ROC",
            ),
            tables=(
                TextTable(
                    title="Thresholds",
                    columns={
                        "method": [METHODS[row.method] for row in rows],
                        "change": [shown(row.estimate) for row in rows],
                        "interval": [row.interval.ends() for row in rows],
                        "n": [str(row.n) for row in rows],
                    },
                    note=f"Intervals: {percent(self.confidence_level)}, {rows[0].interval.method}.",
                ),
                TextTable(
                    title="Anchor",
                    columns={
                        "value": [level.value for level in levels],
                        "improved": ["yes" if level.improved else "no" for level in levels],
                        "n": [str(level.n) for level in levels],
                        "mean change": [shown(level.mean) for level in levels],
                        "sd": [shown(level.sd) for level in levels],
                    },
                ),
            ),
            warnings=self.warnings,
            sentence=self.sentence(),
        )

    def __repr__(self) -> str:
        others = ", ".join(f"{name} {shown(float(self[name]))}" for name in METHODS if name != "adjusted")
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<{self._title}: adjusted {shown(float(self))} {self['adjusted'].interval}; {others}; r with "
            f"anchor {apa(self.anchor_correlation, 3)}, {self.n_improved} of {self.n} improved{cautions}>"
        )
