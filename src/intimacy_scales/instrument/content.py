"""The fields of an instrument, and the checks that they are consistent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self, TypeVar

from pydantic import Field, model_validator

from intimacy_scales.errors import UnknownInstrumentError
from intimacy_scales.instrument.accepted import Accepted
from intimacy_scales.instrument.base import Id, Part, Text, kept
from intimacy_scales.instrument.budgets import check_cost, check_levels, check_lookups, check_size
from intimacy_scales.instrument.changes import Change
from intimacy_scales.instrument.choose_all import ChooseAll, check_questions
from intimacy_scales.instrument.cutoff import Cutoff
from intimacy_scales.instrument.document import resolve_response_scales
from intimacy_scales.instrument.evidence import Evidence, EvidenceStep, Finding
from intimacy_scales.instrument.item import Coding, Item, Wording, no_twins, plain_item, unique
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.possible_scores import (
    counts_of_boxes,
    one_option_scores,
    score_ranges,
    score_steps,
)
from intimacy_scales.instrument.provenance import Citation, License
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import Scale
from intimacy_scales.instrument.translation import PooledLanguage, Translation, check_tested
from intimacy_scales.messages import suggest

COLUMN_ENDINGS = ("_pomp", "_answered", "_prorated")  # result columns are named scale id + ending
_Part = TypeVar("_Part", bound=Part)


class InstrumentContent(Part):
    """The fields of an instrument, with checks and look-ups; `Instrument` describes them."""

    id: Id
    version: Text
    title: Text
    description: Text | None = None
    language: Text = "en"
    translation: Translation | None = None
    pooled: tuple[PooledLanguage, ...] = ()
    wording: Wording = "self"
    instructions: Text | None = None
    safety: Text | None = None
    counterpart: Id | None = None
    constructs: tuple[Id, ...] = ()
    evidence: Evidence = Evidence()
    citations: tuple[Citation, ...] = ()
    license: License | None = None
    norms: tuple[Norm, ...] = ()
    cutoffs: tuple[Cutoff, ...] = ()
    codings: tuple[Coding, ...] = ()
    coding: Id | None = None
    choose_all: tuple[ChooseAll, ...] = ()
    items: tuple[Item, ...] = Field(min_length=1)
    scales: tuple[Scale, ...] = Field(min_length=1)
    accepted: tuple[Accepted, ...] = ()
    changes: tuple[Change, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, data: Any) -> Any:
        check_size(data)
        resolved = resolve_response_scales(data)
        if isinstance(resolved, Mapping) and isinstance(resolved.get("items"), list | tuple):
            return {**resolved, "items": [plain_item(item) for item in resolved["items"]]}
        return resolved

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_cost(self)
        unique("items", (item.id for item in self.items))
        unique("scales", (scale.id for scale in self.scales))
        no_twins("items", (item.id for item in self.items))
        no_twins("scales", (scale.id for scale in self.scales))
        unique("codings", (coding.id for coding in self.codings))
        for scale in self.scales:
            for column in (scale.id + ending for ending in COLUMN_ENDINGS):
                if column in self._scales:
                    raise ValueError(
                        f"scales: {column!r} is the name of a result column of {scale.id!r}; give the scale "
                        "another id"
                    )
        self._check_response_scale_names()
        self._check_references()
        check_questions(self.choose_all, self._items)
        check_lookups(self)
        self._check_provenance()
        if self.translation is not None:
            check_tested(self.translation.status, self.evidence)
        check_levels(self.scale_order, {scale.id: scale.of for scale in self.scales})
        return self

    def _check_response_scale_names(self) -> None:
        named: dict[str, ResponseScale] = {}
        for item in self.items:
            scale = item.response_scale
            if scale.id is not None and named.setdefault(scale.id, scale) != scale:
                raise ValueError(
                    f"response_scales: the id {scale.id!r} is used for two different response scales"
                )

    def _check_references(self) -> None:
        for position, scale in enumerate(self.scales):
            field = f"scales[{position}] ({scale.id})"
            for key in scale.keys:
                if key.item not in self._items:
                    raise ValueError(
                        f"{field}.items: scale {scale.id!r} names {key.item!r}, which is not an item"
                    )
                if key.reverse:
                    self._check_mirrored(f"{field}.items: '-{key.item}' is reverse-keyed", key.item)
            for part in scale.of:
                if part not in self._scales:
                    raise ValueError(
                        f"{field}.of: {scale.id!r} is composed of {part!r}, which is not a scale"
                    )

    def _check_mirrored(self, use: str, item: str) -> None:
        """Raise a ValueError if lowest + highest - answer is not an answer for every answer to an item."""
        scale = self._items[item].response_scale
        unmirrored = scale.not_mirrored()
        if unmirrored is None:
            return
        values = f"scores of {item!r}" if scale.scores else f"points of {item!r} ({scale.describe()})"
        remedy = "write the scores in reverse" if scale.scores else "give its points 'scores' instead"
        raise ValueError(
            f"{use}, but the {values} are not symmetric: lowest + highest - {unmirrored} is not one of them; "
            f"{remedy}"
        )

    def _check_provenance(self) -> None:
        provenance: dict[str, tuple[Norm | Cutoff | Finding, ...]] = {
            "norms": self.norms,
            "cutoffs": self.cutoffs,
            "evidence.findings": self.evidence.findings,
        }
        for name, entries in provenance.items():
            for position, entry in enumerate(entries):
                if entry.scale is not None and entry.scale not in self._scales:
                    raise ValueError(f"{name}[{position}].scale: {entry.scale!r} is not a scale")
        for position, norm in enumerate(self.norms):
            if norm.instrument not in (None, self.id):
                raise ValueError(
                    f"norms[{position}]: belongs to instrument {norm.instrument!r}, not to {self.id!r}"
                )
            if reason := norm.misfit(*self.score_ranges[norm.scale]):
                raise ValueError(f"norms[{position}]: {reason}")
        for position, coding in enumerate(self.codings):
            for item in coding.flip:
                if item not in self._items:
                    raise ValueError(f"codings[{position}] ({coding.id}).flip: {item!r} is not an item")
                if not self._items[item].response_scale.is_plain:
                    raise ValueError(
                        f"codings[{position}] ({coding.id}).flip: answers to {item!r} are listed or scored "
                        "one by one, so their positions cannot be flipped; declare what each stored value "
                        "counts under 'scores'"
                    )

    @kept
    def scale_order(self) -> tuple[str, ...]:
        """Ids of the scales, each composite after the scales that it is composed of."""
        try:
            return tuple(TopologicalSorter({scale.id: scale.of for scale in self.scales}).static_order())
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"scales: a composite must not be composed of itself: {circle}") from None

    @kept
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @kept
    def _scales(self) -> dict[str, Scale]:
        return {scale.id: scale for scale in self.scales}

    @property
    def translated_language(self) -> str | None:
        """The language of a translation, the languages of a pool, or None for the original wording."""
        if self.pooled:
            return " and ".join(dict.fromkeys(part.language for part in self.pooled))
        return None if self.translation is None else self.language

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of the items, in order."""
        return tuple(self._items)

    @property
    def scale_ids(self) -> tuple[str, ...]:
        """Ids of the scales, in order."""
        return tuple(self._scales)

    def item(self, item_id: str) -> Item:
        """Return one item; an `UnknownInstrumentError` lists the ids of all items."""
        return self._find("item", item_id, self._items)

    def scale(self, scale_id: str) -> Scale:
        """Return one scale; an `UnknownInstrumentError` lists the ids of all scales."""
        return self._find("scale", scale_id, self._scales)

    @kept
    def score_ranges(self) -> dict[str, tuple[float, float]]:
        """Scale id → its lowest and its highest score."""
        return score_ranges(self)

    @kept
    def score_steps(self) -> dict[str, float]:
        """Scale id → distance between neighbouring scores, without missing answers."""
        return score_steps(self)

    @kept
    def one_option_scores(self) -> dict[str, tuple[float, float]]:
        """Scale id → its scores if the lowest, and if the highest, option of every item is chosen.

        People who agree with every statement choose the same option everywhere. Where both scores are the
        ends of the range, the scale cannot tell such people from others.
        """
        return one_option_scores(self)

    def prorates(self, scale: Scale) -> bool:
        """Return whether skipped items of a sum, or parts without a score, count as the mean of the others.

        By default they do, unless the scale counts answers of 0 and 1 or is composed of scales that do: a
        blank among these may be a box that was not ticked, for which the mean of the others is wrong.
        """
        rule = scale.missing_rule.prorated
        return scale.id not in self._counts_of_boxes if rule is None else rule

    def counts_boxes(self, scale_id: str) -> bool:
        """Return whether a scale counts answers of 0 and 1, or is composed of such counts."""
        return scale_id in self._counts_of_boxes

    @kept
    def _counts_of_boxes(self) -> frozenset[str]:
        return counts_of_boxes(self)

    def _find(self, kind: str, name: str, table: Mapping[str, _Part]) -> _Part:
        try:
            return table[name]
        except KeyError:
            if isinstance(name, str) and (composed := unicodedata.normalize("NFC", name)) in table:
                return table[composed]
            raise UnknownInstrumentError(self.no_such(kind, name, table)) from None

    def no_such(self, kind: str, name: str, table: Iterable[str]) -> str:
        """Return a message that an id is unknown, with all known ones and the most similar one."""
        known = list(table)
        return f"{self.id} has no {kind} {name!r}; it has {', '.join(known)}{suggest(name, known)}"

    @property
    def evidence_steps(self) -> tuple[EvidenceStep, ...]:
        """What is known about the scores, by the steps of a validation study, in order."""
        return self.evidence.steps(self.norms)
