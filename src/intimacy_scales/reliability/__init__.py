"""Reliability of scores: coefficients, their intervals, and the conditions under which they hold.

Names load at first use, so that asking for one coefficient does not load the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.moments.cluster_sums import ClusterSums, cluster_sums
    from intimacy_scales.moments.item_moments import ItemMoments, item_moments, item_moments_stream
    from intimacy_scales.moments.keyed import KeyedMoments, keyed_moments
    from intimacy_scales.reliability.agreement.groups import GroupICC, group_icc
    from intimacy_scales.reliability.agreement.icc import intraclass_corr
    from intimacy_scales.reliability.agreement.icc_result import IntraclassCorrelation, IntraclassCorrelations
    from intimacy_scales.reliability.agreement.limits import LimitsOfAgreement
    from intimacy_scales.reliability.agreement.retest import RetestReliability, test_retest
    from intimacy_scales.reliability.consistency.alpha import CronbachAlpha, cronbach_alpha
    from intimacy_scales.reliability.consistency.every_split import SplitHalves, split_halves
    from intimacy_scales.reliability.consistency.glb import GreatestLowerBound, greatest_lower_bound
    from intimacy_scales.reliability.consistency.guttman import GuttmanLambdas, guttman_lambdas
    from intimacy_scales.reliability.consistency.halves import (
        SplitHalf,
        items_needed,
        spearman_brown,
        split_half,
    )
    from intimacy_scales.reliability.consistency.hierarchical import HierarchicalOmega, hierarchical_omega
    from intimacy_scales.reliability.consistency.omega import McDonaldOmega, mcdonald_omega
    from intimacy_scales.reliability.consistency.omega_figures import GroupOmega
    from intimacy_scales.reliability.consistency.stratified import StratifiedAlpha, stratified_alpha
    from intimacy_scales.reliability.consistency.two_alphas import AlphaDifference, compare_alphas
    from intimacy_scales.reliability.diary.diary_omega import two_level_omega
    from intimacy_scales.reliability.diary.diary_result import DiaryReliability, NestedComponents
    from intimacy_scales.reliability.diary.level_coefficients import LevelCoefficient, LevelOmega
    from intimacy_scales.reliability.diary.multilevel import diary_reliability
    from intimacy_scales.reliability.diary.two_level_result import EqualLoadings, TwoLevelOmega
    from intimacy_scales.reliability.items.analysis import ItemAnalysis, item_analysis
    from intimacy_scales.reliability.report.report import ReliabilityReport, reliability_report
    from intimacy_scales.reliability.report.scale_report import ScaleReliability
    from intimacy_scales.reliability.single_scores.change import (
        Cutoffs,
        jacobson_truax_cutoffs,
        reliable_change,
    )
    from intimacy_scales.reliability.single_scores.change_result import PersonChange, ReliableChange
    from intimacy_scales.reliability.single_scores.conditional import ConditionalError, conditional_error
    from intimacy_scales.reliability.single_scores.sem import (
        MeasurementError,
        attenuation_corrected,
        measurement_error,
    )
    from intimacy_scales.results.coefficient import Coefficient
    from intimacy_scales.results.interval import Interval

_HOMES = {
    "consistency.alpha": ("CronbachAlpha", "cronbach_alpha"),
    "single_scores.change": ("Cutoffs", "jacobson_truax_cutoffs", "reliable_change"),
    "single_scores.change_result": ("PersonChange", "ReliableChange"),
    "diary.diary_omega": ("two_level_omega",),
    "single_scores.conditional": ("ConditionalError", "conditional_error"),
    "single_scores.sem": ("MeasurementError", "attenuation_corrected", "measurement_error"),
    "consistency.glb": ("GreatestLowerBound", "greatest_lower_bound"),
    "agreement.groups": ("GroupICC", "group_icc"),
    "consistency.guttman": ("GuttmanLambdas", "guttman_lambdas"),
    "consistency.hierarchical": ("HierarchicalOmega", "hierarchical_omega"),
    "agreement.icc": ("intraclass_corr",),
    "agreement.icc_result": ("IntraclassCorrelation", "IntraclassCorrelations"),
    "items.analysis": ("ItemAnalysis", "item_analysis"),
    "diary.level_coefficients": ("LevelCoefficient", "LevelOmega"),
    "diary.diary_result": ("DiaryReliability", "NestedComponents"),
    "diary.multilevel": ("diary_reliability",),
    "consistency.omega": ("McDonaldOmega", "mcdonald_omega"),
    "consistency.omega_figures": ("GroupOmega",),
    "report.report": ("ReliabilityReport", "reliability_report"),
    "report.scale_report": ("ScaleReliability",),
    "agreement.limits": ("LimitsOfAgreement",),
    "agreement.retest": ("RetestReliability", "test_retest"),
    "consistency.every_split": ("SplitHalves", "split_halves"),
    "consistency.halves": ("SplitHalf", "items_needed", "spearman_brown", "split_half"),
    "consistency.stratified": ("StratifiedAlpha", "stratified_alpha"),
    "consistency.two_alphas": ("AlphaDifference", "compare_alphas"),
    "diary.two_level_result": ("EqualLoadings", "TwoLevelOmega"),
}  # fmt: skip
_ELSEWHERE = {
    "moments.cluster_sums": ("ClusterSums", "cluster_sums"),
    "moments.item_moments": ("ItemMoments", "item_moments", "item_moments_stream"),
    "moments.keyed": ("KeyedMoments", "keyed_moments"),
    "results.coefficient": ("Coefficient",),
    "results.interval": ("Interval",),
}
_HOME = {name: f"{__name__}.{module}" for module, names in _HOMES.items() for name in names} | {
    name: f"intimacy_scales.{module}" for module, names in _ELSEWHERE.items() for name in names
}

__all__ = [
    "AlphaDifference", "ClusterSums", "Coefficient", "ConditionalError", "CronbachAlpha", "Cutoffs",
    "DiaryReliability", "EqualLoadings", "GreatestLowerBound", "GroupICC", "GroupOmega", "GuttmanLambdas",
    "HierarchicalOmega", "Interval", "IntraclassCorrelation", "IntraclassCorrelations", "ItemAnalysis",
    "ItemMoments", "KeyedMoments", "LevelCoefficient", "LevelOmega", "LimitsOfAgreement", "McDonaldOmega",
    "MeasurementError", "NestedComponents", "PersonChange", "ReliabilityReport", "ReliableChange",
    "RetestReliability", "ScaleReliability", "SplitHalf", "SplitHalves", "StratifiedAlpha",
    "TwoLevelOmega", "attenuation_corrected", "cluster_sums", "compare_alphas", "conditional_error",
    "cronbach_alpha", "diary_reliability", "greatest_lower_bound", "group_icc", "guttman_lambdas",
    "hierarchical_omega", "intraclass_corr", "item_analysis", "item_moments", "item_moments_stream",
    "items_needed", "jacobson_truax_cutoffs", "keyed_moments", "mcdonald_omega", "measurement_error",
    "reliability_report", "reliable_change", "spearman_brown", "split_half", "split_halves",
    "stratified_alpha", "test_retest", "two_level_omega",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
