"""Random answer sheets of one instrument, with the columns and options that go with them."""

from __future__ import annotations

import random
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
    """

    form: Form
    rows: tuple[dict[str, Cell], ...]
    columns: dict[str, str]
    option: Any
    strangers: tuple[str, ...]
    given: Given
    coding: str | None

    def values(self, *, with_strangers: bool) -> list[dict[str, Any]]:
        """Return rows as they would stand in a table, by column."""
        made: list[dict[str, Any]] = []
        for row in self.rows:
            there = {self.columns[item]: answer.value for item, answer in row.items()}
            others = self.strangers if with_strangers else ()
            made.append(there | dict.fromkeys(others, next(iter(there.values()))))
        return made

    def answers(self, i: int, rules: Rules = RIGHT) -> dict[str, Fraction | None]:
        """Return what a person answered, in printed values; bad cells are no answers."""
        turned = self.form.flipped if self.coding is not None and rules.coding else ()
        found: dict[str, Fraction | None] = {}
        for item, answer in self.rows[i].items():
            points, meant = self.form.items[item], answer.meaning
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


def _strangers(rng: random.Random, columns: dict[str, str]) -> tuple[str, ...]:
    others = rng.sample(_STRANGERS, rng.randrange(3))
    if rng.random() < _LOOKS_ALIKE:  # the item's own column is there too, so this is another
        others.append(rng.choice(list(columns.values())).upper() + "_")
    return tuple(name for name in others if name not in columns.values())


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
            if kind.has_gaps and rng.random() < skipped:
                made = Cell(None if kind.family != "number" else float("nan"), Meaning.MISSING)
            row[item] = made
        rows.append(row)
    strangers = () if kind.is_array else _strangers(rng, columns)
    return Sheets(form, tuple(rows), columns, option, strangers, given, coding)
