"""Norms of named samples, with which scores are compared."""

from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self, TypeVar

from pydantic import Field, StrictBool, StrictInt, model_validator

from intimacy_scales.errors import NoNormsError, SmallSampleWarning
from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.provenance import Confidence
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.messages import level_outside
from intimacy_scales.numerics.tolerances import EQUAL_SCORES, PRINTED_DECIMALS

MIN_PERSONS = 30
ENOUGH_PERSONS = 200  # for percentile ranks: the standard error of a median rank is 3.5 points
T_MEAN, T_SD = 50.0, 10.0

Percentile = Annotated[Number, Field(ge=0, le=100)]


_Norm = TypeVar("_Norm", bound="Norm")


class KeyedForm(Protocol):
    """The properties of an instrument that a norm uses."""

    @property
    def key_digest(self) -> str:
        """Digest of what its scores depend on."""

    @property
    def translated_language(self) -> str | None:
        """The language of a translation; None for the original wording."""


class ScoresOfPersons(Protocol):
    """The properties of a table's scores that a norm uses."""

    @property
    def instrument(self) -> InstrumentRef:
        """Reference to the instrument."""

    @property
    def form(self) -> KeyedForm:
        """The instrument itself."""

    @property
    def scale_ids(self) -> tuple[str, ...]:
        """Ids of the scales."""

    def __getitem__(self, scale: str, /) -> Any: ...
    def range(self, scale: str, /) -> tuple[float, float]:
        """Return the lowest and the highest possible score."""

    def n_possible(self, scale: str, /) -> int:
        """Return the number of different possible scores."""


class Norm(Part):
    """The distribution of one scale in a named sample.

    Attributes
    ----------
    instrument
        Id of the instrument that was answered; None in the instrument's own file.
    key_digest
        `Instrument.key_digest` of the instrument that gave the scores; None where it is not recorded.
        Scores of another key are not compared with the norm.
    scale
        The scale's id.
    sample
        Who the persons were.
    special
        Whether the sample is a special group, such as patients or people after a divorce, with whom others
        are not compared by default: `standardize` uses such a norm only if its sample is named.
    language
        Language in which a translated instrument was answered; None: the original language. Scores
        in another language are not compared with the norm.
    n
        Number of persons, if known.
    mean, sd
        In the units of the score.
    percentiles
        ``(score, percentile rank)`` in rising order, where the distribution is known beyond mean and
        standard deviation. Ranks between two scores are interpolated. Without it, percentiles are those
        of a normal distribution.
    smoothing
        Model that smoothed the percentile ranks; None where they were not smoothed, or it is not recorded.
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

    # fields that older documents do not have, with the value that such a document implies
    _gained: ClassVar[Mapping[str, Any]] = {"special": False}

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
        """Raise a ValueError if the percentile table cannot belong to a sample with this mean and sd."""
        if len(self.percentiles) == 1:
            raise ValueError("percentiles: only one score has a rank; a table needs two or more")
        top = self.percentiles[-1][1]
        if top <= 1:
            raise ValueError(
                f"percentiles: the highest rank is {top}; ranks are percentages from 0 to 100, so write "
                "50 for .5"
            )
        # |mean - median| <= sd in every sample (Hotelling & Solomons, 1932)
        below = max((score for score, rank in self.percentiles if rank <= 50), default=-math.inf)
        above = min((score for score, rank in self.percentiles if rank >= 50), default=math.inf)
        if not below - self.sd <= self.mean <= above + self.sd:
            raise ValueError(
                f"percentiles: half of the sample scored {_median_in_words(below, above)}, more than one sd "
                f"({self.sd:g}) from the mean of {self.mean:g}: table and mean belong to different scores"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the norm as plain values; ``percentiles`` names the method, ``table`` has the ranks."""
        fields = self.model_dump(mode="json", exclude={"percentiles"})
        table = [list(row) for row in self.percentiles]
        return fields | {"percentiles": self.percentile_method, "table": table}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """Return the norm that `to_dict` wrote."""
        fields = {name: value for name, value in document.items() if name not in ("percentiles", "table")}
        return cls(**fields, percentiles=tuple(tuple(row) for row in document["table"]))

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": str | None,
            "key_digest": str | None,
            "scale": str,
            "sample": str,
            "special": bool,
            "language": str | None,
            "n": int | None,
            "mean": float,
            "sd": float,
            "smoothing": str | None,
            "source": str | None,
            "confidence": Confidence | None,
            "percentiles": Literal["norm table", "normal"],
            "table": Sequence[tuple[float, float]],
        }

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
        """Make norms from your own sample: one for each scale.

        Percentile ranks are smoothed by a log-linear model of the frequencies, a polynomial that keeps the
        sample's first moments (Holland & Thayer, 1987). The Akaike criterion chooses its degree, from 2 to
        6, and whether the lowest and the highest score have a frequency of their own. Degree and number of
        such scores together are at most half the number of different scores in the sample, except that degree
        2 is always allowed. Unlike a normal curve, these ranks follow skewed scales with many persons at the
        top. ``smoothing`` names the chosen model.

        Parameters
        ----------
        scores
            The result of `intimacy_scales.score` for a table, of 200 persons or more; fewer give norms with a
            `SmallSampleWarning`. Persons count as independent: take one
            partner of each couple, or expect less precise norms than ``n`` suggests.
        sample
            Who the persons were; shown wherever the norm is used.
        scales
            Ids of the scales; None: all of them.
        source
            Where the study is described.
        force
            Make norms from fewer than 30 persons too.

        Raises
        ------
        NoNormsError
            Fewer than 30 persons have a score, all have the same score, or ``scores`` is not the scores of a
            table.

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
                f"norms are made from the scores of a table, score(instrument, table), not from a "
                f"{type(scores).__name__}"
            )
        chosen = scores.scale_ids if scales is None else (scales,) if isinstance(scales, str) else scales
        norms = tuple(_norm_of(cls, scores, scale, sample, source, force=force) for scale in chosen)
        warn_of_few({norm.scale: norm.n for norm in norms if norm.n is not None})
        return norms

    def of_another_key(self) -> str:
        """Return a message that scores have another key than the norm, and what to do."""
        return (
            f"the norm of {self.scale!r} ({self.sample}) was made from scores of another key: other items, "
            "ranges, labels or rules for skipped items (key_digest). If it holds for these scores too, use "
            'norm.model_copy(update={"key_digest": None})'
        )

    def of_another_language(self, language: str | None) -> str | None:
        """Return a message that scores are in another language than the norm, or None if they are not.

        Parameters
        ----------
        language
            Language of a translated instrument; None: the original language.
        """
        if self.language == language:
            return None
        theirs, ours = (name or "the original language" for name in (self.language, language))
        return (
            f"the norm of {self.scale!r} ({self.sample}) was made from answers in {theirs}, but these are in "
            f"{ours}: whether scores mean the same in both must be tested. If it holds for these too, use "
            f'norm.model_copy(update={{"language": {language!r}}})'
        )

    def misfit(self, low: float, high: float) -> str | None:
        """Return why this cannot be a norm of scores from ``low`` to ``high``, or None if it can be one."""
        slack = PRINTED_DECIMALS * (high - low)
        figure, advice = None, "the norm must belong to another way of scoring, such as a sum"
        # sd**2 <= (mean - low) (high - mean) n / (n - 1) (Bhatia & Davis, 2000), with equality where all
        # persons are at one end or the other
        n = 2 if self.n is None else self.n
        beyond = [row for row in self.percentiles if not low - slack <= row[0] <= high + slack]
        if not low <= self.mean <= high:
            figure = f"a mean of {self.mean:g}"
        elif beyond:
            figure = f"a rank of {beyond[0][1]:g} at {beyond[0][0]:g}"
        elif self.sd > (largest := math.sqrt((self.mean - low) * (high - self.mean) * n / (n - 1))) + slack:
            figure = f"an sd of {self.sd:g}"
            advice = f"with a mean of {self.mean:g} it can be {largest:.3g} at most, so {advice}"
        if figure is None:
            return None
        return f"the norm of {self.scale!r} has {figure}, but scores range from {low:g} to {high:g}: {advice}"

    def z(self, score: float) -> float:
        """Return ``(score - mean) / sd``."""
        return (score - self.mean) / self.sd

    def t(self, score: float) -> float:
        """Return the T score, ``50 + 10 z`` (McCall, 1922)."""
        return T_MEAN + T_SD * self.z(score)

    def percentile(self, score: float) -> float:
        """Return the percentile rank: the percentage of the sample with a lower score.

        Persons with the same score count half. The rank comes from the table where there is one, otherwise
        from the normal distribution with this mean and standard deviation. Beyond the ends of a table it is
        the rank of that end; `beyond` reports this.
        """
        if score != score:  # noqa: PLR0124 - nan has no rank
            return math.nan
        if not self.percentiles:
            return 50.0 * math.erfc(-self.z(score) / math.sqrt(2.0))  # 100 Phi(z)
        position = bisect_right(self.percentiles, score, key=lambda entry: entry[0])
        if position == 0:
            return float(self.percentiles[0][1])
        low, low_rank = self.percentiles[position - 1]
        if position == len(self.percentiles) or score == low:
            return float(low_rank)
        high, high_rank = self.percentiles[position]
        return low_rank + (high_rank - low_rank) * (score - low) / (high - low)

    def beyond(self, score: float) -> Literal["<", ">"] | None:
        """Return whether a score's rank is below (``<``) or above (``>``) that of the table's end, or None.

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
        return ">" if score > highest and last < 100 else None

    @property
    def percentile_method(self) -> str:
        """``norm table`` or ``normal``: the source of percentiles."""
        return "norm table" if self.percentiles else "normal"

    def __repr__(self) -> str:
        ranks = f", {len(self.percentiles)} percentile ranks" if self.percentiles else ""
        smooth = f", {self.smoothing}" if self.smoothing else ""
        return f"<Norm of {self}{ranks}{smooth}>"

    def __str__(self) -> str:
        n = "" if self.n is None else f", n = {self.n}"
        return f"{self.scale}: mean {self.mean:.4g}, sd {self.sd:.4g} ({self.sample}{n})"


def warn_of_few(persons: Mapping[str, int]) -> None:
    """Warn of scales whose norms rest on too few persons for percentile ranks.

    Parameters
    ----------
    persons
        Scale → number of persons.
    """
    few = {scale: n for scale, n in persons.items() if n < ENOUGH_PERSONS}
    if not few:
        return
    n = min(few.values())
    warnings.warn(
        f"norms of {', '.join(map(repr, few))} rest on {n} persons: percentile ranks of fewer than "
        f"{ENOUGH_PERSONS} are uncertain (of {n}, the standard error of a rank near the median is "
        f"{50 / math.sqrt(n):.1f} points). Report n, or add persons",
        SmallSampleWarning,
        stacklevel=level_outside(),
    )


def _median_in_words(below: float, above: float) -> str:
    """Return where a median lies, for which a norm table gives at least one bound."""
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
    """Return the norm of one scale."""
    from intimacy_scales.numerics.smoothing import percentile_ranks  # numpy loads at first use

    column = scores[scale]
    values = column[column == column]  # noqa: PLR0124 - leaves out nan
    n = len(values)
    if n < MIN_PERSONS and not (force and n > 1):
        raise NoNormsError(
            f"norms of {scale!r} need at least {MIN_PERSONS} persons with a score, but there are {n}: with "
            f"fewer, the standard error of a mean is above {1 / math.sqrt(MIN_PERSONS):.2f} standard "
            "deviations, and percentiles are even less certain. force=True makes norms from two or more"
        )
    sd = float(values.std(ddof=1))
    low, high = scores.range(scale)
    if values.max() - values.min() <= EQUAL_SCORES * (high - low):
        raise NoNormsError(
            f"norms of {scale!r}: all {n} persons have the score {float(values[0]):.10g}; norms need scores "
            "that differ"
        )
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
    """Return the log-linear model that smoothed the ranks, in words; None if they were not smoothed."""
    if degree == 0:
        return None
    separate = " and the ".join({0: "lowest", -1: "highest"}[end] for end in ends)
    return f"log-linear, degree {degree}" + (f", the {separate} score apart" if ends else "")
