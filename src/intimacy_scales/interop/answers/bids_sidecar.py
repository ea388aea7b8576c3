"""The JSON that describes a table of BIDS: texts, levels, and scores that were derived from other columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, DeclaredScore
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.interop.answers.json_source import LARGEST, read_json, text_of
from intimacy_scales.interop.answers.prism import is_recipe, prism_parts, recipe_scores

_DESCRIBES = frozenset({"Description", "LongName", "Levels", "Units", "Derivative"})
_TOOL = "MeasurementToolMetadata"
_METHODS = {"average": "mean", "mean": "mean", "sum": "sum", "total": "sum"}
_METHOD = r"\b(?P<method>average|mean|sum|total)(?:\s+score)?\s+(?:of|for)\s+"
_FORMULA = re.compile(
    rf"{_METHOD}(?:the\s+)?(?:items?|questions?)\s+"
    r"(?P<numbers>\d[\d\s,;&\u2013-]*(?:(?:and|to|through)\s+\d[\d\s,;&\u2013-]*)*)",
    re.IGNORECASE,
)
_OF_ALL = re.compile(rf"{_METHOD}all\s+(?:the\s+)?(?P<n>\d+)\s+(?:items|questions)\b", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d+)(?:\s*(?:-|\u2013|to|through)\s*(\d+))?", re.IGNORECASE)
_NUMBER_OF_QUESTION = re.compile(r"\s*\(?(?:item\s*|q)?(\d{1,3})\s*[.):]\s", re.IGNORECASE)
_NUMBER_OF_NAME = re.compile(r"(\d{1,3})$")
_MOST_ITEMS = 1000


class Sidecar(NamedTuple):
    """What a JSON file says of a table.

    Attributes
    ----------
    platform, version
        The format of the file.
    titles
        Names of the questionnaire.
    columns
        Name of a column → what is known of it.
    scores
        Scores as they are defined.
    notes
        What the reader should know.
    """

    platform: str
    version: str | None
    titles: tuple[str, ...]
    columns: dict[str, ColumnFacts]
    scores: tuple[DeclaredScore, ...]
    notes: tuple[str, ...]


def holds_columns(path: Path, names: Sequence[str]) -> bool:
    """Tell whether a JSON file describes columns with some of these names, or is a recipe for them."""
    try:
        document = read_json(path, str(path)) if path.stat().st_size <= LARGEST else None
    except ResponseError:
        return False
    if not isinstance(document, dict):
        return False
    if is_recipe(document):
        return any(set(score.columns) & set(names) for score in recipe_scores(document))
    return any(_describes(document.get(name)) for name in names)


def _describes(entry: Any) -> bool:
    return isinstance(entry, dict) and not _DESCRIBES.isdisjoint(entry)


def read_sidecar(path: Path, called: str, names: Sequence[str]) -> Sidecar:
    """Return what a JSON file says of the columns of a table with these names; ``called`` is for messages.

    Raises
    ------
    ResponseError
        It is damaged, or does not describe columns.
    """
    document = read_json(path, called)
    if not isinstance(document, dict):
        raise ResponseError(
            f"{called}: does not describe columns; allowed: a JSON object that maps their names to "
            "Description, Levels and so on, as in BIDS"
        )
    if is_recipe(document):
        return _of_recipe(path, document, names)
    prism = prism_parts(document)
    columns = {
        name: _column(entry, prism.languages if prism is not None else ())
        for name, entry in document.items()
        if _describes(entry) and name != _TOOL and (prism is None or name not in prism.sections)
    }
    if prism is not None:
        return Sidecar("PRISM", prism.version, prism.titles, columns, _scores(columns), prism.notes)
    tool = document.get(_TOOL)
    title = text_of(tool.get("Description")) if isinstance(tool, dict) else None
    return Sidecar("BIDS", None, (title,) if title else (), columns, _scores(columns), ())


def _of_recipe(path: Path, recipe: Mapping[str, Any], names: Sequence[str]) -> Sidecar:
    """Return the scores of a recipe, with the columns of its survey if that is next to it."""
    scores = recipe_scores(recipe)
    survey = recipe.get("Survey")
    reference = text_of(survey.get("Reference")) if isinstance(survey, dict) else None
    described_by = None if reference is None else path.with_name(Path(reference).name)
    if described_by is not None and described_by != path and described_by.is_file():
        sidecar = read_sidecar(described_by, str(described_by), names)
        return sidecar._replace(scores=(*sidecar.scores, *scores))
    note = f"the recipe refers to {reference}, which is not next to it: options of the columns are not known"
    return Sidecar(
        "PRISM", text_of(recipe.get("RecipeVersion")), (), {}, scores, (note,) if reference else ()
    )


def _column(entry: Mapping[str, Any], languages: Sequence[str]) -> ColumnFacts:
    """Return what is known of a column."""
    question = _texts(entry.get("Description"), languages) or _texts(entry.get("LongName"), languages)
    levels = _levels(entry.get("Levels"), languages)
    is_derived = entry.get("Derivative") is True
    reversed_flag = entry.get("Reversed")
    return ColumnFacts(
        question=question[0] if question else None,
        role="calculated" if is_derived else ("answer" if levels or question else "unknown"),
        labels=levels,
        formula=question[0] if is_derived and question else None,
        is_reversed=reversed_flag if isinstance(reversed_flag, bool) else None,
    )


def _levels(levels: Any, languages: Sequence[str]) -> tuple[tuple[Code, str], ...]:
    """Return pairs of a code and its text, from the lowest number to the highest; codes are keys of JSON."""
    if not isinstance(levels, dict):
        return ()
    pairs: list[tuple[Code, str]] = []
    for key, text in levels.items():
        number = as_number(key)
        pairs += [(key if number is None else number, label) for label in _texts(text, languages)]
    numeric = all(not isinstance(code, str) for code, _ in pairs)
    return tuple(sorted(pairs, key=lambda pair: pair[0]) if numeric else pairs)


def _texts(value: Any, languages: Sequence[str]) -> list[str]:
    """Return a text, or those in several languages; of a level, its label or description."""
    if not isinstance(value, dict):
        text = text_of(value)
        return [] if text is None else [text]
    keys = [key for key in value if key in languages] or ["Label", "Description", "LongName"]
    return [text for text in (text_of(value.get(key)) for key in keys) if text is not None]


def _scores(columns: Mapping[str, ColumnFacts]) -> tuple[DeclaredScore, ...]:
    """Return the scores whose definition lists numbers of items, such as "Average of items 2, 17 and 23"."""
    numbered = _numbered(columns)
    scores = []
    for name, facts in columns.items():
        formula = facts.formula or ""
        match, of_all = _FORMULA.search(formula), _OF_ALL.search(formula)
        if match is not None:
            items = tuple(numbered[n] for n in _listed_numbers(match["numbers"]) if n in numbered)
        elif of_all is not None and int(of_all["n"]) == len(numbered):
            match, items = of_all, tuple(numbered.values())
        else:
            continue
        is_mean = _METHODS[match["method"].lower()] == "mean"
        scores.append(
            DeclaredScore(name=name, columns=items, method="mean" if is_mean else "sum", formula=formula)
        )
    return tuple(scores)


def _numbered(columns: Mapping[str, ColumnFacts]) -> dict[int, str]:
    """Return number of an item → its column; it is before the question, or at the end of the name."""
    numbers: dict[int, str] = {}
    for name, facts in columns.items():
        match = _NUMBER_OF_QUESTION.match(facts.question or "") or _NUMBER_OF_NAME.search(name)
        if match is not None and facts.role != "calculated":
            numbers.setdefault(int(match[1]), name)
    return numbers


def _listed_numbers(text: str) -> list[int]:
    """Return the numbers that a text lists, ranges written out.

    Examples
    --------
    >>> _listed_numbers("1 to 3, 7 and 9")
    [1, 2, 3, 7, 9]
    """
    numbers: list[int] = []
    for first, last in _NUMBERS.findall(text):
        numbers += range(int(first), min(int(last or first), int(first) + _MOST_ITEMS) + 1)
    return numbers[:_MOST_ITEMS]
