"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback.

Names load at first use, so that an app that shows feedback to partners does not load what studies need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.dyads.dyads import Dyads
    from intimacy_scales.dyads.faults import PairingFault, PairingFaults
    from intimacy_scales.dyads.invariance.dmacs import Dmacs
    from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
    from intimacy_scales.dyads.invariance.ladder import dyadic_invariance
    from intimacy_scales.dyads.invariance.partner_means import PartnerMeans
    from intimacy_scales.dyads.invariance.result import DyadicInvariance
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
    "dyads": ("Dyads",),
    "faults": (
        "PairingFault",
        "PairingFaults",
    ),
    "invariance.dmacs": ("Dmacs",),
    "invariance.exchangeable": ("ExchangeableMeasurement",),
    "invariance.ladder": ("dyadic_invariance",),
    "invariance.partner_means": ("PartnerMeans",),
    "invariance.result": ("DyadicInvariance",),
    "scores_of_couples.reliability": ("couple_reliability",),
    "scores_of_couples.reliability_result": ("CoupleReliability",),
    "scores_of_couples.reliable_difference": ("reliable_difference",),
    "scores_of_couples.reliable_difference_result": ("ReliableDifferences",),
    "scores_of_couples.score_reliability": ("ScoreReliability",),
    "scores_of_couples.score_summary": (
        "CoupleScoreSummary",
        "ScaleOfCouplesSummary",
    ),
    "scores_of_couples.scores": (
        "CoupleScores",
        "ScaleOfCouples",
        "couple_scores",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CoupleReliability", "CoupleScoreSummary", "CoupleScores", "Dmacs", "DyadicInvariance", "Dyads",
    "ExchangeableMeasurement", "PairingFault", "PairingFaults", "PartnerMeans", "ReliableDifferences",
    "ScaleOfCouples", "ScaleOfCouplesSummary", "ScoreReliability", "couple_reliability", "couple_scores",
    "dyadic_invariance", "reliable_difference",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
