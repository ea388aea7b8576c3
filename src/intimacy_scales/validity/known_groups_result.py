"""Result of `known_groups`: how far two groups that should differ do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, apa_p, counted, digits_for, percent, shown
from intimacy_scales.validity.area_interval import CONSTANT, area_interval
from intimacy_scales.validity.group_figures import noncentral_interval

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Figure = Literal["g", "difference", "auc"]
METHODS: dict[str, tuple[str, ...]] = {
    "g": ("noncentral t", "large sample"),
    "difference": ("t",),
    "auc": ("logit", "symmetric"),
}
_FEW_PERSONS = 20  # in a group
_FEW_CLUSTERS = 20
_UNEQUAL = 2.0  # larger standard deviation by the smaller one


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """One of the two groups.

    Attributes
    ----------
    label
        Its label, as text.
    n, n_clusters
        Persons, and couples that they belong to (None without clusters).
    mean, sd
        Of their scores.

    Examples
    --------
    >>> from intimacy_scales import known_groups
    >>> first, second = known_groups([5, 6, 7, 2, 3], ["a", "a", "a", "b", "b"], higher="a").groups
    >>> first.label, first.n, first.mean, second.mean
    ('a', 3, 6.0, 2.5)
    """

    label: str
    n: int
    n_clusters: int | None
    mean: float
    sd: float


@result_class
class KnownGroups(Result):
    """Difference of two known groups; ``float(result)`` gives Hedges's g.

    All differences are of the group that should score higher less the other one: figures below 0, and an area
    under the curve below .5, say that it scored lower.

    Attributes
    ----------
    groups
        The group that should score higher, and the other one.
    n_clusters, n_clusters_in_both
        Couples, and couples with a partner in each group; None without clusters.
    left_out
        Reason → persons who were left out for it.
    difference, difference_se, difference_df, t, p_value
        Difference of the means, its standard error and t test: Welch's, or with clusters the cluster-robust
        one with Satterthwaite's degrees of freedom.
    pooled_sd
        Standard deviation within the groups.
    d, g, g_se
        Cohen's d by the pooled standard deviation, Hedges's g and its standard error; nan if scores do not
        vary within the groups.
    auc, auc_se
        Probability that a person of the first group scores higher than one of the other, with half of the
        ties, and its standard error (DeLong et al., 1988; with clusters Obuchowski, 1997).
    instrument, scale
        What was scored; None for plain numbers.

    Examples
    --------
    >>> from intimacy_scales import known_groups
    >>> result = known_groups([5, 6, 4, 7, 2, 3, 5, 1], [1, 1, 1, 1, 0, 0, 0, 0], higher=1)
    >>> round(result.d, 3), round(result.g, 3), result.auc
    (1.817, 1.578, 0.90625)
    """

    _title: ClassVar[str] = "Known groups"

    groups: tuple[KnownGroup, KnownGroup]
    n_clusters: int | None
    n_clusters_in_both: int | None
    left_out: Mapping[str, int]
    difference: float
    difference_se: float
    difference_df: float
    t: float
    p_value: float
    pooled_sd: float
    d: float
    g: float
    g_se: float
    auc: float
    auc_se: float
    instrument: InstrumentRef | None
    scale: str | None

    def __float__(self) -> float:
        return float(self.g)

    @property
    def n(self) -> int:
        """Number of persons in both groups."""
        return self.groups[0].n + self.groups[1].n

    @property
    def n_left_out(self) -> int:
        """Number of persons who were left out."""
        return sum(self.left_out.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the figures."""
        first = self.groups[0]
        cautions = []
        if self.auc < 0.5:
            lower = self.difference < 0
            cautions.append(
                f"{first.label} was expected to score higher, and "
                + ("scored lower" if lower else "has the higher mean, but not the higher ranks")
                + f": the area under the curve is {apa(self.auc)}, below .50. The direction was kept as it "
                "was stated"
            )
        for group in self.groups:
            if group.n < _FEW_PERSONS:
                cautions.append(f"{counted(group.n, 'person')} of {group.label}: figures of so few are rough")
            elif group.n_clusters is not None and group.n_clusters < _FEW_CLUSTERS:
                cautions.append(
                    f"{counted(group.n_clusters, 'cluster')} of {group.label}: cluster-robust standard "
                    "errors of so few are too small"
                )
        low, high = sorted(group.sd for group in self.groups)
        if high > _UNEQUAL * low and not math.isnan(self.d):
            ratio = f"{shown(high / low, 1)} times" if low > 0 else "not 0, unlike"
            cautions.append(
                f"one standard deviation is {ratio} the other: d and g divide by a mixture of both, so "
                "report the difference and the area under the curve with them"
            )
        if math.isnan(self.d):
            cautions.append(f"d and g are undefined: {CONSTANT}")
        return tuple(cautions)

    def confidence_interval(
        self, confidence_level: float = 0.95, *, of: Figure = "g", method: str | None = None
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        of
            ``g``, ``difference`` or ``auc``.
        method
            Of g without clusters: ``noncentral t`` (default; assumes normal scores of equal variance in the
            groups) or ``large sample`` (g ± z SE). Of auc: ``logit`` (default; symmetric on the scale of
            ``log(auc / (1 - auc))``, so that it stays between 0 and 1) or ``symmetric`` (auc ± z SE). With
            clusters, g has one method: g ± t SE, with the degrees of freedom of the difference.

        Raises
        ------
        EstimationError
            ``of`` or ``method`` is not valid.

        Examples
        --------
        >>> from intimacy_scales import known_groups
        >>> result = known_groups([5, 6, 4, 7, 2, 3, 5, 1], [1, 1, 1, 1, 0, 0, 0, 0], higher=1)
        >>> result.confidence_interval(of="auc")
        <95% interval [.426, .992], DeLong, logit, n = 8>
        """
        check_level(confidence_level)
        if of not in METHODS:
            raise EstimationError(not_one_of("of", of, tuple(METHODS)))
        allowed = ("t",) if of == "g" and self.n_clusters is not None else METHODS[of]
        if method is not None and method not in allowed:
            raise EstimationError(not_one_of("method", method, allowed))
        chosen = method or allowed[0]
        if of == "auc":
            return area_interval(
                self.auc, self.auc_se, confidence_level, n_units=self._n_units,
                clustered=self.n_clusters is not None, method=chosen,
            )  # fmt: skip
        if of == "g" and chosen == "noncentral t":
            return self._noncentral(confidence_level)
        estimate, error = (self.g, self.g_se) if of == "g" else (self.difference, self.difference_se)
        names = {"large sample": "large sample, normal", "t": "Welch t"}
        name = names[chosen] if self.n_clusters is None else "cluster-robust t"
        reason = CONSTANT if math.isnan(error) or math.isnan(self.difference_df) else None
        if reason:
            return undefined_interval(confidence_level, name, self._n_units, reason)
        half = error * (
            normal_quantile(confidence_level) if chosen == "large sample" else self._t(confidence_level)
        )
        return self._interval(estimate - half, estimate + half, confidence_level, name)

    @property
    def _n_units(self) -> int:
        return self.n if self.n_clusters is None else self.n_clusters

    def _interval(
        self, low: float, high: float, confidence_level: float, method: str, *, bounded: bool = False
    ) -> Interval:
        return Interval(
            low=low, high=high, confidence_level=confidence_level, method=method, n=self._n_units,
            bounded=bounded,
        )  # fmt: skip

    def _t(self, confidence_level: float) -> float:
        from scipy.special import stdtrit

        return float(stdtrit(self.difference_df, (1 + confidence_level) / 2))

    def _noncentral(self, confidence_level: float) -> Interval:
        """Return the interval of the population's standardized difference."""
        if math.isnan(self.d):
            return undefined_interval(confidence_level, "noncentral t", self.n, CONSTANT)
        sizes = (self.groups[0].n, self.groups[1].n)
        low, high = noncentral_interval(self.d, sizes, confidence_level)
        return self._interval(low, high, confidence_level, "noncentral t")

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return g and the area under the curve as findings of an instrument, rounded to three decimals.

        Parameters
        ----------
        sample, source
            Description of the persons, and a reference to the study.
        """
        named = {"known groups, Hedges's g": self.g, "known groups, area under the curve": self.auc}
        which = f"{self.groups[0].label} compared with {self.groups[1].label}"
        return tuple(
            Finding(
                step="validity", statistic=name, value=round(value, 3), scale=self.scale,
                of=which if self.scale is None else f"{self.scale}, {which}", sample=sample, n=self.n,
                source=source,
            )
            for name, value in named.items() if not math.isnan(value)
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with 95 % intervals, as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {
            "n": self.n,
            "warnings": [*self.warnings],
            "intervals": {name: self.confidence_interval(of=name).to_dict() for name in _figures()},
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, n=int, warnings=Sequence[str], intervals=by_name(Interval))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> KnownGroups:
        return made_of(cls, values)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each figure: estimate, standard error, 95 % interval."""
        from intimacy_scales.results.frames import pandas_frame

        intervals = {name: self.confidence_interval(of=name) for name in _figures()}
        errors = {"g": self.g_se, "difference": self.difference_se, "auc": self.auc_se}
        columns: dict[str, Any] = {
            "figure": list(intervals),
            "estimate": [getattr(self, name) for name in intervals],
            "standard_error": [errors[name] for name in intervals],
            "low": [interval.low for interval in intervals.values()],
            "high": [interval.high for interval in intervals.values()],
            "method": [interval.method for interval in intervals.values()],
        }
        return pandas_frame(columns).set_index("figure")

    def sentence(self) -> str:
        """Return means, difference, g and area under the curve as text for the Results section of a paper."""
        first, second = self.groups
        digits = digits_for(first.sd, second.sd)
        described = " and ".join(
            f"{group.label} (n = {group.n}; M = {shown(group.mean, digits)}, SD = {shown(group.sd, digits)})"
            for group in self.groups
        )
        couples = "" if self.n_clusters is None else f", {self.n_clusters} clusters"
        text = (
            f"Scores of {described} were compared (N = {self.n}{couples}); {first.label} was expected to "
            "score higher."
        )
        if not math.isnan(self.p_value):
            interval = self.confidence_interval(of="difference")
            test = "Welch's t" if self.n_clusters is None else "cluster-robust t"
            text += (
                f" The means differed by {shown(self.difference, digits)}, 95% CI {interval.ends(digits)}, "
                f"{test}({shown(self.difference_df, 1)}) = {shown(self.t, 2)}, {apa_p(self.p_value)}."
            )
        if not math.isnan(self.g):
            g = self.confidence_interval(of="g")
            text += f" Hedges's g was {shown(self.g, 2)}, 95% CI {g.ends(2)} ({g.method})."
        auc = self.confidence_interval(of="auc")
        end = "" if auc.reason else f", 95% CI [{apa(auc.low)}, {apa(auc.high)}] ({auc.method})"
        return f"{text} The area under the curve was {apa(self.auc)}{end}."

    def page(self) -> Page:
        """Return figures, groups, cautions and sentence as data."""
        digits = digits_for(*(group.sd for group in self.groups))
        intervals = {name: self.confidence_interval(of=name) for name in _figures()}
        rows = {
            "g": ("Hedges's g", shown(self.g, 2), shown(self.g_se, 3), intervals["g"].ends(2)),
            "difference": (
                "difference of means", shown(self.difference, digits), shown(self.difference_se, digits + 1),
                intervals["difference"].ends(digits),
            ),
            "auc": ("area under the curve", apa(self.auc, 3), apa(self.auc_se, 3), intervals["auc"].ends()),
        }  # fmt: skip
        return Page(
            title=f"{self._title}{self._what}",
            facts=(self._direction, *self._counts()),
            tables=(
                TextTable(
                    title="Figures",
                    columns={
                        "figure": [row[0] for row in rows.values()],
                        "estimate": [row[1] for row in rows.values()],
                        "SE": [row[2] for row in rows.values()],
                        f"{percent(0.95)} interval": [row[3] for row in rows.values()],
                        "method": [interval.method for interval in intervals.values()],
                    },
                    note=f"Cohen's d is {shown(self.d, 2)}.",
                ),
                TextTable(
                    title="Groups",
                    columns={
                        "group": [group.label for group in self.groups],
                        "n": [str(group.n) for group in self.groups],
                        **self._cluster_column(),
                        "M": [shown(group.mean, digits) for group in self.groups],
                        "SD": [shown(group.sd, digits) for group in self.groups],
                    },
                ),
            ),
            warnings=self.warnings,
            sentence=self.sentence(),
        )

    @property
    def _what(self) -> str:
        """The scale and instrument after the title; empty for plain numbers."""
        return "" if self.instrument is None else f", {self.scale} of {self.instrument.id}"

    @property
    def _direction(self) -> str:
        return f"{self.groups[0].label} was expected to score higher than {self.groups[1].label}"

    def _cluster_column(self) -> dict[str, list[str]]:
        if self.n_clusters is None:
            return {}
        return {"clusters": [str(group.n_clusters) for group in self.groups]}

    def _counts(self) -> list[str]:
        """Return lines with the persons left out, and with clusters in both groups."""
        lines = [f"left out: {counted(n, 'person')} with {reason}" for reason, n in self.left_out.items()]
        if self.n_clusters is not None:
            lines.append(f"{self.n_clusters} clusters, {self.n_clusters_in_both} with members of both groups")
        return lines

    def __repr__(self) -> str:
        first, second = self.groups
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        left_out = f", {self.n_left_out} left out" if self.left_out else ""
        clusters = "" if self.n_clusters is None else f" in {self.n_clusters} clusters"
        return (
            f"<{self._title}{self._what}: {first.label} minus {second.label}, g {shown(self.g, 2)} "
            f"{self.confidence_interval().ends(2)}, AUC {apa(self.auc, 3)} "
            f"{self.confidence_interval(of='auc')}, n = {first.n} and {second.n}{clusters}"
            f"{left_out}{cautions}>"
        )


def _figures() -> tuple[Figure, ...]:
    return ("g", "difference", "auc")
