"""The page that shows every compared value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .newer import NewerValues
from .newer_page import block_by_block, newer_section
from .oracles import NEARLY, VISIBLE, Row
from .overview import (
    COUPLE_SUBJECTS,
    FIRST_SUBJECTS,
    Compared,
    by_data,
    by_subject,
    not_compared,
    versions,
)
from .page_text import HOW_TO_READ, INTRODUCTION, differences

COMMAND = "python -m tests.reference.write_page"

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
_DIFFERENCE = re.compile(r"\*[^*|]*\*")  # in italics, and nothing else is
_COUNTS = ("n", "n_rows", "n_complete", "n_splits")
_WHAT = {
    "bfi": "2,800 persons, 25 personality items from 1 to 6, 508 missing answers (psychTools, `bfi`).",
    "commitmentQ": "118 couples, satisfaction and commitment, five items each from 1 to 9 (dySEM; Sakaluk, "
    "Fisher & Kilshaw, 2021). Items 3 and 4 of commitment are worded against it: `keyed` scales reverse "
    "them, `as_stored` scales do not, so they are poor scales but a good check of arithmetic. `stacked`: the "
    "rows of both partners, one under the other.",
    "prqcQ": "The same 118 couples, 18 items of six components from 1 to 7 (dySEM). "
    "`global6_first_items_p1`: the first item of each component.",
    "acipair": "148 couples, scale means (Acitelli; Kenny, Kashy & Cook, 2006; dyadr). A mean of items is "
    "not an answer; the means are described as numbers of steps on their scale.",
    "sai_vale": "77 persons on up to four occasions, 20 items from 1 to 4, ten of them reverse-keyed "
    "(psychTools, `sai`). Scales are of the first occasion; each other table is of the persons with complete "
    "data for it.",
    "gratitude_a": "52 persons, up to 70 beeps in seven days, three items each of positive and negative "
    "affect from 1 to 7 (Verboon, lagnetw). Beeps at which all six items were answered.",
    "dyads_acipair": "The couples of `acipair`. Missing partners: a rule deletes the wife or the husband of "
    "one couple in five.",
    "dyads_prqcQ": "The couples of `prqcQ`, and of `commitmentQ` (`ims_satisfaction`); partners 1 and 2 "
    "count as roles. Profiles are of the 105 couples who answered every item.",
    "dyads_simulated": "120 simulated couples: 40 of women, 50 of a woman and a man, 30 of men.",
    "small": "Published tables and worked examples: six persons rated by four judges (Shrout & Fleiss, "
    "1979), LSAT section 6 (Bock & Lieberman, 1970), three test scores (psychTools, `sat.act`).",
}


def number(value: float) -> str:
    """Write a value with ten significant digits."""
    return "–" if math.isnan(value) else f"{value:.10g}"


def apart(value: float) -> str:
    """Write a difference."""
    return f"*{value:.1e}*" if value else "*0*"


def _allowed(row: Row) -> str:
    if row.rule == "by chance":
        return "random"
    if row.rule != "equal":
        return "a bound"
    mantissa, exponent = f"{row.tolerance:.0e}".split("e")
    of = " of R's" if row.relative else ""
    return f"{mantissa}e{int(exponent)}{of}"


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    if row.private:
        return f"{row.n_values} persons<br>{apart(row.difference)}"
    element = f"{row.element}: " if row.element else ""
    if row.rule in ("at least", "at most"):
        sign = "≥" if row.rule == "at least" else "≤"
        return f"{number(row.ours)}<br>{sign} {number(row.theirs)}"
    return f"{element}{number(row.ours)}<br>{number(row.theirs)}<br>{apart(row.difference)}"


def _family_cell(rows: Sequence[Row]) -> str:
    """Show how many values there are, and the one that uses most of its tolerance, if that can be seen."""
    if not rows:
        return ""
    most = max(row.share for row in rows)
    row = next(row for row in rows if row.share >= most * NEARLY)
    lines = [f"{sum(row.n_values for row in rows)} values"]
    if row.share > VISIBLE:
        name = f"{row.key[-1]}, {row.element}" if row.element else row.key[-1]
        lines += [f"{name}: {number(row.ours)}", number(row.theirs)]
    return "<br>".join([*lines, f"*{row.share:.1%}*"])


def _family(name: str, rows: Sequence[Row], columns: Sequence[str]) -> str:
    members = _distinct(row.key[-1] for row in rows)
    calls = _distinct(f"`{row.function}`" for row in rows)
    cells = " | ".join(_family_cell([row for row in rows if row.column == column]) for column in columns)
    return f"| {name}: {members} | {calls} | {cells} | {_distinct(map(_allowed, rows))} |"


def _distinct(texts: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(texts))


def _table(rows: Sequence[Row]) -> Iterator[str]:
    columns = list(dict.fromkeys(row.column for row in rows))
    cells: dict[str, dict[str, Row]] = {}
    families: dict[str, list[Row]] = {}
    for row in rows:
        if row.family:
            families.setdefault(row.family, []).append(row)
        else:
            assert row.column not in cells.setdefault(row.label, {}), row.id
            cells[row.label][row.column] = row
    lines: dict[Any, list[str]] = {}  # in the order of the values' first appearance
    for row in rows:
        key = ("family", row.family) if row.family else _values(row.label, cells[row.label])
        labels = lines.setdefault(key, [])
        if not row.family and row.label not in labels:
            labels.append(row.label)
    yield f"| value | function | {' | '.join(columns)} | tolerance |"
    yield f"|{'---|' * (len(columns) + 3)}"
    for key, labels in lines.items():
        if not labels:
            yield _family(key[1], families[key[1]], columns)
            continue
        here = [row for label in labels for row in cells[label].values()]
        furthest = {row.column: row for row in sorted(here, key=lambda row: row.difference)}
        calls = _distinct(f"`{row.function}`" for row in here)
        shown = " | ".join(_cell(furthest.get(column)) for column in columns)
        yield f"| {' = '.join(labels)} | {calls} | {shown} | {_distinct(map(_allowed, here))} |"


def _values(label: str, by_column: dict[str, Row]) -> Any:
    """Return what rows have in common that are one row of the table: R's values, unless by chance."""
    arrays = {column: (row.array, row.rule, row.private) for column, row in by_column.items()}
    whole = all(value.lstrip("-").isdigit() for array, _, _ in arrays.values() for value in array)
    by_chance = whole and label.rpartition(".")[2] not in _COUNTS
    bound = any(rule != "equal" for _, rule, _ in arrays.values())
    return label if by_chance or bound else tuple(sorted(arrays.items()))


def _value(compared: Compared, id_: str) -> Row:
    return next(row for _, rows in compared for row in rows if row.id == id_)


def page(compared: Compared, second: Compared, newer: Sequence[NewerValues], shared: Path) -> str:
    """Return the text of the page, from the first set, the second set, and newer values of the first."""
    lines = [
        INTRODUCTION.format(command=COMMAND),
        *versions(compared, second, newer, shared / "oracles"),
        "",
        "## By subject\n",
        "The first set:\n",
        *by_subject(compared, FIRST_SUBJECTS),
        "",
        "The second set, couples:\n",
        *by_subject(second, COUPLE_SUBJECTS),
        "",
        "## By data set\n",
        *by_data([*compared, *second]),
        "",
        HOW_TO_READ,
        newer_section(compared, newer),
        differences(lambda id_: _value([*compared, *second], id_), number),
        "## What is not compared\n",
        "In brackets, how many values of the first set and of the second set (arrays count once).\n",
        *not_compared([*compared, *second]),
        "",
    ]
    for reference, rows in [*compared, *second]:
        lines += [f"## {reference.name}\n", f"{_WHAT[reference.name]}\n"]
        for title in dict.fromkeys(row.table for row in rows):
            lines += [f"### {reference.name}: {title}\n"]
            lines += [*_table([row for row in rows if row.table == title]), ""]
    lines += block_by_block(newer)
    return "\n".join(lines).rstrip() + "\n"


def same_page(one: str, other: str) -> bool:
    """Whether two pages say the same, differences and the last digits apart."""
    plain = [_DIFFERENCE.sub("", text) for text in (one, other)]
    words = [_NUMBER.sub("#", text) for text in plain]
    numbers = [[float(found) for found in _NUMBER.findall(text)] for text in plain]
    return words[0] == words[1] and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) for a, b in zip(*numbers, strict=True)
    )
