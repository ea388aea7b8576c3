"""Measurement error in models of couples: scores corrected by their reliability, or factors of items."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.models.couple_table import CoupleTable, Pair, TableBuilder
from intimacy_scales.dyads.models.item_errors import ScoreErrors, errors_of_scale
from intimacy_scales.dyads.models.layout import Layout, cell_of
from intimacy_scales.dyads.models.names import Names
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of, shortened, suggest
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.ties import first_highest

Reliability = Mapping[str, float | Mapping[str, float]]
Loadings = Literal["equal", "free"]
ErrorModel = Literal["corrected", "latent"]


@dataclass(slots=True, kw_only=True)
class Measured:
    """How variables of a model are measured.

    Attributes
    ----------
    partners
        Variable → what stands for it in paths: its columns, or factors.
    lines
        Lines of the model that relate columns to factors.
    references
        Factor → the column that has its mean.
    reliabilities
        Variable → cell → reliability of its scores, where they are corrected.
    cautions
        Cautions about how variables are measured.
    """

    partners: dict[str, Pair]
    lines: list[str] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    reliabilities: dict[str, dict[str, float]] = field(default_factory=dict)
    cautions: list[str] = field(default_factory=list)


def check_measurement(error: Any, reliability: Any, loadings: Any) -> None:
    """Raise where options of measurement error are not valid, or exclude each other."""
    if error is not None and error not in get_args(ErrorModel):
        raise EstimationError(not_one_of("error", error, get_args(ErrorModel)))
    if loadings not in get_args(Loadings):
        raise EstimationError(not_one_of("loadings", loadings, get_args(Loadings)))
    if reliability is not None and error != "corrected":
        raise EstimationError(
            f"reliability= is for error='corrected', and error={error!r}; pass that, or leave it out"
        )


def measurement_cautions(error: str | None, layout: Layout, loadings: Loadings) -> list[str]:
    """Return cautions about figures of a model with measurement error."""
    if error == "corrected":
        return ["reliabilities count as known, so that standard errors are slightly too small"]
    if error == "latent" and layout.distinguishable and loadings == "free":
        return ["loadings differ between roles, so that effects of different roles are in different units"]
    return []


def observed(table: CoupleTable) -> Measured:
    """Return scores as they are."""
    return Measured(partners=dict(table.partners))


def corrected(
    dyads: Dyads,
    layout: Layout,
    table: CoupleTable,
    variables: Sequence[str],
    reliability: Reliability | None,
) -> Measured:
    """Return a factor for each score, with a fixed error variance ``(1 - reliability) x variance``.

    Where the reliability comes from items, the errors of both partners covary as far as the residuals of the
    same items do.
    """
    measured, names = observed(table), Names()
    given = {} if reliability is None else dict(reliability)
    unknown = [name for name in given if name not in variables]
    if unknown:
        raise EstimationError(
            f"reliability: {shortened(unknown[0])} is not in the model; allowed: {', '.join(variables)}"
            f"{suggest(unknown[0], variables)}"
        )
    for variable in variables:
        errors = _errors(dyads, layout, variable, given.get(variable))
        measured.reliabilities[variable] = dict(errors.reliabilities)
        if all(value == 1 for value in errors.reliabilities.values()):
            continue
        variances = _error_variances(layout, table, variable, errors)
        columns = table.partners[variable]
        factors = [names.of((variable, place), "true", columns[place]) for place in (0, 1)]
        for place, (factor, column) in enumerate(zip(factors, columns, strict=True)):
            by_group = [variances[cell_of(c, place)] for c in layout.compositions]
            measured.lines += [
                f"{factor} =~ 1*{column}",
                f"{column} ~~ {_fixed(by_group)}{column}",
                f"{column} ~ 0*1",
            ]
            measured.references[factor] = column
        if errors.correlation:
            shared = [
                errors.correlation * math.sqrt(variances[cell_of(c, 0)] * variances[cell_of(c, 1)])
                for c in layout.compositions
            ]
            measured.lines.append(f"{columns[0]} ~~ {_fixed(shared)}{columns[1]}")
        measured.partners[variable] = (factors[0], factors[1])
    return measured


def _fixed(values: Sequence[float]) -> str:
    """Return the prefix of a parameter that is fixed in each group."""
    if len(values) == 1:
        return f"{float(values[0])!r}*"
    return f"c({', '.join(repr(float(value)) for value in values)})*"


def _errors(
    dyads: Dyads, layout: Layout, variable: str, given: float | Mapping[str, float] | None
) -> ScoreErrors:
    """Return the reliability of a variable in each cell: the given one, or omega of its items."""
    if given is None:
        if dyads.answers is None or variable not in dyads.scale_ids:
            raise EstimationError(
                f"error='corrected' needs the reliability of {variable}, which has no items here: pass "
                f"reliability={{{variable!r}: 0.85}} (1 for a variable without error)"
            )
        return errors_of_scale(dyads, layout, variable)
    by_cell = dict(given) if isinstance(given, Mapping) else dict.fromkeys(layout.cells, given)
    missing = [cell for cell in layout.cells if cell not in by_cell]
    if missing or len(by_cell) > len(layout.cells):
        raise EstimationError(
            f"reliability of {variable}: {shortened(given)} is not valid; allowed: one number, or one for "
            "each of "
            f"{', '.join(map(repr, layout.cells))}"
        )
    for value in by_cell.values():
        if not is_real(value) or not 0 < value <= 1:
            raise EstimationError(
                f"reliability of {variable}: {shortened(value)} is not valid; allowed: a number above 0, at "
                "most 1"
            )
    return ScoreErrors(reliabilities={cell: float(by_cell[cell]) for cell in layout.cells}, correlation=0.0)


def _error_variances(
    layout: Layout, table: CoupleTable, variable: str, errors: ScoreErrors
) -> dict[str, float]:
    """Return ``(1 - reliability) x variance`` (divisor n) in each cell."""
    scores, variances = table.both(variable), {}
    for composition in layout.compositions:
        kinds = [composition.name] * table.n if table.composition is None else table.composition
        rows = np.array(kinds) == composition.name
        for place in range(len(composition.cells)):
            persons = scores[rows] if composition.exchangeable else scores[rows, place]
            cell = cell_of(composition, place)
            variances[cell] = (1 - errors.reliabilities[cell]) * float(np.nanvar(persons))
    return variances


def add_items(builder: TableBuilder, scales: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Add the keyed answers to items of scales to a table; return scale → what its items are called there.

    Raises
    ------
    EstimationError
        An item belongs to several of the scales, or a scale has a single item.
    """
    items = {scale: builder.dyads.item_ids(scale) for scale in scales}
    for scale, of_scale in items.items():
        if len(of_scale) == 1:
            raise EstimationError(
                f"{scale} has a single item, whose measurement error cannot be told from what it measures; "
                f"use error='corrected' and pass its reliability, such as reliability={{{scale!r}: 0.7}}"
            )
    every = [item for of_scale in items.values() for item in of_scale]
    if len(set(every)) < len(every):
        repeated = sorted({item for item in every if every.count(item) > 1})
        raise EstimationError(
            f"{', '.join(repeated)} belong to several of the scales, so that their factors cannot be told "
            "apart"
        )
    for scale, of_scale in items.items():
        answers = builder.dyads.items(scale)
        for number, item in enumerate(of_scale):
            builder.add_partners(item, answers[:, :, number])
    return items


def strongest_first(table: CoupleTable, items: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Return the items of each scale, first the one that correlates most with the sum of the others.

    Where the first item of a scale hardly measures it, effects in its unit are nearly infinite, and a search
    may not converge; in the unit of another item it is the same model.
    """
    ordered = {}
    for scale, of_scale in items.items():
        answers = np.column_stack([table.both(item).ravel() for item in of_scale])
        answers = answers[~np.isnan(answers).any(axis=1)]
        centred = answers - answers.mean(axis=0) if len(answers) else answers
        rest = centred.sum(axis=1)[:, None] - centred
        spreads = np.sqrt((centred**2).sum(axis=0) * (rest**2).sum(axis=0))
        related = np.abs((centred * rest).sum(axis=0)) / np.where(spreads > 0, spreads, np.inf)
        strongest = of_scale[first_highest(related.tolist())]
        ordered[scale] = (strongest, *(item for item in of_scale if item != strongest))
    return ordered


def unit_cautions(items: Mapping[str, Sequence[str]], used: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the cautions about scales whose factor does not have the unit of their first item."""
    return [
        f"{of_scale[0]}, the first item of {scale}, hardly measures it, so that {used[scale][0]} gives its "
        "factor the unit"
        for scale, of_scale in items.items()
        if used[scale][0] != of_scale[0]
    ]


def latent(
    layout: Layout, table: CoupleTable, items: Mapping[str, Sequence[str]], loadings: Loadings
) -> Measured:
    """Return a factor of the items for each scale and partner, with residuals of the same item correlated.

    The first item of each scale gives its factor the unit and the origin. Exchangeable partners have equal
    loadings, intercepts and residual variances; in a mixed sample loadings and intercepts are equal in all
    compositions; in roles, loadings are equal unless they are free.
    """
    measured, names, labels = observed(table), Names(), Names()
    for scale, of_scale in items.items():
        factors = [names.of((scale, place), "factor", scale, layout.suffixes[place]) for place in (0, 1)]
        for place, factor in enumerate(factors):
            measured.lines.append(_loadings(layout, table, factor, of_scale, place, loadings, labels))
            measured.references[factor] = table.partners[of_scale[0]][place]
            for number, item in enumerate(of_scale):
                measured.lines += _item_lines(layout, table, item, place, number == 0, labels)
        measured.lines += [" ~~ ".join(table.partners[item]) for item in of_scale]
        measured.partners[scale] = (factors[0], factors[1])
    return measured


def _loadings(
    layout: Layout,
    table: CoupleTable,
    factor: str,
    items: Sequence[str],
    place: int,
    loadings: Loadings,
    labels: Names,
) -> str:
    """Return the line of a factor's items; the first one has the loading 1."""
    first, *others = items
    parts = [f"1*{table.partners[first][place]}"]
    for item in others:
        free = layout.distinguishable and loadings == "free"
        prefix = "" if free else _same(layout, labels.of(("l", item), "l", item))
        parts.append(f"{prefix}{table.partners[item][place]}")
    return f"{factor} =~ {' + '.join(parts)}"


def _item_lines(
    layout: Layout, table: CoupleTable, item: str, place: int, is_first: bool, labels: Names
) -> list[str]:
    """Return the intercept and the residual variance of an item."""
    column = table.partners[item][place]
    intercept, spread = "", ""
    if not layout.distinguishable:
        intercept = _same(layout, labels.of(("n", item), "n", item))
        spread = _each(
            layout,
            lambda c: labels.of(("e", item, cell_of(c, place)), "e", item, cell_of(c, place)),
        )
    return [f"{column} ~ 0*1" if is_first else f"{column} ~ {intercept}1", f"{column} ~~ {spread}{column}"]


def _same(layout: Layout, label: str) -> str:
    """Return the prefix of a parameter that is equal in all compositions."""
    return _each(layout, lambda _: label)


def _each(layout: Layout, label_of: Callable[[Composition], str]) -> str:
    labels = [label_of(composition) for composition in layout.compositions]
    return f"{labels[0]}*" if len(labels) == 1 else f"c({', '.join(labels)})*"
