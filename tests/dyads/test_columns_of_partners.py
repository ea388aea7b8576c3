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
from intimacy_scales.dyads.report.scoring_words import scoring_words
from intimacy_scales.errors import MissingColumnsError, ResponseError
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


@pytest.mark.parametrize("lacks", ["a", "b", "ab"])
def test_no_column_of_one_partner_is_proposed_for_the_other(lacks: str, tmp_path: Path) -> None:
    """Who renamed one by such advice took the answers of the other partner."""
    gone = [f"kmss_{n}_{side}" for n, side in zip((3, 4), lacks, strict=False)]
    table = table_of("kmss_{n}_a", "kmss_{n}_b").drop(columns=gone)
    columns = {"a": "kmss_{n}_a", "b": "kmss_{n}_b"}
    table.to_csv(tmp_path / "answers.csv", index=False)
    for read in (
        lambda: Dyads.from_wide(FORM, table, columns=columns),
        lambda: read_couples(FORM, tmp_path / "answers.csv", partners=columns),
    ):
        with pytest.raises(MissingColumnsError) as caught:
            read()
        assert not caught.value.suggestions and "did you mean" not in str(caught.value)
        assert len(caught.value.missing) == len(gone)


def test_a_column_of_nobody_is_still_proposed() -> None:
    table = table_of("x{n}_a", "x{n}_b").rename(columns={"x3_b": "X3.b"})
    with pytest.raises(MissingColumnsError, match=r"partner b: .*\n.* did you mean 'X3.b'") as caught:
        Dyads.from_wide(FORM, table, columns={"a": "x{n}_a", "b": "x{n}_b"})
    assert caught.value.suggestions == {"tru": "X3.b"}


@pytest.mark.parametrize("names", [(1, 2), (1.0, 2.0), ("1", 2)])
def test_partners_may_be_named_by_numbers(names: tuple[Any, Any]) -> None:
    def of(one: Any, other: Any) -> dict[Any, Any]:
        return dict(zip(names, (one, other), strict=True))

    table = table_of("x{n}_1", "x{n}_2").assign(p1=range(40), p2=range(40, 80))
    dyads = Dyads.from_wide(
        FORM, table, columns=of("x{n}_1", "x{n}_2"), person=of("p1", "p2"), keep={"id": of("p1", "p2")}
    )
    assert dyads.partners == ("1", "2")
    assert dyads.variable("id").tolist()[0] == [0, 40]
    assert Dyads.of_scores(table, {"t": of("x1_1", "x1_2")}).partners == ("1", "2")


@pytest.mark.parametrize("names", [(None, "x"), ("", "x"), (1, "1"), (1, 1.5, 2), ("x ", "x")])
def test_names_that_do_not_tell_partners_apart_are_refused(names: tuple[Any, ...]) -> None:
    with pytest.raises(ResponseError, match="two partners"):
        Dyads.from_wide(FORM, table_of("x{n}"), columns=dict.fromkeys(names, "x{n}"))
    with pytest.raises(ResponseError, match="two partners"):
        Dyads.of_scores(table_of("x{n}"), {"t": dict.fromkeys(names, "x1")})


def of_partners(table: pd.DataFrame) -> dict[str, Any]:
    """Columns as mappings, of the items that were asked: the first five."""
    asked = {p: {item: f"{item}_{p}" for item in ITEMS[:5]} for p in "ab"}
    return {"table": table, "columns": asked, "allow_missing_items": True}


def test_items_without_a_column_are_shared_by_nobody() -> None:
    table = table_of("{item}_a", "{item}_b").drop(columns=["wa_a", "wa_b"])
    dyads = Dyads.from_wide(FORM, **of_partners(table))
    assert np.isnan(dyads.items("s")[..., 5]).all() and not np.isnan(dyads.items("s")[..., :5]).any()
    assert scoring_words(dyads, ["s"]).startswith("s is the mean of 5 of its 6 items (1 to 7")


def test_a_column_that_exists_is_not_that_of_both_partners() -> None:
    table = table_of("{item}_a", "{item}_b").rename(columns={"wa_a": "wa"})
    with pytest.raises(ResponseError, match="'a' names no column for wa, and column 'wa' may be anybody's"):
        Dyads.from_wide(FORM, **of_partners(table))
