"""Scores against a naive reference, and everything that must not change them."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import dataclass
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

from intimacy_scales import Instrument, ResponseScale, Scale, encode, score, score_stream
from intimacy_scales.scoring.kernel import score_codes
from intimacy_scales.scoring.plan import plan_of
from strategies import KINDS, NO_ANSWER, TINY, Row, Value, answered, answers, instruments, number

# ------------------------------------------------------------------ the reference


@dataclass
class ByHand:
    score: float | None
    answered: int
    low: float
    high: float

    @property
    def pomp(self) -> float | None:
        return None if self.score is None else (self.score - self.low) / (self.high - self.low) * 100


def needed(scale: Scale, k: int, *, one_range: bool) -> int:
    rule = scale.missing
    if not one_range or (scale.method == "sum" and rule is not None and not rule.prorated):
        return k
    if rule is None:
        return k if scale.of else math.ceil(Fraction(k, 2))
    return rule.count if rule.count is not None else math.ceil(rule.proportion * k)


def score_items(form: Instrument, scale: Scale, row: Row) -> ByHand:
    lows, highs, keyed = [], [], []
    for entry in scale.items:
        item = form.item(entry.removeprefix("-"))
        low, high = (Fraction(str(x)) for x in (item.response_scale.minimum, item.response_scale.maximum))
        lows.append(low)
        highs.append(high)
        value = row.get(item.id)
        if value is not None:
            exact = Fraction(str(value))
            keyed.append(low + high - exact if entry.startswith("-") else exact)
    k, n = len(lows), len(keyed)
    least = needed(scale, k, one_range=len(set(zip(lows, highs, strict=True))) == 1)
    times = 1 if scale.method == "mean" else k
    return ByHand(
        score=float(sum(keyed) / Fraction(n) * times) if n >= least else None,
        answered=n,
        low=float(sum(lows) / Fraction(k) * times),
        high=float(sum(highs) / Fraction(k) * times),
    )


def score_parts(scale: Scale, parts: list[ByHand]) -> ByHand:
    k = len(parts)
    there = [part.score for part in parts if part.score is not None]
    total, low, high = (
        reduce(add, xs, 0.0) for xs in (there, [p.low for p in parts], [p.high for p in parts])
    )
    divisor = k if scale.method == "mean" else 1
    value = None
    least = needed(scale, k, one_range=len({(p.low, p.high) for p in parts}) == 1)
    if len(there) >= least:
        value = total / divisor if len(there) == k else total / len(there) * (k // divisor)
        if least < k:  # all at one end: so is the composite, however sums of that end are rounded
            value = low / divisor if set(there) == {parts[0].low} else value
            value = high / divisor if set(there) == {parts[0].high} else value
    return ByHand(value, len(there), low / divisor, high / divisor)


def by_hand(form: Instrument, row: Row) -> dict[str, ByHand]:
    def visit(name: str) -> ByHand:
        scale = form.scale(name)
        return score_parts(scale, [visit(p) for p in scale.of]) if scale.of else score_items(form, scale, row)

    return {name: visit(name) for name in form.scale_ids}


# ------------------------------------------------------------------ tools


def bits(values: Any) -> list[list[int]]:
    """Every bit of an array of scores, None and any nan being the same."""
    array = np.array(values, dtype=np.float64)
    return np.where(np.isnan(array), np.nan, array).view(np.uint64).tolist()


def bits_of_singles(form: Instrument, rows: list[Row]) -> list[list[int]]:
    return bits([list(score(form, row).scores.values()) for row in rows])


def leaf_keys(form: Instrument, name: str) -> set[tuple[str, bool]]:
    scale = form.scale(name)
    parts = (leaf_keys(form, part) for part in scale.of)
    return set(scale.keys).union(*parts)


def all_at_one_end(form: Instrument, name: str, *, high: bool) -> Row | None:
    """Answers that put a scale at its end; None where an item is keyed both ways, so that none do."""
    keys = leaf_keys(form, name)
    if len({item for item, _ in keys}) < len(keys):
        return None
    ranges = {item: form.item(item).response_scale for item, _ in keys}
    return {item: ranges[item].maximum if high != reverse else ranges[item].minimum for item, reverse in keys}


def changed(form: Instrument, **fields: Any) -> Instrument:
    return form.model_copy(update=fields)


def with_keys(scale: Scale, items: list[str]) -> Scale:
    return Scale.model_validate({**scale.model_dump(exclude={"items"}, exclude_none=True), "items": items})


def pieces(rows: Any, cuts: list[int]) -> list[Any]:
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    return [rows[a:b] for a, b in itertools.pairwise(edges)]


# ------------------------------------------------------------------ kernel = single = naive


@pytest.mark.parametrize("composed", [False, True])
@given(data=st.data())
@settings(max_examples=70, deadline=None)
def test_table_mapping_and_a_naive_loop_agree(composed, data):
    form, rows = data.draw(answered(max_rows=20 if composed else 8, composed=composed))
    expected = [by_hand(form, row) for row in rows]
    table, singles = score(form, rows), [score(form, row) for row in rows]
    wanted = bits([[part.score for part in person.values()] for person in expected])
    assert bits(table.values) == wanted == bits_of_singles(form, rows)
    counts = [[part.answered for part in person.values()] for person in expected]
    assert table.answered.tolist() == counts == [list(person.answered.values()) for person in singles]
    pomp = np.column_stack([table.pomp(name) for name in form.scale_ids])
    assert bits(pomp) == bits([list(person.pomp.values()) for person in singles])
    by_hand_pomp = [[part.pomp for part in person.values()] for person in expected]
    # 1e-12 of the range, which is 100
    np.testing.assert_allclose(pomp, np.array(by_hand_pomp, dtype=float), rtol=1e-12, atol=1e-10)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_bounds_are_those_of_every_way_to_fill_the_gaps(data):
    form = data.draw(instruments(TINY, max_items=4))
    row = data.draw(answers(form))
    skipped = [item for item, value in row.items() if value is None]
    assume(len(skipped) <= 3)
    points = [form.item(item).response_scale.values for item in skipped]
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


TORN: list[list[dict[str, Any]]] = [
    [{"id": "a", "items": ["q1"]}, {"id": "b", "items": ["-q1"]}, {"id": "total", "of": ["a", "b"]}],
    [{"id": "a", "items": ["q1"]}, {"id": "b", "items": ["-q1", "q2"]}, {"id": "sub", "of": ["b", "a"]},
     {"id": "total", "of": ["sub", "a", "b"], "method": "sum"}],
]  # fmt: skip


@pytest.mark.parametrize("scales", TORN)
def test_bounds_of_a_composite_are_attainable_where_its_parts_key_an_item_both_ways(scales):
    form = form_of(items=["q1", "q2"], scales=scales)
    attainable = [score(form, {"q1": value, "q2": 2}).scores["total"] for value in range(1, 6)]
    low, high = score(form, {"q1": None, "q2": 2}).bounds["total"]
    assert (low, high) == pytest.approx((min(attainable), max(attainable)), rel=1e-12)


def test_a_sum_of_all_its_scales_is_their_sum_where_some_would_do():
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


def form_of(
    *, items: list[str], scales: list[dict[str, Any]], low: Value = 1, high: Value = 5, step: Value = 1
) -> Instrument:
    points = ResponseScale(minimum=low, maximum=high, step=step)
    return Instrument.model_validate(
        {
            "id": "small",
            "version": "1",
            "title": "Small",
            "items": [{"id": item, "response_scale": points} for item in items],
            "scales": scales,
        }
    )


# ------------------------------------------------------------------ every kind of table


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
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
@settings(max_examples=30, deadline=None)
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


@given(answered(max_rows=20), st.sampled_from([1, 2, 7, 1000]), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_chunks_and_threads_change_no_bit(case, chunk, threads):
    form, rows = case
    codes = encode(form, rows).codes
    kernel = score_codes(plan_of(form), codes, chunk=chunk, threads=threads)
    expected = score_codes(plan_of(form), codes)
    assert bits(kernel.scores) == bits(expected.scores) == bits(score(form, rows).values.T)
    assert kernel.answered.tolist() == expected.answered.tolist()


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[Instrument, list[dict[str, Any]]]:
    """Answers some of which are none."""
    form, rows = draw(answered(min_rows=2, max_rows=12))
    for row in rows:
        for item in draw(st.lists(st.sampled_from(form.item_ids), max_size=2)):
            row[item] = draw(st.sampled_from([7777, math.inf, NO_ANSWER, 1.2345]))
    return form, rows


@pytest.mark.parametrize("kind", [list, lambda rows: pd.DataFrame(rows, dtype=float), pl.DataFrame])
@given(case=spoiled(), block=st.integers(1, 5), cuts=st.lists(st.integers(0, 12), max_size=3))
@settings(max_examples=25, deadline=None)
def test_blocks_and_batches_change_no_bit_and_no_problem(kind, case, block, cuts):
    form, rows = case
    table = pl.DataFrame(rows, strict=False) if kind is pl.DataFrame else kind(rows)
    expected = score(form, table, on_invalid="missing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intimacy_scales.codes.BLOCK", block)
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
@settings(max_examples=40, deadline=None)
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
def test_a_composite_of_some_of_its_scales_ends_where_the_complete_one_does(value):
    """0.1 + 0.1 + 0.1 is not 3 x 0.1 in floating point: a score must not fall below the lowest."""
    scales = [{"id": f"s{n}", "items": [f"q{n}"]} for n in (1, 2, 3)]
    total = {"id": "total", "of": ["s1", "s2", "s3"], "missing": {"count": 2}}
    form = form_of(items=["q1", "q2", "q3"], scales=[*scales, total], low=0.1, high=0.7, step=0.1)
    expected = 0 if value == 0.1 else 100
    assert score(form, {"q1": value, "q2": value, "q3": value}).pomp["total"] == expected
    assert score(form, {"q1": value, "q2": value}).pomp["total"] == expected


@given(instruments())
@settings(max_examples=25, deadline=None)
def test_a_person_who_answered_nothing_has_no_score(form):
    nothing = dict.fromkeys(form.item_ids)
    single, table = score(form, nothing), score(form, [nothing])
    assert set(single.scores.values()) == set(single.pomp.values()) == {None}
    assert set(single.answered.values()) == {0}
    assert np.isnan(table.values).all()
    assert not table.answered.any()


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
