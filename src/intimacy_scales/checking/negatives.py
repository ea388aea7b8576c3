"""The rules of negations: open and hidden ones, and two of them in one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.phrases import Found, found_in, tokens_of
from intimacy_scales.checking.words import Sentence, quoted

# Words that are negative by a prefix or an ending: unspoken, incapable, careless.
PREFIXED = re.compile(
    r"un(?!der|it|iq|iv|ion|ti|less|cle|ani|canny|dergo|do$)[a-z]{3,}"
    r"|dis(?:approv|believ|connect|content|honest|honou?r|interest|like|loyal|obey|obedien|pleas|regard"
    r"|respect|satisf|trust|unit|advantag)[a-z]*"
    r"|mistrust[a-z]*|non[a-z]{5,}"
    r"|in(?:ability|accurate|active|adequate|attentive|capable|complete|compatib|competen|conceivab"
    r"|considerate|consisten|decis|dependent of|effective|equal|experienced|flexib|justice|secur|sensitiv"
    r"|sincer|suffic|toler|visib|frequent)[a-z]*"
    r"|im(?:balance|matur|mobil|moral|patien|perfect|polite|possib|practical|prop)[a-z]*"
    r"|ir(?:rational|regular|relevan|replaceab|respons)[a-z]*|il(?:legal|legitim|logic)[a-z]*"
    r"|(?!un|bless|end|price|self|effort|time|fault|flaw|nonethe|neverthe|nevertheless|ceas|limit|bound|match)"
    r"[a-z]{3,}less(?:ly|ness)?"
)
# Plain words for something of its own, rather than for the absence of it.
_PLAIN = re.compile(
    r"disagree.*|disappoint.*|uneasy|unless|nonetheless|unfold.*|unpack.*|nonsense|unite.*|unwell"
)

# Two negatives of which one is harmless alone.
_HARD_NOT = re.compile(
    r"\b(?:hard|difficult|tough|rare|wrong|odd|strange|silly|bad)(?: for (?:me|us|my partner))? not to\b"
    r"|\bcan(?:'t|not|not ever) help (?:but|not)\b"
)


def _spans(sentence: Sentence, name: str) -> list[Found]:
    return found_in(sentence.text, name)


def _words_with(sentence: Sentence, pattern: re.Pattern[str]) -> list[Found]:
    tokens = tokens_of(sentence.text)
    return [
        Found(token, n, n + 1)
        for n, token in enumerate(tokens)
        if pattern.fullmatch(token)
        and not _PLAIN.fullmatch(token)
        and tokens[n - 2 : n] not in ((token[3:], "and"), (token[3:], "or"))  # likes and dislikes
    ]


def _contracted(sentence: Sentence) -> list[Found]:
    """Return the words that end in n't."""
    return [
        Found(token, n, n + 1) for n, token in enumerate(tokens_of(sentence.text)) if token.endswith("n't")
    ]


def _apart(first: list[Found], second: list[Found]) -> list[Found]:
    """Return both, without those of the second that overlap with one of the first."""
    free = [s for s in second if all(s.end <= f.start or s.start >= f.end for f in first)]
    return sorted([*first, *free], key=lambda matches: matches.start)


def _texts(matches: list[Found]) -> str:
    return quoted([phrase.text for phrase in matches])


def _is_one(matches: list[Found]) -> bool:
    """Return whether words form one negation: neither … nor."""
    return [phrase.text.split()[0] for phrase in matches] in (
        ["neither", "nor"],
        ["no", "nor"],
        ["not", "nor"],
    )


def check_negatives(sentence: Sentence) -> Iterator[Hit]:
    """Yield a double negative, or else a negation."""
    denied = _apart(_contracted(sentence), _spans(sentence, "deny"))
    prefixed = _words_with(sentence, PREFIXED)
    negative = _apart(denied, _apart(_spans(sentence, "negative"), prefixed))
    hard_not_to = _HARD_NOT.search(sentence.plain)
    if hard_not_to:
        message = f"two negatives in one sentence ({hard_not_to.group()!r}): word it positively"
        yield Hit("double-negative", message)
        return
    if denied and len(negative) > 1 and not _is_one(negative):
        message = f"two negatives in one sentence ({_texts(negative)}): word it positively"
        yield Hit("double-negative", message)
        return
    weak = _apart(denied, _spans(sentence, "negative ?"))
    if denied and len(weak) > 1:
        message = f"{_texts(weak)}: a negation of something bad is easily misread; word it positively"
        yield Hit("double-negative", message, severity="note")
    absolute = {phrase.start for phrase in found_in(sentence.text, "absolute")}
    if denied:
        only_absolute = all(f.start in absolute and f.text != "no" for f in denied)  # has its own warning
        message = f"{_texts(denied)} is a negation: word it positively"
        yield Hit("negation", message, severity="note" if only_absolute else None)
        return
    hidden = _apart(_spans(sentence, "deny ?"), prefixed)
    if hidden:
        message = f"{_texts(hidden)} hides a negation: is there a word for what is the case?"
        yield Hit("negation", message, severity="note")
