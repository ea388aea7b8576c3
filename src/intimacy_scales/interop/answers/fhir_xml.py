"""FHIR resources as XML, read as the same objects as from JSON; document types and entities are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.parsers import expat

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.json_source import DEEPEST, LARGEST

_NAMESPACE = "http://hl7.org/fhir "
_MOST_ELEMENTS = 1_500_000
_LEVELS_OF_ITEM = 2  # an item in an answer is two elements below the item above it
_LISTS = frozenset(  # elements that JSON has in a list, among those that are read
    {
        *("answer", "answerOption", "concept", "contained", "contains", "entry", "extension", "include"),
        *("item", "link", "option", "profile"),
    }
)
_WHOLE, _TRUTH = ("valueInteger", "total"), ("valueBoolean", "repeats", "readOnly", "abstract")
_VALUE = "@value"
_SIMPLE = re.compile(r"value(?:Boolean|Code|Date|DateTime|Decimal|Integer|String|Time|Uri)$")


def begins_xml(path: Path) -> bool:
    """Tell whether a file begins with XML, after blanks and a byte-order mark."""
    return (Head.of(path).text or "").lstrip().startswith("<")


def read_xml(path: Path, called: str) -> Any:
    """Return the resource of an XML file as JSON has it; ``called`` is what messages call the file.

    Raises
    ------
    ResponseError
        It is too large, not well-formed, cut off, has a document type, or is not a resource of FHIR.
    """
    if path.stat().st_size > LARGEST:
        raise ResponseError(
            f"{called}: is XML of {path.stat().st_size / 1_000_000:.0f} MB; allowed: at most "
            f"{LARGEST // 1_000_000} MB; export it as NDJSON (JSON with one resource on each line)"
        )
    document = _Document(called)
    try:
        document.parser.Parse(path.read_bytes(), True)
    except expat.ExpatError as error:
        raise ResponseError(
            f"{called}: is not well-formed XML (line {error.lineno}: {expat.ErrorString(error.code)}); it "
            "may be cut off: save or download it again"
        ) from None
    except LookupError:
        raise ResponseError(
            f"{called}: declares an encoding that is not known; allowed: UTF-8, which FHIR demands"
        ) from None
    return document.resource


class _Document:
    """A resource that is built while its XML is parsed.

    Attributes
    ----------
    parser
        The parser, which expands no entities.
    resource
        The outermost resource.
    """

    def __init__(self, called: str) -> None:
        self.resource: dict[str, Any] | None = None
        self._called = called
        self._stack: list[tuple[str, dict[str, Any]]] = []
        self._n_elements = self._n_foreign = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartDoctypeDeclHandler = self._refuse_type
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def _refuse_type(self, *_: object) -> None:
        raise ResponseError(
            f"{self._called}: is XML with a document type (<!DOCTYPE …>), which FHIR does not allow; "
            "remove it"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._n_elements += 1
        if self._n_elements > _MOST_ELEMENTS:
            raise ResponseError(f"{self._called}: has too many elements; allowed: at most {_MOST_ELEMENTS:,}")
        if len(self._stack) > DEEPEST * _LEVELS_OF_ITEM:
            raise ResponseError(
                f"{self._called}: is nested too deeply; allowed: at most {DEEPEST} levels of items"
            )
        if self._n_foreign or not tag.startswith(_NAMESPACE):  # the text for readers, which is XHTML
            self._n_foreign += 1
            return
        content: dict[str, Any] = dict(attributes)
        if "value" in content:  # of a plain value; a child of that name is part of a quantity, say
            content[_VALUE] = content.pop("value")
        self._stack.append((tag.removeprefix(_NAMESPACE), content))

    def _end(self, tag: str) -> None:
        if self._n_foreign:
            self._n_foreign -= 1
            return
        name, content = self._stack.pop()
        if name[:1].isupper():  # a resource; elements of resources begin with small letters
            content["resourceType"] = name
            if self._stack:
                self._stack[-1][1].update(content)
            else:
                self.resource = content
        elif self._stack:
            self._add(self._stack[-1][1], name, content)

    @staticmethod
    def _add(parent: dict[str, Any], name: str, content: dict[str, Any]) -> None:
        """Add an element to the one that it lies in."""
        if _SIMPLE.match(name) and _VALUE not in content:
            parent[f"_{name}"] = content
            return
        value: Any = content
        if _VALUE in content:
            value = _value(name, content.pop(_VALUE))
            if content:
                parent[f"_{name}"] = content
        if name in _LISTS:
            parent.setdefault(name, []).append(value)
        else:
            parent.setdefault(name, value)


def _value(name: str, text: str) -> Any:
    """Return the value of an element as JSON has it; a text that is not of its type stays a text."""
    if name in _TRUTH:
        return {"true": True, "false": False}.get(text, text)
    try:
        return int(text) if name in _WHOLE else float(text) if name == "valueDecimal" else text
    except ValueError:
        return text
