"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback.

Names load at first use, so that an app that shows feedback to partners does not load what studies need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.dyads.agreement.agreement import partner_agreement
    from intimacy_scales.dyads.agreement.compositions import CompositionComparison, CorrelationDifference
    from intimacy_scales.dyads.agreement.result import PartnerAgreement
    from intimacy_scales.dyads.agreement.scale_agreement import AgreementFigure, ScaleAgreement
    from intimacy_scales.dyads.dyads import Dyads
    from intimacy_scales.dyads.estimates import CoupleEstimate
    from intimacy_scales.dyads.faults import PairingFault, PairingFaults
    from intimacy_scales.dyads.feedback.consent import Consent
    from intimacy_scales.dyads.feedback.couple import CoupleFeedback, couple_feedback
    from intimacy_scales.dyads.feedback.partner_view import OwnScore, PartnerFeedback, SharedScore
    from intimacy_scales.dyads.feedback.shareable import ShareableScales, WithheldScale, shareable_scales
    from intimacy_scales.dyads.feedback.small_cells import (
        SuppressedCell,
        SuppressedTable,
        suppress_small_cells,
    )
    from intimacy_scales.dyads.invariance.dmacs import Dmacs
    from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
    from intimacy_scales.dyads.invariance.ladder import dyadic_invariance
    from intimacy_scales.dyads.invariance.partner_means import PartnerMeans
    from intimacy_scales.dyads.invariance.result import DyadicInvariance
    from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel, ResidualCorrelation
    from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit
    from intimacy_scales.dyads.models.apim import apim
    from intimacy_scales.dyads.models.common_fate import CommonFateModel, common_fate
    from intimacy_scales.dyads.models.couple_paths import CouplePath
    from intimacy_scales.dyads.models.distinguishability import Distinguishability, distinguishability
    from intimacy_scales.dyads.models.effects import PartnerActorRatio, PathEffect
    from intimacy_scales.dyads.models.mutual_influence import MutualInfluenceModel, mutual_influence
    from intimacy_scales.dyads.models.path_tests import PathTest
    from intimacy_scales.dyads.models.role_differences import RoleDifference
    from intimacy_scales.dyads.partner_perception.perception import perception
    from intimacy_scales.dyads.partner_perception.perception_result import Perception, PerceptionCorrelation
    from intimacy_scales.dyads.partner_perception.truth_and_bias import truth_and_bias
    from intimacy_scales.dyads.partner_perception.truth_result import TruthAndBias
    from intimacy_scales.dyads.profiles import (
        MeanSimilarity,
        ProfileSimilarity,
        PseudoCouples,
        StrangerComparison,
        profile_similarity,
    )
    from intimacy_scales.dyads.report.reliable_counts import ReliableCount
    from intimacy_scales.dyads.report.report import couple_report
    from intimacy_scales.dyads.report.result import CoupleReport
    from intimacy_scales.dyads.scores_of_couples.reliability import couple_reliability
    from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
    from intimacy_scales.dyads.scores_of_couples.reliable_difference import reliable_difference
    from intimacy_scales.dyads.scores_of_couples.reliable_difference_result import ReliableDifferences
    from intimacy_scales.dyads.scores_of_couples.score_reliability import ScoreReliability
    from intimacy_scales.dyads.scores_of_couples.score_summary import (
        CoupleScoreSummary,
        ScaleOfCouplesSummary,
    )
    from intimacy_scales.dyads.scores_of_couples.scores import CoupleScores, ScaleOfCouples, couple_scores
    from intimacy_scales.dyads.surfaces.congruence import CongruenceChecklist, CongruenceCondition
    from intimacy_scales.dyads.surfaces.response_surface import response_surface
    from intimacy_scales.dyads.surfaces.result import InfluentialCouple, ResponseSurface
    from intimacy_scales.dyads.surfaces.surface import PartnerSurface, SurfaceTest

_HOMES = {
    "agreement.agreement": ("partner_agreement",),
    "agreement.compositions": ("CompositionComparison", "CorrelationDifference"),
    "agreement.result": ("PartnerAgreement",),
    "agreement.scale_agreement": ("AgreementFigure", "ScaleAgreement"),
    "dyads": ("Dyads",),
    "estimates": ("CoupleEstimate",),
    "faults": ("PairingFault", "PairingFaults"),
    "feedback.consent": ("Consent",),
    "feedback.couple": ("CoupleFeedback", "couple_feedback"),
    "feedback.partner_view": ("OwnScore", "PartnerFeedback", "SharedScore"),
    "feedback.shareable": ("ShareableScales", "WithheldScale", "shareable_scales"),
    "feedback.small_cells": ("SuppressedCell", "SuppressedTable", "suppress_small_cells"),
    "invariance.dmacs": ("Dmacs",),
    "invariance.exchangeable": ("ExchangeableMeasurement",),
    "invariance.ladder": ("dyadic_invariance",),
    "invariance.partner_means": ("PartnerMeans",),
    "invariance.result": ("DyadicInvariance",),
    "models.actor_partner_result": ("ActorPartnerModel", "ResidualCorrelation"),
    "models.adjusted_fit": ("AdjustedFit",),
    "models.apim": ("apim",),
    "models.common_fate": ("CommonFateModel", "common_fate"),
    "models.couple_paths": ("CouplePath",),
    "models.distinguishability": ("Distinguishability", "distinguishability"),
    "models.effects": ("PartnerActorRatio", "PathEffect"),
    "models.mutual_influence": ("MutualInfluenceModel", "mutual_influence"),
    "models.path_tests": ("PathTest",),
    "models.role_differences": ("RoleDifference",),
    "partner_perception.perception": ("perception",),
    "partner_perception.perception_result": ("Perception", "PerceptionCorrelation"),
    "partner_perception.truth_and_bias": ("truth_and_bias",),
    "partner_perception.truth_result": ("TruthAndBias",),
    "profiles": (
        "MeanSimilarity",
        "ProfileSimilarity",
        "PseudoCouples",
        "StrangerComparison",
        "profile_similarity",
    ),
    "report.reliable_counts": ("ReliableCount",),
    "report.report": ("couple_report",),
    "report.result": ("CoupleReport",),
    "scores_of_couples.reliability": ("couple_reliability",),
    "scores_of_couples.reliability_result": ("CoupleReliability",),
    "scores_of_couples.reliable_difference": ("reliable_difference",),
    "scores_of_couples.reliable_difference_result": ("ReliableDifferences",),
    "scores_of_couples.score_reliability": ("ScoreReliability",),
    "scores_of_couples.score_summary": ("CoupleScoreSummary", "ScaleOfCouplesSummary"),
    "scores_of_couples.scores": ("CoupleScores", "ScaleOfCouples", "couple_scores"),
    "surfaces.congruence": ("CongruenceChecklist", "CongruenceCondition"),
    "surfaces.response_surface": ("response_surface",),
    "surfaces.result": ("InfluentialCouple", "ResponseSurface"),
    "surfaces.surface": ("PartnerSurface", "SurfaceTest"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ActorPartnerModel", "AdjustedFit", "AgreementFigure", "CommonFateModel", "CompositionComparison",
    "CongruenceChecklist", "CongruenceCondition", "Consent", "CorrelationDifference", "CoupleEstimate",
    "CoupleFeedback", "CouplePath", "CoupleReliability", "CoupleReport", "CoupleScoreSummary",
    "CoupleScores", "Distinguishability", "Dmacs", "DyadicInvariance", "Dyads", "ExchangeableMeasurement",
    "InfluentialCouple", "MeanSimilarity", "MutualInfluenceModel", "OwnScore", "PairingFault",
    "PairingFaults", "PartnerActorRatio", "PartnerAgreement", "PartnerFeedback", "PartnerMeans",
    "PartnerSurface", "PathEffect", "PathTest", "Perception", "PerceptionCorrelation", "ProfileSimilarity",
    "PseudoCouples", "ReliableCount", "ReliableDifferences", "ResidualCorrelation", "ResponseSurface",
    "RoleDifference", "ScaleAgreement", "ScaleOfCouples", "ScaleOfCouplesSummary", "ScoreReliability",
    "ShareableScales", "SharedScore", "StrangerComparison", "SuppressedCell", "SuppressedTable",
    "SurfaceTest", "TruthAndBias", "WithheldScale", "apim", "common_fate", "couple_feedback",
    "couple_reliability", "couple_report", "couple_scores", "distinguishability", "dyadic_invariance",
    "mutual_influence", "partner_agreement", "perception", "profile_similarity", "reliable_difference",
    "response_surface", "shareable_scales", "suppress_small_cells", "truth_and_bias",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
