"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.apim import apim
from intimacy_scales.dyads.models.distinguishability import Distinguishability, distinguishability

__all__ = ["Dyads", "PairingError", "PairingFault"]
__all__ += ["ActorPartnerModel", "Distinguishability", "apim", "distinguishability"]
