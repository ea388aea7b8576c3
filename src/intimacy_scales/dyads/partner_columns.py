"""Columns of both partners in a table with one row for each couple, and a message for those that it lacks."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from intimacy_scales.dyads.labels import name_of
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type, shortened
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.reading.column_patterns import of_partners
from intimacy_scales.reading.columns import as_spelled, column_names, missing_columns

_SHOWN = 4  # patterns in a message


def by_partner(value: Any, option: str) -> dict[str, Any]:
    """Return a mapping of two partners with their names as texts: 1 and 2 are named as well as a and b.

    Raises
    ------
    ResponseError
        It is not a mapping of two partners, or their names are blank or the same.

    Examples
    --------
    >>> by_partner({1: "q{n}_1", 2: "q{n}_2"}, "columns")
    {'1': 'q{n}_1', '2': 'q{n}_2'}
    """
    if not isinstance(value, Mapping) or len(value) != 2:
        raise ResponseError(
            f"{option} is {a_type(value)}{f' of {len(value)}' if isinstance(value, Mapping) else ''}; pass a "
            f'mapping of two partners, as in {option}={{"a": "q{{n}}_a", "b": "q{{n}}_b"}}'
        )
    named = {name_of(name): side for name, side in value.items() if not is_missing_label(name)}
    if len(named) < 2:
        listed = " and ".join(map(shortened, value))
        raise ResponseError(
            f"{option}: {listed} are not the names of two partners; allowed: two different texts or numbers"
        )
    return named


def partners_of(sides: Mapping[str, Any]) -> tuple[str, str]:
    """Return the names of the two partners of a mapping."""
    first, second = sides
    return first, second


def missing_of_partners(
    missing: Mapping[str, MissingColumnsError],
    sides: Mapping[str, Any],
    form: Instrument,
    names: Sequence[Hashable],
    option: str,
) -> MissingColumnsError:
    """Return one error for the missing columns of both partners.

    No column with answers of one partner is proposed for the other one.

    Parameters
    ----------
    missing
        Partner → the error about their columns.
    sides
        Partner → where their answers were said to be.
    form, names
        The instrument, and the names of the columns of the table.
    option
        The option that said so.
    """
    missing = {name: _of_own_columns(name, error, sides, form, names) for name, error in missing.items()}
    items = tuple(dict.fromkeys(item for error in missing.values() for item in error.missing))
    patterns = {name: side for name, side in sides.items() if isinstance(side, str)}
    right = [pattern for name, pattern in patterns.items() if name not in missing]
    fitting = dict.fromkeys(one for error in missing.values() for one in error.patterns if one not in right)
    if fitting and len(patterns) == len(sides):
        lines = [
            f"partner {name}: {len(error.missing)} of {len(form.items)} items have no column by the pattern "
            f"{shortened(patterns[name])}"
            for name, error in missing.items()
        ]
        lines.append(_advice(list(fitting), patterns, list(missing), option))
        return MissingColumnsError("\n".join(lines), items, {}, tuple(fitting))
    text = "\n".join(f"partner {name}: {error.args[0]}" for name, error in missing.items())
    near: dict[str, str] = {}
    if len(missing) == 1:  # an item has a column for each partner, and a suggestion names one
        near = next(iter(missing.values())).suggestions
    return MissingColumnsError(text, items, near)


def _of_own_columns(
    partner: str,
    error: MissingColumnsError,
    sides: Mapping[str, Any],
    form: Instrument,
    names: Sequence[Hashable],
) -> MissingColumnsError:
    """Return the error about a partner's columns without proposals of columns that are another partner's."""
    wanted = {name: as_spelled(column_names(form, side), names) for name, side in sides.items()}
    others = {column for name, columns in wanted.items() if name != partner for column in columns}
    others -= set(wanted[partner])
    if others.isdisjoint(error.suggestions.values()):
        return error
    pattern = sides[partner] if isinstance(sides[partner], str) else None
    free = [name for name in names if name not in others]
    return missing_columns(form, wanted[partner], free, pattern=pattern)


def _advice(fitting: list[str], given: Mapping[str, str], wrong: list[str], option: str) -> str:
    """Say which patterns the table has columns for, and which of them are whose, as far as that shows."""
    listed = " and ".join(map(repr, fitting[:_SHOWN])) + (" …" if len(fitting) > _SHOWN else "")
    fits = f"The table has columns of all items for {listed}"
    meant = of_partners(fitting, {name: given[name] for name in wrong})
    if not meant and len(fitting) == len(wrong):
        meant = dict(zip(wrong, fitting, strict=True))
        check = "whose answers they are, the table does not say: look it up, and exchange them if need be"
        if len(wrong) == 1:
            check = "make sure that they are this partner's"
    else:
        check = "make sure that they are these partners'"
    if not meant:
        return f"{fits}; give each partner one of them, with the answers of that partner."
    both = {**given, **meant}
    return f"{fits}: pass {option}={both}; {check}."
