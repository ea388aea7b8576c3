"""What an instrument holds, and whether it is consistent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Self, TypeVar

from pydantic import Field, model_validator

from intimacy_scales.errors import UnknownInstrumentError, suggest
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
from intimacy_scales.instrument.possible_scores import counts_of_boxes, one_option_scores, score_ranges, score_steps
from intimacy_scales.instrument.provenance import Citation, License
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import Scale
from intimacy_scales.instrument.translation import PooledLanguage, Translation, check_tested

COLUMN_ENDINGS = ("_pomp", "_answered", "_prorated")  # of columns of results, after the id of a scale
_Part = TypeVar("_Part", bound=Part)


class InstrumentContent(Part):
    """The fields of an instrument, looked up and checked; `Instrument` says what they are."""

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
                    raise ValueError(f"scales: {column!r} is what results call a column of {scale.id!r}")
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
                if key.reverse:
                    self._check_mirrored(f"{field}.items: '-{key.item}' is reverse-keyed", key.item)
            for part in scale.of:
                if part not in self._scales:
                    raise ValueError(f"{field}.of: {scale.id!r} is composed of {part!r}, which is no scale")

    def _check_mirrored(self, use: str, item: str) -> None:
        """Raise where answers to an item have no mirror image within what is allowed."""
        scale = self._items[item].response_scale
        odd = scale.not_mirrored()
        if odd is None:
            return
        what = "what they count" if scale.scores else scale.describe()
        remedy = (
            "write the scores the other way round" if scale.scores else "give its points 'scores' instead"
        )
        raise ValueError(
            f"{use}, but the answers to {item!r} ({what}) are not the same from both ends: lowest + highest "
            f"- {odd} is none of them; {remedy}"
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
                    raise ValueError(f"{name}[{position}].scale: {entry.scale!r} is no scale")
        for position, norm in enumerate(self.norms):
            if norm.instrument not in (None, self.id):
                raise ValueError(f"norms[{position}]: is of {norm.instrument!r}, and this is {self.id!r}")
            if told := norm.misfit(*self.score_ranges[norm.scale]):
                raise ValueError(f"norms[{position}]: {told}")
        for position, coding in enumerate(self.codings):
            for item in coding.flip:
                if item not in self._items:
                    raise ValueError(f"codings[{position}] ({coding.id}).flip: {item!r} is no item")
                if not self._items[item].response_scale.is_plain:
                    raise ValueError(
                        f"codings[{position}] ({coding.id}).flip: answers to {item!r} are listed or scored "
                        "one by one, so that no position turns into another; declare what each stored value "
                        "counts under 'scores'"
                    )

    @kept
    def scale_order(self) -> tuple[str, ...]:
        """Ids of the scales, every composite after the scales that it is composed of."""
        try:
            return tuple(TopologicalSorter({scale.id: scale.of for scale in self.scales}).static_order())
        except CycleError as error:
            circle = " → ".join(reversed(error.args[1]))
            raise ValueError(f"scales: a composite refers to itself: {circle}") from None

    @kept
    def _items(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @kept
    def _scales(self) -> dict[str, Scale]:
        return {scale.id: scale for scale in self.scales}

    @property
    def translated_language(self) -> str | None:
        """The language, where it is not that in which the instrument was written; of a pool, those in it."""
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
        """Return one item; `UnknownInstrumentError` names the ones there are."""
        return self._find("item", item_id, self._items)

    def scale(self, scale_id: str) -> Scale:
        """Return one scale; `UnknownInstrumentError` names the ones there are."""
        return self._find("scale", scale_id, self._scales)

    @kept
    def score_ranges(self) -> dict[str, tuple[float, float]]:
        """Scale id → its lowest and its highest score."""
        return score_ranges(self)

    @kept
    def score_steps(self) -> dict[str, float]:
        """Scale id → how far apart its neighbouring scores are, where every answer is there."""
        return score_steps(self)

    @kept
    def one_option_scores(self) -> dict[str, tuple[float, float]]:
        """Scale id → its score where somebody ticks the lowest option of every item, and the highest.

        Who agrees with whatever is said ticks one option everywhere: a scale in which both scores are its
        ends tells nothing of them.
        """
        return one_option_scores(self)

    def prorates(self, scale: Scale) -> bool:
        """Tell whether skipped answers of a sum, or parts without a score, count as the mean of the others.

        Where its missing rule does not say so: yes, unless it counts answers of 0 and 1, or is composed
        of scales that do. A blank among those may be a box that was not ticked, and stands for nothing
        like the mean of the others.
        """
        rule = scale.missing_rule.prorated
        return scale.id not in self._counts_of_boxes if rule is None else rule

    def counts_boxes(self, scale_id: str) -> bool:
        """Tell whether a scale is of answers of 0 and 1, or composed of counts of such."""
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
        """Say that there is none of that id, and which there are."""
        known = list(table)
        return f"{self.id} has no {kind} {name!r}; it has {', '.join(known)}{suggest(name, known)}"

    @property
    def evidence_steps(self) -> tuple[EvidenceStep, ...]:
        """What is known of the scores at each step of a validation study, in its order."""
        return self.evidence.steps(self.norms)
