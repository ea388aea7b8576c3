"""The provenance of an instrument: publications, sources, permission, and confidence in facts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt

from intimacy_scales.instrument.base import Part, Text

Confidence = Literal["verified", "single-source", "unconfirmed"]
"""How surely a fact is known.

``verified``: read in a source and confirmed by a second one, by data, or by arithmetic;
``single-source``: read in one source that readers can find; ``unconfirmed``: read only in a source
that readers cannot look up.
"""


CONFIDENCES: tuple[Confidence, ...] = ("verified", "single-source", "unconfirmed")  # from the surest


class Citation(Part):
    """A publication to cite.

    Attributes
    ----------
    authors, year, title, container
        As in a reference list; ``container`` is the journal with volume and pages, or the book.
        The year is None where it is not known.
    doi
        Digital object identifier, without address.

    Examples
    --------
    >>> print(Citation(authors="Hendrick, S. S.", year=1988, title="A generic measure"))
    Hendrick, S. S. (1988). A generic measure.
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
    """Permission to use an instrument, as far as it is known.

    Attributes
    ----------
    name
        A licence (``"CC-BY-4.0"``) or a status word (``"not-established"``: no statement was found).
    text
        The statement, in a sentence.
    source
        Where it was read.
    confidence
        How surely it is known.

    Examples
    --------
    >>> License(name="CC-BY-4.0").text is None
    True
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
        Title or description of the source.
    where
        Address, or repository and path, if known.
    kind
        Article, form, author page, code, data, secondary …

    Examples
    --------
    >>> Source(title="Manual of the scale", kind="form").where is None
    True
    """

    title: Text
    where: Text | None = None
    kind: Text | None = None
