"""Why figures of agreement are undefined, and their intervals, from pairs of scores (arrays only)."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.agreement.closed_forms import closed_form
from intimacy_scales.dyads.agreement.couple_squares import CoupleSquares, CoupleTerms, couple_squares
from intimacy_scales.dyads.agreement.figure_kinds import KINDS, RESAMPLING
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.reliability.consistency.estimand import IntervalChoice, resampled_interval
from intimacy_scales.reliability.consistency.shape import shape_of_columns
from intimacy_scales.results.interval import Interval, check_level, undefined_interval

Floats = NDArray[np.float64]

FEWEST_COUPLES = 3  # with two, |r| is always 1
EXCHANGEABLE = (
    "partners are exchangeable: which of them comes first is arbitrary, and so would be this figure; it "
    "needs partners with roles"
)
_RESAMPLE = "resampling couples is more accurate (method='bootstrap')"
_VARIANCES = (
    "scores are skewed or peaked: the interval of the variance ratio and the Pitman-Morgan test assume "
    f"normality; nominal 95 % intervals covered 69 to 88 % in simulations of couples; {_RESAMPLE}"
)


class PairedScores:
    """Scores of the couples that have both, and what all figures need of them.

    Parameters
    ----------
    pairs
        (n, 2): scores of both partners.
    roles
        Whether the first partner of every couple has one role, and the second one the other.
    partners
        Names of the partners, in messages.
    """

    def __init__(self, pairs: Floats, *, roles: bool, partners: tuple[str, str]) -> None:
        self.pairs, self.roles, self.partners = pairs, roles, partners

    def __len__(self) -> int:
        return len(self.pairs)

    @cached_property
    def squares(self) -> CoupleSquares:
        """Sums of squares; there is at least one couple."""
        return couple_squares(self.pairs, roles=self.roles)

    @cached_property
    def narrow(self) -> tuple[str, ...]:
        """Warning where scores are so skewed or peaked that closed forms of correlations are too narrow.

        Scores are sorted first, so that the order of partners changes no bit of their shape.
        """
        if len(self) < FEWEST_COUPLES or self.pairs.min() == self.pairs.max():
            return ()
        shape = shape_of_columns(np.sort(self.pairs, axis=None)[:, None])
        return tuple(f"{text}; {_RESAMPLE}" for text in shape.narrows_agreement("scores"))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings about all figures, which depend on the shape of the scores."""
        return (*self.narrow, _VARIANCES) if self.narrow and self.roles else self.narrow

    def _narrow(self, name: str) -> tuple[str, ...]:
        """Return the warning about the closed forms of a figure."""
        if KINDS[name].holds_for_any_shape or not self.narrow:
            return ()
        return (_VARIANCES,) if name == "variance_ratio" else self.narrow

    def undefined_because(self, name: str) -> str | None:
        """Return why a figure is undefined, or None if it is defined."""
        if KINDS[name].needs_roles and not self.roles:
            return EXCHANGEABLE
        n = len(self)
        if n < FEWEST_COUPLES:
            couples = "no couple has" if n == 0 else "1 couple has" if n == 1 else f"{n} couples have"
            return f"{couples} both scores; at least three are needed"
        if name == "mean_difference":
            return None
        if not self.squares.sums + self.squares.raw_differences > 0:
            return "all scores are equal"
        if name == "icc_couple_mean":
            return None if self.squares.sums > 0 else "the mean of both partners is the same in every couple"
        return self._constant_because(name)

    def _constant_because(self, name: str) -> str | None:
        """Return which partners' scores are all equal, where the figure is undefined for this reason."""
        squares = self.squares
        scores = zip(self.partners, (squares.first, squares.second), strict=True)
        constant = [partner for partner, variation in scores if variation == 0]
        one_is_enough = name in ("pearson_r", "variance_ratio")
        if len(constant) == 2 or (constant and one_is_enough):
            return f"all scores of {' and of '.join(constant)} are equal" if KINDS[name].needs_roles else None
        return None

    def interval(self, name: str, choice: IntervalChoice) -> Interval:
        """Return an interval of a figure; the options are those of `checked_choice`."""
        level, method = choice.confidence_level, choice.method
        reason = self.undefined_because(name)
        if reason is not None:
            return undefined_interval(level, method, len(self), reason)
        if method in RESAMPLING:
            return self._resampled(name, choice)
        ends = closed_form(name, method, self.squares, level)
        if isinstance(ends, str):
            return undefined_interval(level, method, len(self), ends)
        low, high = map(float, ends)
        return Interval(
            low=low,
            high=high,
            confidence_level=level,
            method=method,
            n=len(self),
            warnings=self._narrow(name),
            bounded=KINDS[name].bounded,
        )

    def _resampled(self, name: str, choice: IntervalChoice) -> Interval:
        """Return an interval from resamples of couples."""
        kind = KINDS[name]
        terms = CoupleTerms(self.pairs, roles=self.roles, value=kind.value, what=kind.title)
        failing = f"{kind.title} is not defined in"
        interval = resampled_interval(
            terms, choice, name=kind.title, unit="couple", failing=failing, bounded=kind.bounded
        )
        if interval.low == interval.high:
            reason = "it is the same in all resamples"
            return undefined_interval(choice.confidence_level, choice.method, len(self), reason)
        return interval


def checked_choice(
    name: str,
    confidence_level: float,
    method: str | None = None,
    n_resamples: int = 2000,
    rng: int | np.random.Generator | None = None,
) -> IntervalChoice:
    """Return the options of an interval of a figure, or raise where they are not valid."""
    methods = KINDS[name].methods
    if method is not None and method not in methods:
        raise EstimationError(not_one_of("method", method, methods))
    used = methods[0] if method is None else method
    if used in RESAMPLING:
        check_resamples(n_resamples)
    level = check_level(confidence_level)
    return IntervalChoice(confidence_level=level, method=used, n_resamples=n_resamples, rng=rng)
