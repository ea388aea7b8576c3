"""Banks in which nothing is wrong, and sentences of which nothing should be said."""

from __future__ import annotations

from typing import Any

# Sentences that nothing should be said of, in the first person and the present.
GOOD = [
    "I laugh a lot when we are together.",
    "I look forward to our evenings.",
    "I feel calm near my partner.",
    "I can be silly around my partner.",
    "I keep small notes that my partner writes.",
    "I ask my partner for help.",
    "I get angry over small things my partner does.",
    "I enjoy our talks.",
    "My partner and I share many hopes.",
    "I forgive my partner with ease.",
    "I feel shut out of my partner's plans.",
    "Our ups and downs bring us closer.",
    "I am proud of my partner.",
    "I feel lonely near my partner.",
    "I thank my partner for small favours.",
    "I tell my partner when I am cross.",
    "I get tired of our quarrels.",
    "I feel at home with my partner.",
    "I understand my partner's jokes.",
    "I give way when it matters more to my partner.",
    "I wait for the right moment to raise a problem.",
    "I want my partner to know my friends.",
    "I find our silences awkward.",
    "I am quick to smile after a hard day.",
    "I feel desired by my partner.",
]


def document(*texts: str, **changes: Any) -> dict[str, Any]:
    """A bank in which nothing is wrong but, perhaps, its sentences."""
    items = [
        {
            "id": f"x{n:02}",
            "facet": "one",
            "text": text,
            "partner_text": about_partner(text),
            "keyed": "+-"[n % 2],
        }
        for n, text in enumerate(texts)
    ]
    return {
        "id": "mine",
        "version": "1",
        "title": "Mine",
        "description": "A bank.",
        "evidence": {"status": "draft", "note": "Not yet answered by people."},
        "license": {"name": "CC-BY-4.0"},
        "response_scale": {"minimum": 1, "maximum": 3, "labels": {1: "No", 2: "Partly", 3: "Yes"}},
        "facets": [{"id": "one", "title": "One"}],
        "items": items,
    } | changes


def about_partner(text: str) -> str:
    """A sentence of the same words with 'my partner' in it, which is all that the linter can see."""
    return f"{text.removesuffix('.')}, my partner."
