"""Frozen models of item banks and instruments, and the layout of their files.

Names load at first use: scoring plain answer sheets of a shipped form needs none of the models.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.instrument.accepted import Accepted
    from intimacy_scales.instrument.bank import BankItem, Facet, Form, ItemBank
    from intimacy_scales.instrument.choose_all import ChooseAll
    from intimacy_scales.instrument.cutoff import Cutoff
    from intimacy_scales.instrument.evidence import STEPS, Evidence, EvidenceStep, Finding, Step
    from intimacy_scales.instrument.faults import instrument_error
    from intimacy_scales.instrument.instrument import Instrument
    from intimacy_scales.instrument.item import Coding, Item, Wording
    from intimacy_scales.instrument.loading import as_instrument
    from intimacy_scales.instrument.norm import Norm
    from intimacy_scales.instrument.numbers import as_number, exact, plain
    from intimacy_scales.instrument.numerals import NOT_ANSWERED
    from intimacy_scales.instrument.provenance import Citation, Confidence, License, Source
    from intimacy_scales.instrument.reference import InstrumentRef
    from intimacy_scales.instrument.response_scale import ResponseScale
    from intimacy_scales.instrument.scale import ItemKey, MissingRule, Scale
    from intimacy_scales.instrument.texts import LOOKALIKES, normalized

_HOMES = {
    "accepted": ("Accepted",),
    "bank": ("BankItem", "Facet", "Form", "ItemBank"),
    "choose_all": ("ChooseAll",),
    "cutoff": ("Cutoff",),
    "evidence": ("STEPS", "Evidence", "EvidenceStep", "Finding", "Step"),
    "faults": ("instrument_error",),
    "instrument": ("Instrument",),
    "item": ("Coding", "Item", "Wording"),
    "loading": ("as_instrument",),
    "norm": ("Norm",),
    "numbers": ("as_number", "exact", "plain"),
    "numerals": ("NOT_ANSWERED",),
    "provenance": ("Citation", "Confidence", "License", "Source"),
    "reference": ("InstrumentRef",),
    "response_scale": ("ResponseScale",),
    "scale": ("ItemKey", "MissingRule", "Scale"),
    "texts": ("LOOKALIKES", "normalized"),
}  # fmt: skip
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "LOOKALIKES",
    "NOT_ANSWERED",
    "STEPS",
    "Accepted",
    "BankItem",
    "ChooseAll",
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
    "as_instrument",
    "as_number",
    "exact",
    "instrument_error",
    "normalized",
    "plain",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
