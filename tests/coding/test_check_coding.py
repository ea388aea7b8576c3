"""`check_coding` finds planted faults, says what cannot be told, and leaves clean answers alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import (
    CodingCheck,
    MissingColumnsError,
    ResponseError,
    check_coding,
    encode,
    load,
    simulate,
)
from intimacy_scales.coding import HYPOTHESES, CodingFinding
from intimacy_scales.errors import UnknownNameError
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.stored_answers import ITEMS, check_of, faults_of, options_of_ten, ten

ALL, REVERSE = set(ITEMS), set(ITEMS[6:])
QUALTRICS = np.array([1, 6, 2, 3, 4])


def turned(seed: int, items: list[int]) -> np.ndarray:
    stored = options_of_ten(seed)
    stored[:, items] = 4 - stored[:, items]
    return stored + 1


def coded_in_part(seed: int, code: int, n_options: int, low: int) -> np.ndarray:
    stored = options_of_ten(seed, n_options=n_options) + low
    stored[np.random.default_rng(seed).random(stored.shape) < 0.08] = code
    return stored


def with_recodes(seed: int, items: list[int]) -> np.ndarray:
    options = options_of_ten(seed, loading=0.7)
    stored = options + 1
    stored[:, items] = QUALTRICS[options[:, items]]
    return stored


PLANTED: dict[str, tuple[Any, Callable[[int], np.ndarray], dict[str, set[str]]]] = {
    "all reversed": (ten(), lambda seed: turned(seed, [6, 7, 8, 9]), {"reversed already": REVERSE}),
    "some reversed": (ten(), lambda seed: turned(seed, [7, 9]), {"reversed already": {"q8", "q10"}}),
    "a wrong one reversed": (ten(), lambda seed: turned(seed, [2]), {"reversed already": {"q3"}}),
    "from 0": (ten(), options_of_ten, {"stored from 0": ALL}),
    "from 1": (ten(0), lambda seed: options_of_ten(seed) + 1, {"stored from 1": ALL}),
    "position": (
        ten(items=[{"id": i, "response_scale": {"points": [0, 2, 7, 15, 30]}} for i in ITEMS], reverse=0),
        lambda seed: options_of_ten(seed, reverse=0) + 1,
        {"position for printed value": ALL},
    ),
    "recodes": (ten(), lambda seed: with_recodes(seed, list(range(10))), {"recodes permuted": ALL}),
    "recodes of one": (ten(), lambda seed: with_recodes(seed, [0]), {"recodes permuted": {"q1"}}),
    "two swapped": (
        ten(),
        lambda seed: np.array([1, 3, 2, 4, 5])[options_of_ten(seed)],
        {"recodes permuted": ALL},
    ),
    "inside": (
        ten(0, 101),
        lambda seed: coded_in_part(seed, 99, 101, 0),
        {"missing code inside the range": ALL},
    ),
    "outside": (ten(), lambda seed: coded_in_part(seed, 9, 5, 1), {"missing code outside the range": ALL}),
    "more points": (
        ten(),
        lambda seed: options_of_ten(seed, n_options=7) + 1,
        {"another scale's answers": ALL},
    ),
    "fewer points": (ten(1, 7), lambda seed: options_of_ten(seed) + 1, {"another scale's answers": ALL}),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_fault_is_named_with_its_items(kind: str) -> None:
    form, plant, expected = PLANTED[kind]
    for seed in (1, 2):
        assert faults_of(check_of(form, plant(seed))) == expected


@pytest.mark.parametrize("kind", ["all reversed", "some reversed", "from 0", "from 1", "position", "recodes"])
def test_recode_gives_the_answers_back(kind: str) -> None:
    form, plant, _ = PLANTED[kind]
    check = check_of(form, plant(1))
    values = np.array(form.items[0].response_scale.values)
    loading = 0.7 if kind == "recodes" else None
    reverse = sum(key.reverse for key in form.scales[0].keys)
    as_printed = values[options_of_ten(1, reverse=reverse, loading=loading)]
    stored = pd.DataFrame(plant(1), columns=ITEMS)
    for item in ITEMS:
        recode = check.recode.get(item, {}) if "q" in str(check.recode) else check.recode
        stored[item] = stored[item].map(recode) if recode else stored[item]
    assert np.array_equal(stored.to_numpy(), as_printed)
    assert check_of(form, stored.to_numpy()).faults == ()


@pytest.mark.parametrize("n_options", [3, 5, 7, 11, 101])
@pytest.mark.parametrize("loading", [None, 0.3])
def test_clean_answers_have_no_fault(n_options: int, loading: float | None) -> None:
    form = ten(1, n_options)
    for seed in range(2):
        check = check_of(form, options_of_ten(seed, n_options=n_options, loading=loading) + 1)
        assert (check.faults, check.whole.hypothesis, check.recode) == ((), "as printed", {})


def test_swapping_persons_or_items_changes_nothing() -> None:
    form, stored = ten(), turned(3, [7, 9])
    check = check_of(form, stored)
    persons = check_of(form, stored[::-1])
    order = np.random.default_rng(0).permutation(10)
    columns = [ITEMS[at] for at in order]
    items = check_coding(form, stored[:, order], columns=columns)
    for other in (persons, items):
        assert [one.hypothesis for one in other.items] == [one.hypothesis for one in check.items]
        assert np.allclose([one.log10_odds for one in other.items], [one.log10_odds for one in check.items])


def test_every_kind_of_table_gives_the_same_check() -> None:
    form, stored = ten(), with_recodes(2, [0])
    frame = pd.DataFrame(stored, columns=ITEMS)
    expected = check_of(form, stored)
    texts = frame.astype(str)
    rows = frame.to_dict("records")
    for table in (frame, frame.astype(float), texts, rows):
        assert check_coding(form, table) == expected


def test_options_of_reading_hold() -> None:
    form = ten(0)
    frame = pd.DataFrame(options_of_ten(1) + 1, columns=[f"x{n}" for n in range(1, 11)])
    recode = {n + 1: n for n in range(5)}
    assert check_coding(form, frame, columns="x{n}", recode=recode).faults == ()
    coded_frame = frame.where(np.random.default_rng(1).random(frame.shape) > 0.1, 99)
    assert check_coding(form, coded_frame, columns="x{n}", recode=recode, missing_codes=99).faults == ()


def test_checked_answers_can_be_checked() -> None:
    answers = simulate("ras", 150, rng=1).answers
    answers["ras_2"] = 6 - answers["ras_2"]
    assert check_coding("ras", encode("ras", answers)) == check_coding("ras", answers)


def test_nobody_at_an_end_is_said_rather_than_chosen() -> None:
    """With nobody at the top option, or nobody at the bottom one, from 0 and from 1 look alike."""
    rng = np.random.default_rng(3)
    stored = 1 + rng.binomial(4, 0.5, size=(30, 3))
    assert (stored.min(), stored.max()) == (1, 5)
    check = check_of(form_of({"a": "q1 q2 q3"}, low=1, high=6), stored)
    assert check.faults == ()
    assert check.not_told[0] == (
        "q1, q2, q3: 'as printed' and 'stored from 0' look alike, since nobody gave 6."
    )


def test_nobody_at_an_end_where_many_are_next_to_it_is_a_fault() -> None:
    finding = check_of(ten(), np.minimum(options_of_ten(5), 3) + 1).whole
    assert (finding.hypothesis, finding.certainty) == ("another scale's answers", "surely")
    assert "nobody gave 5" in finding.text and "with_response_scale(1, 4)" in finding.text


def test_items_without_a_scale_are_said_to_be_untold() -> None:
    form = form_of({"a": "q1 q2 q3", "b": "q4 q5"})
    check = check_of(form, options_of_ten(1)[:, :5] + 1)
    assert check["q4"].certainty == "not told"
    assert any(line.startswith("q4, q5: in no scale of three items or more") for line in check.not_told)


def test_unreadable_texts_are_counted() -> None:
    frame = pd.DataFrame(options_of_ten(1) + 1, columns=ITEMS).astype(object)
    frame.loc[:2, "q1"] = "whatever"
    assert any(
        "q1: 3 answers are neither numbers nor labels" in one for one in check_coding(ten(), frame).not_told
    )


def test_many_unreadable_texts_are_refused() -> None:
    texts = dict(enumerate(["strongly_disagree", "disagree", "neutral", "agree", "strongly_agree"], start=1))
    labels = {str(n): text.replace("_", " ") for n, text in texts.items()}
    form = ten(response_scale={"minimum": 1, "maximum": 5, "labels": labels})
    stored = options_of_ten(1) + 1
    frame = pd.DataFrame(stored, columns=ITEMS).replace(texts)
    with pytest.raises(ResponseError, match="answers are texts that stand for no answer, in q1, q2"):
        check_coding(form, frame)
    recode = {texts[1]: 1, texts[5]: 5}
    assert check_coding(form, frame, recode=recode).items == check_of(form, stored).items


def test_labels_are_read_as_their_options() -> None:
    labels = {str(n): f"label {n}" for n in range(1, 6)}
    form = ten(response_scale={"minimum": 1, "maximum": 5, "labels": labels})
    stored = options_of_ten(1) + 1
    frame = pd.DataFrame(stored, columns=ITEMS).astype(str).replace(labels)
    assert check_coding(form, frame).items == check_of(form, stored).items


def test_document_round_trip_and_frame() -> None:
    check = check_of(ten(), turned(1, [2]))
    assert CodingCheck.from_json(json.dumps(check.to_dict())) == check
    assert CodingFinding.from_dict(check["q3"].to_dict()) == check["q3"]
    frame = check.to_frame()
    assert list(frame.index) == ITEMS and frame.loc["q3", "hypothesis"] == "reversed already"
    assert set(frame["hypothesis"]) <= set(HYPOTHESES)
    assert "9 of 10 items as printed" in repr(check)
    assert check.sentence().endswith("q3: reversed already, log10 odds " + f"{check['q3'].log10_odds:.1f}.")


def test_text_says_what_was_seen_and_what_to_paste() -> None:
    finding = check_of(ten(), turned(1, [2]))["q3"]
    assert finding.text.startswith(
        f"q3: runs against the other 9 items of total (r = -.{abs(finding.r):.2f}"[:-5]
    )
    assert "recode={'q3': {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}}" in finding.text
    assert sum(log10 for _, log10 in finding.evidence) == pytest.approx(finding.log10_odds)


def test_values_are_hidden_where_asked() -> None:
    check = check_of(ten(), options_of_ten(1), show_values=False)
    assert "(0)" not in check.whole.text and "(1 value)" in check.whole.text


def test_errors_name_what_to_do() -> None:
    with pytest.raises(MissingColumnsError, match="10 of 10 items"):
        check_coding(ten(), pd.DataFrame({"a": [1]}))
    with pytest.raises(ResponseError, match="at most 1,000"):
        check_coding(ten(), pd.DataFrame({item: np.arange(1500) for item in ITEMS}))
    with pytest.raises(UnknownNameError, match="did you mean 'q1'"):
        check_of(ten(), options_of_ten(1) + 1)["Q1"]
    with pytest.raises(TypeError, match="not an option of check_coding"):
        check_coding(ten(), [{}], missing=9)


def test_few_persons_and_no_persons_are_no_fault() -> None:
    for n in (0, 1, 2, 5):
        frame = pd.DataFrame(options_of_ten(1)[:n] + 1, columns=ITEMS)
        assert check_coding(ten(), frame).faults == ()
    nothing = pd.DataFrame(np.full((20, 10), np.nan), columns=ITEMS)
    assert check_coding(ten(), nothing).faults == ()
    same = pd.DataFrame(np.full((50, 10), 3), columns=ITEMS)
    assert check_coding(ten(), same).faults == ()


def test_each_shipped_form_is_clean_on_its_own_simulation() -> None:
    for name in ("scii-24", "csi-16", "ecr", "das", "mat"):  # options of mat have scores in another order
        form = load(name)
        assert check_coding(form, simulate(form, 200, rng=4).answers).faults == ()


@pytest.mark.parametrize("first", [23, 11, 100, 6])
def test_codes_far_from_the_scale_are_stored_from_another_number(first: int) -> None:
    form = form_of({"t": " ".join(f"q{n}" for n in range(1, 11))}, low=1, high=5, evidence=PUBLISHED)
    answers = simulate(form, 150, rng=3).answers
    stored = answers.assign(**{item: answers[item] + first - 1 for item in form.item_ids})
    result = check_coding(form, stored)
    text = repr(result)
    if first == 6:  # 6 to 10 may be the upper half of 1 to 10
        assert "look like answers on 1 to 10" in text
        return
    assert f"options look stored from {first}: {first} to {first + 4} for " in text
    assert "with_response_scale" not in text and "and 'recodes permuted' look alike" not in text
    recode = {first + n: n + 1 for n in range(5)}
    assert f"recode={recode}" in text
    assert check_coding(form, stored, recode=recode).faults == ()


def test_fewer_codes_than_options_are_not_given_a_beginning() -> None:
    form = form_of({"t": " ".join(f"q{n}" for n in range(1, 11))}, low=1, high=5, evidence=PUBLISHED)
    answers = simulate(form, 150, rng=3).answers
    stored = answers.assign(**{item: answers[item].clip(upper=4) + 22 for item in form.item_ids})
    text = repr(check_coding(form, stored))
    assert "look like answers on 23 to 26" in text and "which options these are cannot be told" in text
    assert "with_response_scale" not in text and "recode={" not in text


def test_values_of_which_none_is_an_option_are_compared_with_none() -> None:
    form = form_of({"t": " ".join(f"q{n}" for n in range(1, 11))}, low=1, high=5, evidence=PUBLISHED)
    answers = simulate(form, 150, rng=3).answers
    stored = answers.assign(**{item: answers[item] + 0.5 for item in form.item_ids})
    assert "missing code" not in repr(check_coding(form, stored))
