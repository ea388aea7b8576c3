"""Tables of numbers without an instrument: codes for missing answers and ids are not taken for answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import ResponseError, simulate
from intimacy_scales.errors import EstimationError
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
from intimacy_scales.reading.ids import check_no_ids
from intimacy_scales.reading.undeclared_codes import undeclared_codes
from intimacy_scales.reliability import group_icc, intraclass_corr, reliable_change
from intimacy_scales.reliability import test_retest as retest

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
    with pytest.raises(ResponseError, match="missing_codes= needs an instrument"):
        ANALYSES[analysis](TABLE, missing_codes=[99])
    with pytest.raises(ResponseError, match="on_invalid='missing' is not valid without an instrument"):
        ANALYSES[analysis](TABLE, on_invalid="missing")


@pytest.mark.parametrize("analysis", sorted(set(ANALYSES) - BY_NAME))
@pytest.mark.parametrize(
    "name",
    [
        *("id", "couple", "Person", "participant_id", "caseNr", "whatever", "userid", "pid", "vpn", "uid"),
        *("ResponseId", "ID1", "subject_no", "token", "subjnr", "Unnamed: 0", "couple_id", "study.pid"),
    ],
)
def test_a_column_of_ids_is_neither_item_nor_rater(analysis, name):
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
    (1.5, 2.5, 99): [99],
    (1.2, 3.43, 5, 6.8, 999): [999],
    (1, 2, 3, 3.5, 4, 7, 88, 999): [88, 999],
    (3.43, 66.6, 77): [],
    (0.2, -1.1, 1.4, -2): [],  # as z values
    (-99, 0, 5, 33, 62, 100): [-99],
    (0, 13, 35, 62, 88, 99): [],  # sliders
    (0, 13, 35, 62, 99, 100, 999): [999],
    (0, 30, 75, 110, 151, 999, 9999): [999, 9999],
    (1, 2, 3, 4, 5, 995, 996): [995, 996],
    (-50, 1, 4, 7, 50): [-50, 50],
    (-99, 1, 4, 7, 55): [-99, 55],
    (0, 1, 2, 20, 35): [],  # counts
    (60, 65, 72, 88): [],  # scores
    (230, 412, 845, 999): [],  # milliseconds
    (-3, -1, 0, 1, 2, 3): [],
    (-9, -3, -2, -1, 0, 3): [-9],
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
def test_answers_within_the_range_are_not_codes(low, points, data):
    scale = list(range(low, low + points))
    # (next to 1 and 2 alone, -1 is more often a code)
    left_out = data.draw(st.sampled_from([None, *scale[1:-1]])) if points > 3 and low >= 0 else None
    used = np.array([value for value in scale if value != left_out], dtype=float)
    assert undeclared_codes(used) == []
    far = data.draw(st.sampled_from([-99.0, -999.0, 99.0, 999.0, 9999.0]))
    assert undeclared_codes(np.append(used, far)) == [far]


KINDS = {
    "means": lambda g: np.round(g.uniform(1, 7, 60), 2),
    "sums": lambda g: np.rint(g.normal(22, 5, 60)),
    "long sums": lambda g: np.append(0, np.rint(g.beta(1.5, 3, 59) * 151)),
    "sliders": lambda g: g.integers(0, 101, 60).astype(float),
    "half points": lambda g: np.append(g.integers(1, 8, 59), 3.5),
    "answers": lambda g: g.integers(1, 6, 60).astype(float),
}


def test_scores_around_0_are_hardly_ever_codes():
    chance = np.random.default_rng(1)
    for n, mean, sd in [(10, 0, 5), (20, 5, 5), (60, 10, 5), (60, 20, 10), (300, 20, 10)]:
        drawn = np.rint(chance.normal(mean, sd, (400, n)))
        assert sum(bool(undeclared_codes(x, scores=True)) for x in drawn) <= 24  # of 400: a lone -7, -8 or -9
        assert sum(bool(undeclared_codes(x / 10, scores=True)) for x in drawn) <= 2


SCORES = {
    "before": lambda x, **o: retest(x, np.arange(60) % 5 + 1, **o),
    "after": lambda x, **o: reliable_change(np.arange(60) % 5 + 1, x, reliability=0.8, **o),
    "values": lambda x, **o: group_icc(x, np.arange(60) // 2, **o),
}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("code", [-99, -999, -9, 999, 9999])
@pytest.mark.parametrize("kind", KINDS)
def test_a_usual_code_stands_out_of_scores_and_sliders(kind, code, seed):
    values = KINDS[kind](np.random.default_rng(seed))
    for scores in (False, True):
        assert undeclared_codes(values, scores=scores) == []
        assert undeclared_codes(np.append(values, [code, np.nan, code]), scores=scores) == [code]


@pytest.mark.parametrize("code", [-99, 999])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SCORES)
def test_scores_are_searched_for_codes_that_nobody_declared(name, kind, code):
    scores = KINDS[kind](np.random.default_rng(8))
    SCORES[name](scores)
    scores[5] = code
    with pytest.raises(ResponseError, match=f"1 number looks like a code .*numbers of {name} are") as error:
        SCORES[name](scores if name != "before" else pd.Series(scores))
    assert f"  row 5, {name}: {code}\nIf {code} means that there is no score" in str(error.value)
    SCORES[name](scores, on_invalid="accept").to_dict()
    SCORES[name](pd.Series(scores).replace(code, float("nan")))  # the advice helps
    with pytest.raises(ResponseError, match="on_invalid='missing' is not valid without an instrument"):
        SCORES[name](scores, on_invalid="missing")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([0, 2, 1, 3, 0, 27], [1, 2, 0, 3, 1, 22]),  # sums of symptoms
        ([60, 65, 72, 88], [58, 66, 77, 99]),
        ([0, 10, 45, 99], [100, 20, 40, 88]),
        ([3, -2, 0, 5], [1, 2, -4, 6]),  # scores on both sides of 0
        (list(range(1, 31)), list(range(2, 32))),  # sorted
    ],
)
def test_wide_sum_scores_are_not_codes(before, after):
    assert retest(before, after).n == len(before)
    retest(before, after).confidence_interval(of="consistency")
    reliable_change(before, after, reliability=0.8)


def test_codes_are_replaced_in_their_column_alone():
    sliders = np.random.default_rng(2).integers(0, 101, 120)
    table = TABLE.assign(slider=np.where(np.arange(120) < 2, 99, sliders))
    table.loc[[5, 17], "tru04"] = 99
    with pytest.raises(ResponseError) as error:
        kmo(table)
    assert "table.replace({'tru04': 99}, float('nan'))" in str(error.value)
    kmo(table.replace({"tru04": 99}, float("nan")))


DIARY = {  # person, day and beep of 12 persons on 6 days
    "who": np.repeat(np.arange(12), 18),
    "when": np.tile(np.repeat(np.arange(1, 7), 3), 12),
    "prompted": np.tile([1, 2, 3], 72),
}
G = np.random.default_rng(11)
IDS = {
    "couples from 0": np.repeat(np.arange(60), 2),
    "couples of one and two": np.sort(G.integers(0, 70, 120)),
    "a gap": np.delete(np.arange(125), [7, 8, 60, 90, 99]),
    "a gap, in any order": G.permutation(np.delete(np.arange(121), 7)),
    "codes of persons": G.choice(np.arange(10_000, 99_999), 120, replace=False),
    "codes of couples": np.repeat(G.choice(np.arange(1_000, 9_999), 60, replace=False), 2),
}
ITEM_NAMES = [
    *("idea", "confidence", "day_together", "humid", "ID2", "time", "family", "person1", "avoid", "partner"),
]


@pytest.mark.parametrize("kind", IDS)
def test_ids_are_known_by_their_values(kind):
    with pytest.raises(ResponseError, match="column 'a' looks like ids of persons"):
        kmo(TABLE.assign(a=IDS[kind]))
    kmo(TABLE.assign(a=IDS[kind]).drop(columns="a"))
    with pytest.raises(ResponseError, match="if all are ratings, pass on_invalid"):
        intraclass_corr(TABLE.assign(a=IDS[kind]))
    intraclass_corr(TABLE.assign(a=IDS[kind]), on_invalid="accept")


@pytest.mark.parametrize("given", [["who"], ["who", "when"], ["when", "prompted"], list(DIARY)])
def test_persons_days_and_beeps_of_long_tables_are_not_items(given):
    if given == ["when", "prompted"]:
        given = ["when"]  # 1, 2, 3 alone may be an item
    items = pd.DataFrame(np.random.default_rng(4).integers(1, 6, (216, 4)), columns=list("abcd"))
    table = items.assign(**{name: DIARY[name] for name in given})
    with pytest.raises(ResponseError) as error:
        kmo(table)
    assert f"column{'s' if len(given) > 1 else ''} {', '.join(map(repr, given))} look" in str(error.value)
    kmo(items)


@pytest.mark.parametrize("name", ["dayno", "beepno", "day", "beep_nr", "wave", "Occasion", "session.no"])
def test_days_are_known_by_their_names(name):
    with pytest.raises(ResponseError, match="looks like counted days, occasions or partners"):
        kmo(TABLE.assign(**{name: np.random.default_rng(1).integers(1, 9, 120)}))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("points", [2, 5, 7, 11, 101])
@pytest.mark.parametrize("n", [10, 25, 300])
def test_sorted_items_are_not_ids(n, points, seed):
    chance = np.random.default_rng(seed)
    skewed = (chance.beta(0.4, 2, (n, 8)) * points).astype(int).astype(float)
    even = chance.integers(0, points, (n, 8)).astype(float)
    for rows in (skewed, even):
        for keys in ((), (0,), (0, 1), (0, 1, 2)):
            order = np.lexsort(rows.T[list(keys)]) if keys else np.arange(n)
            check_no_ids([f"q{j}" for j in range(8)], rows[order], "")


@pytest.mark.parametrize("name", ITEM_NAMES)
def test_names_of_items_are_not_taken_for_ids(name):
    kmo(TABLE.assign(**{name: np.random.default_rng(1).integers(1, 6, 120)}))


def test_columns_that_read_alike_are_ambiguous():
    table = TABLE.assign(**{"1": TABLE["tru01"].to_numpy()[::-1]}).rename(columns={"tru09": 1})
    for call in (lambda: kmo(table), lambda: kmo(table, items=["tru01", "1", "tru04"])):
        with pytest.raises(
            ResponseError, match="columns 1 and '1', which have the same name as text; rename or drop one"
        ):
            call()
    assert kmo(table, items=["tru01", "tru04", "tru11"]).names == ("tru01", "tru04", "tru11")
    kmo(table.rename(columns={1: "tru09"}))


EXPLORING = sorted(set(ANALYSES) - BY_NAME - {"intraclass_corr"})


@pytest.mark.parametrize("analysis", EXPLORING)
def test_exploratory_functions_take_an_array(analysis):
    named = TABLE.rename(columns=dict(zip(ITEMS, ["x1", "x2", "x3", "x4"], strict=True)))
    run = {"parallel_analysis": lambda t: parallel_analysis(t, n_iterations=2, rng=1)}.get(
        analysis, ANALYSES[analysis]
    )
    assert run(TABLE.to_numpy()).to_dict() == run(named).to_dict()
    with pytest.raises(ResponseError, match=r"\(120,\) is not valid; allowed: one of numbers, \(n_persons"):
        run(TABLE.to_numpy()[:, 0])
    with pytest.raises(EstimationError, match=r"covariances_as_sample\(matrix"):
        run(TABLE.corr().to_numpy())


def test_items_name_the_columns_of_an_array_or_choose_among_them():
    array = TABLE.to_numpy()
    assert kmo(array, items=ITEMS) == kmo(TABLE)
    assert kmo(array, items=["x4", "x1", "x2"]).names == ("x4", "x1", "x2")
    with pytest.raises(ResponseError, match="items: 3 names for an array of 4 columns; name each column"):
        kmo(array, items=ITEMS[:3])
    with pytest.raises(ResponseError, match="column 'x5' looks like ids"):
        kmo(np.column_stack([array, np.arange(120)]))


@pytest.mark.parametrize("analysis", sorted(BY_NAME))
def test_models_ask_for_a_table_instead_of_an_array(analysis):
    with pytest.raises(ResponseError) as error:
        ANALYSES[analysis](TABLE.to_numpy())
    advice = f"pandas.DataFrame(array, columns={ITEMS})"
    assert advice in str(error.value)
    ANALYSES[analysis](eval(advice, {"pandas": pd, "array": TABLE.to_numpy()}))
