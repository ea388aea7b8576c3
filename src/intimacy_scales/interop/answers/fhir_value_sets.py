"""The options of FHIR questions: listed, or in value sets of the file, with the numbers that they count."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from intimacy_scales.files.facts import Code
from intimacy_scales.interop.answers.json_source import DEEPEST, objects_of, text_of

_NUMBERS = re.compile(r"/(?:itemWeight|(?:questionnaire-|valueset-|codesystem-)?ordinalValue)$")
_ABSENT = re.compile(r"/(?:data-absent-reason|v3-NullFlavor)$")
Resource = Mapping[str, Any]


class Option(NamedTuple):
    """One option: its code, the system of the code, its text, and the number that it counts."""

    code: Code
    system: str | None
    label: str | None
    number: int | float | None


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
