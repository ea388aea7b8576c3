"""Rules that look for words and phrases: absolutes, frequencies, causes, jargon, idioms, assumptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.phrases import Found, found_in
from intimacy_scales.checking.reasons import causes_in, possible_causes_in
from intimacy_scales.checking.rules import Severity
from intimacy_scales.checking.tenses import tense_of
from intimacy_scales.checking.topics import is_known, is_of_one, is_topic
from intimacy_scales.checking.words import Sentence, quoted
from intimacy_scales.instrument import ResponseScale

# Rule → what is said of the phrases that it finds, and of those that may be harmless.
_MESSAGES = {
    "cause": (
        "{} gives a cause: who disagrees may doubt the fact or the cause; ask about one of them",
        "{} may give a cause: can one agree with the fact and not with the cause?",
    ),
    "absolute": (
        "{} allows no exception: use a milder word, or leave it out",
        "{} may allow no exception: would a milder word do?",
    ),
    "frequency": (
        "{} says how often: agreement cannot, so leave it out, or ask how often",
        "{} may say how often: would the item do without it?",
    ),
    "hypothetical": (
        "{} makes people guess about what has not happened: ask about what is the case",
        "{} may make people guess about what has not happened",
    ),
    "jargon": ("{} is a word of experts: use everyday words", "{} may be a word of experts"),
    "idiom": (
        "{} is an expression that not every reader knows: say what it means",
        "{} is a figure of speech: would plain words do?",
    ),
    "assumes-marriage": ("{} assumes that the couple is married",) * 2,
    "assumes-gender": ("{} names a gender: write 'my partner' or 'they'",) * 2,
    "assumes-living-together": ("{} assumes that the couple lives together",) * 2,
    "assumes-children": ("{} assumes that the couple has children",) * 2,
    "assumes-religion": ("{} assumes that respondents are religious",) * 2,
    "assumes-work": ("{} assumes that someone is employed",) * 2,
    "assumes-sex": ("{} assumes that the couple has sex",) * 2,
    "assumes-ability": ("{} assumes a physical ability",) * 2,
}
_WOULD = re.compile(r"\b(?:would|wouldn't|i'd|we'd|they'd|partner'd|could|couldn't|might)\b")
# Clauses in which "would" is about now: "what my partner would like", "things that would hurt me".
_OPENERS = re.compile(r"\b(?:what|how|why|who|whom|which|when|whatever|things? that|anything that|that)\b")
_MODAL = ("could", "might", "may")
_WISHES = re.compile(
    r"\b(?:would|'d) (?:really |also )?(?:like|love|want|prefer|enjoy|hurt|need|please|wish)\b"
)
_NOW_OR_THEN = re.compile(  # an if that may mean when: "if my partner is sad, I listen"
    r"\bif (?:i|we|they|my partner|something|things?) (?:am|is|are|feels?|needs?|wants?|has|have"
    r"|asks?|gets?)\b"
)
_NOUN_THAT = re.compile(r"\b(?:things?|something|words?|sides?|ones?|secrets?|someone) that\b")


@cache
def asks_how_often(scale: ResponseScale) -> bool:
    """Return whether the labels of a response scale are frequencies; without labels, people agree."""
    return any(found_in(label, "frequency") for _, label in scale.labels)


def _would(plain: str) -> tuple[list[str], Severity | None]:
    """Return the conditional words of a sentence, and a milder severity where they may be harmless."""
    matches = list(_WOULD.finditer(plain))
    if not matches:
        return [], None
    words = [match.group() for match in matches]
    first = matches[0]
    before, after = plain[: first.start()], plain[first.start() :]
    embedded = _OPENERS.search(before) is not None
    if _is_about_now(first.group(), before, after, embedded=embedded):
        return [], None
    guesses = embedded and first.group() not in ("could", "couldn't", "might")
    return words, ("note" if guesses and not re.search(r"\bthat\b", before) else None)


def _is_about_now(word: str, before: str, after: str, *, embedded: bool) -> bool:
    """Return whether a conditional word asks for no guess: a wish, a fear, a thing that would hurt."""
    is_wish = _WISHES.match(after) is not None or _WISHES.match(after[1:]) is not None
    if is_wish and (embedded or before.strip() in ("i", "we", "my partner", "")):
        return True
    if word == "might":
        feared = re.search(
            r"\b(?:worr|fear|afraid|scared|wonder|anxious|suspect|doubt|know|what|how|thing|that $)", before
        )
        return feared is not None and re.search(r"\b(?:one|some) ?day\b", after) is None
    if word in ("could", "couldn't"):
        return re.search(r"\b(?:when|who|what|if)\b", before) is not None
    return _NOUN_THAT.search(before) is not None


def _check_hypothetical(sentence: Sentence) -> Iterator[Hit]:
    message, doubtful = _MESSAGES["hypothetical"]
    words, severity = _would(sentence.plain)
    sure = [phrase.text for phrase in found_in(sentence.text, "hypothetical")]
    may_be_when = bool(sure) and not words and all(text.startswith("if ") for text in sure)
    if may_be_when and _NOW_OR_THEN.search(sentence.plain) and tense_of(sentence.text) == "present":
        yield Hit("hypothetical", doubtful.format(quoted(sure)), severity="note")
        return
    if sure or (words and severity is None):
        yield Hit("hypothetical", message.format(quoted([*sure, *words])))
        return
    unsure = [p.text for p in found_in(sentence.text, "hypothetical ?") if p.text not in _MODAL] + words
    if unsure:
        yield Hit("hypothetical", doubtful.format(quoted(unsure)), severity="note")


def _is_doubtful(text: str, rule: str, phrase: Found) -> bool:
    """Return whether a phrase may say nothing of what its rule looks for, by what stands around it."""
    if rule == "cause":
        return is_known(text, phrase)
    if rule == "assumes-living-together" and is_of_one(text, phrase):
        return True
    return rule.startswith("assumes-") and is_topic(text, phrase)


def _check_phrases(sentence: Sentence, rule: str) -> Iterator[Hit]:
    message, doubtful = _MESSAGES[rule]
    matches = found_in(sentence.text, rule)
    topics = [phrase for phrase in matches if _is_doubtful(sentence.text, rule, phrase)]
    reported = [phrase.text for phrase in matches if phrase not in topics]
    if rule == "cause":
        reported += causes_in(sentence.plain)
    if reported:
        yield Hit(rule, message.format(quoted(reported)))
        return
    unsure = [phrase.text for phrase in (*topics, *found_in(sentence.text, f"{rule} ?"))]
    if rule == "cause":
        unsure += possible_causes_in(sentence.plain)
    if unsure:
        yield Hit(rule, doubtful.format(quoted(unsure)), severity="note")


def check_expressions(sentence: Sentence, *, by_frequency: bool) -> Iterator[Hit]:
    """Yield phrases that a rule looks for; frequencies only where people do not answer by how often."""
    for rule in _MESSAGES:
        if rule == "hypothetical":
            yield from _check_hypothetical(sentence)
        elif rule != "frequency" or not by_frequency:
            yield from _check_phrases(sentence, rule)
