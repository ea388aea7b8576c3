"""A page in HTML as a browser and a screen reader take it: tags, texts, headings, tables, data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"meta", "br", "img", "link", "hr", "wbr"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Element:
    """An element of a page with its attributes and what is in it."""

    tag: str
    attributes: dict[str, str | None]
    parts: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its text."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, *tags: str) -> Iterator[Element]:
        """Yield the elements in it, in order; of some tags, or all."""
        for part in self.parts:
            if isinstance(part, Element):
                if not tags or part.tag in tags:
                    yield part
                yield from part.all(*tags)


class HtmlPage(HTMLParser):
    """A page, in which every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source, self.root = text, Element("", {})
        self._open = [self.root]
        self.feed(text)
        self.close()
        assert self._open == [self.root], self._open[-1].tag

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        element = Element(tag, dict(attrs))
        self._open[-1].parts.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of some tags, in order."""
        return list(self.root.all(*tags))

    @property
    def results(self) -> Any:
        """The figures in the page, as a program reads them."""
        (block,) = (e for e in self.all("script") if e.attributes.get("type") == "application/json")
        assert block.attributes["id"] == "results"
        return json.loads(block.text)
