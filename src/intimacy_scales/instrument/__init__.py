"""Frozen models of item banks and instruments, and the layout of their files."""

from intimacy_scales.instrument.accepted import Accepted
from intimacy_scales.instrument.bank import BankItem, Facet, Form, ItemBank
from intimacy_scales.instrument.base import normalized
from intimacy_scales.instrument.faults import instrument_error
from intimacy_scales.instrument.instrument import Instrument, InstrumentRef, Item, Wording
from intimacy_scales.instrument.numbers import as_number, exact, plain
from intimacy_scales.instrument.provenance import Citation, Cutoff, Evidence, License, Norm, Source
from intimacy_scales.instrument.response_scale import NOT_ANSWERED, ResponseScale
from intimacy_scales.instrument.scale import ItemKey, MissingRule, Scale

__all__ = [
    "NOT_ANSWERED",
    "Accepted",
    "BankItem",
    "Citation",
    "Cutoff",
    "Evidence",
    "Facet",
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
    "Wording",
    "as_number",
    "exact",
    "instrument_error",
    "normalized",
    "plain",
]  # fmt: skip
