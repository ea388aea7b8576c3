"""The factor model of both partners' answers to one scale, and its fit.

Each partner has a factor (or one for each part of a total); the factors of the two partners correlate, and so
do the residuals of the two answers to the same item. If partners are exchangeable, loadings, intercepts,
residual variances and variances are equal across partners (Olsen & Kenny, 2006), and each couple enters in
both orders, so that it does not matter who is listed first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, solve
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.table import ParameterTable, parameter_table
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Operator, Statement
from intimacy_scales.moments.blas import one_blas_thread

Floats = NDArray[np.float64]
CoupleEstimator = Literal["ML", "MLR"]
CoupleMissing = Literal["listwise", "fiml"]
CoupleFactors = Literal["one_factor", "tau_equivalent", "correlated"]
_ADVICE: dict[CoupleFactors, str] = {
    "one_factor": "use couple_reliability(..., factors='tau_equivalent'), which has fewer parameters",
    "tau_equivalent": "leave out items that hardly correlate with the others",
    "correlated": "use couple_reliability(..., factors='one_factor'), which has fewer parameters, or the "
    "parts one by one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JointModel:
    """The model of both partners' answers to one scale, and how it is estimated.

    Attributes
    ----------
    items
        (k): the items.
    parts
        Name of each part → its items; a single part unless the scale is a total.
    partners
        Names of the two partners.
    exchangeable
        Whether parameters are equal across partners.
    factors
        ``one_factor``, ``tau_equivalent`` (one factor, equal loadings) or ``correlated`` (one for each part).
    estimator, missing
        As in `couple_reliability`.
    """

    items: tuple[str, ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    partners: tuple[str, str]
    exchangeable: bool
    factors: CoupleFactors
    estimator: CoupleEstimator
    missing: CoupleMissing

    @property
    def variables(self) -> tuple[str, ...]:
        """Answers of the first partner, then those of the second one."""
        return tuple(f"{item} ({partner})" for partner in self.partners for item in self.items)

    @property
    def table(self) -> ParameterTable:
        """The parameters; factors have variance 1."""
        return parameter_table(
            Model(tuple(self._statements())), identification="fixed_factor", with_means=True
        )

    def _statements(self) -> Iterator[Statement]:
        for partner in self.partners:
            shared = "" if self.exchangeable else f" of {partner}"
            for part, items in self.parts:
                for item in items:
                    label = f"loading of {item}{shared}" if self.exchangeable else None
                    if self.factors == "tau_equivalent":
                        label = f"loading{shared}"
                    yield _statement(_factor(part, partner), "=~", f"{item} ({partner})", label)
        first, second = self.partners
        for item in self.items:
            one, other = f"{item} ({first})", f"{item} ({second})"
            if self.exchangeable:
                for variable in (one, other):
                    yield _statement(variable, "~~", variable, f"residual of {item}")
                    yield _statement(variable, "~1", "", f"intercept of {item}")
            yield _statement(one, "~~", other, None)
        if self.exchangeable:
            yield from self._equal_covariances()

    def _equal_covariances(self) -> Iterator[Statement]:
        """Yield covariances of the factors of two parts: equal within partners, and equal across them."""
        first, second = self.partners
        for (a, _), (b, _) in combinations(self.parts, 2):
            for one, other, label in (
                (first, first, "within"), (second, second, "within"),
                (first, second, "across"), (second, first, "across"),
            ):  # fmt: skip
                yield _statement(_factor(a, one), "~~", _factor(b, other), f"{a} and {b} {label} partners")


def _factor(part: str, partner: str) -> str:
    return f"{part} of {partner}"


def _statement(lhs: str, op: Operator, rhs: str, label: str | None) -> Statement:
    modifiers = () if label is None else (Modifier(label=label),)
    return Statement(lhs=lhs, op=op, rhs=rhs, modifiers=modifiers)


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFit:
    """The fitted model of both partners' answers.

    Attributes
    ----------
    model
        The model.
    solution
        Its estimates. If partners are exchangeable, of couples that entered in both orders.
    covariance
        (n_free, n_free): of the estimates, each couple counted once.
    sample
        The moments that were fitted, in the order of ``model.variables``.
    n
        Number of couples.
    """

    model: JointModel
    solution: Solution
    covariance: Floats
    sample: SampleMoments
    n: int

    def in_order(self, weights: Floats) -> Floats:
        """Return weights of ``model.variables`` in the order of the solution's variables."""
        places = [self.model.variables.index(name) for name in self.solution.table.model.observed]
        ordered: Floats = weights[places]
        return ordered


def errors_of_couples(model: JointModel, n: int) -> float:
    """Return the ratio of squared errors of n couples to those of couples that entered in both orders.

    The information of couples that entered twice is twice theirs. With MLR, both orders of a couple are one
    cluster, whose scores are counted n / (n - 1) times; couples are independent, and that is taken back.
    """
    return 2.0 if model.estimator == "ML" else (n - 1) / n


def joint_sample(model: JointModel, rows: Floats) -> SampleMoments:
    """Return the moments of couples' answers (n, 2k), those of the first partner first.

    If partners are exchangeable, of all couples in both orders: means and covariances are then those that
    maximize the likelihood where partners have equal moments, and the likelihood is squared.
    """
    clusters = None
    if model.exchangeable:
        k = len(model.items)
        if model.estimator == "MLR":
            clusters = np.tile(np.arange(len(rows)), 2)
        rows = np.concatenate([rows, np.concatenate([rows[:, k:], rows[:, :k]], axis=1)])
    return of_rows(rows, model.variables, model.missing, clusters=clusters)


def fit_jointly(
    model: JointModel, sample: SampleMoments, *, start: Floats | None = None, max_iterations: int = 200
) -> JointFit:
    """Fit the model.

    Parameters
    ----------
    model
        The model.
    sample
        The moments that `joint_sample` returned.
    start
        Start values, for a resample.
    max_iterations
        Largest number of steps.

    Raises
    ------
    EstimationError
        The model is not identified, or the search did not converge.
    """
    table = model.table
    with one_blas_thread():
        solution = solve(
            table,
            [sample.of(table.model.observed)],
            discrepancy=discrepancy_of(model.estimator, model.missing),
            start=start,
            max_iterations=max_iterations,
            advice=_ADVICE[model.factors],
        )
    n, covariance = sample.n, solution.covariance
    if model.exchangeable:
        n //= 2
        covariance = covariance * errors_of_couples(model, n)
    return JointFit(model=model, solution=solution, covariance=covariance, sample=sample, n=n)
