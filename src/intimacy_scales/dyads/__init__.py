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
    from intimacy_scales.dyads.profiles import (
        MeanSimilarity,
        ProfileSimilarity,
        PseudoCouples,
        StrangerComparison,
        profile_similarity,
    )
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

_HOMES = {
    "agreement.agreement": ("partner_agreement",),
    "agreement.compositions": ("CompositionComparison", "CorrelationDifference"),
    "agreement.result": ("PartnerAgreement",),
    "agreement.scale_agreement": ("AgreementFigure", "ScaleAgreement"),
    "dyads": ("Dyads",),
    "faults": ("PairingFault", "PairingFaults"),
    "feedback.consent": ("Consent",),
    "feedback.couple": ("CoupleFeedback", "couple_feedback"),
    "feedback.partner_view": ("OwnScore", "PartnerFeedback", "SharedScore"),
    "feedback.shareable": ("ShareableScales", "WithheldScale", "shareable_scales"),
    "feedback.small_cells": ("SuppressedCell", "SuppressedTable", "suppress_small_cells"),
    "models.actor_partner_result": ("ActorPartnerModel", "ResidualCorrelation"),
    "models.apim": ("apim",),
    "models.common_fate": ("CommonFateModel", "common_fate"),
    "models.couple_paths": ("CouplePath",),
    "models.adjusted_fit": ("AdjustedFit",),
    "models.distinguishability": ("Distinguishability", "distinguishability"),
    "models.effects": ("PartnerActorRatio", "PathEffect"),
    "models.mutual_influence": ("MutualInfluenceModel", "mutual_influence"),
    "models.path_tests": ("PathTest",),
    "models.role_differences": ("RoleDifference",),
    "profiles": (
        "MeanSimilarity",
        "ProfileSimilarity",
        "PseudoCouples",
        "StrangerComparison",
        "profile_similarity",
    ),
    "scores_of_couples.reliability": ("couple_reliability",),
    "scores_of_couples.reliability_result": ("CoupleReliability",),
    "scores_of_couples.reliable_difference": ("reliable_difference",),
    "scores_of_couples.reliable_difference_result": ("ReliableDifferences",),
    "scores_of_couples.score_reliability": ("ScoreReliability",),
    "scores_of_couples.score_summary": ("CoupleScoreSummary", "ScaleOfCouplesSummary"),
    "scores_of_couples.scores": ("CoupleScores", "ScaleOfCouples", "couple_scores"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ActorPartnerModel", "AdjustedFit", "AgreementFigure", "CommonFateModel", "CompositionComparison",
    "Consent", "CorrelationDifference", "CoupleFeedback", "CouplePath", "CoupleReliability",
    "CoupleScoreSummary", "CoupleScores", "Distinguishability", "Dyads", "MeanSimilarity",
    "MutualInfluenceModel", "OwnScore", "PairingFault", "PairingFaults", "PartnerActorRatio",
    "PartnerAgreement", "PartnerFeedback", "PathEffect", "PathTest", "ProfileSimilarity", "PseudoCouples",
    "ReliableDifferences", "ResidualCorrelation", "RoleDifference", "ScaleAgreement", "ScaleOfCouples",
    "ScaleOfCouplesSummary",
    "ScoreReliability", "ShareableScales", "SharedScore", "StrangerComparison", "SuppressedCell",
    "SuppressedTable", "WithheldScale", "apim", "common_fate", "couple_feedback", "couple_reliability",
    "couple_scores", "distinguishability", "mutual_influence", "partner_agreement", "profile_similarity",
    "reliable_difference", "shareable_scales", "suppress_small_cells",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
