"""What is said where items have no column: all that helps, in a length that can be read."""

from __future__ import annotations

import pandas as pd
import pytest

from intimacy_scales import MissingColumnsError, ResponseError, encode, score
from tests.shared.instruments import form_of


def told(n_items: int, there: list[str], **options: object) -> str:
    """The message about a table with these columns, of which an instrument has so many items."""
    items = [f"item{n:02d}" for n in range(1, n_items + 1)]
    form = form_of(items=items, scales=[{"id": "a", "items": items}])
    with pytest.raises(MissingColumnsError) as caught:
        encode(form, pd.DataFrame([[1] * len(there)], columns=there), **options)
    return str(caught.value)


@pytest.mark.parametrize("n_absent", range(1, 13))
def test_eight_items_are_listed_and_the_rest_counted(n_absent: int) -> None:
    items = [f"item{n:02d}" for n in range(1, 13)]
    text = told(12, items[n_absent:] or ["x"])
    lines = text.splitlines()
    verb = "has" if n_absent == 1 else "have"
    assert lines[0] == f"{n_absent} of 12 items of small {verb} no column:"
    assert lines[1 : min(n_absent, 8) + 1] == [f"  {item}" for item in items[: min(n_absent, 8)]]
    assert (f"  … and {n_absent - 8} more" in lines) == (n_absent > 8)
    assert ("… and" in text) == (n_absent > 8)
    # where there is no column at all, a skipped item is no explanation
    assert ("allow_missing_items=True" in text) == (n_absent < 12)


@pytest.mark.parametrize("n_columns", [1, 8, 9, 20])
def test_eight_columns_are_listed(n_columns: int) -> None:
    names = [f"{chr(97 + n)}{chr(97 + n)}" for n in range(n_columns)]
    listed = ", ".join(map(repr, names[:8])) + (", …" if n_columns > 8 else "")
    assert f"The table has {listed}; name those with answers in columns=." in told(2, names)


@pytest.mark.parametrize("n_renamed", range(1, 7))
def test_three_suggestions_are_written_out(n_renamed: int) -> None:
    items = [f"item{n:02d}" for n in range(1, 8)]
    renamed = [item.upper() for item in items[:n_renamed]]
    text = told(7, [*renamed, *items[n_renamed:]])
    pairs = [f"{item!r}: {name!r}" for item, name in zip(items, renamed, strict=False)]
    assert f"pass columns={{{', '.join(pairs[:3])}{', …' if n_renamed > 3 else ''}}}." in text
    for item, name in zip(items, renamed, strict=False):
        assert f"  {item}; did you mean {name!r}?" in text


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["q1", "q2", "q3"], "q{n}"),
        (["q01", "q02", "q03"], "q{n:02d}"),
        (["q001", "q002", "q003"], "q{n:03d}"),
        (["a{1", "a{2", "a{3"], "a{{{n}"),
        (["q2", "q3", "q4"], None),  # not from the first on
        (["q1", "q2"], None),  # not all
        (["q21", "q22", "q23"], None),  # the 2 is part of a number
    ],
)
def test_a_pattern_is_proposed_where_it_fits_every_item(names: list[str], pattern: str | None) -> None:
    text = told(3, ["id", *names])
    if pattern is None:
        assert "The table has columns for" not in text
        return
    assert f"The table has columns for columns={pattern!r}: pass the one that holds these items" in text
    for n, name in enumerate(names, start=1):
        assert f"  item0{n}; did you mean {name!r}?" in text
    items = ["item01", "item02", "item03"]
    form = form_of(items=items, scales=[{"id": "a", "items": items}])
    assert encode(form, pd.DataFrame([[1, 2, 3]], columns=names), columns=pattern).codes.tolist() == [
        [1, 2, 3]
    ]


def test_three_of_several_patterns_are_proposed() -> None:
    names = [f"{who}{n}" for who in "wxyz" for n in (1, 2)]
    text = told(2, names)
    assert "columns for columns='w{n}' or columns='x{n}' or columns='y{n}': pass" in text
    assert "did you mean" not in text
    assert "did you mean" not in told(2, ["q1", "q2", "q3"])  # one column more than items


def test_the_columns_looked_for_are_named_where_they_differ() -> None:
    text = told(2, ["q1", "item02"], columns={"item01": "Q 7"})
    assert "  item01 (looked for as 'Q 7')" in text
    assert "looked for" not in told(2, ["item02"])


@pytest.mark.parametrize(("name", "hint"), [("item1", "; did you mean 'item01'?"), ("purple", "")])
def test_a_mapping_of_columns_names_items(name: str, hint: str) -> None:
    form = form_of(items=["item01", "item02"], scales=[{"id": "a", "items": ["item01"]}])
    with pytest.raises(ResponseError) as caught:
        score(form, {"item01": 1}, columns={name: "q1"})
    assert str(caught.value) == f"columns: {name!r} is not an item of small{hint}"


@pytest.mark.parametrize("n_keys", [1, 5, 6])
def test_a_mapping_without_items_is_refused(n_keys: int) -> None:
    items = [f"item0{n}" for n in range(1, 8)]
    form = form_of(items=items, scales=[{"id": "a", "items": items}])
    keys = [f"{letter}{letter}" for letter in "abcdef"[:n_keys]]
    with pytest.raises(ResponseError) as caught:
        score(form, dict.fromkeys(keys, 1))
    assert str(caught.value) == (
        f"the mapping has no item of small: its keys are {', '.join(map(repr, keys[:5]))}; "
        "the items are item01, item02, item03, item04, item05 …"
    )


def test_an_empty_mapping_is_told_from_a_person_who_answered_nothing() -> None:
    form = form_of(items=["item01"], scales=[{"id": "a", "items": ["item01"]}])
    assert score(form, {"item01": None}).scores == {"a": None}
    with pytest.raises(ResponseError) as caught:
        score(form, {})
    assert str(caught.value) == (
        "the mapping is empty: it has no item of small. For a person who answered nothing, pass an item "
        "without an answer, such as {'item01': None}"
    )


@pytest.mark.parametrize("n_columns", [1, 2, 5, 11])
@pytest.mark.parametrize("pattern", ["c_{n}", "c{n:02d}"])
def test_positions_that_end_early_are_not_taken_for_skipped_items(pattern: str, n_columns: int) -> None:
    names = [pattern.format(n=n) for n in range(1, n_columns + 1)]
    text = told(12, [*names, "age"], columns=pattern)
    assert "allow_missing" not in text
    assert "{n} is the position among all 12 items of the form" in text
    assert f"the answers to item01{f' to item{n_columns:02d}' if n_columns > 1 else ''}." in text
    # the advice helps: the questionnaire had the last items only
    ids = [f"item{n:02d}" for n in range(1, 13)]
    form = form_of(items=ids, scales=[{"id": "a", "items": ids}])
    mapping = dict(zip(ids[-n_columns:], names, strict=True))
    table = pd.DataFrame([range(1, n_columns + 1)], columns=names).clip(upper=3)
    coded = encode(form, table, columns=mapping, allow_missing_items=True)
    assert (coded.codes != 0).tolist() == [[False] * (12 - n_columns) + [True] * n_columns]


def test_a_position_that_is_left_out_in_between_may_be_a_skipped_item() -> None:
    names = [f"c_{n}" for n in range(1, 13) if n != 7]
    assert "allow_missing_items=True" in told(12, names, columns="c_{n}")
