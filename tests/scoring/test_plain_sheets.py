"""A sheet of plain values is scored and written in a shorter way, and to the bit as any other."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, IntimacyScalesError, MissingRule, PersonScores, available, load, score
from intimacy_scales.instrument.loading import load_shipped
from intimacy_scales.reading.options import AS_THEY_ARE
from intimacy_scales.results.frozen import FrozenMapping
from intimacy_scales.scoring import score_texts, sum_scores
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.single import SheetScorer, sheet_scorer
from tests.shared.instruments import form_of
from tests.shared.strategies import Row, answers, instruments, torn_instruments

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
NAMES = [entry.id for entry in available()]


@cache
def variants(name: str) -> list[Instrument]:
    """A shipped instrument, and what its methods make of it."""
    form = load_shipped(name)
    made = [form, form.with_missing_rule(MissingRule(proportion=1)), form.with_method("sum")]
    made += [form.with_coding(coding.id) for coding in form.codings if coding.complete]
    if len({item.response_scale.range for item in form.items}) == 1:
        made += [form.with_response_scale(0, 10), form.with_response_scale(1, 7, step=0.5)]
    if all(scale.of or len(scale.items) > 1 for scale in form.scales):
        made.append(form.without_items(form.item_ids[0], new_id="shorter", version="1"))
    return made


def exactly(value: Any) -> Any:
    """A value with its type and every bit of it."""
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, Mapping):
        return type(value), [(name, exactly(part)) for name, part in value.items()]
    if isinstance(value, tuple):
        return type(value), [exactly(part) for part in value]
    return type(value), value


def outcome(form: Instrument, responses: Mapping[str, Any], **options: Any) -> Any:
    """All that is reported of one person, or of why there is no score."""
    try:
        result = score(form, responses, **options)
    except IntimacyScalesError as error:
        return type(error), str(error)
    assert result.form is form
    assert result.instrument is form.ref
    for _ in range(2):  # written, and joined of what was written
        assert result.to_json() == written(result)
    return exactly(result.scores), exactly(result.rows), exactly(tuple(result.problems)), repr(result)


def written(result: PersonScores) -> str:
    return json.dumps(result.to_dict(), ensure_ascii=False, allow_nan=False)


def is_plain(form: Instrument, row: Row) -> bool:
    return sheet_scorer(form, AS_THEY_ARE).read_plain(row) is not None


def assert_alike(form: Instrument, row: Row, **options: Any) -> None:
    """The same answers in a mapping of another kind, and as numbers of other types."""
    told = outcome(form, row, **options)
    assert told == outcome(form, MappingProxyType(row), **options)
    if len(told) == 2 or told[2][1]:  # values are told as they were
        return
    for number in (float, Decimal):  # whole sheets are summed as they stand, floats looked up, others decoded
        others = {name: number(v) if type(v) in (int, float) else v for name, v in row.items()}
        assert told == outcome(form, others, **options)


# answers, and an item of them → other answers, and whether these are plain as well
OTHERS: list[tuple[bool, Callable[[Row, str], Any]]] = [
    (True, lambda row, item: row | {item: None}),
    (True, lambda row, item: {name: value for name, value in row.items() if name != item}),
    (True, lambda row, item: row | {item: float(row[item] or 0)}),
    (True, lambda row, item: row | {item: str(row[item])}),
    (True, lambda row, item: row | {"who": 3, "day": [1]}),
    (False, lambda row, item: row | {item: True}),
    (False, lambda row, item: row | {item: 10**6}),
    (False, lambda row, item: row | {item: -5}),
    (False, lambda row, item: row | {item: 10**400}),
    (False, lambda row, item: row | {item: float("nan")}),
    (False, lambda row, item: row | {item: [1]}),
    (False, lambda row, item: {(f"{name}_" if name == item else name): v for name, v in row.items()}),
    (False, lambda row, item: {(name.upper() if name == item else name): v for name, v in row.items()}),
    (False, lambda row, item: row | {f"{item}_": None}),
    (False, lambda row, item: {}),
]


def assert_read(
    form: Instrument, whole: Row, other: tuple[bool, Callable[[Row, str], Any]], item: str
) -> Any:
    """Other answers than those of a whole sheet, which are read the shorter way where they are plain."""
    plain, change = other
    changed = change(whole, item)
    both_ways = bool(sheet_scorer(form, AS_THEY_ARE).tables.both_ways)  # only whole sheets are plain then
    if all(item.response_scale.n_points <= 1000 for item in form.items):
        assert is_plain(form, whole)
        assert is_plain(form, changed) == (plain and len(changed) > 0) or (plain and both_ways)
    return changed


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_instrument_and_its_variants(name: str) -> None:
    chooser = random.Random(name)
    for form in variants(name):
        for last in (False, True):
            row: Row = {item.id: chooser.choice(item.response_scale.values) for item in form.items}
            if last:  # the order of keys says nothing
                row = dict(reversed(row.items()))
            whole: Row = {item: int(value or 0) for item, value in row.items()}
            assert_alike(form, row)
            assert_alike(form, whole)
            changed = assert_read(form, whole, chooser.choice(OTHERS), chooser.choice(form.item_ids))
            assert_alike(form, changed, on_invalid=chooser.choice(["raise", "missing"]))


def drawn() -> st.SearchStrategy[Instrument]:
    return st.one_of(instruments(), instruments(composed=True), torn_instruments())


@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_every_instrument_and_every_way_to_skip(data: st.DataObject) -> None:
    form = data.draw(drawn())
    assert_alike(form, data.draw(answers(form)))
    row: Row = {
        item.id: data.draw(st.sampled_from(item.response_scale.values), label=item.id) for item in form.items
    }
    assert_alike(form, row)
    other, item = data.draw(st.sampled_from(OTHERS)), data.draw(st.sampled_from(form.item_ids))
    changed = other[1](row, item)
    if all(type(value) is int for value in row.values()):
        changed = assert_read(form, row, other, item)
    assert_alike(form, changed, on_invalid=data.draw(st.sampled_from(["raise", "missing"])))


def test_recoded_numbers_and_columns_with_names_of_any_kind() -> None:
    form = load("kmss")
    odd = "'); raise SystemExit #"
    columns = {"kmss_1": odd, "kmss_2": 7, "kmss_3": ("a", 1)}
    answers = {odd: 1, 7: 2, ("a", 1): 3}
    told = score(form, answers, columns=columns)
    assert exactly(told.rows) == exactly(score(form, {"kmss_1": 1, "kmss_2": 2, "kmss_3": 3}).rows)
    turned = score(form, {"kmss_1": 1, "kmss_2": 2, "kmss_3": 3}, recode={1: 7, 2: None, 3: 3})
    assert turned.rows[0] == score(form, {"kmss_1": 7, "kmss_3": 3}).rows[0]
    with pytest.raises(IntimacyScalesError, match="item kmss_2: 9"):
        score(form, {"kmss_1": 1, "kmss_2": 9, "kmss_3": 3})
    skipped = score(form, {"kmss_1": 1, "kmss_2": 9, "kmss_3": 3}, missing_codes=9)
    assert skipped.answered == {"total": 2}


# ------------------------------------------------------------------ what is kept of sums and texts


def persons(form: Instrument, n: int) -> list[Row]:
    chooser = random.Random(1)
    cells = [(item.id, (*item.response_scale.values, *[None] * (n % 2))) for item in form.items]
    return [{item: chooser.choice(values) for item, values in cells} for _ in range(n)]


def test_caches_are_bounded_and_begin_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = load_shipped("scii-12").with_missing_rule(MissingRule(count=1))
    rows = persons(form, 41) + persons(form, 40)
    expected = [written(score(form, row)) for row in rows]
    monkeypatch.setattr(sum_scores, "MAX_KEPT", 3)
    monkeypatch.setattr(score_texts, "_MAX_KEPT", 3)
    scorer = SheetScorer(form, AS_THEY_ARE)
    texts = score_texts.ScoreTexts(form.ref, score(form, rows[0]).to_dict())
    results = [scorer(form, row) for row in rows * 2]
    told = [texts.joined(result.instrument, result.scores, result.rows) for result in results]
    assert told == expected * 2
    assert max(map(len, texts.kept)) == 3
    sizes = [len(sums) for sums in scorer.tables.sums.values()]
    sizes += [len(kept) for kept in scorer.tables.composites.values()]
    assert max(sizes) <= 3


def test_threads_score_and_write_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    form = load_shipped("scii-12")
    rows = persons(form, 40) + persons(form, 41)
    expected = [outcome(form, row) for row in rows]
    monkeypatch.setattr(sum_scores, "MAX_KEPT", 5)
    monkeypatch.setattr(score_texts, "_MAX_KEPT", 5)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda row: outcome(form, row), rows * 8)) == expected * 8


# ------------------------------------------------------------------ results that nobody scored


def test_results_are_pickled_and_read_back_as_ever() -> None:
    form = load("kmss")
    result = score(form, {"kmss_1": 1, "kmss_2": 2, "kmss_3": 3})
    assert type(result.scores) is FrozenMapping
    for other in (pickle.loads(pickle.dumps(result)), PersonScores.from_json(result.to_json())):
        assert other == result
        assert hash(other) == hash(result)
        assert other.to_json() == result.to_json() == written(other)
    with pytest.raises(AttributeError):
        result.scores = {}  # type: ignore[misc]
    with pytest.raises(TypeError, match="results cannot be changed"):
        result.scores["total"] = 3.0


@pytest.mark.parametrize(
    "parts",
    [
        {"scores": {"total": 0.0}},
        {"scores": {"total": -0.0}},
        {"scores": {"total": 6}},
        {"scores": {"sum": 6.0}},
        {"rows": (ScaleScore(-0.0, -0.0, 3, -0.0, -0.0, False),), "scores": {"total": -0.0}},
        {"rows": (ScaleScore(6.0, 16.666666666666664, 3, 6.0, 6.0, 0),)},  # type: ignore[arg-type]
        {"instrument": load_shipped("ras").ref},
        {"problems": []},
    ],
)
def test_results_that_were_put_together_by_hand_say_what_they_hold(parts: dict[str, Any]) -> None:
    form = load("kmss")
    result = score(form, {"kmss_1": 1, "kmss_2": 2, "kmss_3": 3})
    result.to_json()
    assert written(score(form, {"kmss_1": 1, "kmss_2": 1, "kmss_3": 1})) != result.to_json()
    made = replace(result, **parts)
    assert made.to_json() == written(made)
    assert made.to_json() == written(made)
    assert result.to_json(indent=1) == json.dumps(result.to_dict(), indent=1)


def test_letters_and_format_marks_are_written_as_they_are() -> None:
    form = form_of(items=["größe", "b"], scales=[{"id": "maß", "items": ["größe", "-b"]}])
    form = form.model_copy(update={"version": "100%s {}", "scales": [
        form.scales[0].model_copy(update={"high_means": "a \"50%\" share of {it}"})]})  # fmt: skip
    result = score(form, {"größe": 5, "b": 1})
    assert result.to_json() == written(result)
    assert "maß" in result.to_json()
    assert "100%s {}" in result.to_json()
