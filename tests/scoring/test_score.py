"""Scores against a naive reference, and everything that must not change them."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, InstrumentError, ResponseScale, Scale, encode, score, score_stream
from intimacy_scales.scoring.kernel import score_codes
from intimacy_scales.scoring.plan import plan_of
from tests.shared.instruments import form_of
from tests.shared.naive_scores import all_at_one_end, bits, bits_of_singles, by_hand, pieces
from tests.shared.strategies import (
    KINDS,
    NO_ANSWER,
    TINY,
    Row,
    Value,
    answered,
    answers,
    instruments,
    number,
    torn_instruments,
)

# ------------------------------------------------------------------ tools


def changed(form: Instrument, **fields: Any) -> Instrument:
    return form.model_copy(update=fields)


def with_keys(scale: Scale, items: list[str]) -> Scale:
    return Scale.model_validate({**scale.model_dump(exclude={"items"}, exclude_none=True), "items": items})


# ------------------------------------------------------------------ kernel = single = naive


@pytest.mark.parametrize("composed", [False, True])
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_table_mapping_and_a_naive_loop_agree(composed, data):
    assert_all_ways_agree(*data.draw(answered(max_rows=20 if composed else 8, composed=composed)))


@given(answered(one_range=True))
@settings(max_examples=30, deadline=None)
def test_unequal_steps_agree_with_a_naive_loop(case):
    """Skipped answers are stood for by the others, and no one step turns codes into values."""
    assert_all_ways_agree(*case)


def assert_all_ways_agree(form: Instrument, rows: list[Row]) -> None:
    expected = [by_hand(form, row) for row in rows]
    table, singles = score(form, rows), [score(form, row) for row in rows]
    wanted = bits([[part.score for part in person.values()] for person in expected])
    assert bits(table.values) == wanted == bits_of_singles(form, rows)
    counts = [[part.answered for part in person.values()] for person in expected]
    assert table.answered.tolist() == counts == [list(person.answered.values()) for person in singles]
    marks = [[part.prorated for part in person.values()] for person in expected]
    assert table.prorated.tolist() == marks == [list(person.prorated.values()) for person in singles]
    counted = [scale.n_prorated for scale in table.summary().scales]
    assert counted == [sum(scale) for scale in zip(*marks, strict=True)] or not rows
    pomp = np.column_stack([table.pomp(name) for name in form.scale_ids])
    assert bits(pomp) == bits([list(person.pomp.values()) for person in singles])
    by_hand_pomp = [[part.pomp for part in person.values()] for person in expected]
    # 1e-12 of the range, which is 100
    np.testing.assert_allclose(pomp, np.array(by_hand_pomp, dtype=float), rtol=1e-12, atol=1e-10)


def test_items_on_one_range_in_other_steps_by_hand():
    """3 of 1 to 5 by 1, 4.5 of the same by 0.5, one skipped: the mean is 3.75, the sum of three 11.25."""
    scales = [{"id": "m", "items": ["q1", "-q2", "q3"]}, {"id": "s", "items": ["q1", "-q2", "q3"]}]
    scales[1] |= {"method": "sum", "missing": {"count": 2}}
    form = form_of(items=["q1", "q2", "q3"], scales=scales)
    halves = ResponseScale(minimum=1, maximum=5, step=0.5)
    items = [item.model_copy(update={"response_scale": halves}) for item in form.items[1:]]
    form = changed(form, items=[form.items[0], *items])
    row = {"q1": 3, "q2": 1.5, "q3": None}
    assert score(form, [row]).values.tolist() == [[3.75, 11.25]]
    assert list(score(form, row).scores.values()) == [3.75, 11.25]
    assert score(form, row).bounds == {"m": (8.5 / 3, 12.5 / 3), "s": (8.5, 12.5)}


def assert_bounds_are_those_of_every_way_to_fill_the_gaps(form: Instrument, row: Row) -> None:
    skipped = [item for item, value in row.items() if value is None]
    points = [form.item(item).response_scale.values for item in skipped]
    assume(len(skipped) <= 3 and math.prod(map(len, points)) <= 70)
    filled = [by_hand(form, row | dict(zip(skipped, f, strict=True))) for f in itertools.product(*points)]
    result = score(form, row)
    for name in form.scale_ids:
        scores = [person[name].score for person in filled]
        assert None not in scores
        attainable = (min(scores), max(scores))
        if all_at_one_end(form, name, high=False) is None:  # weighed on the whole, not added by parts
            assert result.bounds[name] == pytest.approx(attainable, rel=1e-12, abs=1e-12)
            continue
        assert result.bounds[name] == attainable
        if not skipped:
            assert result.bounds[name] == (result.scores[name],) * 2


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_bounds_are_those_of_every_way_to_fill_the_gaps(data):
    form = data.draw(instruments(TINY, max_items=4))
    assert_bounds_are_those_of_every_way_to_fill_the_gaps(form, data.draw(answers(form)))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_bounds_of_composites_that_count_several_skipped_items_both_ways(data):
    """Several gaps at once: what one of them adds says nothing about how they add up."""
    form = data.draw(torn_instruments())
    gaps = data.draw(st.lists(st.sampled_from(form.item_ids), min_size=2, max_size=3, unique=True))
    row = data.draw(answers(form)) | dict.fromkeys(gaps)
    assert_bounds_are_those_of_every_way_to_fill_the_gaps(form, row)


TORN: list[list[dict[str, Any]]] = [
    [{"id": "a", "items": ["q1"]}, {"id": "b", "items": ["-q1"]}, {"id": "total", "of": ["a", "b"]}],
    [{"id": "a", "items": ["q1"]}, {"id": "b", "items": ["-q1", "q2"]}, {"id": "sub", "of": ["b", "a"]},
     {"id": "total", "of": ["sub", "a", "b"], "method": "sum"}],
]  # fmt: skip


@pytest.mark.parametrize("scales", TORN)
def test_bounds_are_attainable_with_items_keyed_both_ways(scales):
    form = form_of(items=["q1", "q2"], scales=scales)
    attainable = [score(form, {"q1": value, "q2": 2}).scores["total"] for value in range(1, 6)]
    low, high = score(form, {"q1": None, "q2": 2}).bounds["total"]
    assert (low, high) == pytest.approx((min(attainable), max(attainable)), rel=1e-12)


def test_a_sum_of_scales_is_their_sum():
    parts = [{"id": f"s{n}", "items": [f"q{n}"]} for n in (1, 2, 3)]
    total = {"id": "total", "of": ["s1", "s2", "s3"], "method": "sum", "missing": {"count": 2}}
    form = form_of(items=["q1", "q2", "q3"], scales=[*parts, total], low=0, high=1, step=0.1)
    points = form.items[0].response_scale.values
    rows = [dict(zip(form.item_ids, row, strict=True)) for row in itertools.product(points, repeat=3)]
    expected = [by_hand(form, row)["total"].score for row in rows]
    assert score(form, rows)["total"].tolist() == expected
    assert [score(form, row).scores["total"] for row in rows] == expected


def test_a_score_of_complete_answers_lies_within_its_bounds():
    scales = [{"id": "a", "items": ["q1", "q2", "q3"]}, {"id": "b", "items": ["-q1", "q2"]}]
    total = {"id": "total", "of": ["a", "b", "c"]}
    form = form_of(items=["q1", "q2", "q3"], scales=[*scales, {"id": "c", "items": ["q3"]}, total])
    for values in itertools.product(range(1, 6), repeat=3):
        result = score(form, dict(zip(form.item_ids, values, strict=True)))
        assert result.bounds["total"] == (result.scores["total"],) * 2


# ------------------------------------------------------------------ every kind of table


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=4, deadline=None)
def test_every_kind_of_table_gives_the_same_bits(kind, data):
    grid, make = KINDS[kind]
    form, rows = data.draw(answered(grid))
    table, options = make(form, rows)
    expected, result = score(form, rows), score(form, table, **options)
    assert bits(result.values) == bits(expected.values)
    assert result.answered.tolist() == expected.answered.tolist()


@pytest.mark.parametrize("dtype", [">i2", ">u2", ">i4", ">f4", "<i2"])
def test_whole_numbers_in_either_byte_order(dtype):
    form = form_of(items=["q1", "q2"], scales=[{"id": "a", "items": ["q1", "-q2"]}], low=0, high=1000)
    array = np.array([[1, 900], [512, 3]], dtype=dtype)
    expected = score(form, array.astype(np.float64), columns=form.item_ids)
    assert score(form, array, columns=form.item_ids)["a"].tolist() == expected["a"].tolist() == [50.5, 754.5]


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.uint8, object])
def test_masked_entries_of_an_array_are_not_answers(dtype):
    form = form_of(items=["q1", "q2"], scales=[{"id": "a", "items": ["q1", "q2"]}])
    array = np.ma.masked_array(np.array([[2, 4], [3, 5]], dtype=dtype), mask=[[False, True], [True, True]])
    result = score(form, array, columns=form.item_ids)
    assert result.answered.tolist() == [[1], [0]]
    assert bits(result["a"]) == bits([2, np.nan])


# ------------------------------------------------------------------ what changes no bit


@given(answered())
@settings(max_examples=30, deadline=None)
def test_reversing_twice_is_the_identity(case):
    form, rows = case

    def opposite(entry: str) -> str:
        return entry[1:] if entry.startswith("-") else f"-{entry}"

    def mirrored(item: str, value: Value | None) -> Value | None:
        points = form.item(item).response_scale
        exact = (Fraction(str(x)) for x in (points.minimum, points.maximum, value or 0))
        return None if value is None else number(next(exact) + next(exact) - next(exact))

    flipped = changed(
        form, scales=[s if s.of else with_keys(s, [opposite(e) for e in s.items]) for s in form.scales]
    )
    answers_flipped = [{item: mirrored(item, value) for item, value in row.items()} for row in rows]
    assert bits(score(flipped, answers_flipped).values) == bits(score(form, rows).values)
    assert bits_of_singles(flipped, answers_flipped) == bits_of_singles(form, rows)


@given(answered(), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_the_order_of_items_changes_no_bit(case, chance):
    form, rows = case
    items = chance.sample(form.items, len(form.items))
    scales = [
        s if s.of else with_keys(s, chance.sample(s.items, len(s.items)))
        for s in chance.sample(form.scales, len(form.scales))
    ]
    shuffled, result = changed(form, items=items, scales=scales), score(form, rows)
    again = score(shuffled, rows)
    for name in form.scale_ids:
        assert bits(again[name]) == bits(result[name])
    for row, single in zip(rows, bits_of_singles(shuffled, rows), strict=True):
        assert dict(zip(shuffled.scale_ids, single, strict=True)) == dict(
            zip(form.scale_ids, bits_of_singles(form, [row])[0], strict=True)
        )


@given(answered(max_rows=20), st.sampled_from([1, 2, 7, 1000]))
@settings(max_examples=40, deadline=None)
def test_chunks_change_no_bit(case, chunk):
    form, rows = case
    codes = encode(form, rows).codes
    kernel = score_codes(plan_of(form), codes, chunk=chunk)
    expected = score_codes(plan_of(form), codes)
    assert bits(kernel.scores) == bits(expected.scores) == bits(score(form, rows).values.T)
    assert kernel.answered.tolist() == expected.answered.tolist()


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[Instrument, list[dict[str, Any]]]:
    """Answers some of which are not valid."""
    form, rows = draw(answered(min_rows=2, max_rows=12))
    for row in rows:
        for item in draw(st.lists(st.sampled_from(form.item_ids), max_size=2)):
            row[item] = draw(st.sampled_from([7777, math.inf, NO_ANSWER, 1.2345]))
    return form, rows


@pytest.mark.parametrize("kind", [list, lambda rows: pd.DataFrame(rows, dtype=float), pl.DataFrame])
@given(case=spoiled(), block=st.integers(1, 5), cuts=st.lists(st.integers(0, 12), max_size=3))
@settings(max_examples=16, deadline=None)
def test_score_stream_has_the_bits_and_problems_of_one_table(kind, case, block, cuts):
    form, rows = case
    table = pl.DataFrame(rows, strict=False) if kind is pl.DataFrame else kind(rows)
    expected = score(form, table, on_invalid="missing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intimacy_scales.reading.table.BLOCK", block)
        result = score(form, table, on_invalid="missing")
        coded = encode(form, table, on_invalid="missing")
    parts = list(score_stream(form, pieces(table, cuts), on_invalid="missing"))
    assert bits(result.values) == bits(expected.values) == bits(score(form, coded).values)
    assert bits(np.concatenate([part.values for part in parts])) == bits(expected.values)
    assert list(result.problems) == list(expected.problems) == list(coded.problems)
    assert [problem for part in parts for problem in part.problems] == list(expected.problems)
    assert reduce(add, [part.summary() for part in parts]) == expected.summary()


# ------------------------------------------------------------------ ends, nothing, summaries


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_the_lowest_keyed_answers_give_pomp_0_and_the_highest_100(data):
    form = data.draw(instruments())
    for name, high in itertools.product(form.scale_ids, (False, True)):
        row = all_at_one_end(form, name, high=high)
        if row is None:
            continue
        if not form.scale(name).of:  # those that are answered, where that is enough for a score
            row = {item: data.draw(st.sampled_from([value, None])) for item, value in row.items()}
        single = score(form, row)
        table = score(form, [dict.fromkeys(form.item_ids) | row])
        if single.scores[name] is not None:
            assert single.pomp[name] == table.pomp(name)[0] == (100 if high else 0)
            figures = table.summary().to_frame().loc[name]
            assert (figures["% floor"], figures["% ceiling"]) == ((0, 100) if high else (100, 0))


@pytest.mark.parametrize("value", [0.1, 0.7])
def test_composites_of_some_scales_have_the_same_ends(value):
    """0.1 + 0.1 + 0.1 is not 3 x 0.1 in floating point: a score must not fall below the lowest."""
    scales = [{"id": f"s{n}", "items": [f"q{n}"]} for n in (1, 2, 3)]
    total = {"id": "total", "of": ["s1", "s2", "s3"], "missing": {"count": 2}}
    form = form_of(items=["q1", "q2", "q3"], scales=[*scales, total], low=0.1, high=0.7, step=0.1)
    expected = 0 if value == 0.1 else 100
    assert score(form, {"q1": value, "q2": value, "q3": value}).pomp["total"] == expected
    assert score(form, {"q1": value, "q2": value}).pomp["total"] == expected


# number of items, minimum, maximum, step: k times the sum of the largest values in units is 2**53
TOO_LARGE: dict[str, tuple[int, int, int, float]] = {
    "one item": (1, 2**53 - 4, 2**53, 1),
    "eight items": (8, 2**47 - 4, 2**47, 1),
    "below zero": (4, -(2**49) + 4, -(2**49) + 8, 1),
    "a wide range": (4, 0, 2**49, 2**36),
    "halves": (4, 2**48 - 2, 2**48, 0.5),
}


@pytest.mark.parametrize("method", ["mean", "sum"])
@pytest.mark.parametrize("case", TOO_LARGE)
def test_sums_beyond_exact_floats_are_refused(case, method):
    k, low, high, step = TOO_LARGE[case]
    items = [f"q{n}" for n in range(k)]
    scales = [{"id": "a", "items": items, "method": method}]
    with pytest.raises(InstrumentError, match=r"scale 'a' has sums too large to be exact: use a coarser"):
        score(form_of(items=items, scales=scales, low=low, high=high, step=step), [dict.fromkeys(items)])
    nearer = -1 if low >= 0 else 1  # a step towards zero
    if low == 0:
        high -= int(step)
    else:
        low, high = low + nearer, high + nearer
    form = form_of(items=items, scales=scales, low=low, high=high, step=step)
    points = form.items[0].response_scale.values
    rows = [{item: points[(n * row) % len(points)] for n, item in enumerate(items, 1)} for row in range(4)]
    rows += [row | {items[0]: None} for row in rows if k > 1 and method == "mean"]
    expected = bits([[by_hand(form, row)["a"].score] for row in rows])
    assert bits(score(form, rows).values) == bits_of_singles(form, rows) == expected


@given(instruments())
@settings(max_examples=25, deadline=None)
def test_a_person_who_answered_nothing_has_no_score(form):
    nothing = dict.fromkeys(form.item_ids)
    single, table = score(form, nothing), score(form, [nothing])
    assert set(single.scores.values()) == set(single.pomp.values()) == {None}
    assert set(single.answered.values()) == {0}
    assert np.isnan(table.values).all()
    assert not table.answered.any()


def test_a_summary_by_hand():
    """Scores 1, 5, 3, none and 5: mean 3.5, squared deviations 11 in all."""
    form = form_of(items=["q1", "q2"], scales=[{"id": "a", "items": ["q1", "-q2"]}])
    answers = [(1, 5), (5, 1), (3, 3), (None, None), (5, None)]
    rows = [dict(zip(form.item_ids, row, strict=True)) for row in answers]
    parts = [
        score(form, rows[:2]).summary(),
        score(form, rows[2:4]).summary(),
        score(form, rows[4:]).summary(),
    ]
    for summary in (
        score(form, rows).summary(),
        parts[0] + parts[1] + parts[2],
        parts[2] + parts[0] + parts[1],
    ):
        (scale,) = summary.scales
        assert (scale.n, scale.n_missing, scale.minimum, scale.maximum) == (4, 1, 1, 5)
        assert (scale.mean, scale.sd) == pytest.approx((3.5, math.sqrt(11 / 3)), rel=1e-15)
        shown = summary.to_dict()["scales"][0]
        assert (shown["% floor"], shown["% ceiling"], shown["% not scored"]) == (25, 50, 20)


@given(answered(max_rows=20))
@settings(max_examples=30, deadline=None)
def test_summary_is_that_of_exact_statistics(case):
    form, rows = case
    result = score(form, rows)
    figures = result.summary().to_frame()
    for name in form.scale_ids:
        there = [Fraction(value) for value in result[name].tolist() if not math.isnan(value)]
        shown = figures.loc[name]
        assert (shown["n"], shown["% not scored"]) == (len(there), 100 * (len(rows) - len(there)) / len(rows))
        if not there:
            assert shown[["mean", "sd", "min", "max", "% floor", "% ceiling"]].isna().all()
            continue
        assert (shown["min"], shown["max"]) == (min(there), max(there))
        assert shown["mean"] == pytest.approx(float(statistics.mean(there)), rel=1e-12, abs=1e-12)
        deviation = float(statistics.stdev(there)) if len(there) > 1 else math.nan
        assert shown["sd"] == pytest.approx(deviation, rel=1e-11, abs=1e-11, nan_ok=True)
        low, high = (sum(value == end for value in there) for end in map(Fraction, end_scores(form, name)))
        assert (shown["% floor"], shown["% ceiling"]) == (100 * low / len(there), 100 * high / len(there))


def end_scores(form: Instrument, name: str) -> tuple[float, float]:
    nobody = by_hand(form, {})[name]
    return nobody.low, nobody.high


@pytest.mark.parametrize(("n_items", "high"), [(3, 5), (12, 100), (12, 1000), (12, 65_000)])
def test_summary_of_large_sums_equals_numpy(n_items, high):
    items = [f"q{n}" for n in range(n_items)]
    form = form_of(items=items, scales=[{"id": "a", "items": items, "method": "sum"}], low=0, high=high)
    chance = np.random.default_rng(1)
    array = chance.integers(high * 9 // 10, high, size=(3000, n_items), endpoint=True)
    result = score(form, array, columns=items)
    summary = result.summary().scales[0]
    assert summary.mean == pytest.approx(np.mean(array.sum(axis=1)), rel=1e-12)
    assert summary.sd == pytest.approx(np.std(array.sum(axis=1), ddof=1), rel=1e-12)


# ------------------------------------------------------------------ one option everywhere


@given(instruments(composed=True))
@settings(max_examples=40, deadline=None)
def test_one_option_everywhere_scores_what_the_instrument_says(form):
    """Of the lowest and the highest option of every item; nothing is skipped, so every scale has a score."""
    found = {name: [] for name in form.scale_ids}
    for end in ("minimum", "maximum"):
        given_ = {item.id: getattr(item.response_scale, end) for item in form.items}
        for name, value in score(form, given_).scores.items():
            found[name].append(value)
    assert form.one_option_scores.keys() == found.keys()
    for name, ends in form.one_option_scores.items():
        assert list(ends) == pytest.approx(found[name], rel=1e-12, abs=1e-12)
