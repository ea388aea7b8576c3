"""FHIR Questionnaires (STU3, R4, R4B, R5): questions, options, and the numbers that options count."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.interop.answers.fhir_xml import begins_xml, read_xml
from intimacy_scales.interop.answers.json_source import DEEPEST, objects_of, read_json, text_of

_NUMBERS = re.compile(r"/(?:itemWeight|(?:questionnaire-|valueset-|codesystem-)?ordinalValue)$")
_ABSENT = re.compile(r"/(?:data-absent-reason|v3-NullFlavor)$")
_EXPRESSION = re.compile(r"/(?:sdc-questionnaire-calculatedExpression|cqf-(?:expression|calculatedValue))$")
_RELEASES = {"3": "STU3", "4.0": "R4", "4.3": "R4B", "5": "R5"}
_RELEASE = re.compile(r"hl7\.org/fhir/(?:(\d\.\d)/)?StructureDefinition/Questionnaire\w*(?:\|(\d\.\d))?")
_CHOICES = ("choice", "open-choice", "coding")
_ROLES: dict[str, Role] = {"string": "text", "text": "text", "url": "text"}
YES_NO = (("true", "true"), ("true", "yes"), ("false", "false"), ("false", "no"))
Resource = Mapping[str, Any]


class Option(NamedTuple):
    """One option: its code, the system of the code, its text, and the number that it counts."""

    code: Code
    system: str | None
    label: str | None
    number: int | float | None


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


def is_absent(system: str | None) -> bool:
    """Tell whether codes of a system say why there is no answer."""
    return system is not None and bool(_ABSENT.search(system))


def codes_of(options: Sequence[Option]) -> list[Code]:
    """Return each option's code as cells have it: with its system if two systems have the same code."""
    systems: dict[Code, set[str | None]] = {}
    for option in options:
        systems.setdefault(option.code, set()).add(option.system)
    is_ambiguous = any(len(some) > 1 for some in systems.values())
    return [f"{o.system or ''}|{o.code}" if is_ambiguous else o.code for o in options]


def labels_of(options: Iterable[tuple[Code, Option]]) -> tuple[tuple[Code, str], ...]:
    """Return pairs of code and text; of an option without a text, its code."""
    return tuple(dict.fromkeys((code, o.label or str(o.code)) for code, o in options))


def _expression(extension: Resource) -> str | None:
    """Return the formula of a calculated question."""
    if not _EXPRESSION.search(str(extension.get("url"))):
        return None
    value = extension.get("valueExpression")
    return (
        text_of(value.get("expression")) if isinstance(value, dict) else text_of(extension.get("valueString"))
    )


def number_of(*elements: Any) -> int | float | None:
    """Return the number that an extension of the first element which has one says an option counts."""
    for element in elements:
        for extension in objects_of(element.get("extension") if isinstance(element, dict) else None):
            value = extension.get("valueDecimal", extension.get("valueInteger"))
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if is_number and math.isfinite(value) and _NUMBERS.search(str(extension.get("url"))):
                return int(value) if value == int(value) else value
    return None


def absent_reason(*elements: Any) -> str | None:
    """Return the reason why there is no answer, if an extension of an element says one."""
    for element in elements:
        for extension in objects_of(element.get("extension") if isinstance(element, dict) else None):
            if _ABSENT.search(str(extension.get("url"))):
                return text_of(extension.get("valueCode"))
    return None


class ValueSets:
    """The value sets and code systems that lie in a file, contained in a resource or next to it."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._sets: dict[str, Resource] = {}
        self._numbers: dict[tuple[str, Code], int | float] = {}
        for holder in resources:
            contained = [("#", part) for part in objects_of(holder.get("contained"))]
            for mark, part in [("", holder), *contained]:
                if part.get("resourceType") == "ValueSet":
                    names = (
                        f"{mark}{part.get('id')}" if mark else f"ValueSet/{part.get('id')}",
                        part.get("url"),
                    )
                    self._sets |= {str(name): part for name in names if name}
                elif part.get("resourceType") == "CodeSystem":
                    self._add_system(part)

    def _add_system(self, system: Resource) -> None:
        for concept in _concepts(system, "concept"):
            number = number_of(concept)
            if number is not None:
                self._numbers[str(system.get("url")), str(concept.get("code"))] = number

    def number(self, system: str | None, code: Code) -> int | float | None:
        """Return the number that a code system says a code counts."""
        return None if system is None else self._numbers.get((system, code))

    def options_of(self, item: Resource) -> tuple[tuple[Option, ...], str | None]:
        """Return the options of a question, and the address of its value set if it is not in the file."""
        listed = [*objects_of(item.get("answerOption")), *objects_of(item.get("option"))]
        if listed:
            return tuple(filter(None, map(self._option, listed))), None
        address = item.get("answerValueSet", item.get("options"))
        address = address.get("reference") if isinstance(address, dict) else address
        if not isinstance(address, str):
            return (), None
        value_set = self._sets.get(address) or self._sets.get(address.partition("|")[0])
        if value_set is None:
            return (), address
        return tuple(self._of_set(value_set)), None

    def _option(self, listed: Resource) -> Option | None:
        """Return an option that a question lists."""
        name, value = next(((n, v) for n, v in listed.items() if n.startswith("value")), ("", None))
        if isinstance(value, dict):
            return self._coded(value, value.get("system"), listed)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        return Option(value, None, str(value), number_of(listed, listed.get(f"_{name}")))

    def _coded(self, concept: Resource, system: Any, *others: Any) -> Option | None:
        """Return the option of a code; None for one without a code and a text."""
        code, label = text_of(concept.get("code")), text_of(concept.get("display"))
        if code is None and label is None:
            return None
        address = text_of(system)
        number = number_of(*others, concept)
        if number is None and code is not None:
            number = self.number(address, code)
        return Option(code or label or "", address, label, number)

    def _of_set(self, value_set: Resource) -> Iterator[Option]:
        """Yield the options of a value set: its expansion if it has one, or the concepts that it lists."""
        expansion, compose = value_set.get("expansion"), value_set.get("compose")
        expanded = [*_concepts(expansion, "contains")] if isinstance(expansion, dict) else []
        for concept in expanded:
            option = self._coded(concept, concept.get("system"))
            if option is not None and concept.get("abstract") is not True:
                yield option
        if expanded or not isinstance(compose, dict):
            return
        for part in objects_of(compose.get("include")):
            for concept in objects_of(part.get("concept")):
                option = self._coded(concept, part.get("system"))
                if option is not None:
                    yield option


def _concepts(holder: Resource, name: str) -> Iterator[Resource]:
    """Yield the concepts of a code system or an expansion, which may nest."""
    stack = [objects_of(holder.get(name))]
    while stack:
        concept = next(stack[-1], None)
        if concept is None:
            stack.pop()
            continue
        yield concept
        if len(stack) < DEEPEST:
            stack.append(objects_of(concept.get(name)))
