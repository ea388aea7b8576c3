"""The banks cover the model: no concept without two items or a reason, and no item without a concept."""

from __future__ import annotations

from collections import Counter

from tests.coverage_page import CONCEPTS, PAGE, item_texts, page


def test_each_concept_has_two_items_or_a_reason() -> None:
    for concept in CONCEPTS:
        assert bool(concept.items) != bool(concept.reason), concept.name
        assert concept.reason or len(concept.items.split()) >= 2, concept.name


def test_each_item_asks_for_something_and_exists() -> None:
    named = Counter(item for concept in CONCEPTS for item in concept.items.split())
    assert set(named) == set(item_texts())
    assert {item for item, n in named.items() if n > 1} == {"pra11"}, "it is a practice, and shows calm"


def test_a_concept_that_can_be_reversed_is_somewhere_reversed() -> None:
    keyed = {item: sign for item, (_, sign, _) in item_texts().items()}
    for group in {concept.group for concept in CONCEPTS if concept.items} - {"Practices"}:
        of_group = [item for c in CONCEPTS if c.group == group for item in c.items.split()]
        assert {keyed[item] for item in of_group} == {"+", "-"}, group


def test_the_page_says_what_the_banks_ask_today() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.coverage_page"
