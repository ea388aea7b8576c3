"""Modification indices: how much fit would improve if one more parameter were free.

The score test of a fixed parameter c, given the free parameters f (Sörbom, 1989): ``MI = n s² / v`` with the
score s and ``v = I_cc - I_cf I_ff^-1 I_fc``; the expected change is ``s / v`` (Saris, Satorra & Sörbom,
1987).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, GroupPart
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Positions, Structure
from intimacy_scales.factor.confirmatory.model.table import Parameter, ParameterTable, place_of
from intimacy_scales.factor.confirmatory.results.standardized import Standardized
from intimacy_scales.late import late_module
from intimacy_scales.numerics.scaled_matrices import scaled_inverse
from intimacy_scales.numerics.ties import descending
from intimacy_scales.numerics.tolerances import EQUAL_INDICES, NO_INFORMATION
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.paged import Paged
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class ModificationIndex(Result):
    """A parameter that the model fixes or sets equal, and the effect of freeing it.

    Attributes
    ----------
    lhs, op, rhs, group
        Which parameter.
    index
        The approximate fall of chi-square (Sörbom, 1989).
    expected_change
        The approximate change of the parameter (Saris, Satorra & Sörbom, 1987).
    std_all
        The same in standard deviations of items and factors.
    released
        Whether the parameter is estimated already, but set equal to others.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> largest = result.modification_indices()[0]
    >>> largest.name, round(largest.index, 2), largest.released
    ('tru01 ~~ tru09', 1.02, False)
    """

    lhs: str
    op: str
    rhs: str
    group: str | None
    index: float
    expected_change: float
    std_all: float
    released: bool = False

    @property
    def name(self) -> str:
        """The parameter as it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def p(self) -> float:
        """P-value of the hypothesis that the parameter has the value to which it is fixed."""
        return chi_square_p(self.index, 1)

    @property
    def meaning(self) -> str:
        """Return the meaning of the index in words."""
        where = "" if self.group is None else f" (group {self.group})"
        sign = "higher" if self.expected_change > 0 else "lower"
        if self.released:
            kind = {"=~": "loading", "~": "path", "~1": "intercept"}.get(
                self.op, "variance" if self.lhs == self.rhs else "covariance"
            )
            text = f"the {kind} {self.name} is {sign} than the value it is set equal to"
        elif self.op == "=~":
            sense = "with" if self.expected_change > 0 else "against"
            crossed = "cross-loading" if self.expected_change > 0 else "negative cross-loading"
            text = f"{self.rhs} also goes {sense} {self.lhs} ({crossed})"
        elif self.op == "~":
            text = f"{self.lhs} also depends on {self.rhs}, and is {sign} where that is higher"
        elif self.op == "~1":
            text = f"the mean of {self.lhs} is {sign} than its factor implies"
        elif self.lhs == self.rhs:
            text = f"the variance of {self.lhs} is {sign}"
        else:
            shared = "share more" if self.expected_change > 0 else "share less"
            text = f"{self.lhs} and {self.rhs} {shared} than their factors imply"
        return (
            f"{text}{where}: chi-square would fall by about {shown(self.index, 2)}, standardized change "
            f"{apa(self.std_all)}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = ("lhs", "op", "rhs", "group", "index", "expected_change", "std_all", "p", "released")
        return {name: plain(getattr(self, name)) for name in names}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, p=float)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.meaning}>"


class ModificationIndices(Sequence[ModificationIndex], Paged):
    """Modification indices, the largest first; equal ones in the order of the model's matrices.

    Parameters
    ----------
    rows
        One for each parameter that is fixed or set equal to others.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> indices = result.modification_indices()
    >>> len(indices), [row.name for row in indices if row.index > 3.84]
    (6, [])
    """

    def __init__(self, rows: Sequence[ModificationIndex]) -> None:
        indices = np.array([row.index for row in rows])
        order = descending(indices, EQUAL_INDICES * (1 + indices.max(initial=0))) if rows else ()
        self._rows = tuple(rows[n] for n in order)

    def __getitem__(self, position: Any) -> Any:
        return self._rows[position]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ModificationIndex]:
        return iter(self._rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return all indices as plain values."""
        return [row.to_dict() for row in self._rows]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each parameter."""
        from intimacy_scales.results.frames import pandas_frame

        several = any(row.group is not None for row in self._rows)
        names = (
            "lhs",
            "op",
            "rhs",
            *(("group",) if several else ()),
            "index",
            "expected_change",
            "std_all",
            "p",
        )
        return pandas_frame({name: [getattr(row, name) for row in self._rows] for name in names})

    def __repr__(self) -> str:
        lines = "\n  ".join(row.meaning for row in self._rows[:5])
        return f"<{len(self._rows)} modification indices>" + (f"\n  {lines}" if lines else "")


def modification_indices(solution: Solution, groups: Sequence[str | None]) -> ModificationIndices:
    """Return the index of every parameter that the model fixes, or sets equal to others.

    ``index = n s² / v`` and ``change = s / v``, where s is the derivative of ``logL / n`` by the parameter
    and ``v = I_cc - I_cf I_ff^-1 I_fc`` its expected information given the free parameters. For an estimator
    that is not efficient, both come from the discrepancy on which tests are based, whose derivatives by the
    free parameters are not 0, and the score is ``s_c - I_cf I_ff^-1 s_f``.
    """
    tested = under_test_discrepancy(solution)
    at, kept = _without_saturated_means(tested)
    inverse = np.zeros((solution.table.n_free, solution.table.n_free))
    square = np.ix_(kept, kept)
    inverse[square] = scaled_inverse(tested.problem.expected_information(at)[square])
    absorbed = None if tested is solution else inverse @ tested.at.gradient
    tested = replace(tested, optimum=replace(tested.optimum, at=at))
    rows: list[ModificationIndex] = []
    for group, label in enumerate(groups):
        rows += _group_indices(tested, group, label, inverse, absorbed)
    return ModificationIndices(rows)


def under_test_discrepancy(solution: Solution) -> Solution:
    """Return the same estimates under the discrepancy on which tests are based."""
    efficient = solution.discrepancy.testing()
    if efficient is solution.discrepancy:
        return solution
    problem = solution.problem.under(efficient)
    at = problem.evaluate(solution.at.values)
    assert at is not None  # finite residuals have finite squares
    return replace(solution, problem=problem, optimum=replace(solution.optimum, at=at))


def _without_saturated_means(solution: Solution) -> tuple[Evaluation, Positions]:
    """Return the derivatives with those of saturated means set to 0, and the free parameters that remain.

    If a group's own free intercepts span the derivatives of all its means, the means are saturated: given
    these intercepts, no other parameter gains from them, and the information about it is that of the
    covariances alone. To subtract the means' part instead would cancel, the more the further means are from
    0 in standard deviations, since paths and intercepts are then almost collinear.
    """
    table, at = solution.table, solution.at
    if not table.with_means:
        return at, np.arange(table.n_free)
    uses = Counter(p.free for p in table.parameters if p.free >= 0)
    uses.update(number for p in table.parameters if p.follows for number, _ in p.follows.weights)
    bases, dropped = list(at.bases), set()
    for group, (part, basis) in enumerate(zip(solution.problem.groups, at.bases, strict=True)):
        parameters = table.of_group(group)
        derivatives = basis.slopes * basis.columns[:, part.structure.x]
        intercepts = [
            position
            for position, p in enumerate(parameters)
            if p.free >= 0
            and uses[p.free] == 1
            and basis.slopes[position]
            and not basis.coefficients[position]
        ]
        others = [position for position, p in enumerate(parameters) if not p.exogenous]
        if intercepts and _spans(derivatives[:, intercepts], derivatives[:, others]):
            dropped |= {parameters[position].free for position in intercepts}
            bases[group] = replace(basis, slopes=np.zeros_like(basis.slopes))
    kept = np.array(sorted(set(range(table.n_free)) - dropped), dtype=np.intp)
    return replace(at, bases=tuple(bases)), kept


def _spans(columns: Floats, others: Floats) -> bool:
    """Return whether columns span others, up to rounding error."""
    sizes = np.linalg.norm(others, axis=0)
    unit = others[:, sizes > 0] / sizes[sizes > 0]
    fitted = columns @ np.linalg.lstsq(columns, unit, rcond=None)[0]
    return float(np.abs(unit - fitted).max(initial=0.0)) < EQUAL_INDICES


def _candidates(solution: Solution, group: int) -> list[Parameter]:
    """Return the parameters of one group that are fixed (explicitly or not) or set equal to others."""
    table, part = solution.table, solution.problem.groups[group]
    model, values = table.model, part.values(solution.at.values)
    uses = Counter(p.free for p in table.parameters if p.free >= 0)
    uses.update(number for p in table.parameters if p.follows for number, _ in p.follows.weights)
    placed = {_unordered_place(p.place) for p in table.of_group(group)}
    candidates = [
        replace(p, fixed=float(value))
        for p, value in zip(table.of_group(group), values, strict=True)
        if not p.exogenous and (p.fixed is not None or p.follows or uses[p.free] > 1)
    ]
    for lhs, op, rhs in _possible_parameters(table):
        place = place_of(model, table.standing, lhs, op, rhs)
        if _unordered_place(place) not in placed:
            placed.add(_unordered_place(place))
            candidates.append(
                Parameter(
                    lhs=lhs, op=op, rhs=rhs, group=group, fixed=0.0, label=None, start=None, place=place
                )
            )
    return candidates


def _possible_parameters(table: ParameterTable) -> Iterator[tuple[str, str, str]]:
    """Yield the loadings, covariances and paths that a model could have, whether it does or not.

    Paths lead to variables that have some already, from variables with paths from or to others.
    """
    model, roles = table.model, roles_of(table.model)
    fixed_x = table.exogenous if table.fixed_x else ()
    items_without_paths = [name for name in model.observed if name not in table.standing]
    items = [name for name in model.observed if name in roles.measured or name not in table.standing]
    yield from ((factor, "=~", item) for factor in model.latent for item in items)
    yield from (
        (other, "~~", item) for i, item in enumerate(items_without_paths) for other in items_without_paths[:i]
    )
    for k, factor in enumerate(model.latent):
        for other in model.latent[:k]:
            if (factor in roles.measured) == (other in roles.measured):
                yield other, "~~", factor
    standing = [name for name in table.standing if name not in fixed_x]
    yield from ((other, "~~", name) for i, name in enumerate(standing) for other in standing[:i])
    in_paths = [name for name in table.among_factors if name in roles.dependent | roles.predicting]
    for name in in_paths:
        if name in roles.dependent:
            yield from ((name, "~", other) for other in in_paths if other != name)


def _unordered_place(place: tuple[Place, int, int]) -> tuple[Place, int, int]:
    """Return the place of a parameter, the same for a covariance and its mirror image."""
    kind, row, column = place
    return (kind, min(row, column), max(row, column)) if kind in ("psi", "theta") else place


def _group_indices(
    solution: Solution, group: int, label: str | None, inverse: Floats, absorbed: Floats | None
) -> list[ModificationIndex]:
    """Return the indices of one group's fixed parameters."""
    part, table, n = solution.problem.groups[group], solution.table, solution.problem.n
    candidates = _candidates(solution, group)
    if not candidates:
        return []
    group_parameters = table.of_group(group)
    values = part.values(solution.at.values)
    places = [p.place for p in (*group_parameters, *candidates)]
    extended_structure = Structure(part.structure.p, part.structure.m, places, part.structure.standing)
    # a candidate has the value to which it is fixed, or which it shares with others
    extended = np.concatenate([values, [p.fixed or 0.0 for p in candidates]])
    basis, fit = extended_structure.basis(extended), solution.at.fits[group]
    if table.with_means and not solution.at.bases[group].slopes.any():  # saturated means
        basis = replace(basis, slopes=np.zeros_like(basis.slopes))
    slope = extended_structure.covariance_gradient(basis, fit.weights) + extended_structure.mean_gradient(
        basis, fit.mean_weights
    )
    share = part.moments.n / n
    m = len(group_parameters)
    information = solution.discrepancy.information_of_added(extended_structure, basis, part.moments, fit, m)
    with_others, own_information = (share * matrix for matrix in information)
    with_free = part.collect_columns(with_others, table.n_free)
    remaining = own_information - np.einsum("ij,ij->i", with_free @ inverse, with_free)
    scores = -share * slope[m:] if absorbed is None else with_free @ absorbed - share * slope[m:]
    unit_changes = _unit_changes(part, solution, group, candidates)
    rows = []
    for j, p in enumerate(candidates):
        if not remaining[j] > NO_INFORMATION * own_information[j] or not own_information[j] > 0:
            continue  # freeing it would make the model unidentified
        score = scores[j]
        change = score / remaining[j]
        rows.append(
            ModificationIndex(
                lhs=p.lhs,
                op=p.op,
                rhs=p.rhs,
                group=label,
                index=float(n * score * change),
                expected_change=float(change),
                std_all=float(change * unit_changes[j]),
                released=p.estimated,
            )
        )
    return rows


def _unit_changes(
    part: GroupPart, solution: Solution, group: int, candidates: Sequence[Parameter]
) -> list[float]:
    """Return the standardized value of a change of 1 in each candidate."""
    values = part.values(solution.at.values)
    group_parameters = solution.table.of_group(group)
    standardization = Standardized(part.structure, solution.at.bases[group], values, group_parameters)
    return [standardization.unit(p) for p in candidates]
