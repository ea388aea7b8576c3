"""Sums of answers against a naive reference in fractions, and everything that must not change a bit."""

from __future__ import annotations

import dataclasses
import json
import math
import multiprocessing
import statistics
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from functools import cache, partial, reduce
from operator import add, mul
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    EstimationError,
    Instrument,
    InvalidResponsesError,
    ResponseError,
    ResponseScale,
    encode,
    score,
)
from intimacy_scales.moments.cross_products import PairSums, pair_sums
from intimacy_scales.reliability import item_moments, item_moments_stream, keyed_moments
from tests.shared.comparison import near
from tests.shared.naive_scores import pieces
from tests.shared.strategies import ANY, BYTES, WHOLE, Grid, Row, answered

WIDE = Grid(("0", "1", "-1000", "-0.5"), ("1", "0.5"), st.sampled_from([256, 1001, 4001]))
GRIDS = {"any": ANY, "bytes": BYTES, "wide": WIDE}
Key = tuple[str, bool]

# ------------------------------------------------------------------ the reference


def frac(value: Any) -> Fraction:
    return Fraction(str(value))


def coded(form: Instrument, row: Row) -> list[int]:
    """Codes of one person's answers, 0 where one was skipped."""
    codes = []
    for item in form.items:
        points, value = item.response_scale, row.get(item.id)
        at = None if value is None else 1 + (frac(value) - frac(points.minimum)) / frac(points.step)
        codes.append(0 if at is None else int(at))
    return codes


def leaves(form: Instrument, name: str) -> dict[Key, None]:
    """Items of a scale with their direction, in the order in which they are met."""
    scale = form.scale(name)
    own = {(entry.removeprefix("-"), entry.startswith("-")): None for entry in scale.items or ()}
    return reduce(lambda found, part: found | leaves(form, part), scale.of or (), own)


def naive_pairs(codes: list[list[int]]) -> dict[str, list[list[int]]]:
    columns = list(zip(*codes, strict=True))

    def table(of: Any) -> list[list[int]]:
        return [
            [sum(of(a, b) for a, b in zip(x, y, strict=True) if a and b) for y in columns] for x in columns
        ]

    return {
        "counts": table(lambda a, b: 1),
        "sums": table(lambda a, b: a),
        "squares": table(lambda a, b: a * a),
        "products": table(lambda a, b: a * b),
    }


def assert_pairs(sums: PairSums, codes: list[list[int]]) -> None:
    if not codes:
        assert not sums.counts.any() and not sums.products.any()
        return
    for name, expected in naive_pairs(codes).items():
        found = getattr(sums, name)
        if found is None:  # squares follow from products where everybody answered everything
            continue
        assert found.dtype == np.int64
        assert found.tolist() == expected, name


def keyed_rows(form: Instrument, name: str, rows: list[Row], missing: str) -> list[list[Fraction | None]]:
    """Keyed answers of a scale as fractions, of those whom the missing rule admits."""
    table = []
    for row in rows:
        answers: list[Fraction | None] = []
        for item, reverse in leaves(form, name):
            points, value = form.item(item).response_scale, row.get(item)
            ends = frac(points.minimum) + frac(points.maximum)
            answers.append(None if value is None else ends - frac(value) if reverse else frac(value))
        if missing == "pairwise" or None not in answers:
            table.append(answers)
    return table


def covariance(pairs: list[tuple[Fraction, Fraction]]) -> Fraction | None:
    n = len(pairs)
    if n < 2:
        return None
    a, b = (sum(x, Fraction(0)) / n for x in zip(*pairs, strict=True))
    return sum(((x - a) * (y - b) for x, y in pairs), Fraction(0)) / (n - 1)


def both(table: list[list[Fraction | None]], i: int, j: int) -> list[tuple[Fraction, Fraction]]:
    return [(row[i], row[j]) for row in table if row[i] is not None and row[j] is not None]


def correlation(table: list[list[Fraction | None]], i: int, j: int, sds: str) -> float:
    own = [both(table, k, k) for k in (i, j)] if sds == "items" else [both(table, i, j)] * 2
    variances = [covariance([(pair[k], pair[k]) for pair in p]) for k, p in enumerate(own)]
    shared = covariance(both(table, i, j))
    if shared is None or not all(variances):
        return math.nan
    return float(shared) / math.sqrt(variances[0] * variances[1])


# ------------------------------------------------------------------ sums = naive sums


@pytest.mark.parametrize("grid", GRIDS)
@given(data=st.data())
@settings(max_examples=8, deadline=None)
def test_sums_are_those_of_a_naive_loop(grid, data):
    form, rows = data.draw(answered(GRIDS[grid], min_rows=0, composed=data.draw(st.booleans())))
    moments, codes = item_moments(form, rows), [coded(form, row) for row in rows]
    assert len(moments) == moments.n_persons == len(rows)
    assert_pairs(moments.pairs, codes)
    for name in form.scale_ids:
        columns = [form.item_ids.index(item) for item in dict.fromkeys(i for i, _ in leaves(form, name))]
        of_scale = [[row[column] for column in columns] for row in codes]
        assert_pairs(moments.complete[name], [row for row in of_scale if all(row)])
    for column, counts in enumerate(moments.frequencies):
        there = np.flatnonzero(counts)
        expected = sorted(row[column] for row in codes)
        assert [code for code in there.tolist() for _ in range(counts[code])] == expected
    assert moments == item_moments(form, encode(form, rows))
    assert json.dumps(moments.to_dict(), allow_nan=False)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("grid", [ANY, BYTES], ids=["any", "bytes"])
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_keyed_moments_are_those_of_each_pairs_own_persons(grid, missing, data):
    form, rows = data.draw(answered(grid, max_rows=10, composed=data.draw(st.booleans())))
    answers = data.draw(st.sampled_from([encode(form, rows), item_moments(form, rows)]))
    for name in form.scale_ids:
        keys = list(leaves(form, name))
        both_ways = {item for item, reverse in keys if (item, not reverse) in keys}
        if both_ways:
            assert set(keyed_moments(answers, name, missing).keyed_both_ways) == both_ways
            continue
        table, k = keyed_rows(form, name, rows, missing), len(keys)
        found = keyed_moments(answers, name, missing)
        pairs = [[both(table, i, j) for j in range(k)] for i in range(k)]
        assert found.items == tuple(item for item, _ in keys)
        assert found.reverse.tolist() == [reverse for _, reverse in keys]
        assert found.counts.tolist() == [[len(pair) for pair in row] for row in pairs]
        near(found.covariances, [[covariance(pair) for pair in row] for row in pairs], rel=1e-13, abs=0)
        means = [statistics.mean(x for x, _ in pairs[i][i]) if pairs[i][i] else None for i in range(k)]
        near(found.means, means, abs=1e-12, rel=1e-13)
        for sds in ("pairs", "items"):
            r = [[correlation(table, i, j, sds) for j in range(k)] for i in range(k)]
            near(found.correlations(sds), r, rel=1e-12, abs=0)


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_weights_turn_moments_of_items_into_those_of_the_score(data):
    form, rows = data.draw(answered(WHOLE, max_rows=10, composed=True))
    moments, scores = item_moments(form, rows), score(form, rows)
    for name in form.scale_ids:
        keys = leaves(form, name)
        if len({item for item, _ in keys}) < len(keys):
            continue
        complete = [all(row[item] is not None for item, _ in keys) for row in rows]
        there = scores[name][complete]
        found = keyed_moments(moments, name, "listwise")
        assert found.n_persons == len(rows)
        assert found.counts.min() == found.counts.max() == len(there)
        near(
            found.score_mean,
            np.mean(there) if len(there) else math.nan,
            rel=1e-11,
            abs=1e-11,
        )
        sd = np.std(there, ddof=1) if len(there) > 1 else math.nan
        near(found.score_sd, sd, rel=1e-6, abs=1e-6)  # a variance near 0 is a small difference


# ------------------------------------------------------------------ large sums


@cache
def plain_form(k: int = 3, high: int = 5, name: str = "small") -> Instrument:
    items = [f"q{n + 1}" for n in range(k)]
    points = ResponseScale(minimum=1, maximum=high)
    return Instrument.model_validate(
        {
            "id": name,
            "version": "1",
            "title": "Small",
            "items": [{"id": item, "response_scale": points} for item in items],
            "scales": [{"id": "a", "items": [f"-{items[0]}", *items[1:]]}],
        }
    )


@pytest.mark.parametrize("gaps", [0, 0.1, 0.9])
# 127 and 128: where float32 gives way to float64; 255 and 256: where codes outgrow one byte
@pytest.mark.parametrize("points", [2, 5, 127, 128, 255, 256, 1001, 60_000])
def test_many_persons_at_the_top_are_summed_without_rounding(points, gaps):
    chance = np.random.default_rng(points)
    codes = chance.integers(max(points - 2, 1), points, size=(40_001, 3), endpoint=True)
    codes[chance.random(codes.shape) < gaps] = 0
    there = (codes != 0).astype(np.int64)
    dtype = np.uint8 if points < 256 else np.uint16
    sums = pair_sums(np.asfortranarray(codes, dtype=dtype), points, squares=True)
    np.testing.assert_array_equal(sums.counts, there.T @ there)
    np.testing.assert_array_equal(sums.sums, codes.T @ there)
    np.testing.assert_array_equal(sums.squares, (codes**2).T @ there)
    np.testing.assert_array_equal(sums.products, codes.T @ codes)


@pytest.mark.parametrize("doubled", [0, 16])
def test_covariances_beyond_64_bits_are_exact(doubled):
    form = plain_form(2, high=60_000)
    array = np.random.default_rng(0).integers(59_990, 60_000, size=(1000, 2), endpoint=True)
    moments = item_moments(form, array, columns=form.item_ids)
    for _ in range(doubled):  # everybody twice, 65,536 times in the end
        moments += moments
    n, (x, y) = len(array) << doubled, array.T.tolist()

    def exact_covariance(a: list[int], b: list[int]) -> float:
        product, total = sum(map(mul, a, b)) << doubled, (sum(a) * sum(b)) << 2 * doubled
        return float(Fraction(n * product - total, n * (n - 1)))

    across = -exact_covariance(x, y)
    expected = [[exact_covariance(x, x), across], [across, exact_covariance(y, y)]]
    near(keyed_moments(moments, "a", "pairwise").covariances, expected, rel=1e-15, abs=0)


def test_so_many_persons_that_sums_could_round_are_refused():
    one = item_moments(plain_form(2, high=60_000), [{"q1": 1, "q2": 2}])
    with pytest.raises(EstimationError, match=r"too many for exact sums of small, whose .* 60000 points"):
        dataclasses.replace(one, n_persons=2**40) + one


# ------------------------------------------------------------------ what changes no bit

SUMS = "moments.cross_products"
CONSTANTS = [
    {f"{SUMS}._MANY": 1, f"{SUMS}._FEW": 1},
    {f"{SUMS}._MANY": 3, f"{SUMS}._FEW": 1, f"{SUMS}._FEW_CODES": 0, f"{SUMS}._PACKED": 1},
    {f"{SUMS}._FEW": 2**30, f"{SUMS}._FEW_CODES": 0, f"{SUMS}._PACKED": 100},  # never float32
    {"reading.table.BLOCK": 1},
    {"reading.table.BLOCK": 2, f"{SUMS}._MANY": 1},
]


@pytest.mark.parametrize("grid", [ANY, BYTES], ids=["any", "bytes"])
@given(data=st.data(), cuts=st.lists(st.integers(0, 12), max_size=4))
@settings(max_examples=10, deadline=None)
def test_parts_in_any_order_have_the_bits_of_the_whole(grid, data, cuts):
    form, rows = data.draw(answered(grid, min_rows=0, max_rows=12, composed=data.draw(st.booleans())))
    whole, parts = item_moments(form, rows), pieces(rows, cuts)
    shuffled = data.draw(st.permutations(parts))
    assert reduce(add, [item_moments(form, part) for part in shuffled]) == whole
    assert item_moments_stream(form, iter(parts)) == item_moments_stream(form, shuffled) == whole
    assert item_moments(form, rows + rows[:1]) != whole or not rows


@pytest.mark.parametrize("constants", CONSTANTS, ids=str)
@given(case=answered(max_rows=12))
@settings(max_examples=8, deadline=None)
def test_block_sizes_change_no_bit(constants, case):
    form, rows = case
    whole = item_moments(form, rows)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in constants.items():
            patch.setattr(f"intimacy_scales.{name}", value)
        assert item_moments(form, rows) == whole


PROCESSES = partial(ProcessPoolExecutor, 1, mp_context=multiprocessing.get_context("spawn"))
THREADS = partial(ThreadPoolExecutor, 3)


@pytest.mark.parametrize(("pool", "table"), [(THREADS, pl.DataFrame), (PROCESSES, pd.DataFrame)])
def test_item_moments_stream_has_the_bits_of_one_table(pool, table):
    form = plain_form(4, high=7)
    chance = np.random.default_rng(4)
    array = np.where(chance.random((900, 4)) < 0.1, np.nan, chance.integers(1, 8, (900, 4)))
    parts = [table(dict(zip(form.item_ids, part.T, strict=True))) for part in np.split(array, [100, 700])]
    whole = item_moments(form, array, columns=form.item_ids)
    assert item_moments_stream(form, parts) == whole
    with pool() as workers:
        assert reduce(add, workers.map(partial(item_moments, form), parts[::-1])) == whole


# ------------------------------------------------------------------ nobody, and what does not add up


def test_nobody_changes_nothing_and_has_no_moments():
    form = plain_form()
    nobody, somebody = item_moments(form, []), item_moments(form, [{"q1": 1, "q2": 2, "q3": None}])
    assert nobody == item_moments_stream(form, []) == item_moments_stream(form, [[], []])
    assert nobody + somebody == somebody + nobody == somebody
    found = keyed_moments(nobody, None, "pairwise")
    assert (found.n, found.n_pairs, found.n_persons) == (0, (0, 0), 0)
    assert np.isnan([found.means, *found.covariances, *found.correlations()]).all()


def test_one_person_has_means_and_no_covariances():
    found = keyed_moments(item_moments(plain_form(), [{"q1": 1, "q2": 2, "q3": None}]), "a", "pairwise")
    np.testing.assert_array_equal(found.means, [5, 2, np.nan])
    assert np.isnan(found.covariances).all()
    assert found.n_pairs == (0, 1)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_persons_who_answered_nothing_count_as_persons_only(missing):
    form = plain_form()
    rows = [{"q1": 1, "q2": 2, "q3": 5}, {"q1": 3, "q2": 3, "q3": 4}]
    some = item_moments(form, rows)
    all_of_them = item_moments(form, [*rows, *[dict.fromkeys(form.item_ids)] * 3])
    np.testing.assert_array_equal(all_of_them.pairs.products, some.pairs.products)
    assert (all_of_them.n_persons, all_of_them.frequencies[:, 0].tolist()) == (5, [3, 3, 3])
    found, expected = (keyed_moments(m, None, missing) for m in (all_of_them, some))
    assert (found.n, found.n_persons) == (2, 5)
    np.testing.assert_array_equal(found.covariances, expected.covariances)


def test_moments_of_different_instruments_do_not_add():
    one, other = (item_moments(plain_form(name=name), []) for name in ("one", "other"))
    with pytest.raises(EstimationError, match=r"moments of one 1.* and of other 1.* do not add up"):
        one + other
    shorter = item_moments(plain_form(2), [])
    with pytest.raises(EstimationError, match="the instruments differ"):
        item_moments(plain_form(3), []) + shorter
    nobody = item_moments(plain_form(), [])
    assert nobody + item_moments(plain_form().model_copy(), []) == nobody


def test_moments_and_something_else_do_not_add():
    with pytest.raises(TypeError, match="unsupported operand"):
        item_moments(plain_form(), []) + 1


def test_item_moments_stream_counts_rows_from_the_first_batch():
    good, bad = {"q1": 1, "q2": 2, "q3": 3}, {"q1": 1, "q2": 99, "q3": 3}
    with pytest.raises(InvalidResponsesError, match=r"row 3.*99"):
        item_moments_stream(plain_form(), [[good, good], [good, bad]])
    assert item_moments(plain_form(), [bad], on_invalid="missing").pairs.counts[1, 1] == 0


def test_item_moments_stream_refuses_one_table():
    with pytest.raises(ResponseError, match="batches is one table"):
        item_moments_stream(plain_form(), pd.DataFrame({"q1": [1], "q2": [2], "q3": [3]}))
