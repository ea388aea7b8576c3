"""How far scores can be trusted: coefficients of observed scores, their intervals and conditions.

Names load at first use, so that asking for one coefficient does not load the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.moments.item_moments import ItemMoments, item_moments, item_moments_stream
    from intimacy_scales.moments.keyed import KeyedMoments, keyed_moments
    from intimacy_scales.reliability.alpha import CronbachAlpha, cronbach_alpha
    from intimacy_scales.reliability.change import (
        Cutoffs,
        ReliableChange,
        jacobson_truax_cutoffs,
        reliable_change,
    )
    from intimacy_scales.reliability.diary_omega import two_level_omega
    from intimacy_scales.reliability.error import MeasurementError, attenuation_corrected, measurement_error
    from intimacy_scales.reliability.glb import GreatestLowerBound, greatest_lower_bound
    from intimacy_scales.reliability.groups import GroupICC, group_icc
    from intimacy_scales.reliability.guttman import GuttmanLambdas, guttman_lambdas
    from intimacy_scales.reliability.halves import (
        SplitHalf,
        SplitHalves,
        items_needed,
        spearman_brown,
        split_half,
        split_halves,
    )
    from intimacy_scales.reliability.hierarchical import HierarchicalOmega, hierarchical_omega
    from intimacy_scales.reliability.icc import (
        IntraclassCorrelation,
        IntraclassCorrelations,
        intraclass_corr,
    )
    from intimacy_scales.reliability.items import ItemAnalysis, item_analysis
    from intimacy_scales.reliability.level_coefficients import LevelCoefficient, LevelOmega
    from intimacy_scales.reliability.multilevel import DiaryReliability, NestedComponents, diary_reliability
    from intimacy_scales.reliability.omega import McDonaldOmega, mcdonald_omega
    from intimacy_scales.reliability.omega_figures import GroupOmega
    from intimacy_scales.reliability.report import ReliabilityReport, reliability_report
    from intimacy_scales.reliability.retest import RetestReliability, test_retest
    from intimacy_scales.reliability.scale_report import ScaleReliability
    from intimacy_scales.reliability.stratified import StratifiedAlpha, stratified_alpha
    from intimacy_scales.reliability.two_level_result import EqualLoadings, TwoLevelOmega
    from intimacy_scales.results import Coefficient, Interval

_HOMES = {
    "alpha": ("CronbachAlpha", "cronbach_alpha"),
    "change": ("Cutoffs", "ReliableChange", "jacobson_truax_cutoffs", "reliable_change"),
    "diary_omega": ("two_level_omega",),
    "error": ("MeasurementError", "attenuation_corrected", "measurement_error"),
    "glb": ("GreatestLowerBound", "greatest_lower_bound"),
    "groups": ("GroupICC", "group_icc"),
    "guttman": ("GuttmanLambdas", "guttman_lambdas"),
    "hierarchical": ("HierarchicalOmega", "hierarchical_omega"),
    "icc": ("IntraclassCorrelation", "IntraclassCorrelations", "intraclass_corr"),
    "items": ("ItemAnalysis", "item_analysis"),
    "level_coefficients": ("LevelCoefficient", "LevelOmega"),
    "multilevel": ("DiaryReliability", "NestedComponents", "diary_reliability"),
    "omega": ("McDonaldOmega", "mcdonald_omega"),
    "omega_figures": ("GroupOmega",),
    "report": ("ReliabilityReport", "reliability_report"),
    "scale_report": ("ScaleReliability",),
    "retest": ("RetestReliability", "test_retest"),
    "halves": (
        "SplitHalf", "SplitHalves", "items_needed", "spearman_brown", "split_half",
        "split_halves",
    ),
    "stratified": ("StratifiedAlpha", "stratified_alpha"),
    "two_level_result": ("EqualLoadings", "TwoLevelOmega"),
}  # fmt: skip
_ELSEWHERE = {
    "moments.item_moments": ("ItemMoments", "item_moments", "item_moments_stream"),
    "moments.keyed": ("KeyedMoments", "keyed_moments"),
    "results": ("Coefficient", "Interval"),
}
_HOME = {name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names} | {
    name: f"intimacy_scales.{module}" for module, names in _ELSEWHERE.items() for name in names
}

__all__ = [
    "Coefficient", "CronbachAlpha", "Cutoffs", "DiaryReliability", "EqualLoadings", "GreatestLowerBound",
    "GroupICC", "GroupOmega", "GuttmanLambdas", "HierarchicalOmega", "Interval", "IntraclassCorrelation",
    "IntraclassCorrelations", "ItemAnalysis", "ItemMoments", "KeyedMoments", "LevelCoefficient",
    "LevelOmega", "McDonaldOmega", "MeasurementError", "NestedComponents", "ReliabilityReport",
    "ReliableChange", "RetestReliability", "ScaleReliability", "SplitHalf", "SplitHalves",
    "StratifiedAlpha", "TwoLevelOmega", "attenuation_corrected", "cronbach_alpha", "diary_reliability",
    "greatest_lower_bound", "group_icc", "guttman_lambdas", "hierarchical_omega", "intraclass_corr",
    "item_analysis", "item_moments", "item_moments_stream", "items_needed", "jacobson_truax_cutoffs",
    "keyed_moments", "mcdonald_omega", "measurement_error", "reliability_report", "reliable_change",
    "spearman_brown", "split_half", "split_halves", "stratified_alpha", "test_retest", "two_level_omega",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
