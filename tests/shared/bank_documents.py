"""Banks in which nothing is wrong, and sentences of which nothing should be said."""

from __future__ import annotations

import re
from typing import Any

from intimacy_scales.checking.morphology import base_forms, third_person

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


_EXCHANGED = {
    "i": "my partner", "me": "them", "my": "their", "mine": "theirs", "myself": "themselves",
    "i'm": "my partner is", "they": "i", "them": "me", "their": "my", "themselves": "myself",
}  # fmt: skip
_NO_VERBS = {"and", "or", "to", "with", "can", "can't", "would", "may", "never", "always"}
_AUXILIARIES = {"am": "is", "do": "does", "don't": "doesn't", "have": "has", "was": "was"}


def about_partner(text: str) -> str:
    """The sentence with the persons exchanged, and "My partner feels that" before one that is about both."""
    plain = re.sub(r"\b(?:my partner and i|i and my partner)\b", "we", text.lower().replace("’", "'"))
    words = re.findall(r"[\w']+|[^\w\s]", plain)
    exchanged: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else "."
        if word == "my" and following in ("partner", "partner's"):
            verb = words[at + 2] if at + 2 < len(words) else "."
            is_subject = len(base_forms(verb)) > 1 or verb in ("is", "has", "was")
            exchanged.append("my" if following == "partner's" else "i" if is_subject else "me")
            if exchanged[-1] == "i":
                base = {"is": "am", "has": "have", "does": "do"}.get(verb) or base_forms(verb)[-1]
                exchanged.append(
                    base if third_person(base) == verb or verb in ("is", "has", "does") else verb
                )
                at += 1
            at += 2
            continue
        again = word == "i" and "my partner" in exchanged
        other = "they" if again else _EXCHANGED.get(word, word)
        if word in ("me", "my") and "my partner" not in exchanged:
            other = {"me": "my partner", "my": "my partner's"}[word]
        exchanged.append(other)
        if again:
            exchanged.append({"am": "are", "was": "were"}.get(following, following))
            at += 2
            continue
        if word == "i" and following not in _NO_VERBS and following.isalpha():
            exchanged.append(_AUXILIARIES.get(following) or third_person(following))
            at += 1
        at += 1
    sentence = " ".join(exchanged).replace(" .", ".").replace(" ,", ",").replace(" i ", " I ")
    if "my partner" not in sentence:
        sentence = f"my partner feels that {sentence}"
    return sentence[:1].upper() + sentence[1:]
