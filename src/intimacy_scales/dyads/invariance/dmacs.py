"""dMACS: how large the difference of an item between two partners is, in answers (Nye & Drasgow, 2011)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.invariance.models import PairedItems
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor.confirmatory.results.estimates import Parameters
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown, signed

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]
DmacsIdentification = Literal["marker", "fixed_factor"]
PooledSD = Literal["mean", "root_mean_square"]


class Line(NamedTuple):
    """Intercepts and loadings of one partner's items (n_items,)."""

    intercepts: Floats
    loadings: Floats


class Latent(NamedTuple):
    """Mean and variance of a factor."""

    mean: float
    variance: float


@result_class
class Dmacs(Result):
    """Effect sizes of the differences of items between two partners.

    Attributes
    ----------
    scale, items, partners
        The scale, its items, and the partners.
    values
        dMACS of each item (n_items,), 0 where both partners' expected answers are the same.
    expected_difference
        The first partner's expected answer less the second's, in units of the answers, where the factor is at
        the focal partner's mean (n_items,).
    signed
        The same in pooled standard deviations (n_items,).
    sds
        Pooled standard deviations of the answers (n_items,).
    effect_on_mean
        What these differences add to the difference of mean scores: the mean of `expected_difference`.
    identification
        ``marker`` or ``fixed_factor``, by which the partners' factors have a common scale.
    marker
        The item that is assumed to be the same for both; None with ``fixed_factor``.
    focal
        The partner over whose factor differences are averaged.
    pooled
        How standard deviations are pooled: their ``mean``, or ``root_mean_square``.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, dyadic_invariance
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
    >>> sizes = dyadic_invariance(dyads, "trust").dmacs()
    >>> sizes.marker, sizes["tru01"], sizes["tru04"] < 0.2
    ('tru01', 0.0, True)
    """

    _axes: ClassVar[Mapping[str, str]] = {
        "items": "i", "values": "i", "expected_difference": "i", "signed": "i", "sds": "i",
    }  # fmt: skip

    scale: str
    items: tuple[str, ...]
    partners: tuple[str, str]
    values: Floats
    expected_difference: Floats
    signed: Floats
    sds: Floats
    effect_on_mean: float
    identification: DmacsIdentification
    marker: str | None
    focal: str
    pooled: PooledSD

    def __getitem__(self, item: str) -> float:
        if item not in self.items:
            raise UnknownNameError(
                f"{self.scale} has no item {item!r}; it has {', '.join(self.items)}"
                f"{suggest(item, self.items)}"
            )
        return float(self.values[self.items.index(item)])

    @property
    def effect_on_sum(self) -> float:
        """What the differences of items add to the difference of sum scores."""
        return self.effect_on_mean * len(self.items)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each item."""
        from intimacy_scales.results.frames import pandas_frame

        columns = {
            "item": list(self.items), "dmacs": self.values, "expected_difference": self.expected_difference,
            "signed": self.signed, "sd": self.sds,
        }  # fmt: skip
        return pandas_frame(columns).set_index("item")

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        figures = [f"{item} {shown(value, 2)}" for item, value in zip(self.items, self.values, strict=True)]
        first, second = self.partners
        return (
            f"<dMACS of {self.scale}, {first} and {second}: {', '.join(figures)}; effect on the mean score "
            f"{signed(self.effect_on_mean)}>"
        )


def dmacs_values(first: Line, second: Line, focal: Latent, sds: Floats) -> Floats:
    """Return ``sqrt(E[((nu1 - nu2) + (lambda1 - lambda2) x)^2]) / sd``, x normal with the focal moments.

    In closed form, ``E[(a + b x)^2] = a^2 + 2 a b m + b^2 (v + m^2)`` for mean m and variance v (Nye &
    Drasgow, 2011, equation 3, integrates numerically).
    """
    a, b = first.intercepts - second.intercepts, first.loadings - second.loadings
    mean, variance = focal
    squares = a**2 + 2 * a * b * mean + b**2 * (variance + mean**2)
    sizes: Floats = np.sqrt(np.maximum(squares, 0.0)) / sds
    return sizes


def in_units_of(line: Line, marker: int) -> tuple[Line, Latent]:
    """Return intercepts and loadings in units of a marker item, and the moments of the factor.

    From a factor with mean 0 and variance 1: the marker's loading becomes 1 and its intercept 0, so that the
    factor has the marker's intercept as its mean, and its squared loading as its variance.
    """
    intercept, loading = float(line.intercepts[marker]), float(line.loadings[marker])
    loadings = line.loadings / loading
    return Line(line.intercepts - loadings * intercept, loadings), Latent(intercept, loading**2)


def dmacs_of(
    parameters: Parameters,
    pair: PairedItems,
    sds: Floats,
    *,
    identification: DmacsIdentification,
    marker: str | None,
    focal: str | None,
    pooled: PooledSD,
) -> Dmacs:
    """Return the effect sizes from the parameters of the configural model.

    Options are those of `DyadicInvariance.dmacs`; ``sds`` (2, n_items) are the standard deviations of both
    partners' answers.
    """
    _check_options(pair, identification, marker, focal, pooled)
    lines = [_line_of(parameters, pair, place) for place in (0, 1)]
    factors = [Latent(0.0, 1.0), Latent(0.0, 1.0)]
    if identification == "marker":
        marker = pair.items[0] if marker is None else marker
        position = pair.items.index(marker)
        lines, factors = map(list, zip(*(in_units_of(line, position) for line in lines), strict=True))
    place = 1 if focal is None else pair.partners.index(focal)
    spread = sds.mean(axis=0) if pooled == "mean" else np.sqrt((sds**2).mean(axis=0))
    first, second = lines
    at_mean = (first.loadings - second.loadings) * factors[place].mean
    expected = first.intercepts - second.intercepts + at_mean
    return Dmacs(
        scale=pair.scale,
        items=pair.items,
        partners=pair.partners,
        values=dmacs_values(first, second, factors[place], spread),
        expected_difference=expected,
        signed=expected / spread,
        sds=spread,
        effect_on_mean=float(expected.mean()),
        identification=identification,
        marker=marker,
        focal=pair.partners[place],
        pooled=pooled,
    )


def _line_of(parameters: Parameters, pair: PairedItems, place: int) -> Line:
    """Return one partner's intercepts and loadings in a model with factors of mean 0 and variance 1."""
    names, factor = pair.variables(place), pair.factors[place]
    estimates = {row.name: row.estimate for row in parameters}
    return Line(
        intercepts=np.array([estimates[f"{name} ~ 1"] for name in names]),
        loadings=np.array([estimates[f"{factor} =~ {name}"] for name in names]),
    )


def _check_options(
    pair: PairedItems, identification: str, marker: str | None, focal: str | None, pooled: str
) -> None:
    """Raise where an option is not valid."""
    if identification not in get_args(DmacsIdentification):
        raise EstimationError(not_one_of("identification", identification, get_args(DmacsIdentification)))
    if pooled not in get_args(PooledSD):
        raise EstimationError(not_one_of("pooled", pooled, get_args(PooledSD)))
    if marker is not None and marker not in pair.items:
        raise EstimationError(not_one_of("marker", marker, pair.items))
    if marker is not None and identification != "marker":
        raise EstimationError(f"marker={marker!r} is for identification='marker'; leave one of the two out")
    if focal is not None and focal not in pair.partners:
        raise EstimationError(not_one_of("focal", focal, pair.partners))
