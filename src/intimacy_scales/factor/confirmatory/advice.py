"""Advice in messages about models that have no solution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.results.wording import shown

_DISTANT = 500  # standard deviations between a mean and 0


def to_identify(table: ParameterTable) -> str:
    """Return what would identify a model."""
    if roles_of(table.model).in_circles:
        return (
            "Where variables depend on each other, each needs a predictor on which the others do not depend; "
            "or set their paths equal (m*y1, m*y2), or fix one"
        )
    small = {f: len(table.model.indicators(f)) for f in table.model.latent}
    single = [factor for factor, n in small.items() if n == 1]
    if single:
        return (
            f"A factor with one indicator cannot be distinguished from it ({', '.join(single)}): use the "
            "item itself, or let items of several scales measure one factor (factors='one')"
        )
    tight = [f"{factor} has {n}" for factor, n in small.items() if n < 3]
    if tight:
        return (
            "A factor needs three indicators, or two and a correlation with another factor "
            f"({', '.join(tight)}): add items, set its loadings equal (a*x1 + a*x2), or fix a parameter"
        )
    if not table.model.latent:
        return "Fix some of them, or set some equal with a label"
    return "Fix some of them, set some equal with a label, or add items"


def distant_means(samples: Sequence[SampleMoments]) -> str | None:
    """Return what to do about means that are very far from 0 in standard deviations; None if there are none.

    Slopes and intercepts of such variables are almost collinear, so that few of sixteen digits are left.
    """
    distant: set[str] = set()
    for sample in samples:
        far = np.abs(sample.means) > _DISTANT * np.sqrt(sample.covariances.diagonal())
        distant.update(sample.names[position] for position in np.flatnonzero(far))
    if not distant:
        return None
    return (
        f"subtract a constant, such as the mean, from {', '.join(sorted(distant))}: the means are more than "
        f"{_DISTANT} standard deviations from 0, which leaves too few digits for slopes and intercepts"
    )


def to_settle(table: ParameterTable, samples: Sequence[SampleMoments], instead: str | None) -> str:
    """Return why a search may not have converged, and what to try.

    Parameters
    ----------
    table, samples
        The model, and the moments of each group.
    instead
        What to try, where the caller cannot change the options of `cfa`.
    """
    triads = list(impossible_triads(table, samples))
    if triads:
        return (
            f"{'; '.join(triads)}. One factor cannot explain such correlations, however its items are keyed: "
            f"leave one of the three out, or add items{f'; or {instead}' if instead else ''}"
        )
    latent = table.model.latent
    why = "the model may not fit these data at all" + (
        ", or two of its factors may be the same" if len(latent) > 1 else ""
    )
    if instead:
        return f"{why}; {instead}"
    if any(p.lhs in latent and p.op == "~~" and p.lhs == p.rhs and p.fixed for p in table.parameters):
        return (
            f"{why}, or the variance of {'a factor' if len(latent) > 1 else latent[0]} would be negative, "
            "which identification='marker' allows; try that, or fewer parameters"
        )
    return f"{why}; try other start values, or fewer parameters"


def impossible_triads(table: ParameterTable, samples: Sequence[SampleMoments]) -> Iterator[str]:
    """Yield the phrase for each factor whose three indicators have correlations with a negative product.

    One factor implies ``r_ij r_ik r_jk = (l_i l_j l_k)²`` for standardized loadings l, which is not negative.
    """
    n_factors: dict[str, int] = {}
    for factor in table.model.latent:
        for item in table.model.indicators(factor):
            n_factors[item] = n_factors.get(item, 0) + 1
    correlated = {p.lhs for p in table.parameters if p.place[0] == "theta" and p.lhs != p.rhs}
    correlated |= set(table.standing)  # items with paths
    correlated |= {p.rhs for p in table.parameters if p.place[0] == "theta" and p.lhs != p.rhs}
    for sample in samples:
        where = "" if sample.group is None else f" in group {sample.group}"
        for factor in table.model.latent:
            items = table.model.indicators(factor)
            pure = all(
                item in sample.names and n_factors[item] == 1 and item not in correlated for item in items
            )
            if len(items) != 3 or not pure:
                continue
            i, j, k = (sample.names.index(item) for item in items)
            r = [float(sample.correlations[one, other]) for one, other in ((i, j), (i, k), (j, k))]
            if r[0] * r[1] * r[2] < 0:
                yield (
                    f"the correlations of the three indicators of {factor}{where} "
                    f"({', '.join(items)}: {', '.join(map(shown, r))}) have a negative product"
                )
