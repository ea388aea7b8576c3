"""Where an instrument comes from, and what may be done with it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from intimacy_scales.instrument.base import Part, Text

Confidence = Literal["verified", "single-source", "unconfirmed"]
"""How surely a fact is known.

``verified``: read in a source and borne out by a second one, by data, or by arithmetic;
``single-source``: read in one source that a reader can find; ``unconfirmed``: read only where a
reader cannot look it up.
"""


CONFIDENCES: tuple[Confidence, ...] = ("verified", "single-source", "unconfirmed")  # the surest first


class Citation(Part):
    """A publication to cite.

    Attributes
    ----------
    authors, year, title, container
        As in a reference list; ``container`` is the journal with volume and pages, or the book.
        The year is None where it is not known.
    doi
        Digital object identifier, without address.
    """

    authors: Text
    year: StrictInt | None = Field(default=None, ge=1800, le=2200)
    title: Text | None = None
    container: Text | None = None
    doi: Text | None = None

    def __str__(self) -> str:
        author = f"{self.authors} ({self.year or 'year not known'})"
        parts = [author, self.title, self.container, self.doi and f"doi:{self.doi}"]
        return ". ".join(part.rstrip(".") for part in parts if part) + "."


class License(Part):
    """What is known about permission to use the instrument.

    Attributes
    ----------
    name
        A licence (``"CC-BY-4.0"``) or a status word (``"not-established"``: no statement was read).
    text
        What was read, in a sentence.
    source
        Where it was read.
    confidence
        How surely it is known.
    """

    name: Text
    text: Text | None = None
    source: Text | None = None
    confidence: Confidence | None = None


class Source(Part):
    """Where a fact was read.

    Attributes
    ----------
    title
        What the source is.
    where
        Address, or repository and path, if known.
    kind
        Article, form, author page, code, data, secondary …
    """

    title: Text
    where: Text | None = None
    kind: Text | None = None
