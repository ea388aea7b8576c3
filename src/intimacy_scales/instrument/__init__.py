"""Frozen models of item banks and instruments, and the layout of their files."""

from intimacy_scales.instrument.accepted import Accepted
from intimacy_scales.instrument.bank import BankItem, Facet, Form, ItemBank
from intimacy_scales.instrument.base import LOOKALIKES, normalized
from intimacy_scales.instrument.cutoff import Cutoff
from intimacy_scales.instrument.evidence import STEPS, Evidence, EvidenceStep, Finding, Step
from intimacy_scales.instrument.faults import instrument_error
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.item import Coding, Item, Wording
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.numbers import as_number, exact, plain
from intimacy_scales.instrument.provenance import Citation, Confidence, License, Source
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.response_scale import NOT_ANSWERED, ResponseScale
from intimacy_scales.instrument.scale import ItemKey, MissingRule, Scale

__all__ = [
    "LOOKALIKES",
    "NOT_ANSWERED",
    "STEPS",
    "Accepted",
    "BankItem",
    "Citation",
    "Coding",
    "Confidence",
    "Cutoff",
    "Evidence",
    "EvidenceStep",
    "Facet",
    "Finding",
    "Form",
    "Instrument",
    "InstrumentRef",
    "Item",
    "ItemBank",
    "ItemKey",
    "License",
    "MissingRule",
    "Norm",
    "ResponseScale",
    "Scale",
    "Source",
    "Step",
    "Wording",
    "as_number",
    "exact",
    "instrument_error",
    "normalized",
    "plain",
]  # fmt: skip
