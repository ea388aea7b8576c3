"""Score tests of equality constraints: which of them the answers contradict.

With theta the parameters that would be free without constraints ``R theta = c``, s the derivatives of
``logL / n`` by them and I their expected information at the estimates, releasing constraint r adds one
direction d to those in which theta may vary: ``R d = e_r``. Given the others (columns of S, with ``R S =
0``), its score is ``g = d's`` and its information ``v = d'I d - d'I S (S'I S)^-1 S'I d``, so that ``n g² /
v`` is a chi-square with one degree of freedom (Rao, 1948; Aitchison & Silvey, 1958; Bentler & Chou, 1992),
and ``R theta - c`` would become about ``g / v``. Released together, they give ``n g' V^- g``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.equalities import Equalities, EqualityConstraint, equalities_of
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.results.modification import under_test_discrepancy
from intimacy_scales.late import late_module
from intimacy_scales.numerics.scaled_matrices import scaled_solve
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import ELIMINATED, EQUAL_INDICES, IMPLIED_CONSTRAINT, NO_INFORMATION
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_COLUMNS = ("constraint", "kind", "chi_square", "df", "p", "expected_change")
_SHOWN = 5


@result_class
class ConstraintTest(Result):
    """The score test of one equality constraint: what releasing it alone would change.

    Attributes
    ----------
    constraint
        The constraint: ``f =~ x: a == b`` for a parameter that is equal in groups a and b, ``f =~ x == f =~
        y`` for two parameters with the same label, or a line of the model, such as ``a1 + a2 == 2*b``.
    kind
        ``label``, ``equal`` (by ``equal=``, as in steps of invariance) or ``written`` (a line of the model).
    parameters
        Those of the constraint, as ``partial=`` of `cfa` takes them.
    chi_square
        The approximate fall of chi-square if the constraint is released.
    df
        1; 0 where releasing this constraint alone frees nothing: others imply it, or the model would not be
        identified without it.
    expected_change
        The approximate difference of the left side from the right one if the constraint is released; nan
        where that frees nothing.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + a*tru04 + a*tru09 + tru11", answers)
    >>> test = result.constraint_tests()[0]
    >>> test.constraint, test.df, round(test.p, 2)
    ('trust =~ tru04 == trust =~ tru09', 1, 0.31)
    """

    constraint: str
    kind: str
    parameters: tuple[str, ...]
    chi_square: float
    df: int
    expected_change: float

    @property
    def p(self) -> float:
        """P-value of the hypothesis that the constraint holds; nan without a degree of freedom."""
        return chi_square_p(self.chi_square, self.df)

    @property
    def meaning(self) -> str:
        """Return the test in words."""
        if not self.df:
            return "releasing it alone frees nothing"
        side = "greater" if self.expected_change > 0 else "less"
        tested = f"chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}"
        return f"{tested}; if released, the left side would be {side} by {shown(abs(self.expected_change))}"

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in (*_COLUMNS, "parameters")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float)

    def __repr__(self) -> str:
        return f"<{self.constraint}; {self.meaning}>"


@result_class
class ConstraintTests(Result):
    """Score tests of a model's equality constraints, the largest first, and of all of them together.

    Attributes
    ----------
    tests
        One for each constraint: of each label, each parameter that is equal across groups, and each line of
        the model with ``==``. Equally large ones are in the order of the model.
    chi_square
        The approximate fall of chi-square if all constraints are released.
    df
        The number of parameters that this would free and that are identified then. It is less than the number
        of constraints where these identify the model, as the mean of a factor that is free because intercepts
        are equal.
    method
        What tests assume.

    Notes
    -----
    Equal to ``lavTestScore`` of lavaan, with expected information; lavaan counts every constraint as a degree
    of freedom of the total test. The tests assume normality also with ``estimator="MLR"`` and with clusters,
    as in lavaan: there they are a guide to which constraint is contradicted most, and `compare_models` tests
    the model that releases it. The more constraints are looked at, the likelier is a small p by chance.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + a*tru04 + a*tru09 + a*tru11", answers)
    >>> tests = result.constraint_tests()
    >>> len(tests), tests.df, tests.to_frame().columns.tolist()
    (2, 2, ['constraint', 'kind', 'chi_square', 'df', 'p', 'expected_change'])
    """

    tests: tuple[ConstraintTest, ...]
    chi_square: float
    df: int
    method: str = "score test, assuming normality"

    @property
    def p(self) -> float:
        """P-value of the hypothesis that all constraints hold; nan without a degree of freedom."""
        return chi_square_p(self.chi_square, self.df)

    def __getitem__(self, position: int) -> ConstraintTest:
        return self.tests[position]

    def __len__(self) -> int:
        return len(self.tests)

    def __iter__(self) -> Iterator[ConstraintTest]:
        return iter(self.tests)

    def to_dict(self) -> dict[str, Any]:
        """Return all tests as plain values."""
        figures = {name: plain(getattr(self, name)) for name in ("chi_square", "df", "p", "method")}
        return {"tests": [test.to_dict() for test in self.tests], **figures}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each constraint."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(test, name) for test in self.tests] for name in _COLUMNS})

    def __repr__(self) -> str:
        total = f"all: chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}"
        lines = [f"{test.constraint}; {test.meaning}" for test in self.tests[:_SHOWN]]
        title = f"{counted(len(self.tests), 'equality constraint')}, {self.method}; {total}"
        return "\n  ".join([f"<{title}>", *lines])


def constraint_tests(
    solution: Solution,
    groups: Sequence[str | None],
    *,
    chosen: Collection[str] | None = None,
    kind: str = "equal",
) -> ConstraintTests:
    """Return the score tests of a model's equality constraints.

    Parameters
    ----------
    solution
        The fitted model.
    groups
        Labels of its groups.
    chosen
        Names of the parameters whose constraints of this kind are tested; None: all constraints.
    kind
        ``equal`` (by ``equal=``) or ``label``, where some are chosen.

    Raises
    ------
    EstimationError
        The model has no equality constraints.
    """
    equalities = equalities_of(solution.table, groups)
    if not equalities.constraints:
        raise EstimationError(
            "the model has no equality constraints to test; modification_indices() tests fixed parameters"
        )
    names = [_parameters(constraint, solution) for constraint in equalities.constraints]
    rows = [
        k
        for k, (constraint, of_row) in enumerate(zip(equalities.constraints, names, strict=True))
        if chosen is None or (constraint.kind == kind and of_row[0] in chosen)
    ]
    scores, information, alone, possible = _released(solution, equalities, rows)
    n, single = solution.problem.n, information.diagonal()
    tests = []
    for row, g, v, free in zip(rows, scores.tolist(), single.tolist(), possible, strict=True):
        constraint = equalities.constraints[row]
        tests.append(
            ConstraintTest(
                constraint=constraint.text,
                kind=constraint.kind,
                parameters=names[row],
                chi_square=n * g * g / v if free else 0.0,
                df=int(free),
                expected_change=g / v if free else float("nan"),
            )
        )
    order = descending(np.array([test.chi_square for test in tests]), _tie(tests)) if tests else ()
    chi_square, df = _together(scores, information, alone)
    return ConstraintTests(tests=tuple(tests[k] for k in order), chi_square=n * chi_square, df=df)


def _tie(tests: Sequence[ConstraintTest]) -> float:
    return EQUAL_INDICES * (1 + max(test.chi_square for test in tests))


def _parameters(constraint: EqualityConstraint, solution: Solution) -> tuple[str, ...]:
    """Return the names of a constraint's parameters, each once."""
    parameters = solution.table.parameters
    return tuple(dict.fromkeys(parameters[position].name for position in constraint.weights))


def _released(
    solution: Solution, equalities: Equalities, rows: Sequence[int]
) -> tuple[Floats, Floats, Floats, list[bool]]:
    """Return what follows for the parameters that constraints release, given the free ones.

    Returns
    -------
    tuple
        Scores g (k,), their information V (k, k), its diagonal if the free parameters were known (k,), and
        for each whether releasing it alone adds a parameter that is identified.
    """
    scores, information, spread = _unconstrained(solution, equalities)
    inverse = np.linalg.pinv(equalities.matrix)
    # rounding error at a parameter of another constraint would count as much as its information is larger
    inverse[np.abs(inverse) < ELIMINATED * np.abs(inverse).max(axis=0)] = 0
    directions = inverse[:, rows]
    crossed = spread.T @ information @ directions
    of_free = scaled_solve(spread.T @ information @ spread, crossed)
    alone = (directions.T @ information @ directions).diagonal()
    remaining = directions.T @ information @ directions - crossed.T @ of_free
    # the scores of free parameters are 0 at the estimates, except with an estimator that is not efficient
    released = directions.T @ scores - of_free.T @ (spread.T @ scores)
    implied = 1 - (equalities.matrix @ inverse).diagonal()[list(rows)] > IMPLIED_CONSTRAINT
    identified = remaining.diagonal() > NO_INFORMATION * alone
    return released, remaining, alone, (~implied & identified).tolist()


def _unconstrained(solution: Solution, equalities: Equalities) -> tuple[Floats, Floats, Floats]:
    """Return the score and information of the parameters without constraints, and their derivatives.

    The score is the derivative of ``logL / n`` (q,), the information is per person (q, q), and derivatives
    are by the free parameters (q, n_free).
    """
    tested = under_test_discrepancy(solution)
    table, problem, at = tested.table, tested.problem, tested.at
    size = len(table.parameters)
    scores, information, spread = np.zeros(size), np.zeros((size, size)), np.zeros((size, table.n_free))
    for g, (part, basis, fit) in enumerate(zip(problem.groups, at.bases, at.fits, strict=True)):
        members = np.flatnonzero([p.group == g for p in table.parameters])
        share = part.moments.n / problem.n
        slopes = part.structure.covariance_gradient(basis, fit.weights)
        if part.moments.with_means:
            slopes = slopes + part.structure.mean_gradient(basis, fit.mean_weights)
        scores[members] = -share * slopes
        of_group = tested.discrepancy.expected_information(part.structure, basis, part.moments, fit)
        information[np.ix_(members, members)] = share * of_group
        spread[members] = part.derivatives(table.n_free)
    q = equalities.positions
    return scores[q], information[np.ix_(q, q)], spread[q]


def _together(scores: Floats, information: Floats, alone: Floats) -> tuple[float, int]:
    """Return ``g' V^- g`` and the rank of V; V is singular where constraints identify the model."""
    if not len(scores):
        return 0.0, 0
    units = 1 / np.sqrt(alone)
    values, vectors = np.linalg.eigh(information * np.outer(units, units))
    kept = values > NO_INFORMATION * len(values)
    projected = vectors[:, kept].T @ (scores * units)
    return float(np.sum(projected**2 / values[kept])), int(np.count_nonzero(kept))
