"""What a consent allows to be shown: nothing else can be computed from it, in any shipped form."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from intimacy_scales import Instrument, available, load, score
from intimacy_scales.dyads import Consent, ShareableScales, shareable_scales
from intimacy_scales.dyads.feedback.coefficients import score_coefficients
from intimacy_scales.dyads.feedback.determined import Span, span_of
from intimacy_scales.errors import EstimationError, UnknownNameError
from tests.shared.instruments import form_of

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")

FORMS = tuple(form.id for form in available())
PARTS = {"x": "a b c", "y": "d e f", "z": "g h i"}
WITH_TOTAL = PARTS | {"total": {"of": ["x", "y", "z"]}}


@cache
def shipped(name: str) -> Instrument:
    return load(name)


@cache
def effects(name: str) -> NDArray[np.float64]:
    """What raising one answer adds to each score (n_scales, n_items), found by scoring answers."""
    form = shipped(name)
    lowest = {item.id: item.response_scale.values[0] for item in form.items}
    base = np.array(list(score(form, lowest).scores.values()))
    columns = []
    for item in form.items:
        raised = lowest | {item.id: item.response_scale.values[1]}
        columns.append(np.array(list(score(form, raised).scores.values())) - base)
    return np.column_stack(columns)


def follows(shown: NDArray[np.float64], figures: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which figures are combinations of the shown scores: those without a part orthogonal to them."""
    left, sizes, _ = np.linalg.svd(shown.T, full_matrices=False)
    basis = left[:, sizes > 1e-9 * sizes.max(initial=0)]
    rest = figures - figures @ basis @ basis.T
    return np.linalg.norm(rest, axis=1) < 1e-9 * np.linalg.norm(figures, axis=1)


def some_consents(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield all, each alone, all but one, and some other sets of scales."""
    draw = random.Random(1)
    yield list(names)
    for name in names:
        yield [name]
        yield [other for other in names if other != name]
    for _ in range(6):
        yield draw.sample(names, draw.randint(1, len(names)))


@pytest.mark.parametrize("name", FORMS)
def test_no_shipped_form_leaks(name: str) -> None:
    form, added = shipped(name), effects(name)
    position = {scale: n for n, scale in enumerate(form.scale_ids)}
    items = np.eye(len(form.items))[np.any(added != 0, axis=0)]
    for named in some_consents(form.scale_ids):
        allowed = shareable_scales(form, Consent.to(named))
        assert set(allowed.scales) <= set(named)
        assert {*allowed.scales, *(scale.scale for scale in allowed.withheld)} == set(named)
        if not allowed.scales:
            continue
        shown = added[[position[scale] for scale in allowed.scales]]
        hidden = added[[n for scale, n in position.items() if scale not in allowed.scales]]
        assert not follows(shown, items).any()
        assert not follows(shown, hidden).any()


@pytest.mark.parametrize("name", FORMS)
def test_coefficients_are_what_answers_add_to_scores(name: str) -> None:
    form, added = shipped(name), effects(name)
    for scale, row in zip(form.scale_ids, added, strict=True):
        coefficients = score_coefficients(form)[scale]
        for item, change in zip(form.items, row, strict=True):
            first, second = item.response_scale.codes[:2]
            assert float(coefficients.get(item.id, 0) * (second - first)) == pytest.approx(change, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in FORMS if name not in ("ios", "scii-daily-quick")])
def test_everything_shares_every_scale(name: str) -> None:
    assert shareable_scales(name, Consent.everything()).scales == shipped(name).scale_ids


def test_nothing_shares_nothing() -> None:
    nothing = shareable_scales("scii-24", Consent.nothing())
    assert (nothing.scales, nothing.withheld) == ((), ())


def codes_of(allowed: ShareableScales) -> dict[str, str]:
    return {scale.scale: scale.code for scale in allowed.withheld}


def test_a_single_item_is_never_shown() -> None:
    assert codes_of(shareable_scales("ios", Consent.everything())) == {"total": "answer"}
    quick = shareable_scales("scii-daily-quick", Consent.everything())
    assert quick.scales == ("total",)
    assert set(codes_of(quick).values()) == {"answer"}


@pytest.mark.parametrize("name", ["scii-24", "prqc", "das", "trust-17"])
def test_some_scales_give_no_total(name: str) -> None:
    *parts, total = shipped(name).scale_ids
    for n in range(1, len(parts)):
        allowed = shareable_scales(name, Consent.to([*parts[:n], total]))
        assert allowed.scales == tuple(parts[:n])
        assert set(codes_of(allowed)) == {total}
    assert shareable_scales(name, Consent.to([total])).scales == (total,)
    without_total = shareable_scales(name, Consent.to(parts))  # all parts would give the total
    assert len(without_total.scales) == len(parts) - 1
    assert set(codes_of(without_total).values()) == {"other-scale"}


def test_two_scales_that_differ_in_one_item() -> None:
    form = form_of({"short": "a b c", "long": "a b c d"})
    allowed = shareable_scales(form, Consent.everything())
    assert (allowed.scales, codes_of(allowed)) == (("short",), {"long": "answer"})
    assert "the answer to d would follow" in allowed.withheld[0].reason


def test_a_total_with_one_more_item_than_its_scales() -> None:
    form = form_of(PARTS | {"total": "a b c d e f g h i extra"})
    assert codes_of(shareable_scales(form, Consent.everything())) == {"total": "answer"}


def test_a_difference_and_one_of_its_scales() -> None:
    form = form_of({"x": "a b c", "y": "d e f", "gap": {"of": ["x", "y"], "method": "difference"}})
    allowed = shareable_scales(form, Consent.to(["x", "gap"]))
    assert (allowed.scales, codes_of(allowed)) == (("x",), {"gap": "other-scale"})
    assert shareable_scales(form, Consent.to(["gap"])).scales == ("gap",)


def test_the_same_items_in_another_unit() -> None:
    form = form_of({"mean": "a b c", "sum": {"items": ["a", "b", "c"], "method": "sum"}})
    assert codes_of(shareable_scales(form, Consent.to(["mean"]))) == {"mean": "other-scale"}
    assert shareable_scales(form, Consent.everything()).scales == ("mean", "sum")


def test_scales_that_overlap_without_a_common_total() -> None:
    form = form_of({"x": "a b c d", "y": "c d e f"})
    allowed = shareable_scales(form, Consent.everything())
    assert (allowed.scales, codes_of(allowed)) == (("x",), {"y": "overlap"})


@pytest.mark.parametrize("weights", [{"b": 10}, {"b": 10, "c": 100}])
def test_weights_that_write_answers_into_digits(weights: dict[str, int]) -> None:
    items = ["a", *weights]
    form = form_of({"x": {"items": items, "weights": weights, "method": "sum"}})
    assert codes_of(shareable_scales(form, Consent.everything())) == {"x": "often"}


def test_weights_that_write_another_score_into_digits() -> None:
    """10 (a + b) + c + d gives a + b, which is not an answer, by linear algebra nothing."""
    many = {"items": ["a", "b", "c", "d"], "weights": {"a": 100, "b": 100}, "method": "sum"}
    form = form_of({"pair": {"items": ["a", "b"], "method": "sum"}, "many": many}, high=7)
    assert codes_of(shareable_scales(form, Consent.to(["many"]))) == {"many": "often"}
    assert "the score of pair" in shareable_scales(form, Consent.to(["many"])).withheld[0].reason


def test_two_yes_or_no_items_reveal_themselves() -> None:
    """Two of the three sums, 0 and 2, give both answers."""
    two, four = (form_of({"x": items}, low=0, high=1) for items in ("a b", "a b c d"))
    assert codes_of(shareable_scales(two, Consent.everything())) == {"x": "often"}
    assert shareable_scales(four, Consent.everything()).scales == ("x",)


def test_weights_of_many_digits_are_not_looked_at() -> None:
    weights = {"b": 1.23456789, "c": 2.3456789, "d": 1.000001}
    form = form_of({"x": {"items": ["a", "b", "c", "d"], "weights": weights}})
    assert codes_of(shareable_scales(form, Consent.everything())) == {"x": "often"}


def test_what_was_shown_before_counts() -> None:
    form = form_of(WITH_TOTAL)
    assert shareable_scales(form, Consent.to(["total"])).scales == ("total",)
    later = shareable_scales(form, Consent.to(["total"], shown_before=["x", "y"]))
    assert (later.scales, codes_of(later)) == ((), {"total": "other-scale"})
    again = shareable_scales(form, Consent.to(["x", "y"], shown_before=["x"]))
    assert again.scales == ("x", "y")


def test_shareable_scales_come_back_from_their_document() -> None:
    allowed = shareable_scales("scii-12", Consent.to(["trust", "total"]))
    assert ShareableScales.from_json(allowed.to_json()) == allowed


def test_an_unknown_scale_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"names 'trus', which is not a scale of scii-24.*'trust'"):
        shareable_scales("scii-24", Consent.to(["trus"]))


@pytest.mark.parametrize("value", [True, None, "everything", ["trust"]])
def test_a_consent_is_a_consent(value: Any) -> None:
    with pytest.raises(EstimationError, match=r"Consent\.everything\(\)"):
        shareable_scales("scii-24", value)


_ITEMS = "abcde"
_SCALE = st.builds(
    lambda items, weights, signs, method: {
        "items": [sign + item for item, sign in zip(items, signs, strict=False)],
        "weights": {item: weight for item, weight in zip(items, weights, strict=False) if weight != 1},
        "method": method,
    },
    st.lists(st.sampled_from(_ITEMS), min_size=2, max_size=5, unique=True),
    st.lists(st.sampled_from([1, 1, 1, 2, 7]), min_size=5, max_size=5),
    st.lists(st.sampled_from(["", "", "-"]), min_size=5, max_size=5),
    st.sampled_from(["mean", "sum"]),
)


def share_that_determines(shown: Iterable[tuple[Any, ...]], figure: Iterable[Any]) -> Fraction:
    """The share of the vectors of shown scores at which a figure has one value, over all answers."""
    values: dict[tuple[Any, ...], set[Any]] = {}
    for vector, value in zip(shown, figure, strict=True):
        values.setdefault(vector, set()).add(value)
    return Fraction(sum(len(each) == 1 for each in values.values()), len(values))


@settings(max_examples=40)
@given(st.lists(_SCALE, min_size=1, max_size=4), st.sampled_from([2, 3, 3]), st.data())
def test_all_answers_to_small_forms(scales: list[dict[str, Any]], n: int, data: st.DataObject) -> None:
    """No answer and no score outside the consent is known from half of what can be shown, or more."""
    named = [{"id": f"s{i}"} | scale for i, scale in enumerate(scales)]
    of = (
        data.draw(st.lists(st.sampled_from([scale["id"] for scale in named]), min_size=2, unique=True))
        if len(named) > 1 and data.draw(st.booleans())
        else []
    )
    form = form_of([*named, *([{"id": "of", "of": of}] if of else [])], high=n)
    covered = data.draw(st.lists(st.sampled_from(form.scale_ids), min_size=1, unique=True))
    allowed = shareable_scales(form, Consent.to(covered)).scales
    if not allowed:
        return
    answers = list(itertools.product(range(n), repeat=len(form.items)))
    ids = form.item_ids
    scores = {
        name: [sum(value * answer[ids.index(item)] for item, value in row.items()) for answer in answers]
        for name, row in score_coefficients(form).items()
    }
    shown = list(zip(*(scores[name] for name in allowed), strict=True))
    used = {item for row in score_coefficients(form).values() for item in row}
    for place, item in enumerate(ids):
        if item in used:
            assert share_that_determines(shown, [answer[place] for answer in answers]) < Fraction(1, 2), item
    for name in set(form.scale_ids) - set(covered):
        if score_coefficients(form)[name]:
            assert share_that_determines(shown, scores[name]) < Fraction(1, 2), name


_ROW = st.dictionaries(
    st.sampled_from("abcd"), st.integers(-3, 3).filter(bool).map(Fraction), min_size=1, max_size=4
)


@settings(max_examples=60)
@given(st.lists(_ROW, max_size=4), _ROW)
def test_spans_against_ranks(rows: list[dict[str, Fraction]], figure: dict[str, Fraction]) -> None:
    def rank(scores: list[dict[str, Fraction]]) -> int:
        matrix = [[float(row.get(item, 0)) for item in "abcd"] for row in scores]
        return int(np.linalg.matrix_rank(np.array(matrix))) if scores else 0

    span = span_of(rows)
    assert len(span.rows) == rank(rows)
    assert span.determines(figure) == (rank([*rows, figure]) == rank(rows))
    assert span.answers == tuple(item for item in "abcd" if rank([*rows, {item: Fraction(1)}]) == rank(rows))


def test_disjoint_spans() -> None:
    one = Fraction(1)
    total = dict.fromkeys("abcd", one)
    nested = span_of([total, {"a": one, "b": one}])
    assert nested.is_disjoint
    assert not span_of([{"a": one, "b": one}, {"b": one, "c": one}]).is_disjoint
    assert Span().is_disjoint
