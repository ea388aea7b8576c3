"""Tables of numbers without an instrument: codes for missing answers and ids are not taken for answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import ResponseError, simulate
from intimacy_scales.factor import (
    bartlett,
    cfa,
    efa,
    htmt,
    invariance,
    kmo,
    map_test,
    parallel_analysis,
    scree,
)
from intimacy_scales.reading.plain import undeclared_codes
from intimacy_scales.reliability import intraclass_corr

ITEMS = ["tru01", "tru04", "tru09", "tru11"]
TABLE = simulate("scii-24", 120, rng=3).answers[ITEMS].astype(float)
MODEL = f"trust =~ {' + '.join(ITEMS)}"
TWO = "one =~ tru01 + tru04\nother =~ tru09 + tru11"
ANALYSES = {
    "cfa": lambda t, **o: cfa(MODEL, t, **o),
    "invariance": lambda t, **o: invariance(MODEL, t, groups=["a", "b"] * 60, **o),
    "htmt": lambda t, **o: htmt(TWO, t, **o),
    "efa": lambda t, **o: efa(t, 1, **o),
    "parallel_analysis": lambda t, **o: parallel_analysis(t, n_iterations=2, **o),
    "map_test": map_test,
    "scree": scree,
    "kmo": kmo,
    "bartlett": bartlett,
    "intraclass_corr": intraclass_corr,
}
BY_NAME = {"cfa", "invariance", "htmt"}  # the model names the columns


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("code", [-99, 99, 999, 40])
def test_a_code_that_nobody_declared_is_named_and_can_be_accepted(analysis, code):
    table = TABLE.copy()
    table.loc[[5, 17], "tru04"] = code
    with pytest.raises(ResponseError) as error:
        ANALYSES[analysis](table)
    said = str(error.value)
    assert said.startswith(
        "2 numbers look like a code for a missing answer (the other answers to tru04 are 1 to 7):"
    )
    assert f"  row 5, tru04: {code}\n  row 17, tru04: {code}\n" in said
    assert f"table.replace({code}, float('nan'))" in said
    ANALYSES[analysis](table, on_invalid="accept")
    ANALYSES[analysis](table.replace(code, float("nan")))  # the advice helps


@pytest.mark.parametrize("analysis", ANALYSES)
def test_options_of_reading_need_an_instrument(analysis):
    with pytest.raises(ResponseError, match="missing_codes= says how answers to an instrument are read"):
        ANALYSES[analysis](TABLE, missing_codes=[99])
    with pytest.raises(ResponseError, match="on_invalid='missing': without an instrument nothing says"):
        ANALYSES[analysis](TABLE, on_invalid="missing")


@pytest.mark.parametrize("analysis", sorted(set(ANALYSES) - BY_NAME))
@pytest.mark.parametrize("name", ["id", "couple", "Person", "participant_id", "caseNr", "whatever"])
def test_a_column_of_ids_is_no_item_and_no_rater(analysis, name):
    ids = np.arange(1, 121) if name == "whatever" else np.repeat(np.arange(1, 61), 2)
    with pytest.raises(ResponseError, match=f"column '{name}' looks like ids of persons, not like answers"):
        ANALYSES[analysis](TABLE.assign(**{name: ids}))


def test_ids_by_name_are_for_the_reader_to_choose():
    table = TABLE.assign(id=np.tile([1, 2, 3], 40))
    assert kmo(table, items=[*ITEMS, "id"]).names[-1] == "id"


def test_rankings_of_all_persons_are_ratings():
    generator = np.random.default_rng(1)
    ranks = pd.DataFrame({f"judge {j}": generator.permutation(25) + 1 for j in range(3)})
    assert intraclass_corr(ranks).n_raters == 3


CODES = {
    (1, 2, 3, 9): [],  # nine points, perhaps
    (1, 5, -9): [-9],
    (-3, -2, -1, 0, 1, 2, 3): [],
    (0, 1, 2, 3, 99): [99],
    (1, 2, 3, 88, 99): [88, 99],
    (1, 2, 3, -1, -77): [-77, -1],
    (0, 1, 5): [],  # a count
    (0, 1, 50): [50],
    (1, 2, 3, 55): [55],
    (18, 40, 66, 77, 88, 99): [],  # ages
    (4, 999): [999],
    (1.5, 2.5, 99): [],  # means, not answers
    (0, 4, -1): [],  # may be a point of the scale
    (1, 5, -1): [-1],
    (7, 8, 9): [],
    (0, 100): [],
    (10, 20, 30, 40, 50, 60, 70): [],
    (5,): [],
    (): [],
}


@pytest.mark.parametrize("values", CODES)
def test_what_looks_like_a_code(values):
    assert undeclared_codes(np.array(values, dtype=float)) == CODES[values]


@settings(deadline=None)
@given(
    low=st.integers(-5, 5),
    points=st.integers(2, 12),
    data=st.data(),
)
def test_no_answer_of_a_response_scale_is_taken_for_a_code_where_most_points_are_used(low, points, data):
    scale = list(range(low, low + points))
    # (beside 1 and 2 alone, -1 is more often a code)
    left_out = data.draw(st.sampled_from([None, *scale[1:-1]])) if points > 3 and low >= 0 else None
    used = np.array([value for value in scale if value != left_out], dtype=float)
    assert undeclared_codes(used) == []
    far = data.draw(st.sampled_from([-99.0, -999.0, 99.0, 999.0, 9999.0]))
    assert undeclared_codes(np.append(used, far)) == [far]
