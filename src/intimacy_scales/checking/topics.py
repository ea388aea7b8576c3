"""Whether a word is the topic of a sentence, and says nothing about the couple itself.

"We agree about equal rights for women", "my partner likes my friend's wedding" and "we know whether to live
in one place" assume no gender, no wedding and no home of the two: what names them may be harmless.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from intimacy_scales.checking.phrases import Found, tokens_of

_MOST_WORDS_BETWEEN = 7
_TOPIC = re.compile(  # what has a topic
    r"(?:dis)?agree[sd]?|agreement|opinions?|views?|ideas?|attitudes?|beliefs?|thoughts?|think"
    r"|thinks|thinking"
    r"|talk|talks|talking|conversations?|discuss|discusses|discussions?|debates?|jokes?|read|reads|reading"
    r"|learn|learns|interest|interests|interested|films?|books?|news|articles?|rights?|stories|questions?"
    r"|prejudices?|curious|argue|argues|arguments?|opinionated|judge|judges|stance|values?|decide|decides"
    r"|disagreements?|quarrel|quarrels|chat|chats|writes?|write|songs?|exhibitions?|documentaries"
)
_ABOUT = {
    "about",
    "on",
    "of",
    "for",
    "whether",
    "if",
    "how",
    "what",
    "towards",
    "toward",
    "in",
    "discuss",
    "discusses",
}
_OWN = {"our", "my", "mine", "ours"}
_OPEN = {"whether", "if"}
_SIMILE = re.compile(
    r"(?<!i )(?<!we )(?<!they )(?<!partner )\b(?:like|as) (?:an?|the|two|little|small|old) (?:\w+ )?$"
)
_GROUPS = {
    "friends'",
    "others'",
    "people's",
    "parents'",
    "neighbours'",
    "neighbors'",
    "colleagues'",
    "relatives'",
}


def _belongs_to_others(tokens: Sequence[str], at: int) -> bool:
    """Return whether a thing is somebody else's: "my friend's wedding"."""
    before = tokens[at - 1]
    return before in _GROUPS or (
        before.endswith("'s") and before not in ("partner's", "it's", "that's", "there's")
    )


def is_topic(text: str, phrase: Found) -> bool:
    """Return whether a phrase names what people talk or think about, or what others have.

    Examples
    --------
    >>> from intimacy_scales.checking.phrases import Found
    >>> is_topic("We agree about equal rights for women.", Found("women", 7, 8))
    True
    >>> is_topic("We agree about our children.", Found("children", 5, 6))
    False
    """
    tokens = tokens_of(text)
    at = phrase.start
    if at < 1 or tokens[at] in _OWN or tokens[at - 1] in _OWN or (at > 1 and tokens[at - 2] in _OWN):
        return False
    if _belongs_to_others(tokens, at) or _SIMILE.search(" ".join(tokens[:at]) + " "):
        return True
    before = tokens[max(at - _MOST_WORDS_BETWEEN, 0) : at]
    if not _OPEN.isdisjoint(before):
        return True
    for place, word in enumerate(before):
        if _TOPIC.fullmatch(word) and not _ABOUT.isdisjoint((*before[place:], tokens[at])):
            return True
    return False


_SHARED = {"our", "shared", "joint", "common", "same", "we", "share", "shares", "sharing", "together"}


def is_of_one(text: str, phrase: Found) -> bool:
    """Return whether a single word for a place or a thing may be of one partner's alone: "the garden"."""
    return phrase.length == 1 and _SHARED.isdisjoint(tokens_of(text))


_KNOWS = re.compile(
    r"\b(?:know|understand|discuss|explain|tell|ask|wonder|see|learn|notice|guess|talk about"
    r"|find out|consider"
    r"|remember|say|accept|respect)(?:s|es)? (?:\w+ ){0,3}?(?:what|why|how|the|which|that|my|our"
    r"|their|its)\b"
)


def is_known(text: str, phrase: Found) -> bool:
    """Return whether a cause is what somebody knows or speaks of: "we discuss what leads to quarrels".

    Examples
    --------
    >>> from intimacy_scales.checking.phrases import Found
    >>> is_known("We discuss what leads to quarrels.", Found("leads to", 4, 6))
    True
    """
    tokens = tokens_of(text)
    before = " ".join(tokens[: phrase.start + 2])
    return _KNOWS.search(before) is not None
