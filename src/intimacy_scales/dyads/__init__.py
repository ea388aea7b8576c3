"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingFault, PairingFaults

__all__ = ["Dyads", "PairingFault", "PairingFaults"]
