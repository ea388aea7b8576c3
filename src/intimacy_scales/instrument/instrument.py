"""Items and the instrument that they form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, model_validator

from intimacy_scales.errors import UnknownInstrumentError
from intimacy_scales.instrument.accepted import Accepted
from intimacy_scales.instrument.base import Id, Part, Text
from intimacy_scales.instrument.document import (
    Document,
    file_schema,
    name_response_scales,
    resolve_response_scales,
)
from intimacy_scales.instrument.provenance import Citation, Cutoff, Evidence, License, Norm
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import MissingRule, Scale

Wording = Literal["self", "partner", "daily"]
_Part = TypeVar("_Part", bound=Part)


class Item(Part):
    """One question or statement.

    Attributes
    ----------
    id
        The name of its answers in data.
    text
        The wording shown, or None where only the key is known.
    facet
        The facet of the construct that it belongs to.
    response_scale
        Which answers it allows; in files it may be named, or left to the default.
    partner_text, daily_text
        The same item worded about the partner, and for a diary.
    """

    id: Id
    text: Text | None = None
    facet: Id | None = None
    response_scale: ResponseScale
    partner_text: Text | None = None
    daily_text: Text | None = None

    def worded(self, wording: Wording) -> str | None:
        """Return the text in one wording."""
        return {"self": self.text, "partner": self.partner_text, "daily": self.daily_text}[wording]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRef:
    """Which instrument a result was computed with.

    Attributes
    ----------
    id, version, digest, status
        As in the instrument.
    """

    id: str
    version: str
    digest: str
    status: str

    def __str__(self) -> str:
        draft = ", DRAFT: not validated" if self.status == "draft" else ""
        return f"{self.id} {self.version}{draft}"

    def to_dict(self) -> dict[str, str]:
        """Return the four fields as a dictionary."""
        return {"id": self.id, "version": self.version, "digest": self.digest, "status": self.status}


def _plain_item(item: Any) -> Any:
    """Return an item of a bank as an item, without what only a bank says of it."""
    if isinstance(item, Item) and type(item) is not Item:
        return Item(**{name: getattr(item, name) for name in Item.model_fields})
    return item


def unique(field: str, ids: Iterable[str]) -> None:
    """Raise a ValueError that names the field and the first id that occurs twice in it."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ValueError(f"{field}: {field[:-1]} id {name!r} occurs more than once")
        seen.add(name)


class Instrument(Part):
    """A questionnaire: items, response scales, and the scales that score them.

    Attributes
    ----------
    id, version, title, description, language
        Identity. ``language`` is a BCP 47 tag such as ``en``.
    wording
        Who the items speak of: ``self``, ``partner``, or ``daily`` for a diary.
    instructions
        What the person who answers is told.
    evidence, citations, license, norms, cutoffs
        Provenance. A file that does not say otherwise is a draft.
    items, scales
        In order. An item may serve several scales, or none.
    accepted
        Findings of the linter that the author explains.

    Examples
    --------
    >>> mood = Instrument.model_validate({
    ...     "id": "mood", "version": "1", "title": "Mood today",
    ...     "response_scale": {"minimum": 0, "maximum": 10},
    ...     "items": [{"id": "calm"}, {"id": "tense"}],
    ...     "scales": [{"id": "ease", "items": ["calm", "-tense"]}],
    ... })
    >>> mood.item("calm").response_scale.maximum, mood.scale("ease").keys[1].reverse
    (10, True)
    """

    id: Id
    version: Text
    title: Text
    description: Text | None = None
    language: Text = "en"
    wording: Wording = "self"
    instructions: Text | None = None
    evidence: Evidence = Evidence()
    citations: tuple[Citation, ...] = ()
    license: License | None = None
    norms: tuple[Norm, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
    scales: tuple[Scale, ...] = Field(min_length=1)
    accepted: tuple[Accepted, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, data: Any) -> Any:
        resolved = resolve_response_scales(data)
        if isinstance(resolved, Mapping) and isinstance(resolved.get("items"), list | tuple):
            return {**resolved, "items": [_plain_item(item) for item in resolved["items"]]}
        return resolved

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unique("items", (item.id for item in self.items))
        unique("scales", (scale.id for scale in self.scales))
        for scale in self.scales:
            for column in (f"{scale.id}_pomp", f"{scale.id}_answered"):
                if column in self._scales:
                    raise ValueError(f"scales: {column!r} is what results call a column of {scale.id!r}")
        self._check_response_scale_names()
        self._check_references()
        self.scale_order  # noqa: B018 - raises where a composite refers to itself
        return self

    def _check_response_scale_names(self) -> None:
        named: dict[str, ResponseScale] = {}
        for item in self.items:
            scale = item.response_scale
            if scale.id is not None and named.setdefault(scale.id, scale) != scale:
                raise ValueError(
                    f"response_scales: the id {scale.id!r} stands for two different response scales"
                )

    def _check_references(self) -> None:
        for position, scale in enumerate(self.scales):
            field = f"scales[{position}] ({scale.id})"
            for key in scale.keys:
                if key.item not in self._items:
                    raise ValueError(
                        f"{field}.items: scale {scale.id!r} names {key.item!r}, which is no item"
                    )
            for part in scale.of:
                if part not in self._scales:
                    raise ValueError(f"{field}.of: {scale.id!r} is composed of {part!r}, which is no scale")
        provenance: dict[str, tuple[Norm | Cutoff, ...]] = {"norms": self.norms, "cutoffs": self.cutoffs}
        for name, entries in provenance.items():
            for position, entry in enumerate(entries):
                if entry.scale not in self._scales:
                    raise ValueError(f"{name}[{position}].scale: {entry.scale!r} is no scale")

    @cached_property
    def scale_order(self) -> tuple[str, ...]:
        """Ids of the scales, every composite after the scales that it is composed of."""
        try:
            return tuple(TopologicalSorter({scale.id: scale.of for scale in self.scales}).static_order())
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"scales: a composite refers to itself: {circle}") from None

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return {scale.id: scale for scale in self.scales}

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of the items, in order."""
        return tuple(self._items)

    @property
    def scale_ids(self) -> tuple[str, ...]:
        """Ids of the scales, in order."""
        return tuple(self._scales)

    def item(self, item_id: str) -> Item:
        """Return one item; `UnknownInstrumentError` names the ones there are."""
        return self._find("item", item_id, self._items)

    def scale(self, scale_id: str) -> Scale:
        """Return one scale; `UnknownInstrumentError` names the ones there are."""
        return self._find("scale", scale_id, self._scales)

    def _find(self, kind: str, name: str, table: Mapping[str, _Part]) -> _Part:
        try:
            return table[name]
        except KeyError:
            known = ", ".join(table)
            raise UnknownInstrumentError(f"{self.id} has no {kind} {name!r}; it has {known}") from None

    @cached_property
    def digest(self) -> str:
        """sha256 of the canonical content, as 64 hexadecimal digits.

        The content is JSON with sorted keys and without fields that hold their default, so it is
        the same for TOML and JSON, on every machine, and for files written before a field existed.
        What is explained to the linter is left out: it changes nothing that anyone answers.
        """
        content = self.model_dump(mode="json", exclude_defaults=True, exclude={"accepted"})
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def ref(self) -> InstrumentRef:
        """Id, version, digest and evidence status, as results carry them."""
        return InstrumentRef(
            id=self.id, version=self.version, digest=self.digest, status=self.evidence.status
        )

    def to_dict(self) -> Document:
        """Return the content in the layout of instrument files."""
        return name_response_scales(self.model_dump(mode="json", exclude_defaults=True))

    def to_toml(self) -> str:
        """Return the content as TOML; loading it gives an equal instrument."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def to_json(self) -> str:
        """Return the content as JSON; loading it gives an equal instrument."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def json_schema(cls) -> Document:
        """Return the JSON Schema (2020-12) of instrument files."""
        return file_schema(cls.model_json_schema(mode="validation"))

    def with_missing_rule(self, rule: MissingRule) -> Self:
        """Return this instrument with another missing rule on each scale of items.

        Its digest differs, so that results say that another rule was used.

        Parameters
        ----------
        rule
            For example ``MissingRule(proportion=1)``: complete answers only.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> strict = load("ras").with_missing_rule(MissingRule(proportion=1))
        >>> strict.scale("total").required
        7
        """
        scales = [s if s.of else s.model_copy(update={"missing": rule}) for s in self.scales]
        return self.model_copy(update={"scales": scales})

    def __repr__(self) -> str:
        return f"<Instrument {self.ref}: {len(self.items)} items, scales {', '.join(self.scale_ids)}>"

    def __str__(self) -> str:
        return f"{self.title} ({self.ref})"
