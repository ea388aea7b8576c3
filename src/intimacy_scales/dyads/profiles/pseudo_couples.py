"""Couples compared with pseudo-couples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.profiles.couple_figures import COMPARED, CORRELATIONS
from intimacy_scales.dyads.profiles.couple_profiles import CoupleProfiles
from intimacy_scales.dyads.profiles.expected_similarity import expected_similarity
from intimacy_scales.dyads.profiles.repairing import Repairings, p_value, repaired
from intimacy_scales.dyads.profiles.stranger_pairs import pool_of
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.late import late_module
from intimacy_scales.messages import suggest
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.not_kept import AGAIN_ANSWERS, NotKept
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Bounded
from intimacy_scales.results.wording import apa_p, counted, digits_for, written

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEWEST = 99


@result_class
class StrangerComparison(Result):
    """One figure of couples compared with that of strangers.

    Attributes
    ----------
    name
        The figure, as in `ProfileSimilarity.means`.
    mean
        Over couples.
    expected, expected_from
        Over pseudo-couples: ``all pairs``, exactly; or ``drawn pairs``, those of the re-pairings.
    sd
        Standard deviation over the pseudo-couples that were drawn.
    low, high
        Between these lie 95 % of the means after random re-pairing.
    p_value
        Of the one-sided test that couples are not more similar than pairs drawn at random: the share of
        pairings that are as similar on average, the couples themselves included (Phipson & Smyth, 2010).
    reason
        Why the figures are undefined; None where they are defined.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, profile_similarity
    >>> answers = simulate("scii-24", 200, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> compared = profile_similarity(dyads).pseudo_couples(99, rng=1)["overall"]
    >>> compared.mean > compared.expected, compared.expected_from
    (True, 'all pairs')
    """

    name: str
    mean: float
    expected: float
    expected_from: Literal["all pairs", "drawn pairs"]
    sd: float
    low: float
    high: float
    p_value: float
    reason: str | None = None

    @property
    def is_correlation(self) -> bool:
        """Whether it is a mean of correlations, or of squared differences."""
        return self.name in CORRELATIONS or self.name not in COMPARED

    @property
    def difference(self) -> float:
        """Mean of couples less that of pseudo-couples."""
        return self.mean - self.expected

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the difference, as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"difference": plain(self.difference)}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, difference=float)

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<{self.name} of couples and strangers: undefined, {self.reason}>"
        digits = digits_for(self.mean, self.expected, least=3)
        mean, expected = (
            written(figure, digits, bounded=self.is_correlation) for figure in (self.mean, self.expected)
        )
        return f"<{self.name}: mean {mean} of couples, {expected} of strangers, {apa_p(self.p_value)}>"


@result_class
class PseudoCouples(Result):
    """Similarity of couples compared with that of strangers; ``result["overall"]`` gives one figure.

    Attributes
    ----------
    n_couples
        Couples with two complete profiles.
    pairs
        Which persons make up a pseudo-couple.
    n_pairs
        Number of different pseudo-couples.
    n_repairings
        How often everyone was paired at random.
    comparisons
        Name of a figure → its comparison.
    repaired_means
        (n_repairings, n_figures): means of the figures after each re-pairing.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, profile_similarity
    >>> answers = simulate("scii-24", 200, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> strangers = profile_similarity(dyads).pseudo_couples(99, rng=1)
    >>> strangers.n_couples, strangers["overall"].p_value < 0.05
    (100, True)
    """

    n_couples: int
    pairs: str
    n_pairs: int
    n_repairings: int
    comparisons: dict[str, StrangerComparison]
    repaired_means: NDArray[np.float64] = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> StrangerComparison:
        """Return the comparison of a figure."""
        if name not in self.comparisons:
            raise UnknownNameError(
                f"{name!r} is not compared with strangers; allowed: {', '.join(self.comparisons)}"
                f"{suggest(name, self.comparisons)}"
            )
        return self.comparisons[name]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each figure."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("name", "mean", "expected", "difference", "sd", "low", "high", "p_value", "expected_from")
        rows = self.comparisons.values()
        columns = {name: [getattr(row, name) for row in rows] for name in names}
        return pandas_frame(columns).rename(columns={"name": "figure"}).set_index("figure")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values, without the means of each re-pairing."""
        return {name: plain(getattr(self, name)) for name in self.__slots__ if name != "repaired_means"}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("repaired_means",))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> PseudoCouples:
        not_kept = NotKept(cls.__name__, "the means of each re-pairing", AGAIN_ANSWERS, {})
        return made_of(cls, values, repaired_means=not_kept)

    def _bounded_columns(self) -> Bounded:
        bounded = [comparison.is_correlation for comparison in self.comparisons.values()]
        return dict.fromkeys(("mean", "expected", "difference", "sd"), bounded)

    def __repr__(self) -> str:
        text = frame_text(self.to_frame(), bounded=self._bounded_columns())
        return (
            f"<{counted(self.n_couples, 'couple')} and {counted(self.n_pairs, 'pseudo-couple')} "
            f"({self.pairs}), {self.n_repairings} random re-pairings\n{text}>"
        )


def compare_with_strangers(couples: CoupleProfiles, n_repairings: Any, rng: Any) -> PseudoCouples:
    """Compare couples with pseudo-couples; arguments as of `ProfileSimilarity.pseudo_couples`."""
    is_number = isinstance(n_repairings, int) and not isinstance(n_repairings, bool)
    if not is_number or n_repairings < _FEWEST:
        raise EstimationError(
            f"n_repairings={n_repairings!r} is not valid; allowed: a whole number, at least {_FEWEST}"
        )
    if len(couples.figures) < 2:
        raise EstimationError("1 couple has two complete profiles; pseudo-couples need at least two couples")
    dyads = couples.dyads
    pool = pool_of(couples.in_label_order, dyads.distinguishable)
    expected = expected_similarity(pool)
    drawn = repaired(pool, n_repairings, generator(rng))
    first, second = dyads.partners
    return PseudoCouples(
        n_couples=len(couples.figures),
        pairs=f"{first} with {second} of another couple" if pool.by_role else "any persons of two couples",
        n_pairs=pool.n_pairs,
        n_repairings=n_repairings,
        comparisons={
            name: _comparison(name, number, drawn, expected.get(name)) for number, name in enumerate(COMPARED)
        },
        repaired_means=drawn.means,
    )


def _comparison(name: str, number: int, drawn: Repairings, expected: float | None) -> StrangerComparison:
    """Return the comparison of a figure, which is at a position among the `COMPARED` ones."""
    means = drawn.means[:, number]
    defined = means[~np.isnan(means)]
    low, high = np.quantile(defined, [0.025, 0.975]) if len(defined) else (math.nan, math.nan)
    observed = float(drawn.observed[number])
    reason = None
    if math.isnan(observed):
        reason = "it is undefined in each couple"
    elif not len(defined):
        reason = "it is undefined in each pseudo-couple"
    return StrangerComparison(
        name=name,
        mean=observed,
        expected=float(drawn.stranger_means[number]) if expected is None else expected,
        expected_from="drawn pairs" if expected is None else "all pairs",
        sd=float(drawn.stranger_sds[number]),
        low=float(low),
        high=float(high),
        p_value=p_value(name, observed, means),
        reason=reason,
    )
