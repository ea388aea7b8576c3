"""The parameters that a plot of invariance compares: of groups, or of both partners of couples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from intimacy_scales.dyads.invariance.result import DyadicInvariance
from intimacy_scales.dyads.invariance.steps import STEPS, parameter_name
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.invariance_result import Invariance
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.factor.confirmatory.results.freed import freed_names
from intimacy_scales.factor.confirmatory.results.result import CFAResult

Parameter = Literal["loadings", "intercepts"]
OPERATORS = {"loadings": "=~", "intercepts": "~1"}


class Row(NamedTuple):
    """A parameter in all groups, and what the model with equal parameters says of each; nan without one."""

    name: str
    groups: tuple[ParameterEstimate, ...]
    equal: tuple[float, ...]


class Compared(NamedTuple):
    """The parameters of one kind in groups, or in partners.

    Attributes
    ----------
    rows
        A row for each parameter, in the order of the model.
    sizes
        Group or partner → persons; of partners, couples.
    free
        The step whose estimates these are.
    equal
        The first step that sets them equal; None without one.
    unit
        What the axis is in.
    title
        Of the picture.
    equal_words
        What lines or ticks stand for.
    whose
        ``group`` or ``partner``.
    """

    rows: list[Row]
    sizes: Mapping[str, int]
    free: str
    equal: str | None
    unit: str
    title: str
    equal_words: str
    whose: str


def compared(tested: Invariance | DyadicInvariance, parameter: Parameter) -> Compared:
    """Return the parameters to draw.

    Raises
    ------
    EstimationError
        Every step sets them equal, or partners are exchangeable.
    """
    return (
        _of_partners(tested, parameter)
        if isinstance(tested, DyadicInvariance)
        else _of_groups(tested, parameter)
    )


def _of_groups(tested: Invariance, parameter: Parameter) -> Compared:
    free, equal = _steps({name: model.equal for name, model in tested.models.items()}, parameter)
    return Compared(
        rows=_rows_of_groups(tested.models[free], None if equal is None else tested.models[equal], parameter),
        sizes=tested.groups,
        free=free,
        equal=equal,
        unit="unstandardized",
        title=f"{parameter.capitalize()} by group",
        equal_words=f"Lines: equal in all groups, {equal} model"
        if parameter == "loadings"
        else f"Ticks: means that the {equal} model, with equal intercepts, implies in each group",
        whose="group",
    )


def _steps(equal: Mapping[str, object], parameter: Parameter) -> tuple[str, str | None]:
    """Return the last step that leaves parameters free, and the first that sets them equal, or None."""
    # the kinds of a step are a collection, of one type for groups and another for partners
    free = [name for name, kinds in equal.items() if parameter not in kinds]  # type: ignore[operator]
    constrained = [name for name in equal if name not in free]
    if not free:
        raise EstimationError(
            f"parameter={parameter!r}: every step sets {parameter} equal; test with steps that leave them "
            "free, as by default"
        )
    return free[-1], constrained[0] if constrained else None


def _rows_of_groups(free: CFAResult, equal: CFAResult | None, parameter: Parameter) -> list[Row]:
    """Return the parameters of items, in the order of the model."""
    operator = OPERATORS[parameter]
    factors = set(free.model.latent)
    by_name: dict[str, list[ParameterEstimate]] = {}
    for estimate in free.parameters:
        if estimate.op == operator and not (operator == "~1" and estimate.lhs in factors):
            by_name.setdefault(estimate.name, []).append(estimate)
    implied = _implied_in_groups(free, equal, parameter, factors)
    nothing = (math.nan,) * len(free.groups)
    return [Row(name, tuple(rows), implied.get(name, nothing)) for name, rows in by_name.items()]


def _implied_in_groups(
    free: CFAResult, equal: CFAResult | None, parameter: Parameter, factors: set[str]
) -> dict[str, tuple[float, ...]]:
    """Return what the model with equal parameters says: each loading, or each group's mean of an item."""
    if equal is None:
        return {}
    freed = freed_names(equal)
    if parameter == "loadings":
        values: dict[str, list[float]] = {}
        for estimate in equal.parameters:
            if estimate.name in freed:
                continue
            values.setdefault(estimate.name, []).append(estimate.estimate)
        return {name: tuple(of_groups) for name, of_groups in values.items()}
    if any(e.op == "~1" and e.lhs in factors and e.estimate != 0 for e in free.parameters):
        return {}  # intercepts are then not the means of items
    means = [equal.implied_means(group) for group in equal.groups]
    names = {item: f"{item} ~ 1" for item in equal.model.observed}
    return {
        name: tuple(of_group[item] for of_group in means) for item, name in names.items() if name not in freed
    }


def _of_partners(tested: DyadicInvariance, parameter: Parameter) -> Compared:
    if not tested.distinguishable:
        raise EstimationError(
            f"partners of {tested.scale} are exchangeable, so that {parameter} are the same for both; their "
            "estimates are in tested.exchangeable.parameters. Where partners have roles, name the column of "
            "roles (Dyads.from_long(…, role='role')) and test again"
        )
    free, equal = _steps({name: STEPS[name] for name in tested.models}, parameter)
    each = "implies for each partner"
    return Compared(
        rows=_rows_of_partners(tested, parameter, free, equal),
        sizes=dict.fromkeys(tested.partners, tested.n_couples),
        free=free,
        equal=equal,
        unit="per SD of the partner's factor" if parameter == "loadings" else "unstandardized",
        title=f"{parameter.capitalize()} of {tested.scale} by partner",
        equal_words=f"Ticks: loadings that the {equal} model, with equal loadings, {each}"
        if parameter == "loadings"
        else f"Ticks: means that the {equal} model, with equal intercepts, {each}",
        whose="partner",
    )


def _rows_of_partners(
    tested: DyadicInvariance, parameter: Parameter, free: str, equal: str | None
) -> list[Row]:
    """Return the parameters of items in both partners, named as in a model of one partner."""
    freed = () if equal is None else tested.freed[equal]
    rows = []
    for place, item in enumerate(tested.items):
        name = parameter_name(parameter, item, tested.scale)
        estimates, implied = [], []
        for side, partner in enumerate(tested.partners):
            variable, factor = tested.pair.variables(side)[place], tested.pair.factors[side]
            own_name = parameter_name(parameter, variable, factor)
            estimate = tested.models[free].parameters[own_name]
            lhs, rhs = (tested.scale, item) if parameter == "loadings" else (item, estimate.rhs)
            estimates.append(replace(estimate, lhs=lhs, rhs=rhs, group=partner))
            if equal is None or name in freed:
                implied.append(math.nan)
            elif (
                parameter == "loadings"
            ):  # of a factor whose variance is 1, as in the model where they are free
                implied.append(tested.models[equal].parameters[own_name].std_lv)
            else:
                implied.append(tested.models[equal].implied_means()[variable])
        rows.append(Row(name, tuple(estimates), tuple(implied)))
    return rows
