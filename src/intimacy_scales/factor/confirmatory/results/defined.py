"""Defined parameters of a model, such as ``k := p/a``, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from scipy.special import ndtr, ndtri

from intimacy_scales.errors import DocumentError, EstimationError, ModelSyntaxError, UnknownNameError
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.results.dual import FUNCTIONS, Dual
from intimacy_scales.factor.syntax.expressions import evaluate, expression_of
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.numerics.normal_draws import correlated_normal, covariance_root
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

DefinedMethod = Literal["delta", "monte_carlo"]
_FEWEST_DRAWS = 1000
_UNDEFINED_ALLOWED = 0.05  # share of draws in which a figure may be undefined


Steps = Sequence[tuple[str, str]]


def evaluate_steps(steps: Steps, values: Mapping[str, Any]) -> Any:
    """Return the last of several figures, each an expression of labels and of earlier figures.

    Parameters
    ----------
    steps
        Name and expression of each.
    values
        Label → number, array, or number with derivatives.
    """
    known, value = dict(values), None
    with np.errstate(all="ignore"):
        for name, expression in steps:
            known[name] = value = evaluate(expression_of(expression), known, FUNCTIONS)
    return value


def with_derivatives(steps: Steps, labels: Sequence[str], values: Floats) -> tuple[float, Floats]:
    """Return the value of a figure at some values of labels, and its derivatives (k,).

    Examples
    --------
    >>> value, slope = with_derivatives([("k", "p/a")], ["a", "p"], np.array([2.0, 1.0]))
    >>> value, slope.tolist()
    (0.5, [-0.25, 0.5])
    """
    units = np.eye(len(labels))
    duals = {name: Dual(value, unit) for name, value, unit in zip(labels, values, units, strict=True)}
    figure = evaluate_steps(steps, duals)
    if not isinstance(figure, Dual):  # an expression without labels
        figure = Dual(figure, np.zeros(len(labels)))
    return float(figure.value), figure.slope


@result_class
class DefinedParameter(Result):
    """A parameter that a model defines from others; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name
        Its name.
    expression
        Its expression, as it was written.
    rests_on
        Other defined parameters that it uses, in order: pairs of name and expression.
    estimate, se
        Its estimate, and the standard error by the delta method; nan where it is undefined at the estimates.
    n
        Persons.
    labels
        Labels of the parameters that it uses, directly or through other defined parameters.
    values, covariance
        Their estimates (k,), and the covariances of these (k, k).

    Notes
    -----
    The delta method gives the variance ``g' V g``, with g the derivatives by the labelled parameters and V
    the covariances of their estimates.

    Examples
    --------
    >>> from intimacy_scales import score, sem, simulate
    >>> scores = score("scii-24", simulate("scii-24", 400, rng=1).answers).to_frame()
    >>> result = sem("commitment ~ a*trust; caring ~ b*commitment + trust; indirect := a*b", scores)
    >>> indirect = result.defined["indirect"]
    >>> round(float(indirect), 3), indirect.labels
    (0.098, ('a', 'b'))
    """

    _axes: ClassVar[Mapping[str, str]] = {"labels": "k", "values": "k", "covariance": "kk"}

    name: str
    expression: str
    rests_on: tuple[tuple[str, str], ...]
    estimate: float
    se: float
    n: int
    labels: tuple[str, ...]
    values: Floats
    covariance: Floats

    @property
    def z(self) -> float:
        """The estimate divided by its standard error."""
        return self.estimate / self.se if self.se > 0 else math.nan

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that the figure is 0."""
        return 2 * float(ndtr(-abs(self.z)))

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: DefinedMethod = "delta",
        *,
        n_draws: int = 20_000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: from the estimate and its standard error, assuming normal estimates (Wald).
            ``monte_carlo``: quantiles of the figure over draws of the parameters from the normal
            distribution of their estimates (MacKinnon, Lockwood & Williams, 2004); the interval need not be
            symmetric, as the distributions of products and ratios are not.
        n_draws, rng
            For ``monte_carlo``: how many draws, and a seed or Generator; the same seed gives the same draws
            on every machine. By default each call makes other draws; pass a seed for results that can be
            reproduced.

        Returns
        -------
        Interval
            With the reason instead of ends where it is undefined.

        Raises
        ------
        EstimationError
            An unknown method, a level that is not valid, or too few draws.
        """
        level = check_level(confidence_level)
        _check_interval_options(method, n_draws)
        if not math.isfinite(self.estimate):
            return undefined_interval(level, method, self.n, f"{self.name} is undefined at the estimates")
        if method == "monte_carlo":
            return self._monte_carlo_interval(level, n_draws, generator(rng))
        if not math.isfinite(self.se):
            reason = f"{self.name} has no derivative at the estimates, or their standard errors are undefined"
            return undefined_interval(level, method, self.n, reason)
        half = float(ndtri((1 + level) / 2)) * self.se
        return Interval(
            low=self.estimate - half,
            high=self.estimate + half,
            confidence_level=level,
            method=method,
            n=self.n,
        )

    def _monte_carlo_interval(self, level: float, n_draws: int, rng: np.random.Generator) -> Interval:
        """Return quantiles of the figure over draws of the parameters."""
        drawn = self.draws(n_draws, rng)
        if drawn is None:
            reason = "the covariances of the estimates are not positive semidefinite"
            return undefined_interval(level, "monte_carlo", self.n, reason)
        defined = drawn[~np.isnan(drawn)]
        n_undefined = n_draws - len(defined)
        share = n_undefined / n_draws
        caution = f"{self.name} is undefined in {n_undefined} of {n_draws} draws ({100 * share:.3g} %)"
        if n_undefined > _UNDEFINED_ALLOWED * n_draws:
            return undefined_interval(level, "monte_carlo", self.n, f"{caution}, more than 5 %")
        low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
        return Interval(
            low=float(low),
            high=float(high),
            confidence_level=level,
            method="monte_carlo",
            n=self.n,
            n_failed=n_undefined,
            warnings=(caution,) if n_undefined else (),
        )

    def draws(self, n_draws: int, rng: np.random.Generator) -> Floats | None:
        """Return the figure over draws of the parameters (n_draws,), nan where it is undefined.

        None where the covariances of the estimates are not positive semidefinite.
        """
        sds = np.sqrt(np.maximum(self.covariance.diagonal(), 0.0))
        units = np.where(sds > 0, sds, 1.0)
        root = covariance_root(self.covariance / np.outer(units, units))
        if root is None:
            return None
        values = self.values[:, None] + units[:, None] * correlated_normal(rng, n_draws, root)
        by_name = dict(zip(self.labels, values, strict=True))
        evaluated = evaluate_steps((*self.rests_on, (self.name, self.expression)), by_name)
        figures: Floats = np.broadcast_to(np.asarray(evaluated, dtype=np.float64), (n_draws,))
        return np.where(np.isfinite(figures), figures, np.nan)

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in (*self.__slots__, "z", "p")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, z=float, p=float)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        known = set(values["labels"])
        for name, expression in (*values["rests_on"], (values["name"], values["expression"])):
            try:
                mentioned = {label.name for label in expression_of(expression).labels()}
            except ModelSyntaxError as error:
                raise DocumentError(f"{cls.__name__}: {error}") from None
            if mentioned - known:
                missing = ", ".join(sorted(mentioned - known))
                raise DocumentError(f"{cls.__name__}.labels: {missing}, used by {name}, is missing")
            known.add(name)
        return made_of(cls, values)

    def __repr__(self) -> str:
        return f"<{self.name} := {self.expression}: {shown(self.estimate)}, SE {shown(self.se)}>"


class DefinedParameters(Sequence[DefinedParameter]):
    """The defined parameters of a model; ``defined["k"]`` finds one.

    Parameters
    ----------
    rows
        The parameters, in the model's order.

    Examples
    --------
    >>> from intimacy_scales import score, sem, simulate
    >>> scores = score("scii-24", simulate("scii-24", 400, rng=1).answers).to_frame()
    >>> result = sem("commitment ~ a*trust; caring ~ b*commitment + trust; indirect := a*b", scores)
    >>> [figure.name for figure in result.defined]
    ['indirect']
    """

    def __init__(self, rows: Sequence[DefinedParameter]) -> None:
        self._rows = tuple(rows)

    def __eq__(self, other: object) -> bool:
        return self._rows == other._rows if isinstance(other, DefinedParameters) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._rows)

    def __getitem__(self, key: Any) -> Any:
        """Return a defined parameter by position or by name."""
        if isinstance(key, int | slice):
            return self._rows[key]
        for row in self._rows:
            if row.name == key:
                return row
        names = [row.name for row in self._rows]
        defined = f"it defines {', '.join(names)}" if names else "it defines none; write for example k := p/a"
        raise UnknownNameError(f"the model does not define {key!r}{suggest(key, names)}; {defined}")

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[DefinedParameter]:
        return iter(self._rows)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: DefinedMethod = "delta",
        *,
        n_draws: int = 20_000,
        rng: int | np.random.Generator | None = None,
    ) -> dict[str, Interval]:
        """Return the interval of each defined parameter; see `DefinedParameter.confidence_interval`.

        With a seed, each has the same draws as in a call of its own.
        """
        _check_interval_options(method, n_draws)
        return {
            row.name: row.confidence_interval(confidence_level, method, n_draws=n_draws, rng=rng)
            for row in self._rows
        }

    def to_dict(self) -> list[dict[str, Any]]:
        """Return all defined parameters as plain values."""
        return [row.to_dict() for row in self._rows]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each defined parameter."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("name", "expression", "estimate", "se", "z", "p")
        return pandas_frame({name: [getattr(row, name) for row in self._rows] for name in names})

    def __repr__(self) -> str:
        lines = "".join(f"\n  {repr(row)[1:-1]}" for row in self._rows)
        return f"<{counted(len(self._rows), 'defined parameter')}>{lines}"


def _check_interval_options(method: str, n_draws: int) -> None:
    if method not in get_args(DefinedMethod):
        raise EstimationError(not_one_of("method", method, get_args(DefinedMethod)))
    if isinstance(n_draws, bool) or not isinstance(n_draws, int) or n_draws < _FEWEST_DRAWS:
        raise EstimationError(
            f"n_draws={n_draws!r} is not valid; allowed: a whole number, at least {_FEWEST_DRAWS}"
        )
