"""The warning line on answers that are read block by block is that on all of them together."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from intimacy_scales import (
    CodedResponses,
    Instrument,
    KeyingWarning,
    check_coding,
    encode,
    load,
    simulate,
)
from intimacy_scales.coding import coding_warning
from intimacy_scales.coding.watch import CodingWatch
from tests.shared.instruments import form_of
from tests.shared.stored_answers import ITEMS, options_of_ten, ten


def watched(form: Instrument, codes: np.ndarray, size: int) -> CodingWatch:
    watch = CodingWatch(form)
    for start in range(0, len(codes), size):
        watch.add(codes[start : start + size])
    return watch


def several(turned: list[str], n: int = 300) -> tuple[Instrument, np.ndarray]:
    """Simulated answers to six scales, some items of which were stored reversed, with gaps."""
    form = load("scii-24")
    table = simulate(form, n, rng=3).answers
    for item in turned:
        table[item] = 8 - table[item]
    codes = np.asfortranarray(encode(form, table).codes.copy())
    codes[::7, 3] = 0
    codes[::5, 11] = 0
    return form, codes


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("turned", [[], ["tru04"], ["mut04", "car09"]])
def test_blocks_add_up_to_the_whole(turned: list[str], size: int) -> None:
    form, codes = several(turned)
    line = coding_warning(form, CodedResponses(instrument=form, codes=codes))
    assert watched(form, codes, size).coding_warning() == line
    assert (line is None) == (not turned)
    assert all(item in str(line) for item in turned)


def test_many_items_are_summed_in_groups() -> None:
    scales = {f"s{i}": " ".join(f"q{i}_{j}" for j in range(9)) for i in range(12)}
    form = form_of(scales | {"few": "q0_0 q1_0"})
    rng = np.random.default_rng(4)
    codes = np.empty((400, 108), dtype=np.uint8, order="F")
    for i in range(12):
        latent = rng.normal(size=(400, 1)) + rng.normal(size=(400, 9))
        codes[:, 9 * i : 9 * i + 9] = np.clip(np.rint(latent + 3), 1, 5)
    codes[:, [20, 77]] = 6 - codes[:, [20, 77]]
    watch = watched(form, codes, 111)
    assert len(watch._groups) == 4
    line = coding_warning(form, encode(form, codes, columns=list(form.item_ids)))
    assert watch.coding_warning() == line
    assert line is not None and line.count("\n") == 1 and "s2: q2_2 runs" in line and "s8: q8_5 runs" in line


def test_response_scales_too_fine_for_exact_sums_are_not_looked_at() -> None:
    form = form_of({"t": "a b c"}, response_scale={"minimum": 0, "maximum": 1, "step": 0.0001})
    watch = CodingWatch(form)
    watch.n_persons = watch._most_persons
    watch.add(np.ones((1, 3), dtype=np.uint32, order="F"))
    assert watch.coding_warning() is None


def test_scales_of_two_items_and_no_persons_say_nothing() -> None:
    assert CodingWatch(form_of({"t": "a b"})).coding_warning() is None
    assert CodingWatch(ten()).coding_warning() is None


def test_a_few_persons_who_repeat_one_answer_are_not_warned_of() -> None:
    codes = np.asfortranarray(
        np.resize(np.arange(1, 6), (29, 1)) * np.ones((1, 10), dtype=np.uint8), np.uint8
    )
    watch = CodingWatch(ten())
    watch.add(codes)
    assert watch.coding_warning() is None
    watch.add(codes[:1])
    assert "q7, q8, q9, q10 run against" in str(watch.coding_warning())


def test_warn_of_coding_names_the_set_of_columns() -> None:
    stored = options_of_ten(1) + 1
    stored[:, 2] = 6 - stored[:, 2]
    watch = CodingWatch(ten(), "A")
    watch.add(np.asfortranarray(stored.astype(np.uint8)))
    with pytest.warns(KeyingWarning, match="^A: total: q3 runs against the other 9 items"):
        line = watch.warn_of_coding()
    assert line is not None and line.startswith("total: q3")


@pytest.mark.parametrize("n", [2, 3, 4, 1000])
def test_answers_that_repeat_each_other_are_weighed_without_a_division_by_zero(n: int) -> None:
    form = ten(reverse=4)
    stored = np.resize(np.arange(1, 6), (n, 1)) * np.ones((1, 10), dtype=int)
    answers = encode(form, stored, columns=ITEMS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        coding_warning(form, answers)
        check = check_coding(form, stored, columns=ITEMS)
    assert n < 1000 or {item for fault in check.faults for item in fault.items} == {"q7", "q8", "q9", "q10"}


def test_a_reversal_in_millions_of_answers_is_told_too() -> None:
    from intimacy_scales.coding.direction import direction_evidence

    r = np.full((4, 4), 0.5)
    r[0] = r[:, 0] = -0.6  # beyond -1 when corrected for attenuation
    np.fill_diagonal(r, 1.0)
    one = np.array([[True, False, False, False]])
    odds = [
        float(direction_evidence(r, np.full(4, n), np.full(4, np.nan), one).relation[0])
        for n in (1e2, 1e4, 1e6, 1e8)
    ]
    assert odds == sorted(odds) and odds[0] > 3 and odds[-1] > 300
