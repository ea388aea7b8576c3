"""Omega hierarchical from exploratory factors, by the transformation of Schmid and Leiman."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.analysis import EFAResult, efa
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import keyed_as_sample
from intimacy_scales.instrument import Instrument
from intimacy_scales.late import late_module
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums, units_of
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import Floats, Missing, keyed_moments
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import directions, first_highest
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import members_of, refitted
from intimacy_scales.reliability.consistency.conditions import cautions, check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.estimand import (
    Estimand,
    IntervalChoice,
    Resamples,
    Units,
    check_choice,
    interval_of,
)
from intimacy_scales.reliability.consistency.omega_figures import GroupOmega, relative_bias, uncontaminated
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_ANSWERS, NotKept, needed
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEWEST = 3
_SHORT = (
    "intervals of a Schmid-Leiman solution hold less than they say; those of "
    "mcdonald_omega(model='second_order') and 'bifactor' hold better"
)


@result_class
class HierarchicalOmega(Coefficient):
    """Omega hierarchical of a scale: the share of one general factor, beside group factors.

    Attributes
    ----------
    total
        Omega total: the share of all factors.
    asymptotic
        ``hierarchical / total``: what a very long test of this kind would come to.
    ecv
        Explained common variance of the general factor (Sijtsma, 2009; Reise et al., 2013).
    puc
        Share of correlations that are not between items of one group, and so tell of the general factor
        alone (Reise et al., 2013); an item belongs to the group factor that it goes with most.
    arpb
        Mean relative difference of the loadings on one factor alone from those on the general factor: how
        far off it would be to leave the group factors out. Up to .10 or .15 is called slight (Rodriguez,
        Reise & Haviland, 2016).
    groups
        Omegas of the items that go with each group factor most; nan where none does.
    general
        (k,): loadings of items on the general factor; ``group_loadings`` (k, m) on the others.
    exploratory
        The oblique factors it rests on; None where they could not be had.
    """

    title: ClassVar[str] = "Omega hierarchical"
    _function: ClassVar[str] = "hierarchical_omega"

    _axes: ClassVar[Mapping[str, str]] = {
        "general": "p", "group_loadings": "pm", "groups": "m", "exploratory.names": "p",
    }  # fmt: skip

    total: float = math.nan
    asymptotic: float = math.nan
    ecv: float = math.nan
    puc: float = math.nan
    arpb: float = math.nan
    groups: tuple[GroupOmega, ...] = ()
    general: Floats = field(default_factory=lambda: np.zeros(0))
    group_loadings: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    exploratory: EFAResult | None = None
    answers: Answers = field(repr=False, compare=False)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: Literal["basic"] = "basic",
        *,
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters = None,
    ) -> Interval:
        """Return a bootstrap interval, for which factors are extracted and rotated in each resample.

        There is no other: where two rotations are equally good, or an item changes its sign, the estimate
        moves in jumps and has no derivative. Nor do percentiles hold: of few persons the estimate runs low,
        and in resamples lower still. So these are percentiles turned round the estimate, which make up for
        most of that, and hold less than they say all the same (docs/explanation/intervals.md).
        `mcdonald_omega` with a general factor has all intervals, and they hold better.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``basic`` (Davison & Hinkley, 1997).
        n_resamples, rng
            How many resamples, of some 10 to 40 ms each, and a seed or Generator. By default other
            resamples at each call: pass a seed for what is to be shown again.
        clusters
            Who answered together, such as couples: whole clusters are drawn.

        Returns
        -------
        Interval
            With the reason in place of ends where it is not defined.

        Raises
        ------
        EstimationError
            Another method; sums without each person's answers.
        """
        needed(self.answers)
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        check_choice(choice, ("basic",), self.answers, self._function)
        if self.reason is not None:
            return undefined_interval(confidence_level, method, self.n, self.reason)
        made = interval_of(_SchmidLeiman(self), choice)
        return made if made.reason else replace(made, warnings=(*made.warnings, _SHORT))

    def loadings(self) -> pd.DataFrame:
        """Return the transformed loadings as a pandas table: general, group factors, communality."""
        from intimacy_scales.results.frames import pandas_frame

        if self.exploratory is None:
            raise EstimationError(f"omega hierarchical is not defined: {self.reason}")
        columns: dict[str, Any] = {"item": list(self.exploratory.names), "general": self.general.copy()}
        for k in range(self.group_loadings.shape[1]):
            columns[f"group {k + 1}"] = self.group_loadings[:, k].copy()
        columns["communality"] = self.exploratory.communalities.copy()
        return pandas_frame(columns).set_index("item")

    def _extra(self) -> dict[str, Any]:
        groups = [{n: getattr(g, n) for n in ("scale", "total", "general", "group")} for g in self.groups]
        names = ("total", "asymptotic", "ecv", "puc", "arpb", "general", "group_loadings")
        heywood = [] if self.exploratory is None else list(self.exploratory.heywood)
        found = {name: getattr(self, name) for name in names}
        return found | {"groups": groups, "heywood": heywood, "exploratory": self.exploratory}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("answers",), coefficient=str, heywood=Sequence[str])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> HierarchicalOmega:
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_ANSWERS, {})
        return made_of(cls, values, answers=behind)

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason is None:
            lines.append(
                f"omega total {shown(self.total)}, ECV {shown(self.ecv)}, PUC {shown(self.puc)}, ARPB "
                f"{shown(self.arpb)}, {len(self.groups)} group factors"
            )
            assert self.exploratory is not None
            if self.exploratory.heywood:
                lines.append(f"improper: no unique variance is left of {', '.join(self.exploratory.heywood)}")
        return lines


class _SchmidLeiman(Estimand):
    """Omega hierarchical as what an interval is of."""

    def __init__(self, omega: HierarchicalOmega) -> None:
        super().__init__("omega hierarchical", None, [], omega.estimate, omega.n)
        self.omega = omega

    def units(self, clusters: Any) -> Units:
        """Return what persons are added up by."""
        return units_of(self.omega.answers, clusters)

    def resamples(self, units: Units) -> Resamples:
        """Return what is drawn from."""
        assert not isinstance(units, ClusterSums)
        return _Refitted(self.omega, units)


class _Refitted:
    """Omega hierarchical of resamples."""

    def __init__(self, omega: HierarchicalOmega, groups: Any) -> None:
        assert isinstance(omega.answers, CodedResponses)
        assert omega.exploratory is not None
        self.omega, self.answers, self.names = omega, omega.answers, omega.exploratory.names
        self.n_factors = omega.group_loadings.shape[1]
        self.members = members_of(omega.answers, self.names, omega.missing, groups)

    def __len__(self) -> int:
        return len(self.members)

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return omega hierarchical of each of many resamples."""
        return refitted(
            self.answers,
            self.omega.scale,
            self.names,
            self.members,
            self._estimate,
            n_resamples,
            rng,
            "omega hierarchical",
        )

    def _estimate(self, rows: Floats) -> float:
        missing: Any = self.omega.missing
        try:
            oblique = efa(of_rows(rows, self.names, missing), self.n_factors, rng=0)
        except EstimationError:
            return math.nan
        return float(_general(oblique).sum()) ** 2 / float(oblique.correlations.sum())

    def jackknifed(self) -> Floats:
        """Return nothing: no interval needs it."""
        raise EstimationError("omega hierarchical has no bca interval; use method='basic'")

    def whole(self) -> float:
        """Return the estimate."""
        return self.omega.estimate


@reads_answers
def hierarchical_omega(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    n_factors: int = 3,
    missing: Missing = "pairwise",
    rng: int | np.random.Generator | None = 0,
    **reading: Unpack[ReadingOptions],
) -> HierarchicalOmega:
    """Compute omega hierarchical from exploratory factors.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`.
    n_factors
        Group factors, at least 3: fewer do not identify a general one.
    rng
        Of the random starts of rotation: a seed or Generator. By default seed 0: the same starts at each
        call.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    HierarchicalOmega
        With the reason where it is not defined: too few group factors, or items too few for them.

    Raises
    ------
    EstimationError
        Several scales and none named; a table that was not checked; a composite whose items do not
        count alike.

    Notes
    -----
    Minimum residual factors of the correlations, rotated by oblimin; one factor of their correlations;
    both turned into orthogonal loadings (Schmid & Leiman, 1957). ``omega_h = (sum g)² / sum R``,
    ``omega_t = 1 - sum u² / sum R`` (McDonald, 1999; Zinbarg, Revelle, Yovel & Li, 2005): of standardized
    items. With `mcdonald_omega(model="bifactor")` the factors are those of the keys instead.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> found = hierarchical_omega(answers, scale="total", n_factors=6)
    >>> 0.6 < found.estimate < found.total
    True
    """
    answers = answers_given(answers, responses, reading)
    if isinstance(n_factors, bool) or not isinstance(n_factors, int):
        raise EstimationError(f"n_factors={n_factors!r}: a whole number of group factors, at least 3")
    chance = generator(rng)
    moments = keyed_moments(answers, scale, missing, pair_sds=True)
    check_unweighted(moments)
    common = moments.origin() | {
        "answers": answers,
        "warnings": cautions(moments),
        "definition": f"(sum g)² / sum R, Schmid-Leiman of {n_factors} minres oblimin factors, {missing}",
    }
    reason = undefined_because(moments, "correlations", "pairs")
    if reason is None and n_factors < _FEWEST:
        reason = f"{n_factors} group factors do not identify a general factor; three do"
    sample = keyed_as_sample(moments)
    if reason is None and moments.n <= moments.n_items:
        reason = f"{moments.n} persons are too few for {moments.n_items} items"
    try:
        if reason is None:
            oblique = efa(sample, n_factors, rng=chance)
            return HierarchicalOmega(**_figures(oblique), exploratory=oblique, **common)
    except EstimationError as error:
        reason = str(error)
    return HierarchicalOmega(estimate=math.nan, reason=reason, **common)


def _general(oblique: EFAResult) -> Floats:
    """Return loadings on the general factor: those of the factors on one behind them, times theirs."""
    general: Floats = oblique.loadings @ _second(oblique)
    return general * directions(general[:, None])


def _second(oblique: EFAResult) -> Floats:
    """Return loadings of the factors on the one behind them."""
    loadings: Floats = minres(oblique.phi, 1).loadings[:, 0]
    return loadings


def _figures(oblique: EFAResult) -> dict[str, Any]:
    """Return omegas of the transformed loadings."""
    general = _general(oblique)
    group = oblique.loadings * np.sqrt(np.maximum(1 - _second(oblique) ** 2, 0.0))
    communalities = oblique.communalities
    r = oblique.correlations
    whole = float(r.sum())
    total = 1 - float(np.sum(1 - communalities)) / whole
    hierarchical = float(general.sum()) ** 2 / whole
    most = np.array([first_highest(np.abs(loadings)) for loadings in group])
    groups = [_of_group(k, most == k, general, group[:, k], r) for k in range(group.shape[1])]
    alone = minres(r, 1).loadings[:, 0]
    return {
        "estimate": hierarchical,
        "total": total,
        "asymptotic": hierarchical / total,
        "ecv": float(general @ general) / float(communalities.sum()),
        "puc": uncontaminated(np.bincount(most)),
        "arpb": relative_bias(alone * directions(alone[:, None]), general),
        "groups": tuple(groups),
        "general": general,
        "group_loadings": group,
    }


def _of_group(k: int, own: np.ndarray[Any, Any], general: Floats, group: Floats, r: Floats) -> GroupOmega:
    name = f"group {k + 1}"
    if not own.any():
        return GroupOmega(scale=name, total=math.nan, general=math.nan, group=math.nan)
    whole = float(r[np.ix_(own, own)].sum())
    shares = [float(loadings[own].sum()) ** 2 / whole for loadings in (general, group)]
    return GroupOmega(scale=name, total=sum(shares), general=shares[0], group=shares[1])
