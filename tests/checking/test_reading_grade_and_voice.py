"""Syllables, grades, persons, tenses and words, as the linter sees them."""

from __future__ import annotations

from itertools import combinations

import pytest

from intimacy_scales import load_bank
from intimacy_scales.checking.readability import listed_words, reading_grade
from intimacy_scales.checking.syllables import syllables
from intimacy_scales.checking.tenses import tense_of
from intimacy_scales.checking.voice import person_of
from intimacy_scales.checking.words import content_words, is_negative, overlap, sentences
from intimacy_scales.instrument.loading import shipped_banks
from tests.shared.folders import DOCS

SPOKEN = {
    1: "i love loved loves shared talked judged watched makes moves feels hurt life don't can't friend's",
    2: "partner trusted wanted wishes changes hopeful careful little handles doing being quiet lion rely "
    "promise didn't couldn't evening evenings something partner's moments safety",
    3: "promises idea reacted understood together anyone importance curious affection carefully",
    4: "relationship reciprocate communicate appreciate",
    5: "communication reciprocity generosity",
}  # fmt: skip
COUNTS = [(word, count) for count, words in SPOKEN.items() for word in words.split()]


@pytest.mark.parametrize(("word", "count"), COUNTS)
def test_syllables_are_counted_as_spoken(word: str, count: int):
    assert syllables(word) == count


def test_the_grade_is_the_published_formula():
    assert reading_grade(["I notice what my partner needs from me."]) == pytest.approx(
        0.39 * 8 + 11.8 * 10 / 8 - 15.59
    )
    two = ["I trust my partner.", "I appreciate affection."]
    assert reading_grade(two) == pytest.approx(0.39 * 7 / 2 + 11.8 * (5 + 8) / 7 - 15.59)


@pytest.mark.parametrize("name", shipped_banks())
def test_shipped_banks_are_read_with_ease(name: str):
    assert reading_grade([item.text or "" for item in load_bank(name).items]) < 5


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("I feel understood by my partner.", "present"),
        ("I find out about big choices after my partner has made them.", "present"),
        ("My partner would leave me alone.", "present"),
        ("I have felt close to my partner.", "present"),
        ("I wish my partner were kinder.", "present"),
        ("I used to laugh more.", "past"),
        ("We often talked.", "past"),
        ("I felt close to my partner.", "past"),
        ("I'll stay.", "future"),
        ("I am going to stay.", "future"),
    ],
)
def test_tense(text: str, tense: str):
    assert tense_of(text) == tense


def test_person():
    texts = ("We last.", "I trust you.", "Couples should talk.")
    assert [person_of(text) for text in texts] == ["first", "second", "none"]


# what partner wordings say in other words than their items: they ask for the partner's view, and what
# somebody knows is a fact seen from outside
OTHER_WORDS = {
    "tru07": ({"know"}, {"feel"}),
    "tru14": ({"know"}, {"feel"}),
}


@pytest.mark.parametrize("name", shipped_banks())
def test_partner_wordings_of_shipped_items_have_the_words_of_their_items(name: str):
    for item in load_bank(name).items:
        if item.partner_text is None:
            continue
        own, partner = content_words(item.text or ""), content_words(item.partner_text)
        if item.id in OTHER_WORDS:
            assert (own - partner, partner - own) == OTHER_WORDS[item.id]
        else:
            assert (own - partner, partner - own - {"feel"}) == (set(), set()), item.id
        assert overlap(own, partner) >= 0.6


def test_a_doubled_s_is_not_an_ending():
    assert content_words("pass") == content_words("passes") == content_words("passing") == {"pass"}
    assert content_words("kiss kisses") == {"kiss"}


def test_words_with_a_negative_in_them():
    words = "unhappy unfair dislike distrust impossible under until unique discuss distance united uncle"
    assert [word for word in words.split() if is_negative(word)] == words.split()[:5]


def test_figures_on_the_page_of_rules_are_up_to_date():
    page = " ".join((DOCS / "explanation/item-rules.md").read_text(encoding="utf-8").split())
    banks = {name: [s.text for s in sentences(load_bank(name))] for name in shipped_banks()}
    grades = [reading_grade(texts) for texts in banks.values()]
    hard = sorted(
        (grade, text)
        for texts in banks.values()
        for text in texts
        if (grade := reading_grade([text], known=listed_words("everyday"))) > 6
    )
    assert [text for _, text in hard] == [
        "Today, I carry my troubles alone, even when my partner could help.",
    ]
    hardest = hard[-1][0]
    told = f"grades from {min(grades):.1f} to {max(grades):.1f}; their hardest sentence has {hardest:.1f},"
    assert told in page
    texts = [content_words(item.text or "") for name in banks for item in load_bank(name).items]
    shares = [overlap(one, other) for one, other in combinations(texts, 2)]
    assert f"{len(shares):,} pairs of the {len(texts)} shipped items" in page
    assert f"largest value {max(shares):.2f}" in page
    assert sorted(shares)[len(shares) // 2] == 0
    assert f"99th percentile {sorted(shares)[len(shares) * 99 // 100]:.2f}" in page
