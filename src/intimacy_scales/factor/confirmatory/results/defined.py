"""Figures that a model defines by its parameters, such as ``k := p/a``, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from scipy.special import ndtr, ndtri

from intimacy_scales.errors import DocumentError, EstimationError, ModelSyntaxError, UnknownNameError, suggest
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.results.dual import FUNCTIONS, Dual
from intimacy_scales.factor.syntax.expressions import evaluate, expression_of
from intimacy_scales.late import late_module
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
_TOLERATED = 0.05  # of draws, without a figure


Steps = Sequence[tuple[str, str]]


def worked_out(steps: Steps, values: Mapping[str, Any]) -> Any:
    """Return the last of several figures, each an expression of labels and of the figures before it.

    Parameters
    ----------
    steps
        Name and expression of each.
    values
        Label → number, array, or number with derivatives.
    """
    known, found = dict(values), None
    with np.errstate(all="ignore"):
        for name, expression in steps:
            known[name] = found = evaluate(expression_of(expression), known, FUNCTIONS)
    return found


def with_derivatives(steps: Steps, labels: Sequence[str], values: Floats) -> tuple[float, Floats]:
    """Return what a figure is worth at some values of labels, and its derivatives there (k,).

    Examples
    --------
    >>> value, slope = with_derivatives([("k", "p/a")], ["a", "p"], np.array([2.0, 1.0]))
    >>> value, slope.tolist()
    (0.5, [-0.25, 0.5])
    """
    units = np.eye(len(labels))
    duals = {name: Dual(value, unit) for name, value, unit in zip(labels, values, units, strict=True)}
    found = worked_out(steps, duals)
    if not isinstance(found, Dual):  # a number alone
        found = Dual(found, np.zeros(len(labels)))
    return float(found.value), found.slope


@result_class
class DefinedParameter(Result):
    """A figure that a model defines by its parameters; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name
        What it is called.
    expression
        What it is, as it was written.
    rests_on
        What else is defined that it speaks of, in order: pairs of name and expression.
    estimate, se
        At the estimates, and its standard error by the delta method; nan where it is not defined there.
    n
        Persons.
    labels
        The labels of parameters that it speaks of, itself or by what it rests on.
    values, covariance
        Their estimates (k,), and the covariances of these (k, k).
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
        """Estimate in standard errors."""
        return self.estimate / self.se if self.se > 0 else math.nan

    @property
    def p(self) -> float:
        """Two-sided probability of so large a z where the figure is 0."""
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
            ``delta``: estimate and standard error, as if its estimates were normal (Wald).
            ``monte_carlo``: quantiles of the figure over draws of the parameters from the normal
            distribution of their estimates (MacKinnon, Lockwood & Williams, 2004), which need not lie
            evenly around the estimate: products and ratios do not.
        n_draws, rng
            Of ``monte_carlo``: how many, and a seed or Generator; the same seed gives the same draws on
            every machine. By default other draws at each call: pass a seed for what is to be shown again.

        Returns
        -------
        Interval
            With the reason in place of ends where it is not defined.

        Raises
        ------
        EstimationError
            No such method or level, or too few draws.
        """
        level = check_level(confidence_level)
        _check(method, n_draws)
        if not math.isfinite(self.estimate):
            return undefined_interval(level, method, self.n, f"{self.name} is not defined at the estimates")
        if method == "monte_carlo":
            return self._drawn(level, n_draws, generator(rng))
        if not math.isfinite(self.se):
            reason = f"{self.name} has no derivative at the estimates, or an error is not defined"
            return undefined_interval(level, method, self.n, reason)
        half = float(ndtri((1 + level) / 2)) * self.se
        return Interval(
            low=self.estimate - half,
            high=self.estimate + half,
            confidence_level=level,
            method=method,
            n=self.n,
        )

    def _drawn(self, level: float, n_draws: int, rng: np.random.Generator) -> Interval:
        drawn = self.draws(n_draws, rng)
        if drawn is None:
            reason = "the covariances of the estimates are not positive semidefinite"
            return undefined_interval(level, "monte_carlo", self.n, reason)
        there = drawn[~np.isnan(drawn)]
        missed = n_draws - len(there)
        told = f"{self.name} is not defined in {missed} of {n_draws} draws ({100 * missed / n_draws:.3g} %)"
        if missed > _TOLERATED * n_draws:
            return undefined_interval(level, "monte_carlo", self.n, f"{told}, more than 5 %")
        low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
        return Interval(
            low=float(low),
            high=float(high),
            confidence_level=level,
            method="monte_carlo",
            n=self.n,
            n_failed=missed,
            warnings=(told,) if missed else (),
        )

    def draws(self, n_draws: int, rng: np.random.Generator) -> Floats | None:
        """Return the figure over draws of the parameters (n_draws,), nan where it is not defined.

        None where the covariances of the estimates are none.
        """
        sds = np.sqrt(np.maximum(self.covariance.diagonal(), 0.0))
        units = np.where(sds > 0, sds, 1.0)
        root = covariance_root(self.covariance / np.outer(units, units))
        if root is None:
            return None
        values = self.values[:, None] + units[:, None] * correlated_normal(rng, n_draws, root)
        by_name = dict(zip(self.labels, values, strict=True))
        found = worked_out((*self.rests_on, (self.name, self.expression)), by_name)
        figures: Floats = np.broadcast_to(np.asarray(found, dtype=np.float64), (n_draws,))
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
                spoken = {label.name for label in expression_of(expression).labels()}
            except ModelSyntaxError as error:
                raise DocumentError(f"{cls.__name__}: {error}") from None
            if spoken - known:
                lacking = ", ".join(sorted(spoken - known))
                raise DocumentError(f"{cls.__name__}.labels: {lacking} of {name} lack")
            known.add(name)
        return made_of(cls, values)

    def __repr__(self) -> str:
        return f"<{self.name} := {self.expression}: {shown(self.estimate)}, SE {shown(self.se)}>"


class DefinedParameters(Sequence[DefinedParameter]):
    """All figures that a model defines; ``defined["k"]`` finds one.

    Parameters
    ----------
    rows
        In the model's order.
    """

    def __init__(self, rows: Sequence[DefinedParameter]) -> None:
        self._rows = tuple(rows)

    def __eq__(self, other: object) -> bool:
        return self._rows == other._rows if isinstance(other, DefinedParameters) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._rows)

    def __getitem__(self, key: Any) -> Any:
        """Return a figure by position or by name."""
        if isinstance(key, int | slice):
            return self._rows[key]
        for row in self._rows:
            if row.name == key:
                return row
        names = [row.name for row in self._rows]
        there = f"it defines {', '.join(names)}" if names else "it defines none, as in k := p/a"
        raise UnknownNameError(f"the model does not define {key!r}{suggest(key, names)}; {there}")

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
        """Return the interval of each figure by its name; see `DefinedParameter.confidence_interval`.

        With a seed, each has the draws that it has alone.
        """
        _check(method, n_draws)
        return {
            row.name: row.confidence_interval(confidence_level, method, n_draws=n_draws, rng=rng)
            for row in self._rows
        }

    def to_dict(self) -> list[dict[str, Any]]:
        """Return all of them as plain values."""
        return [row.to_dict() for row in self._rows]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each figure."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("name", "expression", "estimate", "se", "z", "p")
        return pandas_frame({name: [getattr(row, name) for row in self._rows] for name in names})

    def __repr__(self) -> str:
        lines = "".join(f"\n  {repr(row)[1:-1]}" for row in self._rows)
        return f"<{counted(len(self._rows), 'defined parameter')}>{lines}"


def _check(method: str, n_draws: int) -> None:
    if method not in get_args(DefinedMethod):
        raise EstimationError(
            f"method={method!r}: there are {', '.join(map(repr, get_args(DefinedMethod)))}"
            f"{suggest(method, get_args(DefinedMethod))}"
        )
    if isinstance(n_draws, bool) or not isinstance(n_draws, int) or n_draws < _FEWEST_DRAWS:
        raise EstimationError(f"n_draws={n_draws!r}: a whole number, at least {_FEWEST_DRAWS}")
