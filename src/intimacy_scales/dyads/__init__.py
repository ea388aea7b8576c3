"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault

# how partners see each other
from intimacy_scales.dyads.partner_perception.perception import perception
from intimacy_scales.dyads.partner_perception.perception_result import Perception, PerceptionCorrelation
from intimacy_scales.dyads.partner_perception.truth_and_bias import truth_and_bias
from intimacy_scales.dyads.partner_perception.truth_result import TruthAndBias

__all__ = [
    "Dyads",
    "PairingError",
    "PairingFault",
    "Perception",
    "PerceptionCorrelation",
    "TruthAndBias",
    "perception",
    "truth_and_bias",
]
