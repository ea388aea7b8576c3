"""Similarity of the profiles of both partners, over scales or items, and of pseudo-couples."""

from intimacy_scales.dyads.profiles.mean_similarity import MeanSimilarity
from intimacy_scales.dyads.profiles.pseudo_couples import PseudoCouples, StrangerComparison
from intimacy_scales.dyads.profiles.result import ProfileSimilarity
from intimacy_scales.dyads.profiles.similarity import profile_similarity

__all__ = [
    "MeanSimilarity",
    "ProfileSimilarity",
    "PseudoCouples",
    "StrangerComparison",
    "profile_similarity",
]
