"""What scores mean beside others: norms of named samples, and published cut-offs."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Protocol, Self, TypeVar

from pydantic import Field, StrictInt, model_validator

from intimacy_scales.errors import NoNormsError
from intimacy_scales.instrument.base import Id, Part, Text
from intimacy_scales.instrument.numbers import Number
from intimacy_scales.instrument.provenance import Confidence
from intimacy_scales.instrument.reference import InstrumentRef

MIN_PERSONS = 30
T_MEAN, T_SD = 50.0, 10.0
_MEDIAN, _ALL = 50, 100  # percentile ranks
_SAME = 1e-9  # of the range: what rounding leaves between equal totals of unequal parts
_SIDES = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}

Percentile = Annotated[Number, Field(ge=0, le=100)]


_Norm = TypeVar("_Norm", bound="Norm")


class ScoresOfPersons(Protocol):
    """What a norm needs of the scores of a table."""

    @property
    def instrument(self) -> InstrumentRef:
        """Which instrument they are of."""

    @property
    def scale_ids(self) -> tuple[str, ...]:
        """The scales."""

    def __getitem__(self, scale: str, /) -> Any: ...
    def range(self, scale: str, /) -> tuple[float, float]:
        """Return the lowest and the highest possible score."""

    def n_possible(self, scale: str, /) -> int:
        """Return how many different scores there can be."""


class Norm(Part):
    """How one scale is distributed in a named sample.

    Attributes
    ----------
    instrument
        Id of the instrument that was answered; None where it goes without saying, as in its own file.
    scale
        The scale's id.
    sample
        Who they were.
    n
        How many, if known.
    mean, sd
        In the units of the score.
    percentiles
        ``(score, percentile rank)`` in rising order, where the distribution is known beyond mean and
        standard deviation. Ranks between two scores are interpolated. Without it, percentiles are those
        of a normal distribution.
    smoothing
        By which model the percentile ranks were smoothed; None where they were not, or nobody says so.
    source
        Where it was read.
    confidence
        How surely it is known.

    Examples
    --------
    >>> norm = Norm(scale="trust", sample="simulated couples", n=400, mean=5.2, sd=0.8)
    >>> norm.z(6.0), norm.t(6.0), round(norm.percentile(6.0), 1)
    (0.9999999999999998, 60.0, 84.1)
    """

    instrument: Id | None = None
    scale: Id
    sample: Text
    n: StrictInt | None = Field(default=None, ge=2)
    mean: Number
    sd: Number = Field(gt=0)
    percentiles: tuple[tuple[Number, Percentile], ...] = ()
    smoothing: Text | None = None
    source: Text | None = None
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _rising(self) -> Self:
        for (score, rank), (next_score, next_rank) in pairwise(self.percentiles):
            if not score < next_score or not rank <= next_rank:
                raise ValueError(
                    f"percentiles: {score} has rank {rank} and {next_score} has {next_rank}; "
                    "scores must rise, and their ranks must not fall"
                )
        if self.percentiles:
            self._check_table()
        return self

    def _check_table(self) -> None:
        """Refuse tables that can be no norm table of this sample, whatever the scale."""
        if len(self.percentiles) == 1:
            raise ValueError("percentiles: one score has a rank, and a table needs two or more")
        top = self.percentiles[-1][1]
        if top <= 1:
            raise ValueError(
                f"percentiles: the highest rank is {top}; ranks are percentages from 0 to 100, so write "
                "50 for .5"
            )
        # in every sample the median lies within one standard deviation of the mean
        below = max((score for score, rank in self.percentiles if rank <= _MEDIAN), default=-math.inf)
        above = min((score for score, rank in self.percentiles if rank >= _MEDIAN), default=math.inf)
        if not below - self.sd <= self.mean <= above + self.sd:
            raise ValueError(
                f"percentiles: half of the sample scored {_between(below, above)}, which is more than one sd "
                f"({self.sd:g}) from the mean of {self.mean:g}: table and mean are not of the same scores"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the norm as plain values: ``percentiles`` says how ranks are made, ``table`` holds them."""
        named = self.model_dump(mode="json", exclude={"percentiles"})
        table = [list(row) for row in self.percentiles]
        return named | {"percentiles": self.percentile_method, "table": table}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the norm that `to_dict` wrote."""
        told = {name: value for name, value in document.items() if name not in ("percentiles", "table")}
        return cls(**told, percentiles=tuple(tuple(row) for row in document["table"]))

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        named = {"instrument": str | None, "scale": str, "sample": str, "n": int | None, "mean": float}
        told = {"sd": float, "smoothing": str | None, "source": str | None, "confidence": Confidence | None}
        made = {"percentiles": Literal["norm table", "normal"], "table": Sequence[tuple[float, float]]}
        return named | told | made

    @classmethod
    def from_scores(
        cls,
        scores: ScoresOfPersons,
        *,
        sample: str,
        scales: str | Collection[str] | None = None,
        source: str | None = None,
        force: bool = False,
    ) -> tuple[Self, ...]:
        """Make norms of one's own sample: one for each scale.

        Percentile ranks are smoothed: log-linear frequencies whose polynomial keeps the sample's
        first moments (Holland & Thayer, 1987), its degree from 2 to 6 chosen by the Akaike criterion,
        which also says whether the lowest and the highest score have a frequency of their own. Degree and
        such scores together are at most half as many as the scores that were reached, or degree 2. Ranks
        follow skewed scales, with their many persons at the top, where a normal curve does not.
        ``smoothing`` says which model was chosen.

        Parameters
        ----------
        scores
            What `intimacy_scales.score` made of a table. Persons count as independent: take one
            partner of each couple, or know that two partners tell less than two strangers.
        sample
            Who they were; shown wherever the norm is used.
        scales
            Which scales; None: all of them.
        source
            Where the study is described.
        force
            Make norms of fewer than 30 persons too.

        Raises
        ------
        NoNormsError
            Fewer than 30 persons with a score, all with the same one, or no scores of a table.

        Examples
        --------
        >>> from intimacy_scales import score, simulate
        >>> answers = simulate("ras", n=300, rng=1).answers
        >>> (norm,) = Norm.from_scores(score("ras", answers), sample="300 simulated persons")
        >>> norm.n, 45 < norm.percentile(norm.mean) < 55
        (300, True)
        >>> norm.smoothing
        'log-linear, degree 2'
        """
        if not hasattr(scores, "scale_ids") or not hasattr(scores, "n_possible"):
            raise NoNormsError(
                f"norms are made of the scores of a table, score(instrument, table), not of a "
                f"{type(scores).__name__}"
            )
        chosen = scores.scale_ids if scales is None else (scales,) if isinstance(scales, str) else scales
        return tuple(_norm_of(cls, scores, scale, sample, source, force=force) for scale in chosen)

    def z(self, score: float) -> float:
        """Return ``(score - mean) / sd``."""
        return (score - self.mean) / self.sd

    def t(self, score: float) -> float:
        """Return the T score, ``50 + 10 z`` (McCall, 1922)."""
        return T_MEAN + T_SD * self.z(score)

    def percentile(self, score: float) -> float:
        """Return the percentile rank: the percentage of the sample with a lower score.

        Persons with the same score count half. From the table where there is one, otherwise from
        the normal distribution of this mean and standard deviation. Beyond the ends of a table it is
        the rank of that end; `beyond` says so.
        """
        if score != score:  # noqa: PLR0124 - nan has no rank
            return math.nan
        if not self.percentiles:
            return 50.0 * math.erfc(-self.z(score) / math.sqrt(2.0))
        after = bisect_right(self.percentiles, score, key=lambda entry: entry[0])
        if after == 0:
            return float(self.percentiles[0][1])
        low, low_rank = self.percentiles[after - 1]
        if after == len(self.percentiles) or score == low:
            return float(low_rank)
        high, high_rank = self.percentiles[after]
        return low_rank + (high_rank - low_rank) * (score - low) / (high - low)

    def beyond(self, score: float) -> Literal["<", ">"] | None:
        """Tell whether a score lies beyond the table: its rank is below (``<``) or above (``>``) the end's.

        Examples
        --------
        >>> table = Norm(scale="s", sample="x", mean=3, sd=0.5, percentiles=((2, 10), (3, 50), (4, 90)))
        >>> table.percentile(5), table.beyond(5), table.beyond(4), table.beyond(1)
        (90.0, '>', None, '<')
        """
        if not self.percentiles:
            return None
        (lowest, first), (highest, last) = self.percentiles[0], self.percentiles[-1]
        if score < lowest and first > 0:
            return "<"
        return ">" if score > highest and last < _ALL else None

    @property
    def percentile_method(self) -> str:
        """``norm table`` or ``normal``: where percentiles come from."""
        return "norm table" if self.percentiles else "normal"

    def __repr__(self) -> str:
        ranks = f", {len(self.percentiles)} percentile ranks" if self.percentiles else ""
        smooth = f", {self.smoothing}" if self.smoothing else ""
        return f"<Norm of {self}{ranks}{smooth}>"

    def __str__(self) -> str:
        n = "" if self.n is None else f", n = {self.n}"
        return f"{self.scale}: mean {self.mean:.4g}, sd {self.sd:.4g} ({self.sample}{n})"


def _between(below: float, above: float) -> str:
    """Say where a median lies, of which a norm table knows one bound at least."""
    if below == above:
        return f"up to {below:g}"
    if math.isinf(below):
        return f"below {above:g}"
    return f"above {below:g}" if math.isinf(above) else f"up to a score between {below:g} and {above:g}"


def _norm_of(
    norm: type[_Norm],
    scores: ScoresOfPersons,
    scale: str,
    sample: str,
    source: str | None,
    *,
    force: bool,
) -> _Norm:
    """Make the norm of one scale."""
    from intimacy_scales.numerics.smoothing import percentile_ranks  # numpy loads at first use

    column = scores[scale]
    values = column[column == column]  # noqa: PLR0124 - leaves out nan
    n = len(values)
    if n < MIN_PERSONS and not (force and n > 1):
        raise NoNormsError(
            f"norms of {scale!r} would rest on {n} persons, and at least {MIN_PERSONS} are needed: with "
            f"fewer, the standard error of a mean is above {1 / math.sqrt(MIN_PERSONS):.2f} standard "
            "deviations, and percentiles are less certain still. force=True makes them of two or more"
        )
    sd = float(values.std(ddof=1))
    low, high = scores.range(scale)
    if values.max() - values.min() <= _SAME * (high - low):
        raise NoNormsError(f"norms of {scale!r}: all {n} persons have the score {float(values[0]):.10g}")
    points, ranks, degree, ends = percentile_ranks(values, low, high, scores.n_possible(scale))
    return norm(
        instrument=scores.instrument.id,
        scale=scale,
        sample=sample,
        n=n,
        mean=float(values.mean()),
        sd=sd,
        percentiles=tuple(zip(points.tolist(), ranks.tolist(), strict=True)),
        smoothing=_model_in_words(degree, ends),
        source=source,
    )


def _model_in_words(degree: int, ends: tuple[int, ...]) -> str | None:
    """Say by which log-linear model ranks were smoothed; None for ranks of the counts themselves."""
    if degree == 0:
        return None
    apart = " and the ".join({0: "lowest", -1: "highest"}[end] for end in ends)
    return f"log-linear, degree {degree}" + (f", the {apart} score apart" if ends else "")


class Cutoff(Part):
    """A published boundary or band on a scale, and what is said of scores there.

    Attributes
    ----------
    scale
        The scale's id.
    below, at_most, above, at_least, band
        Exactly one of them is given: the side of the boundary that ``meaning`` describes, or the lowest
        and highest score of a band, both within it.
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
        """Return the cut-off as plain values, null for the sides that it does not have."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the cut-off that `to_dict` wrote."""
        return cls.model_validate({**document})

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        number = int | float | None
        sides = {"below": number, "at_most": number, "above": number, "at_least": number}
        told = {"meaning": str, "source": str, "confidence": Confidence | None}
        return {"scale": str} | sides | {"band": tuple[int | float, int | float] | None} | told

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
        """Tell whether a score lies where ``meaning`` speaks of."""
        if self.band is not None:
            return self.band[0] <= score <= self.band[1]
        return (
            (self.below is not None and score < self.below)
            or (self.at_most is not None and score <= self.at_most)
            or (self.above is not None and score > self.above)
            or (self.at_least is not None and score >= self.at_least)
        )

    def side(self) -> tuple[str, float | tuple[float, float]]:
        """Return which side is meant, and the boundary, or the ends of the band."""
        for name in (*_SIDES, "band"):
            boundary = getattr(self, name)
            if boundary is not None:
                return name, boundary
        raise AssertionError  # one of them is given

    def describe(self) -> str:
        """Say in words where it is; ``below`` excludes the boundary, ``at most`` and bands include it."""
        if self.band is not None:
            return f"{self.band[0]} to {self.band[1]}"
        return next(
            f"{words} {getattr(self, side)}"
            for side, words in _SIDES.items()
            if getattr(self, side) is not None
        )
