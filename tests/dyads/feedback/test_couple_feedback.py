"""What each partner sees: own scores, shared scores, and nothing else that depends on the other partner."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import PersonScores, couple_feedback, load, score, score_many
from intimacy_scales.dyads import Consent, PartnerFeedback
from intimacy_scales.errors import DocumentError, EstimationError, UnknownNameError
from tests.shared.commands import printed_by_python
from tests.shared.instruments import form_of

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")

EVERYTHING, NOTHING = Consent.everything(), Consent.nothing()
BOTH = {"a": EVERYTHING, "b": EVERYTHING}
FORM = "scii-12"


@cache
def items() -> tuple[str, ...]:
    return load(FORM).item_ids


def scored(*answers: int | None) -> PersonScores:
    """Scores of answers to the items in order, and 4 for the others."""
    given_answers = [*answers, *[4] * (len(items()) - len(answers))]
    return score(FORM, dict(zip(items(), given_answers, strict=True)))


def answer(form: str, value: int) -> PersonScores:
    return score(form, dict.fromkeys(load(form).item_ids, value))


UNSHARED = [place for place, item in enumerate(load(FORM).item_ids) if not item.startswith("tru")]
_SHEET = st.lists(st.one_of(st.integers(1, 7), st.none()), min_size=12, max_size=12).map(lambda x: scored(*x))
_SCALES = st.lists(st.sampled_from(["trust", "knowledge", "caring", "total"]), unique=True)
_CONSENT = st.one_of(st.just(NOTHING), st.just(EVERYTHING), _SCALES.map(Consent.to))


def sent(view: PartnerFeedback | None) -> bytes:
    assert view is not None
    return view.to_json().encode()


@settings(max_examples=40)
@given(_SHEET, _SHEET, _SHEET, _CONSENT, _CONSENT)
def test_without_both_consents_two_partners_give_the_same_bytes(a, first, second, consent, other) -> None:
    """Also a partner who did not answer, and one who would have shown everything."""
    alone = sent(couple_feedback(a, None).for_a)
    for b in (first, second):
        assert sent(couple_feedback(a, b).for_a) == alone
        assert sent(couple_feedback(a, b, consent={"a": consent}).for_a) == alone
        assert sent(couple_feedback(a, b, consent={"b": other}).for_a) == alone
        assert sent(couple_feedback(a, b, consent={"a": consent, "b": NOTHING}).for_a) == alone
        assert sent(couple_feedback(a, b, consent={"a": NOTHING, "b": other}).for_a) == alone
        assert sent(couple_feedback(b, a, consent={"b": other}).for_b) == alone
    assert sent(couple_feedback(a, None, consent={"a": consent, "b": other}).for_a) == alone


@settings(max_examples=40)
@given(_SHEET, _SHEET, _CONSENT, _CONSENT)
def test_it_depends_on_the_shared_scores_alone(a, b, first, second) -> None:
    """Rebuilt from one's own scores, the names that are shared and the partner's scores on them."""
    view = couple_feedback(a, b, consent={"a": first, "b": second}).for_a
    assert view is not None
    rebuilt = [
        {"scale": row.scale, "title": load(FORM).scale(row.scale).title, "own": a.scores[row.scale],
         "partner": b.scores[row.scale], "mean": (a.scores[row.scale] + b.scores[row.scale]) / 2,
         "gap": abs(a.scores[row.scale] - b.scores[row.scale])}
        for row in view.shared
    ]  # fmt: skip
    alone = couple_feedback(a, None).for_a.to_dict()
    document = view.to_dict()
    assert document["shared"] == rebuilt
    assert (document["own"], document["instrument"]) == (alone["own"], alone["instrument"])
    assert set(document["notes"]) - set(alone["notes"]) <= {"shared", "gap"}


@settings(max_examples=40)
@given(_SHEET, _SHEET, _SHEET, _SCALES)
def test_partners_with_equal_shared_scores_give_the_same_bytes(a, first, second, scales) -> None:
    """The second partner gets the first one's answers to the scales that the consent covers."""
    consent = {"a": EVERYTHING, "b": Consent.to(scales)}
    form = load(FORM)
    covered = {key.item for name in scales for key in form.scale(name).keys}
    covered |= set(form.item_ids if "total" in scales else ())
    sheets = [dict(zip(items(), [int(n) % 7 + 1 for n in range(k, k + 12)], strict=True)) for k in (1, 3)]
    mixed = [{i: sheets[0][i] if i in covered else sheet[i] for i in items()} for sheet in sheets]
    views = [couple_feedback(a, score(FORM, sheet), consent=consent) for sheet in mixed]
    assert sent(views[0].for_a) == sent(views[1].for_a)
    shared = [couple_feedback(a, b, consent=consent).for_a.shared for b in (first, second)]
    bytes_sent = {sent(couple_feedback(a, b, consent=consent).for_a) for b in (first, second)}
    assert len(bytes_sent) == (1 if shared[0] == shared[1] else 2)


@settings(max_examples=30)
@given(
    _SHEET,
    st.lists(st.integers(1, 7), min_size=12, max_size=12),
    st.sampled_from(UNSHARED),
    st.integers(1, 7),
)
def test_an_answer_to_an_unshared_scale_changes_nothing(a, answers, place, value) -> None:
    consent = {"a": EVERYTHING, "b": Consent.to(["trust", "total"])}
    changed = [*answers[:place], value, *answers[place + 1 :]]
    views = [couple_feedback(a, scored(*x), consent=consent).for_a for x in (answers, changed)]
    assert [row.scale for row in views[0].shared] in ([], ["trust"])
    assert sent(views[0]) == sent(views[1])


@settings(max_examples=40)
@given(_SHEET, _SHEET, _CONSENT, _CONSENT)
def test_partners_can_be_swapped(a, b, first, second) -> None:
    one = couple_feedback(a, b, consent={"a": first, "b": second})
    other = couple_feedback(b, a, consent={"a": second, "b": first})
    assert (one.for_a, one.for_b) == (other.for_b, other.for_a)
    assert [row.scale for row in one.for_a.shared] == [row.scale for row in one.for_b.shared]


def test_both_see_the_scales_that_both_agreed_to_show() -> None:
    consent = {"a": Consent.to(["trust", "caring"]), "b": Consent.to(["caring", "mutuality"])}
    feedback = couple_feedback(answer(FORM, 6), answer(FORM, 4), consent=consent)
    (row,) = feedback.for_a.shared
    assert (row.scale, row.own, row.partner, row.mean, row.gap) == (
        "caring", feedback.for_b.shared[0].partner, feedback.for_b.shared[0].own, row.mean, row.gap
    )  # fmt: skip
    assert row.mean == (row.own + row.partner) / 2
    assert row.gap == abs(row.own - row.partner)


def test_with_everything_the_whole_profile_is_shared() -> None:
    feedback = couple_feedback(scored(7, 6), scored(1, 2), consent=BOTH)
    assert [row.scale for row in feedback.for_a.shared] == list(load(FORM).scale_ids)


def test_items_are_never_in_it() -> None:
    text = couple_feedback(scored(7, 6), scored(1, 2), consent=BOTH).for_a.to_json()
    assert not any(item in text for item in items())


def test_scales_with_skipped_items_are_left_out() -> None:
    """3.67 of four items would say that one was skipped."""
    feedback = couple_feedback(scored(), scored(None), consent=BOTH)
    skipped = {scale.id for scale in load(FORM).scales if items()[0] in {k.item for k in scale.keys}}
    left = [name for name in load(FORM).scale_ids if name not in {*skipped, "total"}]
    for view in (feedback.for_a, feedback.for_b):
        assert [row.scale for row in view.shared] == left
    assert "skipped" not in feedback.for_a.to_json()


def test_a_partner_who_skipped_everything_is_like_one_who_did_not_answer() -> None:
    empty = score(FORM, dict.fromkeys(items()))
    assert sent(couple_feedback(scored(), empty, consent=BOTH).for_a) == sent(
        couple_feedback(scored(), None).for_a
    )


def test_what_was_wrong_with_answers_is_not_in_it() -> None:
    bad = score(FORM, dict.fromkeys(items(), 4) | {items()[0]: "rarely-ever"}, on_invalid="missing")
    assert bad.problems
    text = couple_feedback(scored(), bad, consent=BOTH).for_b.to_json()
    assert "rarely-ever" not in text


def test_own_scores_say_how_many_answers_are_needed() -> None:
    missing = score("kmss", {"kmss_1": None, "kmss_2": None, "kmss_3": 5})
    (row,) = couple_feedback(missing, None).for_a.own
    assert (row.score, row.answered, row.needed, row.lowest, row.highest) == (None, 1, 2, 3.0, 21.0)


def test_notes_say_draft_and_no_diagnosis() -> None:
    draft, published = couple_feedback(scored(), None).for_a, couple_feedback(answer("ras", 3), None).for_a
    assert "draft" in draft.notes["draft"]
    assert "draft" not in published.notes
    assert "DRAFT" in repr(draft)
    for view in (draft, published):
        assert "not a diagnosis" in view.notes["no-diagnosis"]
        assert list(view.notes)[-1] == "own-only"
    shared = couple_feedback(scored(), scored(), consent=BOTH).for_a
    assert {"shared", "gap"} < set(shared.notes)
    assert (
        couple_feedback(answer("barriers", 3), None).for_a.notes["high-total"].endswith("means more barrier.")
    )


def test_feedback_comes_back_from_its_document() -> None:
    view = couple_feedback(scored(7, 6), scored(1, None), consent=BOTH).for_a
    assert PartnerFeedback.from_json(view.to_json()) == view
    frame = view.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert frame["partner"].notna().sum() == len(view.shared)
    with pytest.raises(AttributeError):
        view.shared = ()


@pytest.mark.parametrize("name", ["own", "mean", "gap"])
def test_a_changed_document_is_refused(name: str) -> None:
    document = json.loads(couple_feedback(scored(7), scored(1), consent=BOTH).for_a.to_json())
    document["shared"][0][name] += 0.5
    with pytest.raises(DocumentError, match="shared"):
        PartnerFeedback.from_dict(document)


def test_the_whole_cannot_be_sent_by_accident() -> None:
    feedback = couple_feedback(scored(7), scored(1), consent=BOTH)
    for send in (json.dumps, pickle.dumps, copy.deepcopy, list, dict, vars):
        with pytest.raises(TypeError):
            send(feedback)
    with pytest.raises(AttributeError, match="cannot be changed"):
        feedback.for_a = feedback.for_b
    assert "7" not in repr(feedback)


def test_the_whole_is_no_answer_of_a_service() -> None:
    from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter

    from intimacy_scales.dyads import CoupleFeedback

    with pytest.raises((PydanticSchemaGenerationError, PydanticUserError)):
        TypeAdapter(CoupleFeedback)
    view = couple_feedback(scored(), None).for_a
    assert TypeAdapter(PartnerFeedback).dump_json(view)


def with_consent(consent: Any) -> Any:
    return couple_feedback(scored(), scored(), consent=consent)


def with_b(b: Any) -> Any:
    return couple_feedback(scored(), b)


def two_small_forms(**fields: Any) -> Any:
    sheet = {"a": 1, "b": 2, "c": 3}
    forms = form_of({"x": "a b c"}), form_of({"x": "a b c"}, **fields)
    return couple_feedback(*(score(form, sheet) for form in forms))


# name → a mistaken call, and words of the message
MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "true": (lambda: with_consent(True), r"a bool is not valid.*\{'a': Consent"),
    "one consent": (lambda: with_consent(EVERYTHING), "a Consent is not valid"),
    "a pair": (lambda: with_consent((EVERYTHING, NOTHING)), "a tuple is not valid"),
    "true of a": (lambda: with_consent({"a": True}), "consent of a: a bool is not valid"),
    "a name": (lambda: with_consent({"anna": EVERYTHING}), "'anna' is not a partner; allowed: 'a', 'b'"),
    "nobody": (lambda: couple_feedback(None, None), "a and b are None"),
    "answers": (lambda: with_b({"tru01": 4}), r"b: a dict is not valid.*score\(form"),
    "not scored": (lambda: with_b(score_many(FORM, [{}])[0]), "b: a SheetProblems .* could not be scored"),
    "a table": (lambda: with_b(score("kmss", [{f"kmss_{n}": 3 for n in (1, 2, 3)}])), "b: a Scores is not"),
    "two forms": (lambda: with_b(answer("ras", 3)), "a was scored with scii-12 .* and b with ras"),
    "two wordings": (
        lambda: couple_feedback(answer("scii-24", 4), answer("scii-24-partner", 4)),
        "different persons .*'self' and 'partner'",
    ),
    "two versions": (lambda: two_small_forms(version="2"), "in the version that both answered"),
    "two contents": (lambda: two_small_forms(high=7), r"small 1 \(digest \w{12}\)"),
    "a text of scales": (lambda: Consent.to("trust"), "scales='trust' is not valid; allowed: a list"),
    "numbers": (lambda: Consent.to([1]), r"scales=\[1\] is not valid"),
    "both kinds": (lambda: Consent(all_scales=True, scales=("x",)), r"use Consent\.everything\(\)"),
    "a yes": (lambda: Consent(all_scales="yes"), "all_scales='yes' is not valid"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(name: str) -> None:
    call, message = MISTAKES[name]
    with pytest.raises(EstimationError, match=message):
        call()


@pytest.mark.parametrize("b", [None, "answered"])
def test_an_unknown_scale_is_an_error_whether_or_not_the_partner_answered(b: Any) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'trust'"):
        couple_feedback(scored(), b and scored(), consent={"a": Consent.to(["trsut"])})


def test_two_languages_are_pooled_as_the_message_says() -> None:
    from intimacy_scales import pool_languages

    sheet = dict.fromkeys(items(), 4)
    a, b = (score(load(FORM, language=tag), sheet) for tag in ("en", "de"))
    call = r"pool_languages\(load\('scii-12'\), load\('scii-12', language='de', variant='neutral'\)\)"
    with pytest.raises(EstimationError, match=call):
        couple_feedback(a, b)
    form = pool_languages(load("scii-12"), load("scii-12", language="de"))
    assert couple_feedback(score(form, sheet), score(form, sheet), consent=BOTH).for_a.shared


def test_consents_are_equal_whatever_the_order_of_a_set() -> None:
    names = {"trust", "caring", "total"}
    assert Consent.to(names) == Consent.to(frozenset(names))
    stored = Consent.to(["trust"], shown_before=["caring"])
    assert Consent.from_json(stored.to_json()) == stored
    assert repr(stored) == "<Consent to trust; shown before: caring>"


def test_couple_feedback_loads_no_table_library() -> None:
    code = f"""
import sys, warnings
warnings.simplefilter("ignore")
from intimacy_scales import couple_feedback, score
from intimacy_scales.dyads import Consent
sheet = dict.fromkeys({list(items())!r}, 4)
feedback = couple_feedback(
    score("scii-12", sheet), score("scii-12", sheet),
    consent={{"a": Consent.everything(), "b": Consent.to(["trust"])}},
)
text = feedback.for_a.to_json()
type(feedback.for_a).from_json(text), feedback.for_a.notes
assert len(feedback.for_a.shared) == 1
print([name for name in ("numpy", "pandas", "polars", "pyarrow", "scipy") if name in sys.modules])
"""
    assert printed_by_python(code).strip() == "[]"
