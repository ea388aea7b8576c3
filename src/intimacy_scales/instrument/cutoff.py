"""Published cut-offs: boundaries and bands of scores, their overlaps, and the gaps between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, Self

from pydantic import model_validator

from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.provenance import Confidence
from intimacy_scales.numerics.tolerances import EQUAL_DECIMALS

_SIDES = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}


class Cutoff(Part):
    """A published boundary or band on a scale, and what scores there are said to mean.

    Attributes
    ----------
    scale
        The scale's id.
    below, at_most, above, at_least, band
        Exactly one of these: the side of the boundary that ``meaning`` describes, or the lowest and highest
        score of a band, both included.
    meaning
        What scores there are said to mean.
    source
        Where it was read.
    confidence
        How surely it is known.

    Examples
    --------
    >>> cutoff = Cutoff(scale="total", below=51.5, meaning="dissatisfied", source="Funk & Rogge (2007)")
    >>> cutoff.describe(), cutoff.applies(51), cutoff.applies(51.5)
    ('below 51.5', True, False)
    """

    scale: Id
    below: Number | None = None
    at_most: Number | None = None
    above: Number | None = None
    at_least: Number | None = None
    band: tuple[Number, Number] | None = None
    meaning: Text
    source: Text
    confidence: Confidence | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the cut-off as plain values, with None for the sides that it does not have."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the cut-off that `to_dict` wrote."""
        return cls.model_validate({**document})

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        number = int | float | None
        sides = {"below": number, "at_most": number, "above": number, "at_least": number}
        texts = {"meaning": str, "source": str, "confidence": Confidence | None}
        return {"scale": str} | sides | {"band": tuple[int | float, int | float] | None} | texts

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        given = [s for s in (*_SIDES, "band") if getattr(self, s) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of below, at_most, above, at_least, band; got {', '.join(given) or 'none'}"
            )
        if self.band is not None and self.band[0] > self.band[1]:
            raise ValueError(f"band: {self.band[0]} is above {self.band[1]}")
        return self

    def applies(self, score: float) -> bool:
        """Return whether ``meaning`` describes a score."""
        if self.band is not None:
            return self.band[0] <= score <= self.band[1]
        return (
            (self.below is not None and score < self.below)
            or (self.at_most is not None and score <= self.at_most)
            or (self.above is not None and score > self.above)
            or (self.at_least is not None and score >= self.at_least)
        )

    def side(self) -> tuple[str, float | tuple[float, float]]:
        """Return the name of the side that is given, and the boundary or the ends of the band."""
        for name in (*_SIDES, "band"):
            boundary = getattr(self, name)
            if boundary is not None:
                return name, boundary
        raise AssertionError  # one of them is given

    def describe(self) -> str:
        """Return its place in words; ``below`` and ``above`` exclude the boundary, the others include it."""
        if self.band is not None:
            return f"{self.band[0]} to {self.band[1]}"
        return next(
            f"{words} {getattr(self, side)}"
            for side, words in _SIDES.items()
            if getattr(self, side) is not None
        )


def overlapping(cutoffs: Iterable[Cutoff]) -> Iterator[tuple[Cutoff, Cutoff, str]]:
    """Yield pairs of bands of one scale and source that share scores, with a sentence about these."""
    bands = [cutoff for cutoff in cutoffs if cutoff.band is not None]
    for first, second in combinations(bands, 2):
        if (first.scale, first.source) != (second.scale, second.source) or first.meaning == second.meaning:
            continue
        assert first.band is not None and second.band is not None
        low, high = max(first.band[0], second.band[0]), min(first.band[1], second.band[1])
        if low <= high:
            scores = f"{low} is" if low == high else f"scores from {low} to {high} are"
            bands_in_words = (
                f"{first.describe()} ({first.meaning}) and {second.describe()} ({second.meaning})"
            )
            yield first, second, f"{first.scale!r}: {scores} in {bands_in_words}"


def following_band(cutoff: Cutoff, cutoffs: Iterable[Cutoff]) -> float | None:
    """Return where the next band of the same scale and source begins, or None for the last one."""
    if cutoff.band is None:
        return None
    alike = (other for other in cutoffs if (other.scale, other.source) == (cutoff.scale, cutoff.source))
    begins = (other.band[0] for other in alike if other.band is not None)
    return min((begin for begin in begins if begin > cutoff.band[1]), default=None)


def is_gap(end: float, begin: float, step: float) -> bool:
    """Return whether scores of complete answers, ``step`` apart, may lie between two bands."""
    return begin - end > step * (1 + EQUAL_DECIMALS)


def between_bands(cutoffs: Iterable[Cutoff], steps: Mapping[str, float]) -> Iterator[str]:
    """Yield a sentence for each gap with possible scores between bands of one scale and source.

    Parameters
    ----------
    cutoffs
        Cut-offs of an instrument.
    steps
        Scale id → distance between neighbouring scores.
    """
    bands: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for cutoff in cutoffs:
        if cutoff.band is not None:
            bands.setdefault((cutoff.scale, cutoff.source), []).append(cutoff.band)
    for (scale, _), ends in bands.items():
        (_, end), *following = sorted(ends)
        for low, high in following:
            if is_gap(end, low, steps[scale]):
                yield f"{scale!r}: scores between {end:g} and {low:g} are in no band"
            end = max(end, high)
