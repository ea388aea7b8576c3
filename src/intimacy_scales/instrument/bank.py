"""Item banks, and the forms that are assembled from their items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, ValidationError, model_validator

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError
from intimacy_scales.instrument.accepted import Accepted
from intimacy_scales.instrument.base import Id, Part, Text, kept
from intimacy_scales.instrument.budgets import check_size
from intimacy_scales.instrument.changes import Change
from intimacy_scales.instrument.digests import NOT_CONTENT, bank_text_digest, content_digest
from intimacy_scales.instrument.document import resolve_default, resolve_response_scales
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.faults import instrument_error
from intimacy_scales.instrument.instrument import Instrument
from intimacy_scales.instrument.item import Item, Wording, no_twins, unique
from intimacy_scales.instrument.provenance import Citation, License
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import Scale
from intimacy_scales.messages import counted, suggest


class Facet(Part):
    """One side of a construct.

    Attributes
    ----------
    id, title, description
        A name for programs, a name for people, and what the facet covers.

    Examples
    --------
    >>> Facet(id="security", title="Security", description="Feeling safe with the partner.").id
    'security'
    """

    id: Id
    title: Text
    description: Text | None = None


class BankItem(Item):
    """An item of a bank, with its direction on the bank's construct.

    Attributes
    ----------
    keyed
        ``"+"``: agreeing counts towards the construct; ``"-"``: against it (reverse-keyed).

    Examples
    --------
    >>> from intimacy_scales import load_bank
    >>> load_bank("trust").item("tru03").keyed
    '-'
    """

    keyed: Literal["+", "-"] = "+"


class ItemBank(Part):
    """The pool of items for one construct.

    Attributes
    ----------
    id, version, title, description, language, constructs, evidence, license
        As in an instrument.
    high_means, against_closeness
        As in a scale: what agreeing with the items means, where it does not mean more closeness.
    facets
        The facets of the construct, in order.
    items
        Every item names its facet and how it is keyed.
    accepted
        Findings of the linter that the author explains.

    Examples
    --------
    >>> from intimacy_scales import load_bank
    >>> bank = load_bank("trust")
    >>> len(bank.items), bank.item("tru01").facet
    (15, 'security')
    """

    id: Id
    version: Text
    title: Text
    description: Text
    language: Text = "en"
    constructs: tuple[Id, ...] = ()
    high_means: Text | None = None
    against_closeness: StrictBool = False
    evidence: Evidence = Evidence()
    license: License | None = None
    facets: tuple[Facet, ...] = Field(min_length=1)
    items: tuple[BankItem, ...] = Field(min_length=1)
    accepted: tuple[Accepted, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, data: Any) -> Any:
        check_size(data)
        return resolve_response_scales(data)

    @kept
    def digest(self) -> str:
        """sha256 of the content, computed as for an instrument."""
        return content_digest(self.model_dump(mode="json", exclude_defaults=True, exclude=NOT_CONTENT))

    @kept
    def text_digest(self) -> str:
        """sha256 of all wordings of the items, and of their options: of everything that is translated."""
        return bank_text_digest(self)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unique("items", (item.id for item in self.items))
        no_twins("items", (item.id for item in self.items))
        unique("facets", (facet.id for facet in self.facets))
        if self.against_closeness and self.high_means is None:
            raise ValueError(
                "against_closeness: needs high_means, which states what agreeing with the items means"
            )
        facets = dict.fromkeys(facet.id for facet in self.facets)
        for position, item in enumerate(self.items):
            if item.facet not in facets:
                raise ValueError(
                    f"items[{position}] ({item.id}).facet: item {item.id!r} has facet {item.facet!r}, "
                    f"which the bank does not declare (it has {', '.join(facets)})"
                )
        return self

    @kept
    def _items(self) -> dict[str, BankItem]:
        return {item.id: item for item in self.items}

    def item(self, item_id: str) -> BankItem:
        """Return one item; an `UnknownInstrumentError` lists the ids of all items."""
        try:
            return self._items[item_id]
        except KeyError:
            hint = suggest(item_id, self._items)
            raise UnknownInstrumentError(
                f"bank {self.id} has no item {item_id!r}; it has {', '.join(self._items)}{hint}"
            ) from None

    def to_instrument(self, *, wording: Wording = "self") -> Instrument:
        """Return the whole bank as an instrument with one scale, for example for a pilot study.

        Parameters
        ----------
        wording
            Which wording of the items to use; every item must have it.
        """
        form = Form(
            id=f"{self.id}-bank" if wording == "self" else f"{self.id}-bank-{wording}",
            version=self.version,
            title=f"{self.title}: all items",
            language=self.language,
            wording=wording,
            constructs=self.constructs,
            evidence=self.evidence,
            license=self.license,
            banks=(self.id,),
            scales=(
                Scale(
                    id=self.id,
                    title=self.title,
                    high_means=self.high_means,
                    against_closeness=self.against_closeness,
                    items=tuple(("-" if i.keyed == "-" else "") + i.id for i in self.items),
                ),
            ),
        )
        return form.assemble({self.id: self})

    def __repr__(self) -> str:
        draft = ", DRAFT: not validated" if self.evidence.status == "draft" else ""
        high = f", high = {self.high_means}" if self.high_means else ""
        about = f"{counted(len(self.items), 'item')}, {counted(len(self.facets), 'facet')}"
        return f"<ItemBank {self.id} {self.version}{draft}{high}: {about}; {self.evidence.summary()}>"

    def __str__(self) -> str:
        return f"{self.title} ({self.id} {self.version})"


def _explanations_of_banks(banks: Mapping[str, ItemBank], items: set[str]) -> list[Accepted]:
    """Return the explanations that banks give for these items, each marked with its bank."""
    return [
        entry.model_copy(update={"bank": bank.id})
        for bank in banks.values()
        for entry in bank.accepted
        if entry.item in items
    ]


class Form(Part):
    """The layout of an instrument's file: which items of which banks it takes, in which wording and order.

    Attributes
    ----------
    banks
        Ids of banks, or names of bank files in the same folder.
    items
        Order of presentation; without it, the order in which the scales name their items.
    response_scale
        Replaces that of the banks, for wordings that are answered differently.
    scales
        As in an instrument; the sign of each item must agree with its key in the bank.
    accepted
        As in a bank; the banks' explanations for the form's items are added.
    changes
        As in an instrument.

    Examples
    --------
    >>> from intimacy_scales import load_bank
    >>> form = Form.model_validate({
    ...     "id": "two", "version": "1", "title": "Two items on trust", "banks": ["trust"],
    ...     "scales": [{"id": "trust", "items": ["tru01", "-tru03"]}],
    ... })
    >>> form.assemble({"trust": load_bank("trust")}).item_ids
    ('tru01', 'tru03')
    """

    id: Id
    version: Text
    title: Text
    description: Text | None = None
    language: Text = "en"
    wording: Wording = "self"
    instructions: Text | None = None
    safety: Text | None = None
    counterpart: Id | None = None
    constructs: tuple[Id, ...] = ()
    evidence: Evidence = Evidence()
    citations: tuple[Citation, ...] = ()
    license: License | None = None
    banks: tuple[Text, ...] = Field(min_length=1)
    response_scale: ResponseScale | None = None
    items: tuple[Id, ...] = ()
    scales: tuple[Scale, ...] = Field(min_length=1)
    accepted: tuple[Accepted, ...] = ()
    changes: tuple[Change, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, data: Any) -> Any:
        check_size(data)
        return resolve_default(data)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        unique("banks", self.banks)
        unique("items", self.items)
        return self

    def assemble(self, banks: Mapping[str, ItemBank], *, source: str = "form") -> Instrument:
        """Return the instrument, with the items taken from their banks.

        Parameters
        ----------
        banks
            Entry of the field ``banks`` → the item bank.
        source
            Name of the file, for error messages.
        """
        pool: dict[str, BankItem] = {}
        for bank in banks.values():
            for item in bank.items:
                if item.id in pool:
                    raise InstrumentError(
                        f"{source}: item {item.id!r} is in more than one of its banks", source
                    )
                pool[item.id] = item
        self._check_keys(pool, source)
        named = dict.fromkeys(key.item for scale in self.scales for key in scale.keys)
        for name in (*self.items, *named):
            if name not in pool:
                names = ", ".join(self.banks)
                raise InstrumentError(
                    f"{source}: {name!r} is not an item of the banks {names}{suggest(name, pool)}", source
                )
        for name in named.keys() - set(self.items or named):
            raise InstrumentError(
                f"{source}: items: {name!r} is scored but not among the form's items", source
            )
        document = {
            **{f: getattr(self, f) for f in type(self).model_fields if f in Instrument.model_fields},
            "items": [self._item(name, pool, source) for name in self.items or named],
            "accepted": (*self.accepted, *_explanations_of_banks(banks, set(self.items or named))),
        }
        try:
            return Instrument.model_validate(document)
        except ValidationError as error:
            raise instrument_error(error, document, source) from None

    def _check_keys(self, pool: Mapping[str, BankItem], source: str) -> None:
        for scale in self.scales:
            for key in scale.keys:
                item = pool.get(key.item)
                if item is not None and key.reverse != (item.keyed == "-"):
                    raise InstrumentError(
                        f"{source}: scale {scale.id!r} lists {key.item!r} as "
                        f"{'reverse-keyed' if key.reverse else 'positively keyed'}, but its bank has "
                        f"keyed = {item.keyed!r}; write it as {'-' if item.keyed == '-' else ''}{key.item}",
                        source,
                    )

    def _item(self, name: str, pool: Mapping[str, BankItem], source: str) -> Item:
        item = pool[name]
        text = item.worded(self.wording)
        if text is None and item.text is not None:
            raise InstrumentError(
                f"{source}: item {name!r} has no {self.wording} wording in its bank", source
            )
        scale = self.response_scale or item.response_scale
        return Item(id=item.id, text=text, facet=item.facet, response_scale=scale)
