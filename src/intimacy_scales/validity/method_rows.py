"""Persons of several methods in one table: reports about partners are joined to the person they describe."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.frames import number_column, open_table
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.results.wording import counted, joined
from intimacy_scales.scoring import Scores

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedMethods:
    """Persons by variable.

    Attributes
    ----------
    values
        (n, n_methods * n_traits): nan where missing.
    couples
        Couple of each person, as a number from 0; None without couples.
    traits
        The traits that all methods have.
    rows, averaged, without_partner
        Method → its rows; rows of persons with several that were averaged; reports about partners who are
        not in the tables.
    """

    values: Floats
    couples: NDArray[np.intp] | None
    traits: tuple[str, ...]
    rows: dict[str, int]
    averaged: dict[str, int]
    without_partner: dict[str, int]


def joined_methods(
    methods: Mapping[str, Any],
    *,
    person: Hashable,
    couple: Hashable,
    traits: Sequence[str] | None,
    about_partner: Collection[str] | None,
    averaged: Collection[str],
    on_invalid: OnInvalid,
) -> JoinedMethods:
    """Return the persons of all methods; parameters as in `mtmm`."""
    reports = _about_partner(methods, about_partner, couple)
    for name in averaged:
        if name not in methods:
            raise EstimationError(f"averaged: {name!r} is not one of the methods {', '.join(methods)}")
    names = _traits(methods, traits, (person, couple))
    columns = {name: _scores(source, names, name, on_invalid) for name, source in methods.items()}
    tables = {name: _table(source) for name, source in methods.items()}
    sizes = [len(columns[name]) for name in methods]
    starts = np.cumsum([0, *sizes])
    persons = _labels(tables, person, "person")
    couples = None if couple is None else _labels(tables, couple, "couple")
    key = persons if couples is None else couples * (int(persons.max()) + 1) + persons
    described = key.copy()
    lost = {}
    for i, name in enumerate(methods):
        if name in reports:
            assert couples is not None
            here = slice(starts[i], starts[i + 1])
            described[here] = _partners(key, couples, here)
            lost[name] = int(np.count_nonzero(described[here] < 0))
    known, place = np.unique(described[described >= 0], return_inverse=True)
    positions = np.full(len(key), -1)
    positions[described >= 0] = place
    values = np.full((len(known), len(methods) * len(names)), np.nan)
    several = {}
    for i, name in enumerate(methods):
        here = slice(starts[i], starts[i + 1])
        block, several[name] = _by_person(
            columns[name], positions[here], len(known), name, may_repeat=name in averaged
        )
        values[:, i * len(names) : (i + 1) * len(names)] = block
    return JoinedMethods(
        values=values,
        couples=None if couples is None else known // (int(persons.max()) + 1),
        traits=tuple(names),
        rows=dict(zip(methods, sizes, strict=True)),
        averaged={name: several[name] for name in averaged},
        without_partner=lost,
    )


def _is_about_partner(scores: Scores) -> bool:
    return scores.form.wording == "partner"


def _about_partner(
    methods: Mapping[str, Any], about_partner: Collection[str] | None, couple: Hashable
) -> tuple[str, ...]:
    """Return the methods whose respondents describe their partner."""
    named = [about_partner] if isinstance(about_partner, str) else list(about_partner or ())
    by_form = [n for n, source in methods.items() if isinstance(source, Scores) and _is_about_partner(source)]
    by_form += [name for name in named if name not in by_form]
    for name in by_form:
        if name not in methods:
            raise EstimationError(f"about_partner: {name!r} is not one of the methods {', '.join(methods)}")
    if by_form and couple is None:
        raise EstimationError(
            f"couple is missing: {joined(by_form)} describes the respondent's partner, who is found by the "
            "column of the couple; pass couple="
        )
    return tuple(by_form)


def _table(source: Any) -> Any:
    return source.kept if isinstance(source, Scores) else open_table(source)


def _traits(methods: Mapping[str, Any], traits: Sequence[str] | None, labels: tuple[Any, ...]) -> list[str]:
    """Return the traits that were named, or those that all methods have."""
    available = {
        name: [
            str(one)
            for one in (source.scale_ids if isinstance(source, Scores) else open_table(source).names)
            if one not in labels
        ]
        for name, source in methods.items()
    }
    first = next(iter(available.values()))
    if traits is None:
        chosen = [one for one in first if all(one in names for names in available.values())]
        for name, source in methods.items():
            _check_no_totals(name, source, chosen)
    else:
        chosen = list(as_names("traits", traits, "scales"))
    for name, names in available.items():
        missing = [one for one in chosen if one not in names]
        if missing:
            raise EstimationError(
                f"{name}: no scores of {joined(missing)}; it has {', '.join(names) or 'none'}. All methods "
                "need the same names of traits"
            )
    if len(chosen) < 2:
        raise EstimationError(
            f"{counted(len(chosen), 'trait')} in all methods ({', '.join(chosen)}); at least two are needed "
            "under the same names: rename the scores, or pass traits="
        )
    return chosen


def _check_no_totals(method: str, source: Any, traits: Sequence[str]) -> None:
    """Raise where a scale has the items of others, with which it must correlate; nobody named it."""
    form = source.form if isinstance(source, Scores) else None
    if form is None:
        return
    of_scale = scale_items(form)
    items = {name: set(of_scale[name].ids) for name in traits}
    for whole, its_items in items.items():
        parts = [name for name, others in items.items() if others < its_items]
        if parts:
            left = [name for name in traits if name != whole]
            raise EstimationError(
                f"{method}: {whole} has the items of {joined(parts)}, so that they correlate whatever they "
                f"measure; name the traits, as in traits={left}"
            )


def _scores(source: Any, traits: Sequence[str], method: str, on_invalid: OnInvalid) -> Floats:
    """Return the scores of a method (n_rows, n_traits)."""
    if isinstance(source, Scores):
        return np.column_stack([source[trait] for trait in traits])
    table = open_table(source)
    by_trait = {f"{method} {t}": number_column(table.values(t, method), f"{method} {t}") for t in traits}
    check_scores(by_trait, on_invalid)
    return np.column_stack(list(by_trait.values()))


def _labels(tables: Mapping[str, Any], column: Hashable, option: str) -> NDArray[np.intp]:
    """Return the labels of all rows of all methods, one method after the other, as numbers from 0."""
    labels: list[Any] = []
    for name, table in tables.items():
        if table.spelled(column) not in table.names:
            kept = f"score(…, keep=[{column!r}])"
            raise EstimationError(
                f"{option}={column!r}: {name} has no such column. Name it alike in all methods; with the "
                f"result of score, keep it: {kept}"
            )
        labels += list(table.values(column, option))
    positions = label_positions(labels, option)
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        raise EstimationError(
            f"{option}: {counted(len(missing), 'row')} without a label; leave them out, or label them"
        )
    return positions


def _partners(key: NDArray[np.intp], couples: NDArray[np.intp], here: slice) -> NDArray[np.intp]:
    """Return the key of the partner of each respondent, -1 where no partner is in the tables."""
    members: dict[int, set[int]] = {}
    for couple, one in zip(couples.tolist(), key.tolist(), strict=True):
        members.setdefault(couple, set()).add(one)
    too_many = [couple for couple, persons in members.items() if len(persons) > 2]
    if too_many:
        raise EstimationError(
            f"couple: {counted(len(too_many), 'couple')} with more than two persons; a report about the "
            "partner needs couples of two. Check the columns of couple and person"
        )
    partners = []
    for couple, one in zip(couples[here].tolist(), key[here].tolist(), strict=True):
        others = members[couple] - {one}
        partners.append(next(iter(others)) if others else -1)
    return np.array(partners, dtype=np.intp)


def _by_person(
    columns: Floats, positions: NDArray[np.intp], n: int, method: str, *, may_repeat: bool
) -> tuple[Floats, int]:
    """Return a method's scores by person (n, n_traits), and how many persons have several rows."""
    counts = np.bincount(positions[positions >= 0], minlength=n)
    repeated = np.flatnonzero(counts > 1)
    if len(repeated) and not may_repeat:
        first = int(np.flatnonzero(positions == repeated[0])[1])
        where = f", the first in row {first}" if values_shown() else ""
        raise EstimationError(
            f"{method}: {counted(len(repeated), 'person')} with several rows{where}. If these are occasions, "
            f"such as days, pass averaged=[{shortened(method)}]; otherwise leave all but one out"
        )
    block = np.full((n, columns.shape[1]), np.nan)
    used = positions >= 0
    for t, column in enumerate(columns.T):
        present = used & ~np.isnan(column)
        sums = np.bincount(positions[present], weights=column[present], minlength=n)
        scored = np.bincount(positions[present], minlength=n)
        block[scored > 0, t] = sums[scored > 0] / scored[scored > 0]
    return block, len(repeated)
