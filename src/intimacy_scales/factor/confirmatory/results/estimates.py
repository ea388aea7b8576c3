"""The parameters of a fitted model, with errors and standardized values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from scipy.special import ndtr, ndtri

from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Parameter
from intimacy_scales.factor.confirmatory.results.standardized import Standardized
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.numerics.tolerances import CANCELLED
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.paged import Paged
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, p_shown, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_COLUMNS = ("lhs", "op", "rhs", "group", "label", "estimate", "se", "z", "p", "std_lv", "std_all")


@result_class
class ParameterEstimate(Result):
    """One parameter of a fitted model; ``float(result)`` gives the estimate.

    Attributes
    ----------
    lhs, op, rhs
        ``=~`` loading, ``~`` path, ``~~`` variance or covariance, ``~1`` intercept or mean; ``:=`` a defined
        parameter with the expression ``rhs``.
    group
        Label of the group; None with one group, and for defined parameters.
    label
        Its label in the model.
    free
        Whether it was estimated, not fixed.
    estimate, se
        Estimate and standard error; the error of a fixed parameter is nan.
    std_lv, std_all
        With factors standardized, and with items standardized too; nan where a variance is negative.
    std_lv_se, std_all_se
        Their standard errors, by the delta method.
    n
        Persons.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> result = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers)
    >>> result.parameters["trust =~ tru04"]
    <trust =~ tru04: 0.990, SE 0.087; standardized .704>
    """

    lhs: str
    op: str
    rhs: str
    group: str | None
    label: str | None
    free: bool
    estimate: float
    se: float
    std_lv: float
    std_all: float
    std_lv_se: float
    std_all_se: float
    n: int

    @property
    def name(self) -> str:
        """The parameter as it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def z(self) -> float:
        """The estimate divided by its standard error; nan for a fixed parameter."""
        return self.estimate / self.se if self.free and self.se > 0 else math.nan

    @property
    def p(self) -> float:
        """Two-sided p-value of the hypothesis that the parameter is 0."""
        return 2 * float(ndtr(-abs(self.z)))

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the normal (Wald) interval of the estimate; undefined for a fixed parameter."""
        level = check_level(confidence_level)
        if not self.free:
            return undefined_interval(level, "wald", self.n, f"{self.name} is fixed, not estimated")
        half = float(ndtri((1 + level) / 2)) * self.se
        return Interval(
            low=self.estimate - half,
            high=self.estimate + half,
            confidence_level=level,
            method="wald",
            n=self.n,
        )

    def __float__(self) -> float:
        return float(self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        names = (*_COLUMNS, "std_lv_se", "std_all_se", "free", "n")
        return {name: plain(getattr(self, name)) for name in names}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, z=float, p=float)

    def __repr__(self) -> str:
        where = "" if self.group is None else f" (group {self.group})"
        error = f", SE {shown(self.se)}" if self.free else ", fixed"
        return f"<{self.name}{where}: {shown(self.estimate)}{error}; standardized {apa(self.std_all, 3)}>"


class Parameters(Sequence[ParameterEstimate], Paged):
    """All parameters of a fitted model; ``parameters["trust =~ tru01"]`` finds one.

    ``parameters["k"]`` finds the defined parameter k.

    Parameters
    ----------
    rows
        The parameters, in the model's order.

    Examples
    --------
    >>> from intimacy_scales import cfa, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
    >>> parameters = cfa("trust =~ tru01 + tru04 + tru09 + tru11", answers).parameters
    >>> parameters.standardized().columns.tolist()
    ['lhs', 'op', 'rhs', 'std_all', 'se', 'z', 'p', 'low', 'high']
    """

    def __init__(self, rows: Sequence[ParameterEstimate]) -> None:
        self._rows = tuple(rows)

    def __eq__(self, other: object) -> bool:
        return self._rows == other._rows if isinstance(other, Parameters) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._rows)

    @overload
    def __getitem__(self, key: int | str | tuple[str, str]) -> ParameterEstimate: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[ParameterEstimate]: ...
    def __getitem__(self, key: Any) -> Any:
        """Return a parameter by position, by how it is written, or by both that and its group."""
        if isinstance(key, int | slice):
            return self._rows[key]
        name, group = key if isinstance(key, tuple) and len(key) == 2 else (key, None)
        if isinstance(name, tuple):  # lhs, op, rhs, and perhaps the group
            name, group = "".join(map(str, name[:3])).replace("~1", "~ 1"), (*name, None)[3]
        group = None if group is None else str(group)
        written = _normal(name)
        matches = [r for r in self._rows if _normal(r.name) == written and group in (None, r.group)]
        if not matches and "~~" in written:
            left, right = written.split("~~")
            matches = [
                r for r in self._rows if _normal(r.name) == f"{right}~~{left}" and group in (None, r.group)
            ]
        matches = matches or [r for r in self._rows if r.op == ":=" and _normal(r.lhs) == written]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise UnknownNameError(
                f"{name!r} is in {len(matches)} groups; name one, as in "
                f"parameters[{name!r}, {matches[0].group!r}]"
            )
        raise UnknownNameError(
            f"the model has no parameter {key!r}; it has {', '.join(r.name for r in self._rows[:6])}, …"
            f"{suggest(name, (r.name for r in self._rows))}"
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ParameterEstimate]:
        return iter(self._rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return all parameters as plain values."""
        return [row.to_dict() for row in self._rows]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each parameter."""
        from intimacy_scales.results.frames import pandas_frame

        several = any(row.group is not None for row in self._rows)
        names = [name for name in _COLUMNS if several or name != "group"]
        return pandas_frame({name: [getattr(row, name) for row in self._rows] for name in names})

    def standardized(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return standardized estimates (``std_all``) with errors and intervals as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        half = float(ndtri((1 + check_level(confidence_level)) / 2))
        several = any(row.group is not None for row in self._rows)
        names = [name for name in ("lhs", "op", "rhs", "group") if several or name != "group"]
        columns: dict[str, Any] = {name: [getattr(row, name) for row in self._rows] for name in names}
        estimates = np.array([row.std_all for row in self._rows])
        errors = np.array([row.std_all_se for row in self._rows])
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.where(errors > 0, estimates / errors, np.nan)
            errors = np.where(
                errors > 0, errors, np.nan
            )  # 0 for a value that does not depend on the estimates
        columns |= {"std_all": estimates, "se": errors, "z": z, "p": 2 * ndtr(-np.abs(z))}
        columns |= {"low": estimates - half * errors, "high": estimates + half * errors}
        return pandas_frame(columns)

    def _cells(self) -> list[list[str]]:
        several = any(row.group is not None for row in self._rows)
        cells = [["", *(["group"] if several else []), "estimate", "SE", "z", "p", "std.lv", "std.all"]]
        for row in self._rows:
            tested = (shown(row.estimate), shown(row.se), shown(row.z, 2), p_shown(row.p))
            standard = shown(row.std_lv), apa(row.std_all, 3)
            where = [row.group or ""] if several else []
            cells.append([row.name, *where, *tested, *standard])
        return cells

    def __repr__(self) -> str:
        return f"<{len(self._rows)} parameters, {sum(r.free for r in self._rows)} of them estimated>"

    def __str__(self) -> str:
        cells = self._cells()
        widths = [max(len(line[n]) for line in cells) for n in range(len(cells[0]))]
        lines = [
            "  ".join(
                t.ljust(w) if n == 0 else t.rjust(w)
                for n, (t, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in cells
        ]
        return "\n".join(lines)

    def text_table(self) -> TextTable:
        """Return the table that is displayed."""
        head, *rows = self._cells()
        columns = {name: [row[place] for row in rows] for place, name in enumerate(head)}
        return TextTable(title="Parameters", columns=columns)

    def page(self) -> Page:
        """Return what is displayed as data."""
        return Page(title=repr(self)[1:-1], tables=(self.text_table(),))


def _normal(name: str) -> str:
    return "".join(name.split())


def free_transform(solution: Solution, group: int) -> tuple[Floats, Floats]:
    """Return the parameter values of one group, and their derivatives by the free parameters."""
    part = solution.problem.groups[group]
    return part.values(solution.at.values), part.derivatives(solution.table.n_free)


def delta_errors(derivatives: Floats, covariance: Floats) -> Floats:
    """Return standard errors ``sqrt(diag(D V D'))`` of functions with the derivatives D (m, n_free).

    The error is exactly 0 where the variance is 0 up to rounding error, as for a function that is the same
    for all values of the parameters; nan where the variance is negative.
    """
    variances = np.sum(derivatives @ covariance * derivatives, axis=1)
    absolute = np.abs(derivatives)
    rounding = CANCELLED * np.sum(absolute @ np.abs(covariance) * absolute, axis=1)
    with np.errstate(invalid="ignore"):
        errors: Floats = np.sqrt(np.where(np.abs(variances) <= rounding, 0.0, variances))
    return errors


def parameter_estimates(solution: Solution, groups: Sequence[str | None]) -> Parameters:
    """Return all parameters of a solution with standard errors and standardized values."""
    rows: list[ParameterEstimate] = []
    errors = np.sqrt(np.maximum(solution.covariance.diagonal(), 0.0))
    for group, label in enumerate(groups):
        values, transform = free_transform(solution, group)
        group_parameters = solution.table.of_group(group)
        structure = solution.problem.groups[group].structure
        standardization = Standardized(structure, solution.at.bases[group], values, group_parameters)
        standardized_columns = {}
        for name, items in (("std_lv", False), ("std_all", True)):
            standardized, derivatives = standardization.values(items=items)
            standardized_columns[name] = standardized
            standardized_columns[f"{name}_se"] = delta_errors(derivatives @ transform, solution.covariance)
        for j, p in enumerate(group_parameters):
            rows.append(
                ParameterEstimate(
                    lhs=p.lhs,
                    op=p.op,
                    rhs=p.rhs,
                    group=label,
                    label=None if p.label is None or p.label.startswith(".") else p.label,
                    free=p.estimated,
                    estimate=float(values[j]),
                    se=float(errors[p.free]) if p.free >= 0 else _dependent_error(p, solution),
                    n=solution.problem.n,
                    **{name: float(v[j]) for name, v in standardized_columns.items()},
                )
            )
    return Parameters(rows)


def _dependent_error(parameter: Parameter, solution: Solution) -> float:
    """Return the standard error of a parameter that constraints derive from others; nan of a fixed one."""
    if parameter.follows is None:
        return math.nan
    row = np.zeros((1, solution.table.n_free))
    for number, weight in parameter.follows.weights:
        row[0, number] = weight
    return float(delta_errors(row, solution.covariance)[0])


def check_group(group: Any, groups: Sequence[str | None]) -> int:
    """Return the position of a group; without a label, of the only one."""
    if group is None and len(groups) == 1:
        return 0
    labels = [label for label in groups if label is not None]
    if group is None:
        raise EstimationError(f"group is missing; name one: {', '.join(map(repr, labels))}")
    group = str(group)
    if group not in groups:
        if not labels:
            raise EstimationError(f"group={group!r}: the model was fitted without groups; leave group= out")
        raise EstimationError(not_one_of("group", group, labels))
    return list(groups).index(group)
