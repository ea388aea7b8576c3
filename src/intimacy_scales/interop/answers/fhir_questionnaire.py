"""FHIR Questionnaires (STU3, R4, R4B, R5): questions, options, and the numbers that options count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.interop.answers.fhir_value_sets import (
    Option,
    Resource,
    ValueSets,
    codes_of,
    is_absent,
    labels_of,
)
from intimacy_scales.interop.answers.fhir_xml import begins_xml, read_xml
from intimacy_scales.interop.answers.json_source import DEEPEST, objects_of, read_json, text_of

_EXPRESSION = re.compile(r"/(?:sdc-questionnaire-calculatedExpression|cqf-(?:expression|calculatedValue))$")
_RELEASES = {"3": "STU3", "4.0": "R4", "4.3": "R4B", "5": "R5"}
_RELEASE = re.compile(r"hl7\.org/fhir/(?:(\d\.\d)/)?StructureDefinition/Questionnaire\w*(?:\|(\d\.\d))?")
_CHOICES = ("choice", "open-choice", "coding")
_ROLES: dict[str, Role] = {"string": "text", "text": "text", "url": "text"}
YES_NO = (("true", "true"), ("true", "yes"), ("false", "false"), ("false", "no"))


class Questionnaire(NamedTuple):
    """What a Questionnaire says.

    Attributes
    ----------
    url
        Its canonical address; None without one.
    titles
        Its names.
    version
        Release of FHIR, as far as its content shows.
    columns
        linkId → what is known of its question.
    options
        linkId → options of questions that have some.
    elsewhere
        linkId → address of a value set that is not in the file.
    repeated
        linkIds of several questions, which FHIR does not allow; the mappings have their paths instead.
    """

    url: str | None
    titles: tuple[str, ...]
    version: str | None
    columns: dict[str, ColumnFacts]
    options: dict[str, tuple[Option, ...]]
    elsewhere: dict[str, str]
    repeated: frozenset[str]

    def key(self, link: str, path: str) -> str:
        """Return by what a question is found in the mappings: its linkId, or its path."""
        return path if link in self.repeated else link


def questionnaire_of(path: Path) -> tuple[Resource, list[Resource]]:
    """Return the Questionnaire of a file, and the resources that lie next to it in a Bundle.

    Raises
    ------
    ResponseError
        The file has none, or several.
    """
    called = f"structure={str(path)!r}"
    document = read_xml(path, called) if begins_xml(path) else read_json(path, called)
    resources = list(resources_in(document))
    questionnaires = [r for r in resources if r.get("resourceType") == "Questionnaire"]
    if len(questionnaires) != 1:
        kinds = sorted({str(r.get("resourceType")) for r in resources})
        n = len(questionnaires)
        seen = f"{n} Questionnaires" if n else ", ".join(kinds) or "no resource of FHIR"
        raise ResponseError(
            f"{called}: has {seen}; allowed: one FHIR Questionnaire, the one that was answered"
        )
    return questionnaires[0], resources


def resources_in(document: Any) -> Iterator[Resource]:
    """Yield the resources of a document: itself, those of a Bundle, or those of a list."""
    waiting = [document]
    for _ in range(DEEPEST):
        following: list[Any] = []
        for part in waiting:
            if isinstance(part, list):
                following += part
            elif isinstance(part, dict) and part.get("resourceType") == "Bundle":
                following += [entry.get("resource") for entry in objects_of(part.get("entry"))]
            elif isinstance(part, dict) and "resourceType" in part:
                yield part
        waiting = following
        if not waiting:
            return


class Place(NamedTuple):
    """An item of a resource, and where it is.

    Attributes
    ----------
    item
        The item.
    above
        The items that it lies in, the outermost first.
    name
        Its linkId; with those of repeated groups before it, and numbers from the second occurrence on.
    path
        Its linkId, with those of all items that it lies in before it.
    """

    item: Resource
    above: tuple[Resource, ...]
    name: str
    path: str


class _Level(NamedTuple):
    """Items next to each other that are being walked, with what their names begin with."""

    items: Iterator[Resource]
    above: tuple[Resource, ...]
    prefix: str
    path: str
    counts: Counter[str]


def walked(resource: Resource, called: str, *, by_path: bool = False) -> Iterator[Place]:
    """Yield every item of a resource in order, also those that lie in answers.

    With ``by_path``, the items that it lies in are before the linkId in each name.

    Raises
    ------
    ResponseError
        They are nested too deeply, or one has no linkId.

    Examples
    --------
    >>> group = {"linkId": "g", "item": [{"linkId": "q"}]}
    >>> [place.name for place in walked({"item": [group, group]}, "a response")]
    ['g', 'q', 'g[2]', 'g[2]/q']
    """
    stack = [_Level(objects_of(resource.get("item")), (), "", "", Counter())]
    while stack:
        level = stack[-1]
        item = next(level.items, None)
        if item is None:
            stack.pop()
            continue
        if len(stack) > DEEPEST:
            raise ResponseError(
                f"{called}: its items are nested too deeply; allowed: at most {DEEPEST} levels"
            )
        link = item.get("linkId")
        if not isinstance(link, str) or not link:
            raise ResponseError(
                f"{called}: has an item without a linkId (after {stack[0].counts.total()} items); every item "
                "of FHIR has one"
            )
        level.counts[link] += 1
        occurrence = level.counts[link]
        name = f"{level.prefix}{link}" + (f"[{occurrence}]" if occurrence > 1 else "")
        path = f"{level.path}{link}"
        yield Place(item, level.above, name, path)
        nested = item.get("item")
        answers = [(n, a) for n, a in enumerate(objects_of(item.get("answer")), start=1) if a.get("item")]
        if not nested and not answers:
            continue
        above, prefix = (*level.above, item), f"{name}/" if by_path or occurrence > 1 else level.prefix
        for number, answer in reversed(answers):
            inner = f"{name}[{number}]/" if number > 1 else prefix
            stack.append(_Level(objects_of(answer["item"]), above, inner, f"{path}/", Counter()))
        stack.append(_Level(objects_of(nested), above, prefix, f"{path}/", Counter()))


def read_questionnaire(questionnaire: Resource, near: Iterable[Resource]) -> Questionnaire:
    """Return what a Questionnaire says, with value sets of resources near it."""
    known = ValueSets([questionnaire, *near])
    columns: dict[str, ColumnFacts] = {}
    options_of: dict[str, tuple[Option, ...]] = {}
    elsewhere: dict[str, str] = {}
    kinds = set()
    places = list(walked(questionnaire, "the Questionnaire"))
    counts = Counter(str(place.item.get("linkId")) for place in places)
    repeated = frozenset(link for link, n in counts.items() if n > 1)
    for item, above, _, path in places:
        kind, link = str(item.get("type")), str(item.get("linkId"))
        link = path if link in repeated else link
        kinds |= {kind, *(name for name in ("option", "options", "answerConstraint") if name in item)}
        if kind in ("group", "display", "None"):
            continue
        options, missing_set = known.options_of(item)
        if missing_set is not None:
            elsewhere[link] = missing_set
        if options:
            options_of[link] = options
        columns[link] = _facts_of(item, above, options)
    return Questionnaire(
        url=text_of(questionnaire.get("url")),
        titles=tuple(t for t in map(text_of, (questionnaire.get("title"), questionnaire.get("name"))) if t),
        version=release_of(questionnaire) or _release_by_kinds(kinds),
        columns=columns,
        options=options_of,
        elsewhere=elsewhere,
        repeated=repeated,
    )


def release_of(resource: Resource) -> str | None:
    """Return the release of FHIR that a profile of a resource names; None if it names none."""
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    for profile in profiles if isinstance(profiles, list) else []:
        match = _RELEASE.search(str(profile))
        number = match and (match[1] or match[2])
        if number:
            return next((name for start, name in _RELEASES.items() if number.startswith(start)), None)
    return None


def _release_by_kinds(kinds: set[Any]) -> str | None:
    """Return the release that the kinds of questions show."""
    if kinds & {"option", "options"}:
        return "STU3"
    if kinds & {"coding", "answerConstraint"}:
        return "R5"
    return "R4 or R4B" if kinds & {"choice", "open-choice"} else None


def _facts_of(item: Resource, above: Sequence[Resource], options: Sequence[Option]) -> ColumnFacts:
    """Return what a question says of its column."""
    kind = str(item.get("type"))
    role: Role = _ROLES.get(kind, "answer")
    formula = next(filter(None, map(_expression, objects_of(item.get("extension")))), None)
    if formula is not None:
        role = "calculated"
    elif kind in _CHOICES and item.get("repeats") is True:
        role = "choice"
    codes = codes_of(options)
    group = next((text for part in reversed(above) if (text := text_of(part.get("text")))), None)
    return ColumnFacts(
        question=text_of(item.get("text")),
        group=group,
        role=role,
        labels=YES_NO if kind == "boolean" else labels_of(zip(codes, options, strict=True)),
        missing=tuple((code, o.label) for code, o in zip(codes, options, strict=True) if is_absent(o.system)),
        holds_labels=False if options or kind == "boolean" else None,
        formula=formula,
        numbers=tuple((c, o.number) for c, o in zip(codes, options, strict=True) if o.number is not None),
    )


def _expression(extension: Resource) -> str | None:
    """Return the formula of a calculated question."""
    if not _EXPRESSION.search(str(extension.get("url"))):
        return None
    value = extension.get("valueExpression")
    return (
        text_of(value.get("expression")) if isinstance(value, dict) else text_of(extension.get("valueString"))
    )
