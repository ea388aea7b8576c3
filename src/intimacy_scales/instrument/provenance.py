"""Where an instrument comes from, what is known of it, and what may be done with it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictInt, model_validator

from intimacy_scales.instrument.base import Id, Part, Text
from intimacy_scales.instrument.numbers import Number


class Citation(Part):
    """A publication to cite.

    Attributes
    ----------
    authors, year, title, container
        As in a reference list; ``container`` is the journal with volume and pages, or the book.
    doi
        Digital object identifier, without address.
    """

    authors: Text
    year: StrictInt = Field(ge=1800, le=2200)
    title: Text | None = None
    container: Text | None = None
    doi: Text | None = None

    def __str__(self) -> str:
        parts = [f"{self.authors} ({self.year})", self.title, self.container, self.doi and f"doi:{self.doi}"]
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
    """

    name: Text
    text: Text | None = None
    source: Text | None = None


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


class Evidence(Part):
    """How far the instrument has been studied.

    Attributes
    ----------
    status
        ``draft``: nobody has answered it yet; ``published``: described in a publication;
        ``validated``: its scores have been studied with the people it is used for.
    note
        One sentence for the reader.
    sources
        Where the key and the other facts were read.
    """

    status: Literal["draft", "published", "validated"] = "draft"
    note: Text | None = None
    sources: tuple[Source, ...] = ()


class Norm(Part):
    """Mean and standard deviation of a scale in a named sample.

    Attributes
    ----------
    scale
        The scale's id.
    sample
        Who they were.
    n
        How many, if known.
    mean, sd
        In the units of the score.
    source
        Where it was read.
    """

    scale: Id
    sample: Text
    n: StrictInt | None = Field(default=None, ge=2)
    mean: Number
    sd: Number = Field(gt=0)
    source: Text | None = None


class Cutoff(Part):
    """A published boundary on a scale, with the side it speaks of.

    Attributes
    ----------
    scale
        The scale's id.
    below, at_most, above, at_least
        Exactly one of them is given: the side of the boundary that ``meaning`` describes.
    meaning
        What scores on that side are said to mean.
    source
        Where it was read.
    """

    scale: Id
    below: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    at_least: Number | None = None
    meaning: Text
    source: Text

    @model_validator(mode="after")
    def _one_side(self) -> Cutoff:
        given = [s for s in ("below", "at_most", "above", "at_least") if getattr(self, s) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of below, at_most, above, at_least; got {given or 'none'}")
        return self
