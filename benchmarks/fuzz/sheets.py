"""Random answer sheets of one instrument, with the columns and options that go with them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from benchmarks.fuzz.cells import Cell, Given, Meaning, cell, random_given
from benchmarks.fuzz.forms import Form
from benchmarks.fuzz.reference import RIGHT, Rules
from benchmarks.fuzz.tables import Kind

_STRANGERS = ("id", "note", "RespondentAge", "duration", "Q_total")
_LOOKS_ALIKE = 0.2
_SKIPPED = (0.0, 0.1, 0.3, 0.6)  # shares of items; a person has one of these
_NOT_IN_FILES = (math.inf, -math.inf, "4,0")  # a workbook has no infinity; a decimal comma is read from a TSV
_CAREFUL = 0.4  # of the tables hold no bad cell


@dataclass(frozen=True)
class Sheets:
    """Rows of cells by item, and how they are to be read.

    Attributes
    ----------
    rows
        What each person answered to each item.
    columns
        The column of each item.
    option
        What is passed as ``columns=``: nothing, a pattern, or a mapping.
    strangers
        Other columns, some of them spelt almost as an item's.
    alike
        The item whose column one of them is spelt almost as.
    by_name
        Rows are mappings: a value under such a name would be told where the item's own is missing, so that
        both are the same here.
    """

    form: Form
    rows: tuple[dict[str, Cell], ...]
    columns: dict[str, str]
    option: Any
    strangers: tuple[str, ...]
    given: Given
    coding: str | None
    alike: str | None = None
    by_name: bool = False

    def values(self, *, with_strangers: bool) -> list[dict[str, Any]]:
        """Return rows as they would stand in a table, by column."""
        made: list[dict[str, Any]] = []
        for row in self.rows:
            there = {self.columns[item]: answer.value for item, answer in row.items()}
            others = self.strangers if with_strangers else ()
            more = dict.fromkeys(others, next(iter(there.values())))
            if self.alike is not None and self.by_name and others:
                more[others[-1]] = there[self.columns[self.alike]]
            made.append(there | more)
        return made

    def answers(self, i: int, rules: Rules = RIGHT) -> dict[str, Fraction | None]:
        """Return what a person answered, in printed values; a bad cell is not an answer."""
        turned = self.form.flipped if self.coding is not None and rules.coding else ()
        found: dict[str, Fraction | None] = {}
        for item, answer in self.rows[i].items():
            points, meant = self.form.items[item], answer.meaning
            if not rules.own_columns and item == self.alike and not self.by_name:
                meant = next(iter(self.rows[i].values())).meaning
            if not rules.columns_named and self.columns[item] != item:
                meant = Meaning.MISSING
            if isinstance(meant, Meaning):
                found[item] = points.low if rules.gaps_are_lowest else None
            else:
                found[item] = points.low + points.high - meant if item in turned else meant
        return found

    def bad(self, rules: Rules = RIGHT) -> set[tuple[int, str]]:
        """Return every cell that is not to be accepted: row and item."""
        return {
            (i, item)
            for i, row in enumerate(self.rows)
            for item, answer in row.items()
            if answer.meaning is Meaning.BAD
            or (not rules.given_codes and _is_code(answer, map(str, self.given.codes)))
            or (not rules.declared_codes and _is_code(answer, self.form.items[item].codes))
            or (not rules.highest_accepted and answer.meaning == self.form.items[item].high)
        }


def _placed(rng: random.Random, form: Form) -> tuple[dict[str, str], Any]:
    """Return the column of each item, and what says so."""
    items = list(form.items)
    pattern = rng.choice((None, None, "{item}", "w1.{n}", "x_{n:03d}", "{item}_m", "{n}. {item}"))
    if pattern is not None:
        return {item: pattern.format(item=item, n=n) for n, item in enumerate(items, start=1)}, pattern
    if rng.random() < 0.3:
        named = {item: f"How about {item}?" for item in items if rng.random() < 0.5}
        return {item: named.get(item, item) for item in items}, named
    return {item: item for item in items}, None


def _is_code(answer: Cell, codes: Iterable[str]) -> bool:
    """Tell whether a cell means no answer because it holds one of some codes, however it is written."""
    if answer.meaning is not Meaning.MISSING:
        return False
    plain = str(answer.value).strip("\ufeff \t").casefold()
    number = as_float(plain)
    return any(
        plain == code.casefold() or (number is not None and number == as_float(code)) for code in codes
    )


def as_float(text: str) -> float | None:
    """Return the number that a text is."""
    try:
        return float(text)
    except ValueError:
        return None


def _strangers(rng: random.Random, columns: dict[str, str]) -> tuple[tuple[str, ...], str | None]:
    """Return other columns, and the item whose column one of them is spelt almost as."""
    others, alike = rng.sample(_STRANGERS, rng.randrange(3)), None
    others = [name for name in others if name not in columns.values()]
    if rng.random() < _LOOKS_ALIKE:  # the item's own column is there too, so this is another
        item = rng.choice(list(columns))
        name = columns[item].upper() + "_"
        alike = item if name not in columns.values() else None
        others += [] if alike is None else [name]
    return tuple(others), alike


def random_sheets(rng: random.Random, form: Form, kind: Kind, n: int) -> Sheets:
    """Return answers of n persons as a kind of table can hold them."""
    given = random_given(rng, list(form.items.values()))
    columns, option = _placed(rng, form)
    careful = rng.random() < _CAREFUL
    coding = "turned" if form.flipped and rng.random() < 0.5 else None
    rows = []
    for _ in range(n):
        row, skipped = {}, rng.choice(_SKIPPED)
        for item, points in form.items.items():
            made = cell(rng, points, given, kind.family)
            while careful and made.meaning is Meaning.BAD:
                made = cell(rng, points, given, kind.family)
            while kind.is_file and made.value in _NOT_IN_FILES:
                made = cell(rng, points, given, kind.family)
            if kind.has_gaps and rng.random() < skipped:
                made = Cell(None if kind.family != "number" else float("nan"), Meaning.MISSING)
            row[item] = made
        rows.append(row)
    strangers, alike = ((), None) if kind.is_array else _strangers(rng, columns)
    return Sheets(form, tuple(rows), columns, option, strangers, given, coding, alike, kind.of_mappings)
