"""The parameters of a fitted model, as they are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from scipy.special import ndtr, ndtri

from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.model.table import Parameter
from intimacy_scales.factor.confirmatory.results.standardized import Standardized
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import p_shown, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_ROUNDING = 1e-13
_PAIR = 2
_COLUMNS = ("lhs", "op", "rhs", "group", "label", "estimate", "se", "z", "p", "std_lv", "std_all")


@result_class
class ParameterEstimate(Result):
    """One parameter of a fitted model; ``float(result)`` gives the estimate.

    Attributes
    ----------
    lhs, op, rhs
        ``=~`` loading, ``~`` path, ``~~`` variance or covariance, ``~1`` intercept or mean; ``:=`` a figure
        that is defined, by what stands in ``rhs``.
    group
        Label of the group; None where there is one, and of what is defined.
    label
        Its label in the model.
    free
        Whether it was estimated, not fixed.
    estimate, se
        Estimate and standard error; the error is nan for what is fixed.
    std_lv, std_all
        With factors standardized, and with items standardized too; nan where a variance is negative.
    std_lv_se, std_all_se
        Their standard errors, by the delta method.
    n
        Persons.
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
        """How it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def z(self) -> float:
        """Estimate in standard errors; nan for what is fixed."""
        return self.estimate / self.se if self.free and self.se > 0 else math.nan

    @property
    def p(self) -> float:
        """Two-sided probability of so large a z where the parameter is 0."""
        return 2 * float(ndtr(-abs(self.z)))

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the interval of the estimate, normal (Wald); none of what is fixed."""
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
        return f"<{self.name}{where}: {shown(self.estimate)}{error}; standardized {shown(self.std_all)}>"


class Parameters(Sequence[ParameterEstimate]):
    """All parameters of a fitted model; ``parameters["trust =~ tru01"]`` finds one.

    ``parameters["k"]`` finds what the model defines as k.

    Parameters
    ----------
    rows
        In the model's order.
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
        """Return a parameter by position, by how it is written, or by that and its group."""
        if isinstance(key, int | slice):
            return self._rows[key]
        name, group = key if isinstance(key, tuple) and len(key) == _PAIR else (key, None)
        if isinstance(name, tuple):  # lhs, op, rhs, and perhaps the group
            name, group = "".join(map(str, name[:3])).replace("~1", "~ 1"), (*name, None)[3]
        group = None if group is None else str(group)
        wanted = _normal(name)
        found = [r for r in self._rows if _normal(r.name) == wanted and group in (None, r.group)]
        if not found and "~~" in wanted:
            left, right = wanted.split("~~")
            found = [
                r for r in self._rows if _normal(r.name) == f"{right}~~{left}" and group in (None, r.group)
            ]
        found = found or [r for r in self._rows if r.op == ":=" and _normal(r.lhs) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownNameError(
                f"{name!r} is there in {len(found)} groups: parameters[{name!r}, {found[0].group!r}]"
            )
        raise UnknownNameError(
            f"the model has no parameter {key!r}; it has {', '.join(r.name for r in self._rows[:6])}, …"
        )

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[ParameterEstimate]:
        return iter(self._rows)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return all parameters as plain values."""
        return [row.to_dict() for row in self._rows]

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each parameter."""
        from intimacy_scales.results.frames import pandas_frame

        several = any(row.group is not None for row in self._rows)
        names = [name for name in _COLUMNS if several or name != "group"]
        return pandas_frame({name: [getattr(row, name) for row in self._rows] for name in names})

    def standardized(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return standardized estimates (items and factors) with errors and intervals, as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        half = float(ndtri((1 + check_level(confidence_level)) / 2))
        several = any(row.group is not None for row in self._rows)
        names = [name for name in ("lhs", "op", "rhs", "group") if several or name != "group"]
        columns: dict[str, Any] = {name: [getattr(row, name) for row in self._rows] for name in names}
        estimates = np.array([row.std_all for row in self._rows])
        errors = np.array([row.std_all_se for row in self._rows])
        with np.errstate(invalid="ignore", divide="ignore"):
            z = np.where(errors > 0, estimates / errors, np.nan)
            errors = np.where(errors > 0, errors, np.nan)  # 0 of what is the same whatever the estimates
        columns |= {"std_all": estimates, "se": errors, "z": z, "p": 2 * ndtr(-np.abs(z))}
        columns |= {"low": estimates - half * errors, "high": estimates + half * errors}
        return pandas_frame(columns)

    def _cells(self) -> list[list[str]]:
        several = any(row.group is not None for row in self._rows)
        cells = [["", *(["group"] if several else []), "estimate", "SE", "z", "p", "std.lv", "std.all"]]
        for row in self._rows:
            tested = (*map(shown, (row.estimate, row.se, row.z)), p_shown(row.p))
            standard = map(shown, (row.std_lv, row.std_all))
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

    def _repr_html_(self) -> str:
        head, *rows = self._cells()
        first = "".join(f"<th>{escape(t)}</th>" for t in head)
        body = "".join("<tr>" + "".join(f"<td>{escape(t)}</td>" for t in row) + "</tr>" for row in rows)
        return f"<table><thead><tr>{first}</tr></thead><tbody>{body}</tbody></table>"


def _normal(name: str) -> str:
    return "".join(name.split())


def free_transform(solution: Solution, group: int) -> tuple[Floats, Floats]:
    """Return one group's parameter values, and their derivatives by the free parameters."""
    part = solution.problem.groups[group]
    return part.values(solution.at.values), part.derivatives(solution.table.n_free)


def delta_errors(derivatives: Floats, covariance: Floats) -> Floats:
    """Return standard errors of functions of the free parameters, from their derivatives (m, n_free).

    0 of what is the same for all values of the parameters, whatever rounding leaves of that; nan of a
    variance below 0.
    """
    variances = np.sum(derivatives @ covariance * derivatives, axis=1)
    sizes = np.abs(derivatives)
    nothing = _ROUNDING * np.sum(sizes @ np.abs(covariance) * sizes, axis=1)  # of what cancels out
    with np.errstate(invalid="ignore"):
        errors: Floats = np.sqrt(np.where(np.abs(variances) <= nothing, 0.0, variances))
    return errors


def parameter_estimates(solution: Solution, groups: Sequence[str | None]) -> Parameters:
    """Return all parameters of a solution with standard errors and standardized values."""
    rows: list[ParameterEstimate] = []
    errors = np.sqrt(np.maximum(solution.covariance.diagonal(), 0.0))
    for group, label in enumerate(groups):
        values, spread = free_transform(solution, group)
        own = solution.table.of_group(group)
        structure = solution.problem.groups[group].structure
        standard = Standardized(structure, solution.at.bases[group], values, own)
        found = {}
        for name, items in (("std_lv", False), ("std_all", True)):
            standardized, derivatives = standard.values(items=items)
            found[name] = standardized
            found[f"{name}_se"] = delta_errors(derivatives @ spread, solution.covariance)
        for j, p in enumerate(own):
            rows.append(
                ParameterEstimate(
                    lhs=p.lhs,
                    op=p.op,
                    rhs=p.rhs,
                    group=label,
                    label=None if p.label is None or p.label.startswith(".") else p.label,
                    free=p.estimated,
                    estimate=float(values[j]),
                    se=float(errors[p.free]) if p.free >= 0 else _error_of_follower(p, solution),
                    n=solution.problem.n,
                    **{name: float(v[j]) for name, v in found.items()},
                )
            )
    return Parameters(rows)


def _error_of_follower(parameter: Parameter, solution: Solution) -> float:
    """Return the standard error of a parameter that follows from others; nan of a fixed one."""
    if parameter.follows is None:
        return math.nan
    row = np.zeros((1, solution.table.n_free))
    for number, weight in parameter.follows.weights:
        row[0, number] = weight
    return float(delta_errors(row, solution.covariance)[0])


def check_group(group: Any, groups: Sequence[str | None]) -> int:
    """Return the position of a group; without a label, of the only one there is."""
    if group is None and len(groups) == 1:
        return 0
    group = str(group)
    if group not in groups:
        raise EstimationError(f"group={group!r}: there are {', '.join(map(repr, groups))}")
    return list(groups).index(group)
