"""Content validity from sheets and tables: figures, cautions, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import EstimationError, ResponseError, load
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument.evidence import missing_to_validate
from intimacy_scales.validity import ContentValidity, content_validity, read_expert_sheets

# six experts, by hand: a 6 of 6 relevant, b 4 of 6, c 5 of 6
TABLE = {"a": [4, 4, 3, 4, 3, 4], "b": [4, 2, 3, 1, 3, 4], "c": [3, 3, 3, 3, 3, 2]}


def test_content_validity_by_hand():
    result = content_validity(TABLE)
    assert [row.n_relevant for row in result.items] == [6, 4, 5]
    assert [row.i_cvi for row in result.items] == pytest.approx([1, 4 / 6, 5 / 6])
    # kappa of c: pc = 6 / 64, so (5/6 - 3/32) / (29/32) = 71/87
    assert result["c"].kappa == pytest.approx(71 / 87)
    assert result["c"].kappa_guide == "excellent"
    assert (result["b"].kappa_guide, result["b"].suffices, result["c"].suffices) == ("fair", False, True)
    assert result.s_cvi_ave == pytest.approx(15 / 18)
    assert result.s_cvi_ua == pytest.approx(1 / 3)
    # V of b: mean 17/6, so (17/6 - 1) / 3 = 11/18
    assert result["b"].v == pytest.approx(11 / 18)
    # R: prop.test(11, 18, correct = FALSE)$conf.int
    assert tuple(result["b"].v_interval) == pytest.approx((0.386190416, 0.796947534), abs=1e-9)


@given(st.lists(st.lists(st.integers(1, 4), min_size=5, max_size=5), min_size=2, max_size=9), st.randoms())
def test_the_order_of_experts_does_not_count(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = (content_validity(pd.DataFrame(r, columns=list("abcde"))) for r in (rows, shuffled))
    assert one == other


@given(st.lists(st.integers(1, 4), min_size=2, max_size=12))
def test_another_scale_with_the_same_places(ratings):
    """V and the rest depend on where ratings lie between the ends, not on the numbers of the scale."""
    one = content_validity({"a": ratings})["a"]
    other = content_validity({"a": [r + 3 for r in ratings]}, scale=(4, 7), relevant=6)["a"]
    assert (one.v, one.i_cvi, one.v_p) == pytest.approx((other.v, other.i_cvi, other.v_p))


def test_missing_ratings_are_counted_and_named():
    result = content_validity({"a": [4, 4, None], "b": [4, 4, 4]})
    assert (result["a"].n, result["a"].i_cvi, result["b"].n) == (2, 1, 3)
    assert any("number by item: a 2" in text for text in result.warnings)


def rows_of(table: dict[str, list[int]]) -> list[dict[str, int]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


@pytest.mark.parametrize("kind", [dict, pd.DataFrame, rows_of])
def test_tables_of_every_kind(kind):
    assert content_validity(kind(TABLE)) == content_validity(TABLE)


@pytest.mark.parametrize(
    ("ratings", "message"),
    [
        ({"a": [4, 5]}, r"a, row 1 is 5; allowed: whole numbers from 1 to 4"),
        ({"a": [4, 2.5]}, r"a, row 1 is 2.5"),
        ({"a": [4, 3], "b": [1]}, r"columns have 1 to 2 rows"),
        ({"a": ["four", 3]}, r"a: row 0 holds 'four', which is not a number"),
        ({}, "no columns"),
    ],
)
def test_ratings_that_are_refused(ratings, message):
    with pytest.raises(ResponseError, match=message):
        content_validity(ratings)


def test_options_that_are_refused():
    with pytest.raises(EstimationError, match="1 expert judged"):
        content_validity({"a": [4]})
    with pytest.raises(EstimationError, match="a: no expert rated its relevance"):
        content_validity({"a": [None, None], "b": [4, 4]})
    with pytest.raises(EstimationError, match="relevant is needed for ratings from 1 to 5"):
        content_validity({"a": [4, 5]}, scale=(1, 5))
    assert content_validity({"a": [4, 5]}, scale=(1, 5), relevant=4)["a"].i_cvi == 1
    with pytest.raises(EstimationError, match="relevant=1 is not valid; allowed: a rating from 2 to 4"):
        content_validity(TABLE, relevant=1)
    with pytest.raises(EstimationError, match=r"scale=\(4, 1\) is not valid"):
        content_validity(TABLE, scale=(4, 1))
    with pytest.raises(UnknownNameError, match="'d' is not an item that was rated"):
        content_validity(TABLE)["d"]


def sheets(essential: str = "yes", facet: str = "security") -> dict[str, list[dict[str, object]]]:
    """Seven experts' sheets about two items of trust: six agree, the seventh does not."""
    agree = [
        {"item": "tru01", "relevance": 4, "clarity": 3, "essential": essential, "facet": facet},
        {"item": "tru02", "relevance": 3, "clarity": 4, "essential": "yes", "facet": "Security"},
    ]
    other = [
        {"item": "tru01", "relevance": 1, "clarity": 2, "essential": "no", "facet": "discretion"},
        {"item": "tru02", "relevance": None, "clarity": 4, "essential": "", "facet": ""},
    ]
    return {f"E{number}": agree for number in range(6)} | {"E6": other}


def test_all_that_experts_judge():
    result = content_validity(read_expert_sheets(sheets(), "trust"))
    assert result["tru01"].i_cvi == pytest.approx(6 / 7)
    assert (result["tru02"].n, result["tru02"].i_cvi) == (6, 1)
    essential = {row.item: row for row in result.essential}
    assert essential["tru01"].cvr == pytest.approx(5 / 7)
    assert essential["tru01"].critical == 1  # all seven of seven
    assert (essential["tru01"].beyond_chance, essential["tru02"].beyond_chance) == (False, True)
    (first, second) = result.sorted_items
    assert (first.facet, first.n_intended, first.other, first.n_other) == ("security", 6, "discretion", 1)
    assert (first.p_sa, first.c_sv) == pytest.approx((6 / 7, 5 / 7))
    assert (first.beyond_chance, second.beyond_chance) == (False, True)
    assert result.by_facet == {"security": pytest.approx((6 / 7 + 1) / 2)}
    assert any(text.startswith("in no sheet: tru03") for text in result.warnings)
    text = result.sentence()
    assert "Experts (n = 7) rated" in text
    assert "1 of 2 items" in text


def test_a_misplaced_item_is_named():
    result = content_validity(read_expert_sheets(sheets(facet="discretion"), "trust"))
    assert any("tru01 (meant for security, put into discretion)" in text for text in result.warnings)


def test_few_experts_are_never_beyond_chance():
    four = dict(list(sheets().items())[:4])
    result = content_validity(read_expert_sheets(four, "trust"))
    assert [row.beyond_chance for row in result.essential] == [None, None]
    assert math.isnan(result.essential[0].critical)
    assert any("so few experts that even full agreement" in text for text in result.warnings)


def test_findings_make_the_step_content():
    result = content_validity(read_expert_sheets(sheets(), "trust"))
    findings = result.findings(sample="7 simulated experts", source="a simulation")
    assert {finding.step for finding in findings} == {"content"}
    assert findings[0].statistic == "S-CVI/Ave"
    assert findings[0].value == round(result.s_cvi_ave, 3)
    assert "content" not in missing_to_validate(findings)
    form = load("scii-12").with_evidence(findings)
    assert "content validity" in [step.title for step in form.evidence_steps if step.known]


def test_documents_and_pages():
    result = content_validity(read_expert_sheets(sheets(), "trust"))
    assert ContentValidity.from_json(result.to_json()) == result
    frame = result.to_frame()
    assert frame.loc["tru01", "i_cvi"] == pytest.approx(6 / 7)
    assert list(frame["cvr_critical"]) == [1, 1]
    text = result.to_markdown()
    assert "I-CVI" in text
    assert ".86" in text
    assert "0.857" not in text
    assert np.isfinite(frame.drop(columns=["facet", "other_facet"]).to_numpy(dtype=float)).all()
