"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault
from intimacy_scales.dyads.profiles import (
    MeanSimilarity,
    ProfileSimilarity,
    PseudoCouples,
    StrangerComparison,
    profile_similarity,
)

__all__ = ["Dyads", "PairingError", "PairingFault"]
__all__ += [
    "MeanSimilarity",
    "ProfileSimilarity",
    "PseudoCouples",
    "StrangerComparison",
    "profile_similarity",
]
