"""What profiles consist of: scales without totals, or items, keyed or as they were given."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from intimacy_scales import EstimationError
from intimacy_scales.dyads import Dyads, profile_similarity
from tests.shared.comparison import close
from tests.shared.couples import couples_with_answers, couples_with_scores
from tests.shared.instruments import PUBLISHED, form_of

RNG = np.random.default_rng(5)
ANSWERS = RNG.integers(1, 8, size=(12, 2, 6)).astype(float)
PAIRS = {"a": "q1 q2", "b": "q3 -q4", "c": "q5 q6"}
TOTAL: dict[str, Any] = PAIRS | {"total": "q1 q2 q3 -q4 q5 q6"}
COMPOSITE: dict[str, Any] = PAIRS | {"whole": {"of": ["a", "b", "c"]}}


@pytest.mark.parametrize("scales", [TOTAL, COMPOSITE], ids=["total", "composite"])
def test_totals_and_composites_are_no_components(scales: Any) -> None:
    result = profile_similarity(couples_with_answers(ANSWERS, scales=scales))
    assert result.components == ("a", "b", "c")
    keyed = ANSWERS.copy()
    keyed[:, :, 3] = 8 - keyed[:, :, 3]
    means = keyed.reshape(12, 2, 3, 2).mean(axis=3)
    close(result.of_couples("d2"), np.mean((means[:, 0] - means[:, 1]) ** 2, axis=1))
    named = profile_similarity(couples_with_answers(ANSWERS, scales=scales), scales=["a", "b", [*scales][-1]])
    assert named.components == ("a", "b", [*scales][-1])


def test_items_are_keyed_or_as_they_were_given() -> None:
    dyads = couples_with_answers(ANSWERS, scales=TOTAL)
    keyed, given = (profile_similarity(dyads, "items", keyed=keyed) for keyed in (True, False))
    assert (keyed.components, keyed.keyed, given.keyed) == (tuple(f"q{n}" for n in range(1, 7)), True, False)
    as_given = profile_similarity(couples_with_answers(ANSWERS), "items")
    for name in ("overall", "distinctive", "d2", "elevation"):
        close(given.of_couples(name), as_given.of_couples(name))
    close(keyed.of_couples("d2"), given.of_couples("d2"))  # the difference in an item only changes its sign
    assert abs(keyed.of_couples("elevation") - given.of_couples("elevation")).max() > 0.1


def test_items_of_some_scales_each_count_once() -> None:
    scales = {"a": "q1 q2 q3", "b": "q2 q3 q4"}
    result = profile_similarity(couples_with_answers(ANSWERS[:, :, :4], scales=scales), "items")
    assert result.components == ("q1", "q2", "q3", "q4")
    close(result.of_couples("d2"), np.mean((ANSWERS[:, 0, :4] - ANSWERS[:, 1, :4]) ** 2, axis=1))


def test_items_that_count_differently_in_two_scales() -> None:
    dyads = couples_with_answers(ANSWERS[:, :, :4], scales={"a": "q1 q2 q3", "b": "-q2 q3 q4"})
    message = "item q2 counts differently in scale 'a' and in 'b'"
    with pytest.raises(EstimationError, match=message):
        profile_similarity(dyads, "items")
    # both remedies of the message work
    assert profile_similarity(dyads, "items", scales=["a"]).components == ("q1", "q2", "q3")
    assert len(profile_similarity(dyads, "items", keyed=False).components) == 4


def test_composites_that_count_an_item_in_both_directions() -> None:
    scales = {"a": "q1 q2 q3", "b": "-q2 q3 q4", "d": {"of": ["a", "b"]}}
    with pytest.raises(EstimationError, match="scale 'd' counts q2 in both directions"):
        profile_similarity(couples_with_answers(ANSWERS[:, :, :4], scales=scales), "items", scales=["d"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"over": "Items"}, "did you mean 'items'?"),
        ({"keyed": "yes"}, "keyed='yes' is not valid; allowed: True, False"),
        ({"scales": "a"}, "scales='a' is not valid; allowed: a list of scales: a, b, c, total"),
        ({"scales": ["a", "totl"]}, "did you mean 'total'?"),
        ({"scales": ["a", "b", "a"]}, "scales=['a', 'b', 'a'] is not valid; it lists 'a' twice"),
        ({"scales": ["a", "b"]}, "a profile over 2 scales (a, b) has no shape; at least 3 are needed"),
        ({"over": "items", "scales": ["a"]}, "a profile over 2 items (q1, q2) has no shape"),
        ({"scales": []}, "a profile over 0 scales has no shape"),
    ],
)
def test_components_that_are_not_valid(options: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=re.escape(message)):
        profile_similarity(couples_with_answers(ANSWERS, scales=TOTAL), **options)


def test_cautions_about_scales_that_are_not_alike() -> None:
    sums = {name: {"items": items.split(), "method": "sum"} for name, items in PAIRS.items()}
    sums["a"] = {"items": ["q1", "q2"], "method": "mean"}
    result = profile_similarity(couples_with_answers(ANSWERS, scales=sums))
    assert "the scales differ in range, which gives all profiles the same ups and downs" in result.warnings
    away = {name: {"items": items.split()} for name, items in PAIRS.items()}
    away["c"] |= {"high_means": "more barrier", "against_closeness": True}
    result = profile_similarity(couples_with_answers(ANSWERS, scales=away))
    assert any(text.startswith("high scores mean less closeness on 1 scale (c)") for text in result.warnings)


def test_cautions_about_items_that_differ_in_range() -> None:
    items = [{"id": "q1"}, {"id": "q2"}, {"id": "q3", "response_scale": {"minimum": 0, "maximum": 3}}]
    form = form_of({"a": "q1 q2 q3"}, items=items, high=7, evidence=PUBLISHED)
    table = [{"q1_w": 1, "q2_w": 5, "q3_w": 0, "q1_h": 2, "q2_h": 7, "q3_h": 3 - n} for n in range(3)]
    dyads = Dyads.from_wide(
        form, table, columns={side: {i: f"{i}_{side}" for i in form.item_ids} for side in "wh"}
    )
    result = profile_similarity(dyads, "items")
    assert "the items differ in range, which gives all profiles the same ups and downs" in result.warnings


def test_profiles_of_scores_have_scales_only() -> None:
    dyads = couples_with_scores({f"s{n + 1}": ANSWERS[:, :, n] for n in range(6)})
    result = profile_similarity(dyads)
    assert (result.instrument, result.components[0], len(result.components)) == (None, "s1", 6)
    close(result.of_couples("d2"), np.mean((ANSWERS[:, 0] - ANSWERS[:, 1]) ** 2, axis=1))
    with pytest.raises(EstimationError, match="made of scores, which have no items"):
        profile_similarity(dyads, "items")


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame, pa.table])
def test_the_table_of_couples_is_of_the_kind_that_was_given(kind: Any) -> None:
    columns: dict[str, Any] = {"pair": [f"c{n}" for n in range(12)]}
    columns |= {f"q{n + 1}_{s}": ANSWERS[:, p, n].astype(int) for n in range(6) for p, s in enumerate("wh")}
    form = form_of({"a": "q1 q2 q3 q4 q5 q6"}, high=7, evidence=PUBLISHED)
    table = kind(columns)
    dyads = Dyads.from_wide(form, table, columns={"w": "q{n}_w", "h": "q{n}_h"}, couple="pair")
    result = profile_similarity(dyads, "items")
    frame = result.to_frame()
    assert type(frame) is type(table)
    assert np.asarray(frame["pair"]).tolist() == columns["pair"]
    close(np.asarray(frame["overall"]), result.of_couples("overall"))
    assert set(np.asarray(frame["reason"]).tolist()) == {""}


def test_a_column_of_couples_with_the_name_of_a_figure_is_refused() -> None:
    rows = [
        {"d2": n // 2, "p": n % 2} | {f"csi4_{i}": 1 + (n * i) % 5 for i in range(1, 5)} for n in range(6)
    ]
    result = profile_similarity(Dyads.from_long("csi-4", rows, couple="d2", person="p"), "items")
    with pytest.raises(ValueError, match="'d2' would be the name of two columns of this table, the column"):
        result.to_frame()
