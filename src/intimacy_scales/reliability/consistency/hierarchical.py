"""Omega hierarchical from exploratory factors, by the transformation of Schmid and Leiman."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.analysis import EFAResult, efa
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.sample import keyed_as_sample
from intimacy_scales.instrument import Instrument
from intimacy_scales.late import late_module
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.keyed import Floats, Missing, keyed_moments
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import directions, first_highest
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.cautions import cautions
from intimacy_scales.reliability.consistency.conditions import check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.omega_figures import GroupOmega
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEWEST = 3


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
    groups
        Omegas of the items that go with each group factor most; nan where none does.
    general
        (k,): loadings of items on the general factor; ``group_loadings`` (k, m) on the others.
    exploratory
        The oblique factors it rests on; None where they could not be had.
    """

    title: ClassVar[str] = "Omega hierarchical"

    _axes: ClassVar[Mapping[str, str]] = {
        "general": "p", "group_loadings": "pm", "groups": "m", "exploratory.names": "p",
    }  # fmt: skip

    total: float = math.nan
    asymptotic: float = math.nan
    ecv: float = math.nan
    groups: tuple[GroupOmega, ...] = ()
    general: Floats = field(default_factory=lambda: np.zeros(0))
    group_loadings: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    exploratory: EFAResult | None = None

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
        names = ("total", "asymptotic", "ecv", "general", "group_loadings")
        heywood = [] if self.exploratory is None else list(self.exploratory.heywood)
        found = {name: getattr(self, name) for name in names}
        return found | {"groups": groups, "heywood": heywood, "exploratory": self.exploratory}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, coefficient=str, heywood=Sequence[str])

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason is None:
            lines.append(
                f"omega total {shown(self.total)}, ECV {shown(self.ecv)}, {len(self.groups)} group factors"
            )
            assert self.exploratory is not None
            if self.exploratory.heywood:
                lines.append(f"improper: no unique variance is left of {', '.join(self.exploratory.heywood)}")
        return lines


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


def _figures(oblique: EFAResult) -> dict[str, Any]:
    """Return omegas of the transformed loadings."""
    second = minres(oblique.phi, 1).loadings[:, 0]
    general = oblique.loadings @ second
    general = general * directions(general[:, None])
    group = oblique.loadings * np.sqrt(np.maximum(1 - second**2, 0.0))
    communalities = oblique.communalities
    r = oblique.correlations
    whole = float(r.sum())
    total = 1 - float(np.sum(1 - communalities)) / whole
    hierarchical = float(general.sum()) ** 2 / whole
    most = np.array([first_highest(np.abs(loadings)) for loadings in group])
    groups = [_of_group(k, most == k, general, group[:, k], r) for k in range(group.shape[1])]
    return {
        "estimate": hierarchical,
        "total": total,
        "asymptotic": hierarchical / total,
        "ecv": float(general @ general) / float(communalities.sum()),
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
