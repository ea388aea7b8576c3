"""The standing of one score by a norm that depends on covariates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import joined, shown


@result_class
class RegressionNormScore(Result):
    """Where one score stands among persons with the same covariates.

    Attributes
    ----------
    score
        The score.
    at
        Covariate → value.
    mean, sd
        Expected score and standard deviation there.
    z, t, percentile
        Standard score, T score (mean 50, sd 10), and percentile rank.
    z_interval, t_interval, percentile_interval
        Uncertainty of the norm, by the delta method; error of measurement of the score is not part of it.
    extrapolated
        Covariates outside the range of the sample; empty for none.
    beyond
        ``<`` or ``>`` where the score is below or above all persons of the sample, given the covariates.

    Examples
    --------
    >>> from intimacy_scales import regression_norm
    >>> years = [n % 20 for n in range(240)]
    >>> scores = [4 + 0.05 * y + (0.3 + 0.02 * y) * ((7 * n) % 13 - 6) / 4 for n, y in enumerate(years)]
    >>> norm = regression_norm(scores, {"years": years}, sample="240 simulated persons", degree=1)
    >>> standing = norm.standing(5.5, years=10)
    >>> round(standing.t), standing.extrapolated
    (72, ())
    """

    score: float
    at: Mapping[str, float]
    mean: float
    sd: float
    z: float
    t: float
    percentile: float
    z_interval: Interval
    t_interval: Interval
    percentile_interval: Interval
    extrapolated: tuple[str, ...]
    beyond: Literal["<", ">"] | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        where = ", ".join(f"{name} {self.at[name]:g}" for name in sorted(self.at))
        marks = f"; EXTRAPOLATED in {joined(self.extrapolated)}" if self.extrapolated else ""
        return (
            f"<Score {self.score:g} at {where}: T {shown(self.t, 1)} {self.t_interval.ends(1)}, percentile "
            f"{self.beyond or ''}{shown(self.percentile, 1)} {self.percentile_interval.ends(1)}{marks}>"
        )
