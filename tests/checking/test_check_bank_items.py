"""The bank linter: bad items are caught, good ones are left alone, everything shipped passes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import ItemBank, available, check_bank, load, load_bank
from intimacy_scales.checking import RULES, BankReport
from intimacy_scales.checking.words import content_words, overlap, words
from intimacy_scales.instrument.loading import shipped_banks
from tests.shared.bank_documents import GOOD, document

# What each sentence is caught for, whatever else may be wrong with it.
BAD = {
    "hard-word": ["I value reciprocity with my partner.", "I find our communication gratifying."],
    "reading-grade": [
        "I appreciate considerate conversations.",
        "I deliberately communicate my expectations regarding our relationship.",
    ],
    "length": [
        "I feel that my partner is the sort of person whom I can turn to when things get hard for me.",
        "I think that when we talk about our plans for next year my partner hears what I want from it.",
    ],
    "two-ideas": [
        "I love and admire my partner.",
        "I talk with my partner about money or friends.",
        "I like my partner's looks as well as their wit.",
        "I enjoy our trips, but they tire me.",
        "I hug/kiss my partner in public.",
        "I feel loved. It makes me glad.",
        "My partner is kind, warm, caring.",
        "I love my partner, who helps me.",
        "Although I am shy, I talk to my partner.",
    ],
    "negation": [
        "I do not tell my partner what I dream of.",
        "I don't look at my partner's phone.",
        "I have no secrets from my partner.",
        "I make big plans without my partner.",
        "I hardly talk with my partner.",
        "My partner refuses to talk.",
        "I am unable to forgive my partner.",
        "My partner is careless with my things.",
    ],
    "double-negative": [
        "I am not unhappy with my partner.",
        "I never doubt my partner.",
        "I do not dislike my partner's friends.",
        "I can't go out without my partner.",
        "Nothing is impossible with my partner.",
    ],
    "absolute": [
        "I always think of my partner.",
        "I never lie to my partner.",
        "I tell my partner everything.",
        "I trust my partner completely.",
        "I think of my partner all the time.",
        "I make all the plans.",
    ],
    "cause": [
        "I stay because I am afraid.",
        "Out of pity, I agree to my partner's wishes.",
        "As my partner is honest, I can relax.",
    ],
    "frequency": [
        "I often thank my partner.",
        "We quarrel several times a week.",
        "Half the time, I am bored.",
    ],
    "hypothetical": [
        "I would give up my hobbies for my partner.",
        "If we broke up, I could not go on.",
        "In an emergency, I count on my partner.",
    ],
    "jargon": ["My partner respects my boundaries.", "I feel securely attached to my partner."],
    "idiom": ["I walk on eggshells with my partner.", "My partner has a heart of gold."],
    "person": [
        "Love fades with the years.",
        "A partner should be faithful.",
        "You trust your partner.",
        "Do you feel loved by your partner?",
    ],
    "tense": [
        "I was happy when we met.",
        "I trusted my partner from the first day.",
        "My partner often kept promises.",
        "I will stay with my partner.",
        "We are going to last.",
    ],
    "assumes-marriage": ["I would marry my partner again.", "I like my mother-in-law."],
    "assumes-gender": ["I like how she laughs.", "I am a good boyfriend."],
    "assumes-living-together": ["I do my share of the chores.", "I like to come home to my partner."],
    "assumes-children": ["We agree on how to raise the kids.", "I like my partner's way of parenting."],
    "assumes-religion": ["I pray with my partner.", "Our bond is blessed."],
    "assumes-work": ["I talk about my job with my partner.", "I call my partner at work."],
    "assumes-sex": ["I enjoy sex with my partner.", "I feel close when we make love."],
    "assumes-ability": ["I enjoy long walks with my partner.", "I like dancing with my partner."],
}
CASES = [(rule, text) for rule, texts in BAD.items() for text in texts]


def check(*texts: str, against: Any = None, **changes: Any) -> BankReport:
    return check_bank(ItemBank.model_validate(document(*texts, **changes)), against=against)


def broken(report: BankReport, item: str | None = "x00", field: str | None = None) -> set[str]:
    return {f.rule for f in report.findings if f.item == item and field in (None, f.field)}


# ------------------------------------------------------------------ good and bad sentences


def test_nothing_is_said_of_good_items():
    assert check(*GOOD).findings == ()


@pytest.mark.parametrize(("rule", "text"), CASES, ids=lambda value: str(value)[:40])
def test_bad_items_are_caught_for_what_is_bad_about_them(rule: str, text: str):
    report = check(text, *GOOD[:6])
    assert rule in broken(report, field="text"), str(report)
    found = next(f for f in report.findings if f.rule == rule)
    assert (found.why, found.source) == (RULES[rule].why, RULES[rule].source)
    assert {f.item for f in report.findings} <= {"x00", None}, "the good items are left alone"


@pytest.mark.parametrize("rule", BAD)
def test_each_rule_has_at_least_two_bad_items(rule: str):
    assert len(BAD[rule]) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "I feel at home with my partner.",
        "My partner asks how their day went.",
        "My partner and I are made for each other.",
        "We share likes and dislikes.",
        "We stand together in sickness and health.",
        "My partner respects my opinion on whether to have kids.",
        "I know what my partner would like from me.",
        "I get mad when my partner walks away from a quarrel.",
        "No matter how late it is, I listen to my partner.",
        "We grow closer and closer.",
        "My partner and I talk at night.",
        "I have been hurt by my partner.",
        "I act as if I were a stranger.",
        "I am of good will towards my partner.",
        "I discuss money with my partner.",
        "I feel uneasy about our plans.",
        "I understand my partner’s jokes.",
    ],
)  # fmt: skip
def test_words_that_look_bad_and_are_not(text: str):
    assert broken(check(text, *GOOD[:6])) == set(), str(check(text, *GOOD[:6]))


def test_messages_name_the_words_and_say_what_to_do():
    (found,) = [f for f in check("I trust my partner completely.", *GOOD[:6]) if f.field == "text"]
    assert (found.item, found.rule, found.severity) == ("x00", "absolute", "warning")
    assert found.message == "'completely' allows no exception: use a milder word, or leave it out"
    assert str(found) == (
        "warning: x00.text: 'completely' allows no exception: use a milder word, or leave it out [absolute]"
    )


def test_never_is_several_faults_and_a_double_negative_one():
    assert broken(check("I never lie to my partner.", *GOOD[:6]), field="text") == {
        "absolute",
        "frequency",
        "negation",
    }
    assert "negation" not in broken(check("I do not dislike my partner's friends.", *GOOD[:6]))


def test_banks_are_compared_with_their_own_tense_and_person():
    past = ["I was calm.", "I laughed with my partner.", "I told my partner of my day.", "I am proud of us."]
    assert [f.item for f in check(*past).findings if f.rule == "tense" and f.field == "text"] == ["x03"]
    asked = ["Do you laugh with your partner?", "Do you miss your partner?", "I am proud of my partner."]
    assert [f.item for f in check(*asked).findings if f.rule == "person" and f.field == "text"] == ["x02"]


def test_long_words_are_notes_and_very_long_ones_warnings():
    severities = {
        text: [f.severity for f in check(text, *GOOD[:6]) if f.rule == "hard-word" and f.field == "text"]
        for text in ("I admire my partner's courtesy.", "I admire my partner's generosity.")
    }
    assert list(severities.values()) == [["note"], ["warning"]]


def test_a_whole_bank_can_be_too_hard_to_read():
    texts = [
        "I consider my partner's opinions.",
        "I suggest plans for our holidays.",
        "I admit mistakes in quarrels.",
    ]
    report = check(*texts)
    assert [f.field for f in report if f.rule == "reading-grade" and f.item is None] == [
        "partner_text",
        "text",
    ]
    assert "reading-grade" not in broken(report, "x02", "text")


# ------------------------------------------------------------------ pairs


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I know my partner's fears.", "I really know my partner's fears."),
        ("My secrets are safe with my partner.", "With my partner, my secrets are safe."),
        ("I can rely on my partner in hard times.", "In hard times I rely on my partner."),
    ],
)
def test_near_duplicates_are_found_in_any_order(one: str, other: str):
    for pair in ((one, other), (other, one)):
        (found,) = [f for f in check(*pair, *GOOD[:6], against=[]) if f.rule == "near-duplicate"]
        assert (found.item, found.message) == ("x01", f"says nearly the same as x00 ({pair[0]!r})")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I trust my partner.", "My partner trusts me."),
        ("I know what my partner fears.", "I know what my partner likes."),
        ("I am glad of our time.", "I am sad about our time."),
    ],
)
def test_other_roles_and_other_things_are_not_duplicates(one: str, other: str):
    rules = {f.rule for f in check(one, other, *GOOD[:6], against=[])}
    assert not rules & {"near-duplicate", "negated-copy"}


@pytest.mark.parametrize(
    ("plain", "negated"),
    [
        ("I show my partner how I feel.", "I do not show my partner how I feel."),
        ("I am happy with my partner.", "I am unhappy with my partner."),
        ("I can talk with my partner.", "I can't talk with my partner."),
    ],
)
def test_an_item_that_is_another_with_a_not_is_found(plain: str, negated: str):
    for texts, item in (((plain, negated), "x01"), ((negated, plain), "x00")):
        (found,) = [f for f in check(*texts, *GOOD[:6]) if f.rule == "negated-copy"]
        assert found.item == item
        assert plain in found.message


def test_copies_of_shipped_items_are_found():
    text = load_bank("knowledge").item("kno08").text or ""
    (found,) = [f for f in check(text, *GOOD[:6]) if f.rule == "near-duplicate"]
    assert "kno08 of knowledge" in found.message
    bank = ItemBank.model_validate(document(text, *GOOD[:6]))
    assert not check_bank(bank, against=[]).findings
    assert not check_bank(bank, against="trust").findings
    assert check_bank(bank, against=["trust", load_bank("knowledge")]).warnings
    for name in ("scii-24", "scii-48-partner"):
        assert "near-duplicate" not in {f.rule for f in check_bank(name)}


def test_shipped_items_lie_well_below_the_threshold_of_likeness():
    said = [content_words(i.text or "") for name in shipped_banks() for i in load_bank(name).items]
    pairs = sorted(overlap(a, b) for n, a in enumerate(said) for b in said[:n])
    assert pairs[len(pairs) // 2] == 0
    assert pairs[-1] < 0.7


def test_two_hundred_items_are_checked_in_little_time():
    nouns = [a + b for a in "bdfgklmnprst" for b in ("and", "ell", "ick", "oom", "unt", "ash", "ord", "ive")]
    texts = [
        f"I like the {nouns[n % 96]} of my partner's {nouns[(7 * n + n // 96) % 96]}." for n in range(200)
    ]
    bank = ItemBank.model_validate(document(*texts))
    other = ItemBank.model_validate(document(*reversed(texts), id="other"))
    started = time.process_time()  # what else the machine does is not counted
    check_bank(bank, against=[other])
    assert time.process_time() - started < 5  # about 1.5 s


# ------------------------------------------------------------------ everything shipped


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
@pytest.mark.parametrize(
    ("read", "name"), [(load_bank, n) for n in shipped_banks()] + [(load, n) for n in available().ids]
)
def test_everything_shipped_passes_with_nothing_unexplained(read, name: str):
    report = check_bank(read(name))
    assert report.passed(strict=True)
    assert report.unexplained == (), str(report)
    assert all(f.explained and len(f.explained) > 40 for f in report.findings)


# ------------------------------------------------------------------ properties

ALL_SENTENCES = [*GOOD, *(text for _, text in CASES)]


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(12)), st.lists(st.sampled_from(ALL_SENTENCES), min_size=12, max_size=12))
def test_the_order_of_items_changes_no_finding(order: list[int], texts: list[str]):
    plain = document(*texts)
    shuffled = plain | {"items": [plain["items"][n] for n in order]}
    first, second = (check_bank(ItemBank.model_validate(d)) for d in (plain, shuffled))
    assert sorted(map(str, first.findings)) == sorted(map(str, second.findings))


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=80))
def test_any_text_can_be_checked(text: str):
    assert isinstance(str(check(text)), str)
    assert all(words(text))
