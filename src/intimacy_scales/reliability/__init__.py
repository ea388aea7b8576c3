"""How far scores can be trusted: coefficients of observed scores, their intervals and conditions.

Names load at first use, so that asking for one coefficient does not load the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.reliability.alpha import CronbachAlpha, cronbach_alpha
    from intimacy_scales.reliability.glb import GreatestLowerBound, greatest_lower_bound
    from intimacy_scales.reliability.guttman import GuttmanLambdas, guttman_lambdas
    from intimacy_scales.reliability.items import ItemAnalysis, item_analysis
    from intimacy_scales.reliability.keyed import KeyedMoments, keyed_moments
    from intimacy_scales.reliability.moments import ItemMoments, item_moments, item_moments_stream
    from intimacy_scales.reliability.results import Coefficient, Interval
    from intimacy_scales.reliability.split_half import (
        SplitHalf,
        SplitHalves,
        items_needed,
        spearman_brown,
        split_half,
        split_halves,
    )
    from intimacy_scales.reliability.stratified import StratifiedAlpha, stratified_alpha

_HOMES = {
    "alpha": ("CronbachAlpha", "cronbach_alpha"),
    "glb": ("GreatestLowerBound", "greatest_lower_bound"),
    "guttman": ("GuttmanLambdas", "guttman_lambdas"),
    "items": ("ItemAnalysis", "item_analysis"),
    "keyed": ("KeyedMoments", "keyed_moments"),
    "moments": ("ItemMoments", "item_moments", "item_moments_stream"),
    "results": ("Coefficient", "Interval"),
    "split_half": (
        "SplitHalf", "SplitHalves", "items_needed", "spearman_brown", "split_half", "split_halves",
    ),
    "stratified": ("StratifiedAlpha", "stratified_alpha"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Coefficient", "CronbachAlpha", "GreatestLowerBound", "GuttmanLambdas", "Interval", "ItemAnalysis",
    "ItemMoments", "KeyedMoments", "SplitHalf", "SplitHalves", "StratifiedAlpha", "cronbach_alpha",
    "greatest_lower_bound", "guttman_lambdas", "item_analysis", "item_moments", "item_moments_stream",
    "items_needed", "keyed_moments", "spearman_brown", "split_half", "split_halves", "stratified_alpha",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
