"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.couple_scores.reliability import couple_reliability
from intimacy_scales.dyads.couple_scores.reliability_result import CoupleReliability
from intimacy_scales.dyads.couple_scores.reliable_difference import reliable_difference
from intimacy_scales.dyads.couple_scores.reliable_difference_result import ReliableDifferences
from intimacy_scales.dyads.couple_scores.score_reliability import ScoreReliability
from intimacy_scales.dyads.couple_scores.score_summary import CoupleScoreSummary, ScaleOfCouplesSummary
from intimacy_scales.dyads.couple_scores.scores import CoupleScores, ScaleOfCouples, couple_scores
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault

__all__ = ["Dyads", "PairingError", "PairingFault"]

# couple scores
__all__ += [
    "CoupleReliability",
    "CoupleScoreSummary",
    "CoupleScores",
    "ReliableDifferences",
    "ScaleOfCouples",
    "ScaleOfCouplesSummary",
    "ScoreReliability",
    "couple_reliability",
    "couple_scores",
    "reliable_difference",
]
