"""What a path diagram shows of a fitted model: its variables and the arrows between them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.results.wording import apa, digits_for, shown

Kind = Literal["loading", "path", "covariance"]
_SIGNIFICANCE_LEVEL = 0.05
_MOST_DIGITS = 4  # after the point, of values that are not standardized


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A parameter between two variables.

    Attributes
    ----------
    source, target
        The factor and what measures it; the predictor and the outcome; or two variables that covary.
    kind
        ``loading``, ``path`` or ``covariance``.
    value, se, p
        As they are drawn, standardized or not; nan where they are fixed or undefined.
    text
        The value as it is written.
    """

    source: str
    target: str
    kind: Kind
    value: float
    se: float
    p: float
    text: str

    @property
    def line(self) -> Literal["-", "--", ":"]:
        """Solid; dashed if not significant; dotted without a test, because it is fixed or undefined."""
        if math.isnan(self.p):
            return ":"
        return "-" if self.p < _SIGNIFICANCE_LEVEL else "--"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variance:
    """The variance of a variable, or what is left of it.

    Attributes
    ----------
    name
        The variable.
    value, se, p, text
        As of `Arrow`; the text is empty where the variance is 1 because the variable is standardized.
    """

    name: str
    value: float
    se: float
    p: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathModel:
    """The variables of a diagram by their place, and its arrows.

    Attributes
    ----------
    items
        Indicators, those of the same factor one after another.
    columns
        Factors, and observed variables with paths, that are drawn next to the items: a first column of those
        that items measure, then those of higher order.
    general
        Factors that are drawn on the other side of the items, because their items are those of others.
    factors
        Which of the names are factors.
    owners
        Item → the factor at whose height it is drawn; None for items of general factors alone.
    arrows, variances
        The parameters.
    """

    items: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    general: tuple[str, ...]
    factors: frozenset[str]
    owners: Mapping[str, str | None]
    arrows: tuple[Arrow, ...]
    variances: Mapping[str, Variance]


def path_model(result: CFAResult, group: str | None, *, standardized: bool) -> PathModel:
    """Return what a diagram shows of a fitted model.

    Parameters
    ----------
    result
        The fitted model.
    group
        Label of the group; None with one group.
    standardized
        Whether values are those of standardized variables.
    """
    arrows, variances = _parameters(result, group, standardized=standardized)
    loadings = [(a.source, a.target) for a in arrows if a.kind == "loading"]
    factors = result.model.latent
    measured = {factor: [target for source, target in loadings if source == factor] for factor in factors}
    levels = _levels(measured)
    general = _general(measured, levels)
    high = max((levels[name] for name in factors), default=1)
    indicators = {target for _, target in loadings if target not in measured}
    others = dict.fromkeys(
        name for a in arrows for name in (a.source, a.target)
        if name not in indicators and name not in measured
    )  # fmt: skip
    first = [name for name in [*factors, *others] if levels.get(name, 1) == 1 and name not in general]
    columns = [_predictors_first(first, arrows)]
    columns += [[name for name in factors if levels[name] == level] for level in range(2, high + 1)]
    _sort_by_parents(columns, measured)
    owners = _owners(columns[0], measured, general, indicators)
    return PathModel(
        items=tuple(owners),
        columns=tuple(tuple(column) for column in columns if column),
        general=tuple(general),
        factors=frozenset(factors),
        owners=owners,
        arrows=tuple(arrows),
        variances=variances,
    )


def _parameters(
    result: CFAResult, group: str | None, *, standardized: bool
) -> tuple[list[Arrow], dict[str, Variance]]:
    """Return the arrows and the variances of a group, without arrows that are fixed to 0."""
    rows = list(result.parameters)
    table = result.parameters.standardized() if standardized else None
    errors = [row.se for row in rows] if table is None else table["se"].tolist()
    tests = [row.p for row in rows] if table is None else table["p"].tolist()
    values = [row.std_all if standardized else row.estimate for row in rows]
    kinds: dict[str, Kind] = {"=~": "loading", "~": "path", "~~": "covariance"}
    dependent = {row.rhs for row in rows if row.op == "=~"} | {row.lhs for row in rows if row.op == "~"}
    arrows, variances = [], {}
    for row, value, se, p in zip(rows, values, errors, tests, strict=True):
        if row.group != group or row.op not in kinds:
            continue
        text = apa(value) if standardized else shown(value, min(digits_for(value), _MOST_DIGITS))
        if row.op == "~~" and row.lhs == row.rhs:
            is_unit = standardized and row.lhs not in dependent
            variances[row.lhs] = Variance(name=row.lhs, value=value, se=se, p=p, text="" if is_unit else text)
        elif row.free or row.estimate != 0:
            source, target = (row.rhs, row.lhs) if row.op == "~" else (row.lhs, row.rhs)
            kind = kinds[row.op]
            arrows.append(Arrow(source=source, target=target, kind=kind, value=value, se=se, p=p, text=text))
    return arrows, variances


def _levels(measured: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the order of each factor: 1 of items, 2 of such factors, and so on."""
    levels: dict[str, int] = {}
    while len(levels) < len(measured):
        for factor, names in measured.items():
            if factor not in levels and all(name in levels or name not in measured for name in names):
                levels[factor] = 1 + max((levels.get(name, 0) for name in names), default=0)
    return levels


def _general(measured: Mapping[str, Sequence[str]], levels: Mapping[str, int]) -> list[str]:
    """Return the factors of items that have all items of another factor, and more."""
    of_items = {name: set(measured[name]) for name in measured if levels[name] == 1}
    return [
        name for name, items in of_items.items()
        if any(other and other < items for other in of_items.values())
    ]  # fmt: skip


def _predictors_first(names: Sequence[str], arrows: Sequence[Arrow]) -> list[str]:
    """Return names so that a predictor comes before its outcomes, as far as paths have no circle."""
    remaining, ordered = list(names), list[str]()
    paths = [(a.source, a.target) for a in arrows if a.kind == "path"]
    while remaining:
        following = {target for source, target in paths if source in remaining and target != source}
        chosen = next((name for name in remaining if name not in following), remaining[0])
        ordered.append(chosen)
        remaining.remove(chosen)
    return ordered


def _sort_by_parents(columns: list[list[str]], measured: Mapping[str, Sequence[str]]) -> None:
    """Put factors that measure the same factor of higher order one after another."""
    for lower, upper in zip(columns[-2::-1], columns[:0:-1], strict=True):
        places = {name: place for place, factor in enumerate(upper) for name in reversed(measured[factor])}
        lower.sort(key=lambda name: places.get(name, len(upper)))


def _owners(
    column: Sequence[str],
    measured: Mapping[str, Sequence[str]],
    general: Sequence[str],
    indicators: set[str],
) -> dict[str, str | None]:
    """Return the factor at whose height each item is drawn, in the order in which items are drawn."""
    owners: dict[str, str | None] = {}
    for factor in column:
        for name in measured.get(factor, ()):
            if name in indicators:
                owners.setdefault(name, factor)
    for factor in [*general, *measured]:
        for name in measured[factor]:
            if name in indicators:
                owners.setdefault(name, None)
    return owners
