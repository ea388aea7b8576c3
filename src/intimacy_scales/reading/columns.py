"""Columns of items: which column holds the answers to which item, and which was probably meant."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.instrument.texts import without_twins
from intimacy_scales.messages import nearest, shortened, suggest, values_shown
from intimacy_scales.reading.column_patterns import patterns_that_fit

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument

ColumnMap = Mapping[str, Hashable] | str | Sequence[str] | Path | None

_SHOWN = 8  # names in a message
_FEW = 3  # suggestions in a message
_LONGEST_NAME = 256
MAX_COLUMNS = 100_000  # of a table, or keys of a mapping, among which items are looked for
_LARGE = 10**15  # larger numbers are not names of items
_FORMAT = re.compile(r"[^{}]?[<>^]?[ +-]?0?[0-9]{0,2}[ds]?")  # format of a number or text, at most 99 wide


def loose(name: str) -> str:
    """Return a name without case, punctuation and leading zeros: ``Tru_01`` → ``tru1``.

    Letters of other alphabets that look like Latin letters become these, such as a Cyrillic a.

    A text that is too long for a name is returned as it is, and not kept in the cache.
    """
    return name if len(name) > _LONGEST_NAME else _loose(name)


@lru_cache(maxsize=4096)
def _loose(name: str) -> str:
    folded = without_twins(unicodedata.normalize("NFKC", name)).casefold()
    numbers = re.sub(r"(?<!\d)0+(?=\d)", "", folded)
    return "".join(c for c in numbers if c.isalnum())


def name_text(name: Hashable) -> str | None:
    """Return a name as text: 1, 1.0 and ``b"1"`` are ``"1"``; None for a name that is not a text or number.

    Examples
    --------
    >>> name_text("ap"), name_text(1), name_text(1.0), name_text(b"ap"), name_text(True), name_text((1, 2))
    ('ap', '1', '1', 'ap', None, None)
    """
    if isinstance(name, str):
        return name
    if isinstance(name, bytes):
        return name.decode(errors="replace")
    if isinstance(name, bool) or not isinstance(name, Real):  # numpy's numbers are Real too
        return None
    return str(int(name)) if name == name and abs(name) < _LARGE and name == int(name) else str(name)  # noqa: PLR0124 - nan


def as_spelled(wanted: Sequence[Hashable], names: Iterable[Hashable]) -> tuple[Hashable, ...]:
    """Return the wanted names as they are spelled among ``names``.

    An ``ä`` may be one character or two (Unicode's NFC and NFD); both are the same letter, and the same name.
    """
    known_names = set(names)
    if known_names.issuperset(wanted):
        return tuple(wanted)
    by_composed: dict[str, str | None] = {}
    for name in known_names:
        if isinstance(name, str) and not name.isascii() and len(name) <= _LONGEST_NAME:
            normal_form = unicodedata.normalize("NFC", name)
            by_composed[normal_form] = None if normal_form in by_composed else name  # None: ambiguous

    def spelled(name: Hashable) -> Hashable:
        if name in known_names or not isinstance(name, str):
            return name
        return by_composed.get(unicodedata.normalize("NFC", name)) or name

    return tuple(map(spelled, wanted))


def _from_pattern(instrument: Instrument, pattern: str) -> tuple[Hashable, ...]:
    """Return the column of each item by a pattern, checked so that it can format nothing else."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise ResponseError(f"columns={shortened(pattern)} is not a pattern: {error}") from None
    fields = {field for _, field, _, _ in parts if field is not None}
    if not fields or not fields <= {"item", "n"}:
        raise ResponseError(
            f"columns={shortened(pattern)} is not a pattern: write {{item}} for the item's id or {{n}} for "
            "its position, from 1, as in 'prqc.1_{n}'; a file with lines of item = \"column\" is passed as "
            "columns=Path('columns.toml')"
        )
    if any(form is not None and not _FORMAT.fullmatch(form) for _, _, form, _ in parts):
        raise ResponseError(
            f"columns={shortened(pattern)} is not a pattern: after a colon write the number of digits, at "
            "most 99, as in 'q{n:02d}'"
        )
    try:
        return tuple(pattern.format(item=item.id, n=n) for n, item in enumerate(instrument.items, start=1))
    except (ValueError, AttributeError, LookupError) as error:
        raise ResponseError(f"columns={shortened(pattern)} is not a pattern: {error}") from None


def check_width(width: int, what: str = "the table has {} columns") -> None:
    """Raise where a table or mapping has too many names.

    Raises
    ------
    ResponseError
        There are more than ``MAX_COLUMNS``; says what to do.
    """
    if width > MAX_COLUMNS:
        raise ResponseError(
            f"{what.format(f'{width:,}')}; allowed: at most {MAX_COLUMNS:,}. Pass only those that hold "
            "answers"
        )


def look_alikes(
    wanted: Sequence[Hashable], item_ids: Sequence[str], names: Iterable[Hashable]
) -> dict[Hashable, str]:
    """Return names → the items whose names differ from them only in case, punctuation, zeros or type."""
    items = {loose(str(name)): item for name, item in zip(wanted, item_ids, strict=True)}
    known = set(wanted)
    others = [(name, name_text(name)) for name in names if name not in known]
    return {name: items[loose(text)] for name, text in others if text is not None and loose(text) in items}


def check_columns(
    instrument: Instrument,
    wanted: Sequence[Hashable],
    names: Sequence[Hashable],
    *,
    allow_missing: bool,
    from_mappings: bool = False,
    columns: ColumnMap = None,
) -> None:
    """Raise where items have no column.

    Parameters
    ----------
    instrument, wanted, names
        The instrument, the column of each item, and the columns of the table.
    allow_missing
        Accept absent items, unless all are absent, or one seems to be present under another name.
    from_mappings
        The names are keys of mappings, whose look-alikes are reported row by row.
    columns
        What named the columns; where it is a pattern and half of its columns are absent, it is wrong.
    """
    check_width(len(names))
    present = set(names)
    absent = {item for item, name in zip(instrument.item_ids, wanted, strict=True) if name not in present}
    twins = set() if from_mappings else absent & set(look_alikes(wanted, instrument.item_ids, names).values())
    if absent and (not allow_missing or twins or len(absent) == len(wanted)):
        pattern = columns if isinstance(columns, str) else None
        raise missing_columns(instrument, wanted, names, from_mappings=from_mappings, pattern=pattern)


def check_sets(instrument: Instrument, sets: Mapping[str, ColumnMap], names: Sequence[Hashable]) -> None:
    """Raise where one of several sets of columns leaves out an item whose id is itself a column.

    An item that a mapping does not name is looked for under its id; next to other sets, as those of two
    partners, such a column may be anybody's.

    Raises
    ------
    ResponseError
        Names the set, and the column.
    """
    present = set(names)
    for name, columns in sets.items():
        if not isinstance(columns, Mapping):
            continue
        named = set(as_spelled(list(columns), instrument.item_ids))
        others = [item for item in instrument.item_ids if item not in named and item in present]
        if others:
            item = others[0]
            raise ResponseError(
                f"{shortened(name)} names no column for {item}, and column {item!r} may be anybody's: if it "
                f"holds the answers of {name}, name it for them ({{{item!r}: {item!r}}}), otherwise rename it"
            )


def column_names(instrument: Instrument, columns: ColumnMap = None) -> tuple[Hashable, ...]:
    """Return the column of each item, in the order of items.

    Parameters
    ----------
    instrument
        The instrument.
    columns
        A mapping from item id to column (other items keep their id), a pattern with ``{item}`` or
        ``{n}``, or None: columns are named like the items.

    Raises
    ------
    ResponseError
        The pattern or the mapping is not valid for this instrument.
    """
    if columns is None:
        return instrument.item_ids
    if isinstance(columns, str):
        names = _from_pattern(instrument, columns)
    elif isinstance(columns, Mapping):
        spelled = as_spelled(list(columns), instrument.item_ids)
        by_item: dict[Any, Hashable] = dict(zip(spelled, columns.values(), strict=True))
        unknown = [name for name in by_item if name not in instrument.item_ids]
        if unknown:
            hint = suggest(unknown[0], instrument.item_ids)
            raise ResponseError(
                f"columns: {shortened(unknown[0])} is not an item of {instrument.ref.called}{hint}"
            )
        names = tuple(by_item.get(item, item) for item in instrument.item_ids)
    else:
        raise ResponseError(
            "columns as a list gives the order of the items in a numpy array; for a table or a mapping pass "
            "{item: column} or a pattern such as 'q{n}'"
        )
    item_by_name: dict[Hashable, str] = {}
    for item, name in zip(instrument.item_ids, names, strict=True):
        if not isinstance(name, Hashable):
            raise ResponseError(f"columns: {shortened(name)} for {item} is not valid as the name of a column")
        composed = (
            unicodedata.normalize("NFC", name) if isinstance(name, str) and not name.isascii() else name
        )
        if composed in item_by_name:
            raise ResponseError(
                f"columns: {shortened(name)} is named for two items, {item_by_name[composed]} and {item}"
            )
        item_by_name[composed] = item
    return names


def _same_numbers(one: str, other: str) -> bool:
    """Tell whether two names contain the same numbers; other numbers mean another item or another wave."""
    numbers = [[int(digits) for digits in re.findall(r"[0-9]+", name)] for name in (one, other)]
    return numbers[0] == numbers[1]


def _suggestions(missing: Sequence[str], names: Sequence[str], taken: Iterable[Hashable]) -> dict[str, str]:
    """Return item → the unused column with the most similar name, for items that have one."""
    free = [name for name in names if name not in set(taken)]
    by_loose = {loose(name): name for name in reversed(free)}
    suggestions = {}
    for item in missing:
        loosely_equal = by_loose.get(loose(item))
        similar = [name for name in nearest(item, free, most=_FEW, alike=0.8) if _same_numbers(item, name)]
        similar = similar if loosely_equal is None else [loosely_equal]
        similar = similar or [name for name in free if name.startswith(f"{item} (")]  # "Q0 (trial 2)"
        if similar:
            suggestions[item] = similar[0]
    return suggestions


def _likely_columns(
    absent: Mapping[str, Hashable],
    wanted: Sequence[Hashable],
    names: Sequence[Hashable],
    item_ids: Sequence[str],
    *,
    wrong_pattern: bool,
) -> tuple[list[str], dict[str, str]]:
    """Return patterns that fit the columns of a table, and item → the column that was probably meant.

    A single pattern that fits and leaves no column over is probably meant; of several the user must choose.
    Where the pattern that was given is wrong, a column that looks like a missing one is that of another item.
    """
    present = set(names)
    texts = [name for name in names if isinstance(name, str)]
    wholly = len(absent) == len(wanted)
    patterns = patterns_that_fit(item_ids, texts) if wholly or wrong_pattern else []
    if patterns or wrong_pattern:
        is_certain = len(patterns) == 1 and wholly and "{item}" not in patterns[0]
        is_certain = is_certain and patterns[0].format(n=len(wanted) + 1) not in present
        numbered = enumerate(absent, start=1)
        return patterns, {item: patterns[0].format(n=n) for n, item in numbered if is_certain}
    similar = _suggestions([str(column) for column in absent.values()], texts, present & set(wanted))
    return [], {item: similar[str(column)] for item, column in absent.items() if str(column) in similar}


def missing_columns(
    instrument: Instrument,
    wanted: Sequence[Hashable],
    names: Sequence[Hashable],
    *,
    from_mappings: bool = False,
    pattern: str | None = None,
) -> MissingColumnsError:
    """Return the error that lists items without a column and suggests the likely columns.

    Where half of a pattern's columns or more are absent, the advice is about patterns only.
    """
    from intimacy_scales.reading.other_wording import other_version_hint  # loads forms; only for errors

    present = set(names)
    absent = {item: col for item, col in zip(instrument.item_ids, wanted, strict=True) if col not in present}
    wrong_pattern = pattern is not None and len(absent) > 1 and 2 * len(absent) >= len(wanted)
    patterns, suggestions = _likely_columns(
        absent, wanted, names, instrument.item_ids, wrong_pattern=wrong_pattern
    )
    lines = _absent_lines(instrument, absent, suggestions)
    ends_early = not patterns and _ends_early(pattern, wanted, present)
    renamed = any(name != item for item, name in zip(instrument.item_ids, wanted, strict=True))
    numbers = {name_text(name) for name in names if not isinstance(name, str)}
    if not renamed and (other_version := other_version_hint(instrument, names)):
        lines.append(other_version)
    elif numbers.issuperset(map(str, absent.values())):
        lines.append(_NUMBERS_AS_NAMES[from_mappings])
    elif ends_early and not suggestions:
        lines.append(_listed_columns(names))
    elif wrong_pattern or patterns or suggestions or len(absent) == len(wanted):
        likely: Mapping[Any, str] = {absent[item]: name for item, name in suggestions.items()}
        lines.append(_advice(patterns, likely if renamed else suggestions, names, renamed=renamed))
    else:
        n_present = len(wanted) - len(absent)
        others = "item has" if n_present == 1 else f"{n_present} have"
        lines.append(f"The other {others} one, and no column has a name like these.")
    if ends_early:
        lines.append(_positions_advice(instrument, wanted[: len(wanted) - len(absent)]))
    elif len(absent) < len(wanted) and not patterns:
        lines.append("To treat them as skipped by everyone, pass allow_missing_items=True.")
    return MissingColumnsError("\n".join(lines), tuple(absent), suggestions, tuple(patterns))


def _ends_early(pattern: str | None, wanted: Sequence[Hashable], present: Collection[Hashable]) -> bool:
    """Return whether a pattern of positions has columns for the first items only.

    A questionnaire with some of the form's items numbers them from 1 too, and these numbers are no positions
    in the form: answers would be read as those to other items.
    """
    if pattern is None or all(field != "n" for _, field, _, _ in string.Formatter().parse(pattern)):
        return False
    known = [name in present for name in wanted]
    return 0 < sum(known) < len(known) and all(known[: sum(known)])


def _positions_advice(instrument: Instrument, columns: Sequence[Hashable]) -> str:
    """Say what {n} counts, and that a mapping names the items of columns with other numbers."""
    items = instrument.item_ids[: len(columns)]
    first, last = shortened(columns[0]), shortened(columns[-1])
    read = f"{first} to {last} would be the answers to {items[0]} to {items[-1]}"
    if len(columns) == 1:
        read = f"{first} would be the answers to {items[0]}"
    return (
        f"{{n}} is the position among all {len(instrument.items)} items of the form, so that {read}. If only "
        f"some items were asked, give a mapping of item ids to columns instead of the pattern: "
        f"{{ITEM: {first}, …}} with the id of the item that each column answers."
    )


def _absent_lines(
    instrument: Instrument, absent: Mapping[str, Hashable], suggestions: Mapping[str, str]
) -> list[str]:
    """Return the lines of a message that name items without a column."""
    verb = "has" if len(absent) == 1 else "have"
    lines = [f"{len(absent)} of {len(instrument.items)} items of {instrument.ref.called} {verb} no column:"]
    for item, col in list(absent.items())[:_SHOWN]:
        label = item if col == item else f"{item} (looked for as {shortened(col)})"
        hint = f"; did you mean {suggestions[item]!r}?" if item in suggestions else ""
        lines.append(f"  {label}{hint}")
    if len(absent) > _SHOWN:
        lines.append(f"  … and {len(absent) - _SHOWN} more")
    return lines


_NUMBERS_AS_NAMES = {
    False: "The table has columns of these names, but as numbers, not as texts. To make them texts: "
    "table.columns = table.columns.map(str).",
    True: "There are keys of these names, but as numbers, not as texts. To make them texts: "
    "[{str(key): value for key, value in row.items()} for row in rows].",
}


def _advice(
    patterns: Sequence[str],
    suggestions: Mapping[Any, str],
    names: Sequence[Hashable],
    *,
    renamed: bool,
) -> str:
    """Say which ``columns=`` would probably help, or which columns to rename if ``columns=`` is in use."""
    if patterns:
        listed = " or ".join(f"columns={p!r}" for p in patterns[:_FEW])
        return f"The table has columns for {listed}: pass the one that holds these items, if any does."
    if suggestions:
        mapping = ", ".join(f"{item!r}: {col!r}" for item, col in list(suggestions.items())[:_FEW])
        more = ", …" if len(suggestions) > _FEW else ""
        if renamed:
            swapped = ", ".join(f"{col!r}: {name!r}" for name, col in list(suggestions.items())[:_FEW])
            return f"If so, rename it in the table: {{{swapped}{more}}}."
        return f"If so, pass columns={{{mapping}{more}}}."
    return f"{_listed_columns(names)[:-1]}; name those with answers in columns=."


def _listed_columns(names: Sequence[Hashable]) -> str:
    """Return a sentence with the first columns of the table."""
    listed = ", ".join(map(shortened, names[:_SHOWN])) + (", …" if len(names) > _SHOWN else "")
    if not values_shown():  # the names may be answers or ids, if the table has no header or is transposed
        listed = f"{len(names):,} columns of other names" if names else ""
    return f"The table has {listed or 'no columns'}."
