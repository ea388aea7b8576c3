"""Whether the agreement of partners differs between compositions of couples, such as f-f, f-m and m-m."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from intimacy_scales.dyads.agreement.closed_forms import one_way_z_variance
from intimacy_scales.dyads.agreement.scale_agreement import ScaleAgreement
from intimacy_scales.dyads.agreement.significance import is_perfect
from intimacy_scales.reliability.consistency.intervals import difference_interval
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, shown

_METHOD = "zou-donner"


@result_class
class CorrelationDifference(Result):
    """Difference between the correlations of two compositions.

    Attributes
    ----------
    first, second
        The compositions.
    difference
        Correlation of the first minus that of the second.
    interval
        Its confidence interval (Zou, 2007), from Fisher's z of both.

    Examples
    --------
    >>> table = [
    ...     {"a": x, "b": (x * 3 + place) % 7, "role_a": "f", "role_b": "fm"[place % 2]}
    ...     for place, x in enumerate([1, 4, 2, 6, 5, 3, 0, 2, 6, 1, 5, 4])
    ... ]
    >>> from intimacy_scales.dyads import Dyads, partner_agreement
    >>> role = {"a": "role_a", "b": "role_b"}
    >>> dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}}, role=role, mixed=True)
    >>> partner_agreement(dyads).comparisons[0].differences[0]
    <f-f minus f-m: .782 [-.526, 1.492]>
    """

    first: str
    second: str
    difference: float
    interval: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return f"<{self.first} minus {self.second}: {apa(self.difference, 3)} {self.interval}>"


@result_class
class CompositionComparison(Result):
    """Test that the correlation between partners is the same in all compositions of couples.

    Attributes
    ----------
    scale, title
        Id of the scale, and its title.
    compositions
        The compositions compared.
    coefficients, correlations, n_couples
        For each of them: ``pearson_r`` where its partners are distinguishable and ``icc`` where they are
        exchangeable, its value, and the number of couples.
    chi_square, df, p_value
        ``sum w (z - mean z)²``, with Fisher's z of each correlation, weights w of one over its variance,
        and the weighted mean (Fisher, 1921; Hedges & Olkin, 1985).
    differences
        Of every two compositions.
    left_out
        Compositions that are not compared → why.
    reason
        Why the test is undefined; None if it is defined.

    Examples
    --------
    >>> table = [
    ...     {"a": x, "b": (x * 3 + place) % 7, "role_a": "f", "role_b": "fm"[place % 2]}
    ...     for place, x in enumerate([1, 4, 2, 6, 5, 3, 0, 2, 6, 1, 5, 4])
    ... ]
    >>> from intimacy_scales.dyads import Dyads, partner_agreement
    >>> role = {"a": "role_a", "b": "role_b"}
    >>> dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}}, role=role, mixed=True)
    >>> partner_agreement(dyads).comparisons[0]
    <Correlations of trust in f-f, f-m: chi-square(1) = 1.35, p = .246>
    """

    scale: str
    title: str
    compositions: tuple[str, ...]
    coefficients: tuple[str, ...]
    correlations: tuple[float, ...]
    n_couples: tuple[int, ...]
    chi_square: float
    df: int
    p_value: float
    differences: tuple[CorrelationDifference, ...]
    left_out: dict[str, str]
    reason: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        if self.reason:
            return f"<Correlations of {self.scale} are not compared: {self.reason}>"
        return (
            f"<Correlations of {self.scale} in {', '.join(self.compositions)}: chi-square({self.df}) = "
            f"{shown(self.chi_square, 2)}, {apa_p(self.p_value)}>"
        )


def compare_compositions(parts: Sequence[ScaleAgreement], confidence_level: float) -> CompositionComparison:
    """Return the test whether correlations differ between the compositions of couples, for one scale."""
    from scipy.special import chdtrc

    reasons = {part.composition or "": _left_out_because(part) for part in parts}
    used = [part for part in parts if reasons[part.composition or ""] is None]
    chi_square, reason = math.nan, None
    if len(used) < 2:
        reason = f"fewer than two compositions have a correlation ({len(parts)} in the sample)"
    else:
        z = [math.atanh(float(part)) for part in used]
        weights = [1 / z_variance(part) for part in used]
        mean = sum(w * x for w, x in zip(weights, z, strict=True)) / sum(weights)
        chi_square = sum(w * (x - mean) ** 2 for w, x in zip(weights, z, strict=True))
    return CompositionComparison(
        scale=parts[0].scale,
        title=parts[0].title,
        compositions=tuple(part.composition or "" for part in used),
        coefficients=tuple(part.main.name for part in used),
        correlations=tuple(map(float, used)),
        n_couples=tuple(part.n_couples for part in used),
        chi_square=chi_square,
        df=max(0, len(used) - 1),
        p_value=math.nan if reason else float(chdtrc(len(used) - 1, chi_square)),
        differences=tuple(_difference(*two, confidence_level) for two in itertools.combinations(used, 2)),
        left_out={name: why for name, why in reasons.items() if why is not None},
        reason=reason,
    )


def z_variance(part: ScaleAgreement) -> float:
    """Return the variance of Fisher's z: ``1 / (n - 3)`` of Pearson's r, ``1 / (n - 3/2)`` of the ICC."""
    return 1 / (part.n_couples - 3) if part.distinguishable else one_way_z_variance(part.n_couples)


def _left_out_because(part: ScaleAgreement) -> str | None:
    """Return why a composition is not compared."""
    if part.main.reason is not None:
        return part.main.reason
    if is_perfect(float(part)):
        return f"its correlation is {float(part):.0f}, of which Fisher's z is infinite"
    return "Fisher's z needs at least four couples" if part.n_couples <= 3 else None


def _difference(first: ScaleAgreement, second: ScaleAgreement, level: float) -> CorrelationDifference:
    intervals = [part.confidence_interval(level, "fisher-z") for part in (first, second)]
    n = first.n_couples + second.n_couples
    undefined = [interval.reason for interval in intervals if interval.reason is not None]
    interval = undefined_interval(level, _METHOD, n, undefined[0]) if undefined else None
    if interval is None:
        low, high = difference_interval((float(first), float(second)), [tuple(one) for one in intervals])
        warnings = tuple(dict.fromkeys(text for one in intervals for text in one.warnings))
        interval = Interval(
            low=low, high=high, confidence_level=level, method=_METHOD, n=n, warnings=warnings, bounded=True
        )  # fmt: skip
    return CorrelationDifference(
        first=first.composition or "",
        second=second.composition or "",
        difference=float(first) - float(second),
        interval=interval,
    )
