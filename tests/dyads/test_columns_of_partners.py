"""A wrong pattern of columns: the message names patterns that the table has, and following it is right."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import encode
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import MissingColumnsError
from intimacy_scales.jobs.couples import read_couples
from tests.shared.instruments import form_of

ITEMS = ["ap", "cl", "tru", "mu", "co", "wa"]
FORM = form_of({"s": " ".join(ITEMS)}, low=1, high=7)
N = len(ITEMS)

STYLES = {
    "number of the partner before that of the item": (
        "prqc.1_{n}", "prqc.2_{n}", "prqc.{n}_1", "prqc.{n}_2"),
    "partner in front": ("p1_x{n}", "p2_x{n}", "x{n}_p1", "x{n}_p2"),
    "point": ("x{n}.a", "x{n}.b", "x{n}_a", "x{n}_b"),
    "leading zeros": ("A_Item{n:02d}", "B_Item{n:02d}", "A_Item{n}", "B_Item{n}"),
    "three digits": ("f{n:03d}x", "m{n:03d}x", "f{n}x", "m{n}x"),
    "ids": ("{item}_w", "{item}_h", "w_{item}", "h_{item}"),
    "braces": ("{{{n}}}w", "{{{n}}}h", "w{n}", "h{n}"),
}  # fmt: skip


def table_of(*patterns: str) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    names = [pattern.format(n=n, item=item) for pattern in patterns for n, item in enumerate(ITEMS, start=1)]
    return pd.DataFrame(rng.integers(1, 8, (40, len(names))), columns=names).assign(age=30, wave_1=1)


def advised(error: MissingColumnsError, option: str = "columns") -> dict[str, str]:
    match = re.search(rf"pass {option}=(\{{.*\}});", str(error))
    assert match is not None, str(error)
    advice: dict[str, str] = ast.literal_eval(match[1])
    return advice


@pytest.mark.parametrize("style", STYLES)
def test_the_advised_patterns_read_both_partners(style: str) -> None:
    first, second, *wrong = STYLES[style]
    table = table_of(first, second)
    with pytest.raises(MissingColumnsError) as caught:
        Dyads.from_wide(FORM, table, columns=dict(zip("ab", wrong, strict=True)))
    message = str(caught.value)
    assert "rename" not in message and "did you mean" not in message and "allow_missing" not in message
    assert not caught.value.suggestions and set(caught.value.patterns) == {first, second}
    columns = advised(caught.value)
    assert columns == {"a": first, "b": second}
    dyads = Dyads.from_wide(FORM, table, columns=columns)
    for place, pattern in enumerate((first, second)):
        persons = encode(FORM, table, columns=pattern)
        expected = persons.codes.astype(float)
        np.testing.assert_array_equal(dyads.items("s")[:, place], expected)


def test_only_the_wrong_pattern_is_changed() -> None:
    table = table_of("x{n}_w", "x{n}_h")
    with pytest.raises(MissingColumnsError) as caught:
        Dyads.from_wide(FORM, table, columns={"wife": "x{n}_w", "husband": "x{n}_m"})
    assert advised(caught.value) == {"wife": "x{n}_w", "husband": "x{n}_h"}
    assert "partner wife" not in str(caught.value)


def test_patterns_that_do_not_say_whose_they_are_must_be_looked_up() -> None:
    table = table_of("u{n}", "v{n}")
    with pytest.raises(MissingColumnsError, match="exchange them if need be"):
        Dyads.from_wide(FORM, table, columns={"wife": "w{n}", "husband": "h{n}"})
    with pytest.raises(MissingColumnsError, match="give each partner one of them") as caught:
        Dyads.from_wide(FORM, table_of("u{n}", "v{n}", "w{n}"), columns={"a": "a{n}", "b": "b{n}"})
    assert caught.value.patterns == ("u{n}", "v{n}", "w{n}")


def test_no_pattern_fits() -> None:
    table = table_of("x{n}_w", "x{n}_h").drop(columns=["x2_w", "x5_h"])
    with pytest.raises(MissingColumnsError) as caught:
        Dyads.from_wide(FORM, table, columns={"a": "x_w{n}", "b": "x_h{n}"})
    assert "rename" not in str(caught.value) and "name those with answers in columns=" in str(caught.value)


def test_one_missing_column_of_a_right_pattern_is_named_by_itself() -> None:
    table = table_of("x{n}_w", "x{n}_h").rename(columns={"x3_w": "X3_w"})
    with pytest.raises(MissingColumnsError, match="did you mean 'X3_w'") as caught:
        Dyads.from_wide(FORM, table, columns={"a": "x{n}_w", "b": "x{n}_h"})
    assert caught.value.suggestions == {"tru": "X3_w"} and not caught.value.patterns


def test_a_wrong_pattern_of_all_persons() -> None:
    table = table_of("q{n}_1").assign(**{"1_q_1": 2, "1_q_2": 2})
    with pytest.raises(MissingColumnsError) as caught:
        encode(FORM, table, columns="1_q_{n}")
    assert "columns='q{n}_1'" in str(caught.value) and "rename" not in str(caught.value)


def test_a_file_and_the_command_give_the_same_advice(tmp_path: Path) -> None:
    first, second, *wrong = STYLES["number of the partner before that of the item"]
    path = tmp_path / "couples.csv"
    table_of(first, second).to_csv(path, index=False)
    options: dict[str, Any] = {"partners": dict(zip(("w", "h"), wrong, strict=True))}
    with pytest.raises(MissingColumnsError) as caught:
        read_couples(FORM, path, **options)
    partners = advised(caught.value, "partners")
    assert partners == {"w": first, "h": second}
    dyads = read_couples(FORM, path, partners=partners).dyads
    whole = Dyads.from_wide(FORM, pd.read_csv(path), columns=partners)
    np.testing.assert_array_equal(dyads.items("s"), whole.items("s"))
