"""What a ladder of models supports, read from the free end or from the equal end, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from intimacy_scales.dyads.invariance.models import Released
from intimacy_scales.dyads.invariance.partner_means import Status
from intimacy_scales.dyads.invariance.steps import SETS_EQUAL, STEPS
from intimacy_scales.factor.confirmatory.comparison import FitChange
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.fit_sentence import kind_of
from intimacy_scales.factor.confirmatory.support import (
    CFI_DROP,
    fit_caution,
    is_supported,
    last_supported,
    supported_words,
)
from intimacy_scales.results.wording import apa, joined

_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})  # freed by no step


def status_of(step: str, changes: Sequence[FitChange], released: Released) -> Status:
    """Return whether a step and those before it are supported, by the fall of CFI at each.

    A fall that is undefined supports nothing. The step is not tested if it has no model, or if no model in
    which loadings are free precedes it.
    """
    if changes[0].before != "configural" or step not in [change.name for change in changes]:
        return "not tested"
    needed = STEPS[step]
    relevant = [change for change in changes if set(STEPS[change.name]) <= set(needed)]
    if not all(map(is_supported, relevant)):
        return "not supported"
    return "partial" if any(kind in needed for kind, _ in released) else "supported"


def retained(changes: Sequence[FitChange]) -> str:
    """Return the model at which releasing equalities ends, from the most constrained one.

    Equalities are released as long as that raises CFI by more than .010.
    """
    for change in reversed(changes):
        if is_supported(change):
            return change.name
    return changes[0].before


def contradicted_below(changes: Sequence[FitChange]) -> list[str]:
    """Return the steps before the retained model whose equalities the answers contradict nevertheless."""
    kept = retained(changes)
    names = [change.name for change in changes]
    earlier = changes[: names.index(kept)] if kept in names else []
    return [change.name for change in earlier if not is_supported(change)]


def verdict_from_free(
    changes: Sequence[FitChange], first: Fit, freed: Mapping[str, Sequence[str]] = _NOTHING
) -> str:
    """Return the sentences on which invariance is supported, from the least constrained model."""
    kept, failed = last_supported(changes)
    advice = ""
    if failed in ("metric", "scalar", "residual"):
        advice = f" For partial {failed} invariance, equalities of single items can be released."
    elif kept == "means":
        apart = f"Apart from {joined(list(freed[kept]))}, no" if freed.get(kept) else "No"
        advice = (
            f" {apart} step shows that this scale distinguishes the partners, which does not show that they "
            "are alike."
        )
    return (
        f"Taking a fall of the {kind_of(first)}CFI by more than {apa(CFI_DROP, 3)} as a sign that invariance "
        f"does not hold (Cheung & Rensvold, 2002), {supported_words(changes, freed)}{advice}"
        f"{fit_caution(changes[0].before, first)}"
    )


def verdict_from_equal(
    changes: Sequence[FitChange], first: Fit, freed: Mapping[str, Sequence[str]] = _NOTHING
) -> str:
    """Return the sentences on which differences the answers show, from the most constrained model."""
    kept, last = retained(changes), changes[-1].name
    names = [change.name for change in changes]
    free = f" (partial, with {joined(list(freed[kept]))} free)" if freed.get(kept) else ""
    released = names[names.index(kept) + 1 :] if kept in names else names
    if not released:
        shown = f"releasing the {SETS_EQUAL[last]} did not, so that the {last} model{free} was retained"
    else:
        what = " and ".join(SETS_EQUAL[name] for name in reversed(released))
        shown = f"this released the {what}, and the {kept} model{free} was retained"
    hidden = contradicted_below(changes)
    caution = ""
    if hidden:
        what = " and ".join(SETS_EQUAL[name] for name in hidden)
        caution = (
            f" Yet the answers contradict equal {what}, which it has: look at their score tests before "
            "treating partners as the same."
        )
    apart = f"Apart from {joined(list(freed[kept]))}, partners" if freed.get(kept) else "Partners"
    alike = (
        f" {apart} have not shown that they are distinguishable by this scale."
        if kept == "means" and not hidden
        else ""
    )
    return (
        "Equalities are released as long as this raises the "
        f"{kind_of(first)}CFI by more than {apa(CFI_DROP, 3)} (Cheung & Rensvold, 2002), beginning with the "
        f"most constrained model (Sakaluk, 2023): {shown}.{alike}{caution}"
        f"{fit_caution(changes[0].before, first)}"
    )
