"""The mean of one figure of couples' profiles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from intimacy_scales.dyads.profiles.couple_means import Figure, fisher_z
from intimacy_scales.dyads.profiles.figures import Floats
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted, digits_with_spread, written

_DIGITS = 3


@result_class
class MeanSimilarity(Result):
    """Mean of one figure over couples; ``float(result)`` gives it.

    Attributes
    ----------
    name, definition
        The figure.
    mean, sd
        Over the couples in which it is defined.
    mean_by_fisher_z, n_by_fisher_z
        Of correlations: the mean of Fisher's z, turned back into a correlation, and the number of couples
        that it is based on, without those whose correlation is 1 or -1, since their z is infinite. The mean
        is nan where there is no such couple, and for squared differences, whose number is None.
    n, n_undefined
        Couples with two complete profiles in which the figure is defined, and in which it is not.
    reason
        Why the mean is undefined; None where it is defined.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, profile_similarity
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> overall = profile_similarity(dyads, over="items")["overall"]
    >>> overall.n, round(float(overall), 3)
    (200, 0.112)
    """

    name: str
    definition: str
    mean: float
    sd: float
    mean_by_fisher_z: float
    n_by_fisher_z: int | None
    n: int
    n_undefined: int
    reason: str | None = None

    @property
    def is_correlation(self) -> bool:
        """Whether it is a mean of correlations, or of squared differences."""
        return self.n_by_fisher_z is not None

    def digits(self) -> int:
        """Return how many decimals it is shown with: those of correlations, or of squared differences."""
        if self.is_correlation:
            return _DIGITS
        return digits_with_spread(self.mean, self.sd, least=_DIGITS)

    def __float__(self) -> float:
        return float(self.mean)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<{self.name}: undefined, {self.reason}>"
        by_z = "" if self.n_by_fisher_z is None else f", by Fisher's z {apa(self.mean_by_fisher_z, 3)}"
        mean, sd = (
            written(figure, self.digits(), bounded=self.is_correlation) for figure in (self.mean, self.sd)
        )
        return f"<{self.name}: mean {mean}, sd {sd}{by_z}, {counted(self.n, 'couple')}; {self.definition}>"


def mean_similarity(name: str, figure: Figure, definition: str, values: Floats) -> MeanSimilarity:
    """Return the mean of a figure (n,) over the couples in which it is defined."""
    defined = values[~np.isnan(values)]
    n = len(defined)
    by_z, n_by_z = math.nan, None
    if figure.is_correlation:
        z = fisher_z(defined)
        n_by_z = int(np.count_nonzero(~np.isnan(z)))
        by_z = float(np.tanh(np.nanmean(z))) if n_by_z else math.nan
    return MeanSimilarity(
        name=name,
        definition=definition,
        mean=float(defined.mean()) if n else math.nan,
        sd=float(defined.std(ddof=1)) if n > 1 else math.nan,
        mean_by_fisher_z=by_z,
        n_by_fisher_z=n_by_z,
        n=n,
        n_undefined=len(values) - n,
        reason=None if n else _undefined_because(figure, len(values)),
    )


def _undefined_because(figure: Figure, n_couples: int) -> str:
    """Return why a figure is defined in no couple."""
    if n_couples < 2 and figure.kind not in ("overall", "double_entry"):
        return "one couple has no mean profile but its own"
    if figure.kind == "double_entry":
        return "all profiles are flat, and both partners of each couple at the same level"
    if figure.kind == "distinctive":
        return "in each couple a partner differs equally from the mean profile in all components"
    flat = "in each couple a partner has a flat profile, all values equal"
    return flat if figure.kind == "overall" else f"{flat}, or the mean profile is flat"
