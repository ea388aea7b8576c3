"""Minimal important change by an anchor: `minimal_important_change`."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.resampling import check_resamples, draw_counts
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import same_decimals
from intimacy_scales.reading.frames import number_column
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.results.wording import apa, counted
from intimacy_scales.validity.anchors import better_values, ratings_of, value_of
from intimacy_scales.validity.change_figures import (
    Thresholds,
    rank_correlation,
    summed_by_value,
    thresholds,
)
from intimacy_scales.validity.important_change_result import (
    METHODS,
    AnchorLevel,
    ChangeThreshold,
    Method,
    MinimalImportantChange,
)
from intimacy_scales.validity.units import check_lengths, in_order, units_of

Floats = NDArray[np.float64]

_AT_ONCE = 1_000_000  # numbers of a table of resamples
_SEPARATED = (
    "the changes separate the improved from the others, so that the logistic regression has no finite "
    "estimates; the thresholds by ROC and by mean change are defined"
)


def minimal_important_change(
    before: Any = None,
    after: Any = None,
    *,
    anchor: Any,
    improved: Collection[Any],
    changes: Any = None,
    levels: Sequence[Any] | None = None,
    smallest_improvement: Any = None,
    clusters: Any = None,
    sem: SupportsFloat | None = None,
    higher_is_better: bool = True,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    rng: int | np.random.Generator | None = None,
    on_invalid: OnInvalid = "raise",
) -> MinimalImportantChange:
    """Estimate the smallest change of a score that persons call an improvement.

    Parameters
    ----------
    before, after
        Scores (n,) of the same persons in the same order; nan or null where missing.
    anchor
        Rating (n,) by each person of how they changed, on an ordered response scale.
    improved
        The values of the anchor that count as improved, the better ones.
    changes
        Changes (n,) in place of ``before`` and ``after``: after less before.
    levels
        All values of the anchor from worst to best, needed where they are texts; None: by number.
    smallest_improvement
        The value of the anchor whose persons the method ``mean change`` is of; by default the worst of those
        in ``improved``.
    clusters
        A label for each person (n,), such as the couple; couples are drawn as a whole.
    sem
        Standard error of measurement of one score, which gives the smallest detectable change.
    higher_is_better
        Whether higher scores mean improvement.
    confidence_level
        For example 0.95.
    n_resamples, rng
        How many resamples, and a seed or Generator. By default each call draws other resamples.
    on_invalid
        ``"raise"``: an error if scores, or numbers of the anchor, look like codes for missing ones (-99, 999
        …). ``"accept"``: every number is taken as it is.

    Returns
    -------
    MinimalImportantChange

    Raises
    ------
    EstimationError
        Nobody improved or everybody did, values of ``improved`` that nobody has, or that are not the better
        ones; changes that are all equal or go against the anchor; rows that do not match.
    ResponseError
        Scores that are not numbers, or that look like codes for missing scores.

    Notes
    -----
    With c the change, b0 and b1 of the logistic regression of improved or not on c, and L the log odds of the
    share improved: ``predicted = (L - b0) / b1``, the change that is as likely among those who improved as
    among the others (Terluin, Eekhout, Terwee & de Vet, 2015). It is too far from the middle of the changes
    unless half of the persons improved, so
    ``adjusted = predicted - (0.090 + 0.103 r) SD L``, r the point-biserial correlation and SD the standard
    deviation of the changes (Terluin, Eekhout & Terwee, 2017). ``roc`` maximizes sensitivity + specificity -
    1 (Youden, 1950). The mean change of those who rate themselves as a little better (Jaeschke, Singer &
    Guyatt, 1989) is the middle of a group, not its border, and is usually larger.

    Correlations of change and anchor below .30 and .50 are marked (Revicki, Hays, Cella & Sloan, 2008; Devji
    et al., 2020). The smallest detectable change is ``1.96 sqrt(2) SEM``.

    Examples
    --------
    >>> before, after = [3.0, 4.0, 3.5, 2.5, 4.0, 3.0, 5.0, 4.5], [3.0, 4.5, 4.5, 2.0, 4.5, 4.0, 5.5, 4.5]
    >>> result = minimal_important_change(
    ...     before, after, anchor=["same", "better", "better", "worse", "same", "better", "same", "better"],
    ...     levels=["worse", "same", "better"], improved=["better"], sem=0.3, rng=1)
    >>> round(result["predicted"].estimate, 2), round(result.smallest_detectable_change, 2)
    (0.39, 0.83)
    """
    change = _changes(before, after, changes, on_invalid)
    rating, texts = ratings_of(anchor, levels)
    if texts is None:
        check_scores({"anchor": rating}, on_invalid)
    scores = {"before": before, "after": after} if changes is None else {"changes": changes}
    given = scores | {"anchor": anchor}
    check_lengths({"changes": change, "anchor": rating}, given)
    units = units_of(clusters, len(change), given)
    used = ~(np.isnan(change) | np.isnan(rating))
    sign = 1.0 if higher_is_better else -1.0
    better = better_values(improved, rating[used], texts)
    smallest = min(better)
    if smallest_improvement is not None:
        smallest = value_of(smallest_improvement, texts, "smallest_improvement")
        if smallest not in better:
            raise EstimationError(
                f"smallest_improvement={smallest_improvement!r} is not in improved={list(improved)!r}"
            )
    level, x = check_level(confidence_level), sign * change[used]
    sample = _Sample(x, rating[used], better, smallest, None if units is None else units[used])
    estimate = sample.figures(np.ones((1, sample.n_units)))
    _check_estimate(estimate, sample, higher_is_better=higher_is_better)
    check_resamples(n_resamples)
    resampled = sample.resampled(n_resamples, generator(rng))
    return _result(
        sample, estimate, resampled, sign, level, texts,
        n_left_out=len(change) - len(x), clustered=units is not None,
        sem=None if sem is None else _checked_sem(sem),
    )  # fmt: skip


class _Sample:
    """Changes in the direction of improvement and ratings, in an order that rows do not decide."""

    def __init__(
        self, x: Floats, rating: Floats, better: set[float], smallest: float, units: NDArray[np.intp] | None
    ) -> None:
        order, self.units = in_order(np.column_stack([x, rating]), units)
        self.x, self.rating = x[order], rating[order]
        self.better, self.smallest = better, smallest
        self.improved = np.isin(self.rating, list(better))
        self.n, self.n_units = len(self.x), int(self.units[-1]) + 1
        self.values, self.place = np.unique(self.x, return_inverse=True)

    def figures(self, drawn: Floats) -> dict[str, Any]:
        """Return all figures for each row of counts of units (b, n_units)."""
        weights = drawn[:, self.units]
        groups = [
            summed_by_value(weights * group, self.place, len(self.values))
            for group in (self.improved, ~self.improved)
        ]
        minimal = weights * (self.rating == self.smallest)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (minimal * self.x).sum(axis=1) / minimal.sum(axis=1)
        by_groups = thresholds(self.values, groups[0], groups[1])
        return {"split": by_groups, "mean": mean, "r": rank_correlation(self.x, self.rating, weights)}

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> dict[str, Floats]:
        """Return each threshold, and the correlation with the anchor, in resamples of units."""
        at_once = max(1, _AT_ONCE // max(self.n, self.n_units))
        parts: list[dict[str, Floats]] = []
        for start in steps(
            range(0, n_resamples, at_once), "resampling the change", math.ceil(n_resamples / at_once)
        ):
            drawn = draw_counts(self.n_units, min(at_once, n_resamples - start), rng).astype(np.float64)
            figures = self.figures(drawn)
            parts.append(_by_method(figures) | {"r": figures["r"]})
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _by_method(figures: dict[str, Any]) -> dict[str, Floats]:
    """Return the thresholds of each method."""
    by_groups: Thresholds = figures["split"]
    return {
        "adjusted": by_groups.adjusted,
        "predicted": by_groups.predicted,
        "roc": by_groups.roc,
        "mean change": figures["mean"],
    }


def _changes(before: Any, after: Any, changes: Any, on_invalid: OnInvalid) -> Floats:
    """Return the change of each person, checked."""
    if changes is not None:
        if before is not None or after is not None:
            raise EstimationError("pass either before and after, or changes=, not both")
        column = number_column(changes, "changes")
        check_scores({"changes": column}, on_invalid)
        return same_decimals(column)
    if before is None or after is None:
        raise EstimationError("pass before and after, or changes= (after less before)")
    columns = {"before": number_column(before, "before"), "after": number_column(after, "after")}
    check_lengths(columns, {"before": before, "after": after})
    check_scores(columns, on_invalid)
    return same_decimals(columns["after"] - columns["before"])


def _checked_sem(sem: SupportsFloat) -> float:
    """Return a standard error of measurement."""
    try:
        value = math.nan if isinstance(sem, str | bool) else float(sem)
    except (TypeError, ValueError):
        value = math.nan
    if not 0 < value < math.inf:
        raise EstimationError(
            f"sem={shortened(sem)} is not valid; allowed: a number above 0, or a result of measurement_error"
        )
    return value


def _check_estimate(figures: dict[str, Any], sample: _Sample, *, higher_is_better: bool) -> None:
    """Raise where changes do not vary, or go against the anchor."""
    if len(sample.values) < 2:
        raise EstimationError(
            f"all {counted(sample.n, 'change')} are {sample.values[0]:g}; thresholds need changes that differ"
        )
    if not figures["split"].point_biserial[0] > 0:
        better = "higher" if higher_is_better else "lower"
        raise EstimationError(
            f"those who count as improved changed no more towards {better} scores than the others (r = "
            f"{apa(float(figures['split'].point_biserial[0]))}); check improved, the order of before and "
            "after, and higher_is_better"
        )


def _result(
    sample: _Sample,
    figures: dict[str, Any],
    resampled: dict[str, Floats],
    sign: float,
    level: float,
    numbers: dict[Any, float] | None,
    *,
    n_left_out: int,
    clustered: bool,
    sem: float | None,
) -> MinimalImportantChange:
    """Return the result, in the direction of the scores."""
    by_groups: Thresholds = figures["split"]
    name = "bootstrap over couples" if clustered else "bootstrap"

    def interval(figure: str, factor: float) -> Interval:
        failing = "the threshold is undefined in" if figure != "r" else "the correlation is undefined in"
        return interval_of_resamples(
            factor * resampled[figure], level, n=sample.n_units, failing=failing, method=name,
            bounded=figure == "r",
        )  # fmt: skip

    by_method: list[ChangeThreshold] = []
    n_smallest = int(np.count_nonzero(sample.rating == sample.smallest))
    for method, estimate in _by_method(figures).items():
        reason = None
        if math.isnan(estimate[0]):
            reason = _SEPARATED if by_groups.separated[0] else "nobody has this value of the anchor"
        by_method.append(
            ChangeThreshold(
                method=_method(method),
                estimate=sign * float(estimate[0]),
                interval=undefined_interval(level, name, sample.n_units, reason)
                if reason
                else interval(method, sign),
                n=n_smallest if method == "mean change" else sample.n,
                reason=reason,
            )
        )
    return MinimalImportantChange(
        thresholds=tuple(by_method),
        n=sample.n,
        n_left_out=n_left_out,
        n_clusters=sample.n_units if clustered else None,
        levels=_levels(sample, sign, numbers),
        smallest_improvement=_text_of(sample.smallest, numbers),
        anchor_correlation=float(figures["r"][0]),
        anchor_interval=interval("r", 1.0),
        point_biserial=float(by_groups.point_biserial[0]),
        sd_change=float(by_groups.sd[0]),
        intercept=float(by_groups.intercept[0]),
        slope=sign * float(by_groups.slope[0]),
        auc=float(by_groups.auc[0]),
        sensitivity=float(by_groups.sensitivity[0]),
        specificity=float(by_groups.specificity[0]),
        higher_is_better=sign > 0,
        sem=sem,
        confidence_level=level,
    )


def _method(name: str) -> Method:
    return next(method for method in METHODS if method == name)


def _text_of(value: float, numbers: dict[Any, float] | None) -> str:
    """Return a value of the anchor as text."""
    if numbers is None:
        return f"{value:g}"
    return str(next(level for level, number in numbers.items() if number == value))


def _levels(sample: _Sample, sign: float, numbers: dict[Any, float] | None) -> tuple[AnchorLevel, ...]:
    """Return the persons by value of the anchor, the worst first."""
    by_level = []
    for value in np.unique(sample.rating) if numbers is None else numbers.values():
        changes = sign * sample.x[sample.rating == value]
        by_level.append(
            AnchorLevel(
                value=_text_of(float(value), numbers),
                improved=float(value) in sample.better,
                n=len(changes),
                mean=float(changes.mean()) if len(changes) else math.nan,
                sd=float(changes.std(ddof=1)) if len(changes) > 1 else math.nan,
            )
        )
    return tuple(by_level)
