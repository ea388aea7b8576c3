"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel
from intimacy_scales.dyads.models.apim import apim
from intimacy_scales.dyads.models.common_fate import CommonFateModel, common_fate
from intimacy_scales.dyads.models.distinguishability import Distinguishability, distinguishability
from intimacy_scales.dyads.models.mutual_influence import MutualInfluenceModel, mutual_influence

__all__ = ["Dyads", "PairingError", "PairingFault"]
__all__ += ["ActorPartnerModel", "CommonFateModel", "Distinguishability", "MutualInfluenceModel", "apim"]
__all__ += ["common_fate", "distinguishability", "mutual_influence"]
