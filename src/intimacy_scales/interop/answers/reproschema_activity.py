"""ReproSchema activities: a schema with its items and options, in files that refer to each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, DeclaredScore, Role
from intimacy_scales.interop.answers.json_source import objects_of, read_json, text_of

_KIND_OF_TITLE = re.compile(r"\s+(?:schema|assessment)(?:\s+schema)?$", re.IGNORECASE)
_SUM = re.compile(r"\s*[A-Za-z_]\w*(?:\s*\+\s*[A-Za-z_]\w*)+\s*")
_MOST_ITEMS = 5_000
_LARGEST_PART = 1_000_000  # bytes of the file of one item
_KINDS = {"Activity": "an activity", "Item": "an item", "ResponseOption": "options", "Protocol": "a protocol"}


class Activity(NamedTuple):
    """What an activity says.

    Attributes
    ----------
    titles
        Its names in all languages.
    columns
        Name of an item → what is known of it.
    scores
        Sums of items that it defines.
    notes
        What the reader should know.
    """

    titles: tuple[str, ...]
    columns: dict[str, ColumnFacts]
    scores: tuple[DeclaredScore, ...]
    notes: tuple[str, ...]


def kind_of(document: Any) -> str | None:
    """Return what a document of ReproSchema is, other than responses; None for other documents.

    Examples
    --------
    >>> kind_of({"@context": "https://example.org/reproschema", "category": "Item"})
    'an item'
    """
    if not isinstance(document, dict) or "reproschema" not in str(document.get("@context", "")):
        return None
    category = document.get("category", document.get("@type"))
    return _KINDS.get(str(category).removeprefix("reproschema:"))


def read_activity(path: Path, languages: tuple[str, ...] = ()) -> Activity:
    """Return what the schema of an activity says, with the items in the files that it refers to.

    Texts in ``languages`` come before those in others, among which English is first.

    Raises
    ------
    ResponseError
        It is not the schema of an activity, or one of its files is missing or damaged.
    """
    called = f"structure={str(path)!r}"
    schema = read_json(path, called)
    kind = kind_of(schema)
    if kind != "an activity":
        raise ResponseError(
            f"{called}: is {kind or 'not part'} of ReproSchema; allowed: the schema of the activity that was "
            "answered, such as activities/GAD7/GAD7_schema"
        )
    folder = _Folder(path, languages)
    formulas = dict(_formulas(schema))
    columns = {name: folder.facts_of(ref, formulas.get(name)) for name, ref in _references(schema)}
    return Activity(_titles(schema), columns, tuple(_scores(formulas)), tuple(folder.notes()))


def _references(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and reference of each item."""
    ui = schema.get("ui")
    properties = [*objects_of(ui.get("addProperties"))] if isinstance(ui, dict) else []
    if len(properties) > _MOST_ITEMS:
        raise ResponseError(f"the activity has {len(properties):,} items; allowed: at most {_MOST_ITEMS:,}")
    for entry in properties:
        reference = text_of(entry.get("isAbout"))
        if reference is not None:
            yield item_name(reference), reference


def item_name(reference: str) -> str:
    """Return the name of an item, which is the end of its address.

    Examples
    --------
    >>> item_name("https://example.org/activities/GAD7/items/gad7_1")
    'gad7_1'
    """
    return reference.rstrip("/").rsplit("/", 1)[-1]


class _Folder:
    """The files of an activity, which refer to each other by relative paths.

    They must lie in the folder above that of the schema, because a file that someone else made may refer to
    anything.
    """

    def __init__(self, schema: Path, languages: tuple[str, ...]) -> None:
        self._schema, self._languages = schema, languages
        self._top = schema.resolve().parent.parent
        self._parts: dict[Path, Mapping[str, Any]] = {}
        self._beyond: dict[str, None] = {}

    def notes(self) -> list[str]:
        """Return what was not read."""
        return [f"the activity refers to {reference}, which was not read" for reference in self._beyond]

    def facts_of(self, reference: str, formula: str | None) -> ColumnFacts:
        """Return what is known of the item that a schema refers to."""
        path = self._path(self._schema, reference)
        item = {} if path is None else self._part(path, reference)
        options = item.get("responseOptions")
        if isinstance(options, str):
            path_of_options = None if path is None else self._path(path, options)
            options = {} if path_of_options is None else self._part(path_of_options, options)
        options = options if isinstance(options, dict) else {}
        ui = item.get("ui")
        ui = ui if isinstance(ui, dict) else {}
        role: Role = "answer"
        if formula is not None or ui.get("readonlyValue") is True:
            role = "calculated"
        elif options.get("multipleChoice") is True:
            role = "choice"
        elif ui.get("inputType") in ("text", "textarea"):
            role = "text"
        question = next(iter(_in_languages(item.get("question"), self._languages)), None)
        labels = tuple(_labels(options, self._languages))
        return ColumnFacts(question=question, role=role, labels=labels, formula=formula)

    def _path(self, holder: Path, reference: str) -> Path | None:
        """Return the path that a file refers to; None if it is not in the folder of the activity."""
        path = (holder.resolve().parent / reference).resolve()
        if "://" in reference or not path.is_relative_to(self._top):
            self._beyond[reference] = None
            return None
        return path

    def _part(self, path: Path, reference: str) -> Mapping[str, Any]:
        """Return the content of a file, which is read once."""
        if path not in self._parts:
            if not path.is_file():
                raise ResponseError(
                    f"structure={str(self._schema)!r}: refers to {reference}, which is not in its folder; "
                    "copy the whole folder of the activity"
                )
            if path.stat().st_size > _LARGEST_PART:
                largest = _LARGEST_PART // 1_000_000
                raise ResponseError(f"{path}: is larger than {largest} MB, too large for one item")
            content = read_json(path, str(path))
            self._parts[path] = content if isinstance(content, dict) else {}
        return self._parts[path]


def _labels(options: Mapping[str, Any], languages: tuple[str, ...]) -> Iterator[tuple[Code, str]]:
    """Yield pairs of a value and its text, one for each language."""
    for choice in objects_of(options.get("choices")):
        value = choice.get("value")
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        for text in _in_languages(choice.get("name", choice.get("schema:name")), languages):
            yield value, text


def _in_languages(value: Any, languages: tuple[str, ...] = ()) -> list[str]:
    """Return a text in all its languages, wanted ones first, then English."""
    if not isinstance(value, dict):
        text = text_of(value)
        return [] if text is None else [text]
    first = [*languages, "en"]
    ordered = sorted(value, key=lambda name: first.index(name) if name in first else len(first))
    return [text for text in map(text_of, map(value.get, ordered)) if text is not None]


def _titles(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of an activity, without words for what it is."""
    titles = [*_in_languages(schema.get("description")), *_in_languages(schema.get("prefLabel"))]
    return tuple(dict.fromkeys(_KIND_OF_TITLE.sub("", title) for title in titles))


def _formulas(schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and JavaScript of each value that is computed."""
    for entry in objects_of(schema.get("compute")):
        name, formula = text_of(entry.get("variableName")), text_of(entry.get("jsExpression"))
        if name is not None and formula is not None:
            yield name, formula


def _scores(formulas: Mapping[str, str]) -> Iterator[DeclaredScore]:
    """Yield the formulas that are plain sums of items."""
    for name, formula in formulas.items():
        if _SUM.fullmatch(formula):
            columns = tuple(part.strip() for part in formula.split("+"))
            yield DeclaredScore(name=name, columns=columns, method="sum", formula=formula)
