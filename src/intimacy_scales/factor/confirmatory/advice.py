"""What to do where a model has no solution, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.results.wording import shown

_TRIAD = 3


def to_identify(table: ParameterTable) -> str:
    """Return what would let parameters be told apart."""
    if roles_of(table.model).in_circles:
        return (
            "Of variables that depend on each other, each needs a predictor of its own, on which the others "
            "do not depend; or set their paths equal (m*y1, m*y2), or fix one"
        )
    small = {f: len(table.model.indicators(f)) for f in table.model.latent}
    single = [factor for factor, n in small.items() if n == 1]
    if single:
        return (
            f"A factor with one indicator cannot be told from it ({', '.join(single)}): use the item itself, "
            "or let items of several scales measure one factor (factors='one')"
        )
    tight = [f"{factor} has {n}" for factor, n in small.items() if n < 3]  # three identify one
    if tight:
        return (
            "A factor needs three indicators, or two and a correlation with another factor "
            f"({', '.join(tight)}): add items, set its loadings equal (a*x1 + a*x2), or fix a parameter"
        )
    if not table.model.latent:
        return "Fix some of them, or set some equal with a label"
    return "Fix some of them, set some equal with a label, or add items"


def to_settle(table: ParameterTable, samples: Sequence[SampleMoments], instead: str | None) -> str:
    """Return why a search may have found no maximum, and what to try.

    Parameters
    ----------
    table, samples
        The model, and the moments of each group.
    instead
        What to try where the options of `cfa` are not at hand.
    """
    triads = list(impossible_triads(table, samples))
    if triads:
        return (
            f"{'; '.join(triads)}. No single factor makes such correlations, whichever way its items are "
            f"keyed: leave one of the three out, or add items{f'; or {instead}' if instead else ''}"
        )
    latent = table.model.latent
    why = "the model may not fit these data at all" + (
        ", or two of its factors may be one" if len(latent) > 1 else ""
    )
    if instead:
        return f"{why}; {instead}"
    if any(p.lhs in latent and p.op == "~~" and p.lhs == p.rhs and p.fixed for p in table.parameters):
        return (
            f"{why}, or the variance of {'a factor' if len(latent) > 1 else latent[0]} would be negative, "
            "which is seen with identification='marker'; try that, or fewer parameters"
        )
    return f"{why}; try other start values, or fewer parameters"


def impossible_triads(table: ParameterTable, samples: Sequence[SampleMoments]) -> Iterator[str]:
    """Yield in words the three indicators of factors whose correlations have a negative product.

    With one factor behind them it is the square of the product of their loadings.
    """
    loads: dict[str, int] = {}
    for factor in table.model.latent:
        for item in table.model.indicators(factor):
            loads[item] = loads.get(item, 0) + 1
    tied = {p.lhs for p in table.parameters if p.place[0] == "theta" and p.lhs != p.rhs}
    tied |= set(table.standing)  # with paths of their own
    tied |= {p.rhs for p in table.parameters if p.place[0] == "theta" and p.lhs != p.rhs}
    for sample in samples:
        where = "" if sample.group is None else f" in group {sample.group}"
        for factor in table.model.latent:
            items = table.model.indicators(factor)
            alone = all(item in sample.names and loads[item] == 1 and item not in tied for item in items)
            if len(items) != _TRIAD or not alone:
                continue
            i, j, k = (sample.names.index(item) for item in items)
            r = [float(sample.correlations[one, other]) for one, other in ((i, j), (i, k), (j, k))]
            if r[0] * r[1] * r[2] < 0:
                yield (
                    f"the correlations of the three indicators of {factor}{where} "
                    f"({', '.join(items)}: {', '.join(map(shown, r))}) have a negative product"
                )
