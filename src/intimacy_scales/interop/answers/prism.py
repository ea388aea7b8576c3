"""PRISM: what its survey files have beyond BIDS (languages, reversal), and its recipes for scores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from intimacy_scales.files.facts import DeclaredScore
from intimacy_scales.interop.answers.json_source import objects_of, text_of
from intimacy_scales.results.wording import counted

_SECTIONS = frozenset({"Technical", "Metadata", "Study", "Scoring", "Normative", "I18n", "LimeSurvey"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


class PrismParts(NamedTuple):
    """What a survey file of PRISM says of the whole survey.

    Attributes
    ----------
    version
        Version of its format.
    titles
        Names of the questionnaire, one for each language.
    languages
        Codes of the languages of its texts.
    sections
        Names at its top that are not items.
    notes
        What the reader should know.
    """

    version: str | None
    titles: tuple[str, ...]
    languages: tuple[str, ...]
    sections: frozenset[str]
    notes: tuple[str, ...]


def prism_parts(document: Mapping[str, Any]) -> PrismParts | None:
    """Return what a survey file of PRISM says of the survey; None for a file that is not one."""
    study, technical = document.get("Study"), document.get("Technical")
    if not isinstance(study, dict) or not isinstance(technical, dict):
        return None
    metadata = document.get("Metadata")
    version = text_of(metadata.get("SchemaVersion")) if isinstance(metadata, dict) else None
    name = study.get("OriginalName")
    titles = [text_of(text) for text in (name.values() if isinstance(name, dict) else [name])]
    return PrismParts(
        version=version,
        titles=tuple(title for title in titles if title is not None),
        languages=_languages(document),
        sections=_SECTIONS,
        notes=(),
    )


def _languages(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes under which the texts of items are."""
    codes: dict[str, None] = {}
    for name, entry in document.items():
        description = entry.get("Description") if isinstance(entry, dict) and name not in _SECTIONS else None
        if isinstance(description, dict):
            codes |= dict.fromkeys(code for code in description if _LANGUAGE.fullmatch(code))
    return tuple(codes)


def is_recipe(document: Any) -> bool:
    """Tell whether a document is a recipe of PRISM, which defines scores."""
    return isinstance(document, dict) and "RecipeVersion" in document and "Scores" in document


def recipe_scores(recipe: Mapping[str, Any]) -> tuple[DeclaredScore, ...]:
    """Return the scores that a recipe defines, with the items that it inverts."""
    inverted = frozenset(_inverted(recipe.get("Transforms")))
    scores = []
    for name, entry in _entries(recipe.get("Scores")):
        items = _names(entry.get("Items"))
        flipped = tuple(item for item in items if item in inverted)
        method = str(entry.get("Method", "sum")).lower()
        known: Literal["sum", "mean"] | None = (
            "mean" if method in ("mean", "average") else "sum" if method == "sum" else None
        )
        turned = f", {len(flipped)} inverted" if flipped else ""
        formula = f"{method} of {counted(len(items), 'item')}{turned}"
        if items:
            scores.append(
                DeclaredScore(
                    name=name, columns=tuple(items), reversed_columns=flipped, method=known, formula=formula
                )
            )
    return tuple(scores)


def _entries(scores: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and definition of each score; recipes have them in a list or by name."""
    if isinstance(scores, dict):
        yield from ((name, entry) for name, entry in scores.items() if isinstance(entry, dict))
    for entry in objects_of(scores):
        yield text_of(entry.get("Name")) or "a score", entry


def _inverted(transforms: Any) -> Iterator[str]:
    """Yield the items that a recipe inverts, on one range or on several."""
    invert = transforms.get("Invert") if isinstance(transforms, dict) else None
    for part in [invert] if isinstance(invert, dict) else objects_of(invert):
        yield from _names(part.get("Items"))


def _names(items: Any) -> list[str]:
    """Return the texts of a list; none for other values."""
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []
