"""Assumptions that items make about respondents."""

from __future__ import annotations

from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import ASSUMPTIONS, IDIOMS
from intimacy_scales.checking.words import Sentence

_MESSAGES = {
    "assumes-marriage": "assumes that the couple is married",
    "assumes-gender": "names a gender: write 'my partner' or 'they'",
    "assumes-living-together": "assumes that the couple lives together",
    "assumes-children": "assumes that the couple has children",
    "assumes-religion": "assumes that respondents are religious",
    "assumes-work": "assumes that someone is employed",
    "assumes-sex": "assumes that the couple has sex",
    "assumes-ability": "assumes a physical ability",
}


def check_assumptions(sentence: Sentence) -> Iterator[Hit]:
    """Yield what a sentence assumes about respondents."""
    text = IDIOMS.sub(" ", sentence.plain)
    for rule, pattern in ASSUMPTIONS.items():
        matches = dict.fromkeys(match.group() for match in pattern.finditer(text))
        if matches:
            quoted = ", ".join(f"'{phrase}'" for phrase in matches)
            yield Hit(rule, f"{quoted} {_MESSAGES[rule]}", sentence.item, sentence.field)
