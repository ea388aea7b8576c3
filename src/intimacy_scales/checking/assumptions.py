"""What items take for granted about the people who answer."""

from __future__ import annotations

from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.vocabulary import ASSUMPTIONS, IDIOMS
from intimacy_scales.checking.words import Sentence

_WHAT = {
    "assumes-marriage": "speaks of marriage",
    "assumes-gender": "names a gender: write 'my partner' or 'they'",
    "assumes-living-together": "takes it that the couple lives together",
    "assumes-children": "takes it that there are children",
    "assumes-religion": "takes a religion for granted",
    "assumes-work": "takes it that someone is employed",
    "assumes-sex": "speaks of sex",
    "assumes-ability": "takes an ability of the body for granted",
}


def check_assumptions(sentence: Sentence) -> Iterator[Hit]:
    """Yield what a sentence assumes of the people who answer."""
    text = IDIOMS.sub(" ", sentence.plain)
    for rule, pattern in ASSUMPTIONS.items():
        found = dict.fromkeys(match.group() for match in pattern.finditer(text))
        if found:
            named = ", ".join(f"'{word}'" for word in found)
            yield Hit(rule, f"{named} {_WHAT[rule]}", sentence.item, sentence.field)
