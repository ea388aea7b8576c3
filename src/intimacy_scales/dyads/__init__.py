"""Couples: pairing, couple scores, agreement, actor and partner effects, invariance, and feedback."""

from intimacy_scales.dyads.agreement.agreement import partner_agreement
from intimacy_scales.dyads.agreement.compositions import CompositionComparison, CorrelationDifference
from intimacy_scales.dyads.agreement.result import PartnerAgreement
from intimacy_scales.dyads.agreement.scale_agreement import AgreementFigure, ScaleAgreement
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingError, PairingFault

__all__ = [
    "AgreementFigure",
    "CompositionComparison",
    "CorrelationDifference",
    "Dyads",
    "PairingError",
    "PairingFault",
    "PartnerAgreement",
    "ScaleAgreement",
    "partner_agreement",
]
