"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault
from intimacy_scales.dyads.invariance.dmacs import Dmacs
from intimacy_scales.dyads.invariance.exchangeable import ExchangeableMeasurement
from intimacy_scales.dyads.invariance.ladder import dyadic_invariance
from intimacy_scales.dyads.invariance.partner_means import PartnerMeans
from intimacy_scales.dyads.invariance.result import DyadicInvariance

__all__ = ["Dyads", "PairingError", "PairingFault"]
__all__ += ["Dmacs", "DyadicInvariance", "ExchangeableMeasurement", "PartnerMeans", "dyadic_invariance"]
