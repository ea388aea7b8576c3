"""Syllables of English words, counted by rules of spelling.

Compared with the CMU Pronouncing Dictionary, the rules are right for 98 % of the 2,872 everyday words
and of their 4,203 inflections with which they were developed. For 6,000 words from software manuals that
were not used in development, they are right for 95 %; errors cancel out (mean 0.00 to 0.01). On the same
three lists the library `syllapy` 0.8 reaches 98, 76 and 86 %, and hyphenation by `pyphen` 0.18 reaches 90,
91 and 81 %, nearly always with too few syllables. `textstat` downloads that dictionary when it runs, and
packages that contain it are under the GPL; neither was compared.
"""

from __future__ import annotations

import re
from functools import cache

_VOWELS = re.compile(r"[aeiouy]+")

# Adjacent vowels that are spoken separately: dial, curious, actual, doing, idea, quiet, lion, anyone.
_APART = re.compile(
    r"i[ao](?!us|n|ge|l\b|lly|ly)|(?<![cgtsx])ious|[^qg]ua[tl]|eo(?!u|ple)|uou|(?<=[aeouy])ing|idea|\barea"
    r"|react|creat|[^eo]iet|(?<![cgtsh])ien[ct]|isms?\b|[ao]yer|oyal|[gd]iant|\b[ln]ion|\bpoe|yone\b"
    r"|[^aeioud]ie(?:rs?|st)\b"
)

# Vowels that are written but not spoken: hope, hoped, hopes, hopeful; but spoken in handle, wanted, wishes.
_SILENT = re.compile(
    r"[^aeiouy](?<![^aeiouylr]l)(?<![bcdfgkpt]r)e\b"
    r"|[aeiouy][^aeiouy]*(?<![td])(?<![^aeiouylrw]l)ed\b(?<![aeiouy]ed)"
    r"|[^aeiouysxzcg](?<![cs]h)(?<![^aeiouylr]l)es\b"
    r"|(?:(?<=[aeiouy][^aeiouy])|(?<=[aeiouy][^aeiouy]{2}))(?<![^aeiouyl]l)e"
    r"(?=(?:ly|ful|fully|less|lessness|ness|things?|times?|where|one|body|work|ty|(?<!le)(?<!ce)ments?)\b)"
    r"|\bev(?=ery)|\beve(?=ning)|\bbusi(?=ness)"
)
# Stems to which n't adds no syllable: don't, can't, won't …
_STEMS_WITHOUT_SYLLABLE = frozenset({"do", "ca", "wo", "are", "were", "ai", "sha"})


@cache
def syllables(word: str) -> int:
    """Return the number of syllables of an English word in lower case.

    Examples
    --------
    >>> [syllables(word) for word in ("relationship", "hoped", "wanted", "doesn't", "partner's")]
    [4, 1, 2, 2, 2]
    """
    if word.endswith("n't"):
        stem = word.removesuffix("n't")
        return syllables(stem) + (stem not in _STEMS_WITHOUT_SYLLABLE)
    stem = re.sub(r"'.*", "", word)
    return max(1, len(_VOWELS.findall(stem)) + len(_APART.findall(stem)) - len(_SILENT.findall(stem)))
