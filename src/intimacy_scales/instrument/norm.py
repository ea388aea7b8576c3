"""What scores mean beside others: norms of named samples."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import Field, StrictBool, StrictInt, model_validator

from intimacy_scales.errors import NoNormsError
from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.provenance import Confidence
from intimacy_scales.instrument.reference import InstrumentRef

MIN_PERSONS = 30
T_MEAN, T_SD = 50.0, 10.0
_MEDIAN, _ALL = 50, 100  # percentile ranks
_ROUNDED = 0.01
_SAME = 1e-9  # of the range: what rounding leaves between equal totals of unequal parts

Percentile = Annotated[Number, Field(ge=0, le=100)]


_Norm = TypeVar("_Norm", bound="Norm")


class KeyedForm(Protocol):
    """What a norm needs of an instrument."""

    @property
    def key_digest(self) -> str:
        """What its scores depend on."""

    @property
    def translated_language(self) -> str | None:
        """The language, where it is not that in which it was written."""


class ScoresOfPersons(Protocol):
    """What a norm needs of the scores of a table."""

    @property
    def instrument(self) -> InstrumentRef:
        """Which instrument they are of."""

    @property
    def form(self) -> KeyedForm:
        """The instrument itself."""

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
    key_digest
        `Instrument.key_digest` of the instrument whose scores it was made of; None where nobody says so.
        Scores of another key are not compared with it.
    scale
        The scale's id.
    sample
        Who they were.
    special
        Whether they are special people, such as patients or persons after a divorce, with whom nobody is
        to be compared by default: `standardize` takes such a norm only where its sample is named.
    language
        Language in which a translated instrument was answered; None: that in which it was written. Scores
        in another language are not compared with it.
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

    _gained: ClassVar[Mapping[str, Any]] = {
        "special": False
    }  # documents had it not from the first: what one without it means

    instrument: Id | None = None
    key_digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    scale: Id
    sample: Text
    special: StrictBool = False
    language: Text | None = None
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
        named = {
            "instrument": str | None,
            "key_digest": str | None,
            "scale": str,
            "sample": str,
            "special": bool,
            "language": str | None,
            "n": int | None,
            "mean": float,
        }
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

    def of_another_key(self) -> str:
        """Say that scores are of another key than the norm was made of, and what to do."""
        return (
            f"the norm of {self.scale!r} ({self.sample}) was made of scores of another key: other items, "
            "ranges, labels or rules for skipped answers (key_digest). If it holds for these scores too: "
            'norm.model_copy(update={"key_digest": None})'
        )

    def of_another_language(self, language: str | None) -> str | None:
        """Say that scores are in another language than the norm was made of, or return None.

        Parameters
        ----------
        language
            That of a translated instrument; None: the one in which it was written.
        """
        if self.language == language:
            return None
        theirs, ours = (name or "the original language" for name in (self.language, language))
        return (
            f"the norm of {self.scale!r} ({self.sample}) is of answers in {theirs}, and these are in {ours}: "
            "whether scores mean the same in both is to be tested. If it holds for these too: "
            f'norm.model_copy(update={{"language": {language!r}}})'
        )

    def misfit(self, low: float, high: float) -> str | None:
        """Say why this cannot be a norm of scores from ``low`` to ``high``, or return None."""
        slack = _ROUNDED * (high - low)  # what rounding to the printed decimals may add
        other = "it is of another way of scoring, such as a sum"
        what = None
        # largest where everybody is at one end or the other
        n = 2 if self.n is None else self.n
        beyond = [row for row in self.percentiles if not low - slack <= row[0] <= high + slack]
        if not low <= self.mean <= high:
            what, why = f"a mean of {self.mean:g}", other
        elif beyond:
            what, why = f"a rank of {beyond[0][1]:g} at {beyond[0][0]:g}", other
        elif self.sd > (largest := math.sqrt((self.mean - low) * (high - self.mean) * n / (n - 1))) + slack:
            what = f"an sd of {self.sd:g}"
            why = f"with a mean of {self.mean:g} it can be {largest:.3g} at most, so {other}"
        if what is None:
            return None
        return f"the norm of {self.scale!r} has {what}, and its scores go from {low:g} to {high:g}: {why}"

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
        key_digest=scores.form.key_digest,
        language=scores.form.translated_language,
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
