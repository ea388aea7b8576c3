"""Moments of one scale's keyed items under one missing rule, from which every coefficient is computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cross_products import PairSums, pair_sums
from intimacy_scales.moments.incomplete import complete_sums, incomplete_rows
from intimacy_scales.moments.item_moments import ItemMoments, highest_code
from intimacy_scales.moments.scale_items import ScaleItems, scale_items
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.frozen import Frozen, locked

Floats = NDArray[np.float64]
Missing = Literal["pairwise", "listwise"]
_MISSING: dict[Missing, str] = {
    "pairwise": "each covariance from all who answered both items",
    "listwise": "only those who answered every item of the scale",
}
StandardDeviations = Literal["items", "pairs"]
_SDS: dict[StandardDeviations, str] = {
    "items": "of all who answered the item",
    "pairs": "of those who answered both items",
}
Source = Literal["covariances", "correlations"]

_LARGEST = 2**62  # products that int64 holds, with room for a difference of two


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyedMoments(Frozen):
    """Means and covariances of one scale's keyed items, in answer units.

    Attributes
    ----------
    instrument
        The instrument that was answered.
    scale
        The scale's id.
    items
        Item ids; ``reverse`` (k,) tells which are reverse-keyed.
    missing
        ``pairwise``: each covariance from all who answered both items. ``listwise``: all from those
        who answered every item.
    n_persons
        Number of rows, with or without answers.
    counts
        (k, k): number of persons behind each covariance.
    means
        (k,): of all who answered the item; nan without any.
    covariances
        (k, k), divisor n - 1; nan where fewer than two answered both.
    pair_variances
        Entry (i, j): variance of i among those who answered both; None where not computed.
    weights
        (k,): weight of each keyed item in the score.
    keyed_both_ways
        Items that a composite counts in both directions; with any, no coefficient is defined.
    constant
        The score less the weighted sum of the keyed items.
    is_composite, is_difference
        Whether it is a score of scales, and whether one of them is subtracted.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> moments = keyed_moments(answers, "trust", "pairwise")
    >>> moments.items, moments.n, moments.covariances.shape
    (('tru01', 'tru04', 'tru09', 'tru11'), 300, (4, 4))
    """

    instrument: InstrumentRef
    scale: str
    items: tuple[str, ...]
    reverse: NDArray[np.bool_]
    missing: Missing
    n_persons: int
    counts: NDArray[np.int64]
    means: Floats
    covariances: Floats
    pair_variances: Floats | None
    weights: Floats
    keyed_both_ways: tuple[str, ...] = ()
    constant: float = 0.0
    is_composite: bool = False
    is_difference: bool = False

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.items)

    @cached_property
    def n_pairs(self) -> tuple[int, int]:
        """Fewest and most persons behind a covariance of two items (behind the variance of a single item)."""
        counts = self._pair_counts()
        return int(counts.min()), int(counts.max())

    def _pair_counts(self) -> NDArray[np.int64]:
        """Return the off-diagonal counts; the only count of a single item."""
        off_diagonal = ~np.eye(len(self.items), dtype=np.bool_)
        pairs: NDArray[np.int64] = self.counts[off_diagonal if len(self.items) > 1 else ~off_diagonal]
        return pairs

    @cached_property
    def n(self) -> int:
        """Number of persons for intervals: the harmonic mean of the numbers behind each covariance.

        The sampling variance of a covariance is proportional to 1/n, and errors of covariances of different
        persons partly cancel. So this is conservative at usual reliabilities; it is not where items agree
        so closely that alpha is near 1 (docs/explanation/alpha-intervals.md).
        """
        counts = self._pair_counts()
        if not counts.all():
            return 0
        fewest, most = int(counts.min()), int(counts.max())
        # exact where all are equal; otherwise rounding error must not push a whole number below itself
        return fewest if fewest == most else int(len(counts) / np.sum(1 / counts) * (1 + 1e-12))

    @cached_property
    def constant_items(self) -> tuple[str, ...]:
        """Items to which everyone gave the same answer."""
        variances = self.covariances.diagonal()
        return tuple(item for item, v in zip(self.items, variances, strict=True) if v == 0)

    @property
    def total_variance(self) -> float:
        """Variance of the sum of the keyed items."""
        return float(self.covariances.sum())

    @property
    def score_mean(self) -> float:
        """Mean score, in units of the scale."""
        return float(self.weights @ self.means) + self.constant

    @property
    def score_sd(self) -> float:
        """Standard deviation of the score, in units of the scale, from the covariances."""
        variance = float(self.weights @ self.covariances @ self.weights)
        return float(np.sqrt(variance)) if variance >= 0 else float("nan")

    def correlations(self, sds: StandardDeviations = "items") -> Floats:
        """Return the correlations (k, k); nan with a constant item.

        Parameters
        ----------
        sds
            ``items``: standard deviations of all who answered the item, which gives the correlations
            that belong to the covariances of alpha (``cov2cor`` in R, and psych before 2.5).
            ``pairs``: of those who answered both items (``cor(use = "pairwise")`` in R, and psych
            since 2.5). They differ only where answers are missing.

        Raises
        ------
        EstimationError
            ``pairs``, where the variances of pairs were not computed, as in a report.
        """
        return self._correlations_by_items if check_sds(sds) == "items" else self._correlations(sds)

    @cached_property
    def _correlations_by_items(self) -> Floats:
        return locked(self._correlations("items"))

    def _correlations(self, sds: StandardDeviations) -> Floats:
        variances = self.covariances.diagonal()
        if sds == "pairs" and self.missing == "pairwise":
            if self.pair_variances is None:
                raise EstimationError(
                    "sds='pairs' needs the variances of pairs, and these moments were made without them; "
                    "call item_analysis() or cronbach_alpha() with sds='pairs'"
                )
            products = self.pair_variances * self.pair_variances.T
        else:
            products = variances[:, None] * variances
        with np.errstate(invalid="ignore", divide="ignore"):
            r: Floats = self.covariances / np.sqrt(products)
        varied = np.where(variances > 0, 1.0, np.nan)
        np.fill_diagonal(r, varied)
        r[np.isinf(r)] = np.nan
        return r

    def origin(self) -> dict[str, Any]:
        """Return the fields of a coefficient that tell which answers it was computed from."""
        names = ("instrument", "scale", "n", "n_persons", "n_items", "missing")
        return {name: getattr(self, name) for name in names}

    def matrix(self, of: Source, sds: StandardDeviations = "items") -> Floats:
        """Return the covariances or the correlations (k, k)."""
        return self.correlations(sds) if of == "correlations" else self.covariances

    def without(self, item: int) -> KeyedMoments:
        """Return the moments of the other items."""
        keep = np.delete(np.arange(len(self.items)), item)
        rows_and_columns = np.ix_(keep, keep)
        return KeyedMoments(
            instrument=self.instrument,
            scale=self.scale,
            items=tuple(self.items[i] for i in keep),
            reverse=self.reverse[keep],
            missing=self.missing,
            n_persons=self.n_persons,
            counts=self.counts[rows_and_columns],
            means=self.means[keep],
            covariances=self.covariances[rows_and_columns],
            pair_variances=None if self.pair_variances is None else self.pair_variances[rows_and_columns],
            weights=self.weights[keep],
        )


def scale_id(instrument: Instrument, scale: str | None) -> str:
    """Return the id of the scale; None stands for the only scale of an instrument."""
    if scale is not None:
        return instrument.scale(scale).id
    if len(instrument.scales) == 1:
        return instrument.scales[0].id
    raise EstimationError(
        f"{instrument.id} has {len(instrument.scales)} scales; name one, for example "
        f"scale={instrument.scales[0].id!r}; allowed: {', '.join(instrument.scale_ids)}"
    )


def check_missing(missing: Missing) -> None:
    """Raise where `missing` is not a rule for missing answers."""
    if missing not in tuple(_MISSING):
        raise EstimationError(not_one_of("missing", missing, _MISSING))


def check_sds(sds: StandardDeviations) -> StandardDeviations:
    """Return `sds`, or raise where it is not valid."""
    if sds not in tuple(_SDS):
        raise EstimationError(not_one_of("sds", sds, _SDS))
    return sds


def check_source(of: Source) -> Source:
    """Return `of`, or raise where it is not valid."""
    if of not in get_args(Source):
        raise EstimationError(not_one_of("of", of, get_args(Source)))
    return of


def items_of(answers: Answers, scale: str | None) -> tuple[str, ScaleItems]:
    """Return the id and the items of a scale."""
    answers = answers_given(answers, None, {})
    name = scale_id(answers.instrument, scale)
    items = scale_items(answers.instrument)[name]
    return name, items


def scale_codes(answers: CodedResponses, items: ScaleItems) -> Codes:
    """Return the codes of a scale's items (n_persons, k); a view where the columns are adjacent."""
    columns = items.columns
    if np.array_equal(columns, np.arange(columns[0], columns[0] + len(columns))):
        return answers.codes[:, columns[0] : columns[0] + len(columns)]
    return np.asfortranarray(answers.codes[:, columns])


def _sums(answers: Answers, name: str, items: ScaleItems, missing: Missing, *, squares: bool) -> PairSums:
    """Return the sums of pairs of a scale's items under a missing rule."""
    if isinstance(answers, ItemMoments):
        if missing == "listwise":
            return answers.complete[name]
        return answers.pairs.of(items.columns, squares=squares)
    codes, highest = scale_codes(answers, items), highest_code(answers.instrument)
    with one_blas_thread():
        if missing == "pairwise":
            return pair_sums(codes, highest, squares=squares)
        incomplete = incomplete_rows(codes, np.arange(len(items.columns), dtype=np.intp))
        return complete_sums(incomplete, pair_sums(codes, highest, squares=False), highest)


def _ratio(numerator: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        divisor = counts.astype(np.float64) * (counts - 1)
        ratio: Floats = np.where(counts > 1, numerator.astype(np.float64) / divisor, np.nan)
    return ratio


def _scaled_covariances(sums: PairSums) -> tuple[Floats, Floats | None]:
    """Return covariances and pair variances of codes: ``(n sum xy - sum x sum y) / (n (n - 1))``.

    The numerators are exact whole numbers.
    """
    n, s, p, q = sums.counts, sums.sums, sums.products, sums.squares
    largest = max(int(n.max(initial=0)) * int(p.max(initial=0)), int(s.max(initial=0)) ** 2)
    if largest >= _LARGEST:  # beyond int64: Python's integers
        n, s, p = n.astype(object), s.astype(object), p.astype(object)
        q = None if q is None else q.astype(object)
    covariances = _ratio(n * p - s * s.T, sums.counts)
    return covariances, None if q is None else _ratio(n * q - s * s, sums.counts)


def keyed_moments(
    answers: Answers, scale: str | None, missing: Missing, *, pair_sds: bool = True
) -> KeyedMoments:
    """Return means and covariances of a scale's keyed items.

    Parameters
    ----------
    answers
        Checked answers or their moments.
    scale
        Its id; may be None where the instrument has only one.
    missing
        ``pairwise`` or ``listwise``.
    pair_sds
        Whether to compute the variances of pairs, which correlations with ``sds="pairs"`` need.

    Raises
    ------
    EstimationError
        `missing` is not valid, there are several scales and none is named, or the table was not checked.

    Examples
    --------
    >>> from intimacy_scales import item_moments
    >>> moments = keyed_moments(item_moments("ras", [{f"ras_{n}": 4 for n in range(1, 8)}]), None, "listwise")
    >>> moments.means.tolist()
    [4.0, 4.0, 4.0, 2.0, 4.0, 4.0, 2.0]
    """
    check_missing(missing)
    name, items = items_of(answers, scale)
    if not isinstance(answers, ItemMoments):
        return keyed_moments_of(answers, name, items, missing, pair_sds=pair_sds)
    moments: KeyedMoments | None = answers.kept.get((name, missing))
    if moments is None or (pair_sds and moments.pair_variances is None and answers.pairs.squares is not None):
        moments = keyed_moments_of(answers, name, items, missing, pair_sds=pair_sds)
        answers.kept[name, missing] = moments
    return moments


def keyed_moments_of(
    answers: Answers, name: str, items: ScaleItems, missing: Missing, *, pair_sds: bool = True
) -> KeyedMoments:
    """Return means and covariances of any keyed items; `name` takes the place of a scale's id."""
    sums = _sums(answers, name, items, missing, squares=pair_sds)
    return keyed_moments_of_sums(answers.instrument.ref, len(answers), name, items, missing, sums)


def item_means(items: ScaleItems, sums: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Return the mean of each keyed item (k,) from the sums of its codes; nan where nobody answered it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        codes = sums / counts
    values = items.minima + items.steps * (codes - 1)
    return np.where(items.reverse, items.ends - values, values)


def keyed_moments_of_sums(
    instrument: InstrumentRef, n_persons: int, name: str, items: ScaleItems, missing: Missing, sums: PairSums
) -> KeyedMoments:
    """Return means and covariances of keyed items from the sums of their pairs."""
    covariances, pair_variances = _scaled_covariances(sums)
    signs = np.where(items.reverse, -items.steps, items.steps)
    return KeyedMoments(
        instrument=instrument,
        scale=name,
        items=items.ids,
        reverse=items.reverse,
        missing=missing,
        n_persons=n_persons,
        counts=sums.counts,
        means=item_means(items, sums.sums.diagonal(), sums.counts.diagonal()),
        covariances=covariances * (signs[:, None] * signs),
        pair_variances=None if pair_variances is None else pair_variances * (items.steps**2)[:, None],
        weights=items.weights,
        keyed_both_ways=items.keyed_both_ways,
        constant=items.constant,
        is_composite=items.is_composite,
        is_difference=items.is_difference,
    )
