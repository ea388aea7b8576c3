"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.dyads.faults import PairingError, PairingFault

# how partners see each other
from intimacy_scales.dyads.partner_perception.perception import perception
from intimacy_scales.dyads.partner_perception.perception_result import Perception, PerceptionCorrelation
from intimacy_scales.dyads.partner_perception.truth_and_bias import truth_and_bias
from intimacy_scales.dyads.partner_perception.truth_result import TruthAndBias

# an outcome as a function of both partners' scores
from intimacy_scales.dyads.surfaces.congruence import CongruenceChecklist, CongruenceCondition
from intimacy_scales.dyads.surfaces.response_surface import response_surface
from intimacy_scales.dyads.surfaces.result import InfluentialCouple, ResponseSurface
from intimacy_scales.dyads.surfaces.surface import PartnerSurface, SurfaceTest

__all__ = [
    "CongruenceChecklist",
    "CongruenceCondition",
    "CoupleEstimate",
    "Dyads",
    "InfluentialCouple",
    "PairingError",
    "PairingFault",
    "PartnerSurface",
    "Perception",
    "PerceptionCorrelation",
    "ResponseSurface",
    "SurfaceTest",
    "TruthAndBias",
    "perception",
    "response_surface",
    "truth_and_bias",
]
