"""Who acts or feels in a statement about a couple, whatever its construction.

"I feel supported by my partner", "I get support from my partner" and "my partner supports me" have the same
agent; "I support my partner" has another one. Where a construction can be read in two ways ("my partner bores
me" says what the partner is like, and what the respondent feels), both are kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

SELF, PARTNER, BOTH, OTHERS = "S", "P", "W", "O"
# One partner is the cause of what the other feels: both readings, but not those of the other direction.
BY_PARTNER, BY_SELF = "by partner", "by self"
_EITHER = frozenset({SELF, PARTNER})
_FELT = frozenset({SELF, PARTNER, BY_PARTNER})
_CAUSED = frozenset({SELF, PARTNER, BY_SELF})
_OF_SELF, _OF_PARTNER, _TOGETHER = frozenset({SELF}), frozenset({PARTNER}), frozenset({BOTH})
_UNCLEAR = frozenset({SELF, PARTNER, BOTH})
# Verbs whose object is the person who feels.
_FEELS = (
    r"(?:scare|worrie|worry|bother|please|upset|annoy|bore|calm|delight|frighten|trouble|irritate|attract"
    r"|interest|fascinate|amuse|excite|disappoint|frustrate|tire|anger|exhaust|drain|inspire|impress|move"
    r"|confuse|puzzle|embarrasse?|humiliate|satisfie|satisfy|relaxe?|intimidate|infuriate|motivate|surprise"
    r"|repel|disgust|intrigue|captivate|thrill|charm|overwhelm|suffocate|smother|energise|energize|stresse?"
    r"|sadden|arouse|turn on|touch|hurt|fulfil|fulfill|delude|shock|astonish|amaze|enrage|depress"
    r"|discourage"
    r"|encourage|reassure|soothe|tempt|repulse|provoke|stimulate|enchant|unsettle|disturb"
    r"|exasperate|appeal)"
    r"(?:e?s|e?d|l?ing)?"
)
# What is done to a person who "feels" or "is" so.
_DONE = (
    r"(?:un|mis|dis|well |badly |poorly )?(?:loved|understood|misunderstood|respected|accepted"
    r"|supported|appreciated|valued|heard|listened to"
    r"|cared for|looked after|taken care of|ignored|controlled|neglected|judged|criticised|criticized"
    r"|pressured|pushed|blamed|encouraged|comforted|wanted|desired|needed|trusted|admired"
    r"|cherished|protected"
    r"|rejected|mocked|belittled|betrayed|deceived|cheated|treated|taken|known|seen|let down|put down"
    r"|shut out|left|abandoned|praised|insulted|threatened|forgiven|missed|noticed|welcomed|adored|consoled"
    r"|helped|spied|watched|monitored|used|exploited|dominated|bossed|manipulated|forced|disrespected"
    r"|dismissed|excluded|included|recognised|recognized|acknowledged|thanked|spoiled|spoilt|held back"
    r"|reassured|soothed|challenged|defended|patronised|patronized|honoured|honored|treasured|prioritised"
    r"|prioritized|motivated|inspired|validated|humiliated|attacked|hurt by|lied|shouted|yelled|bullied"
    r"|worshipped|asked|consulted|interrupted|nagged|wounded|harmed|touched|hugged|kissed)"
)
_FRAME = re.compile(
    r"^\^ (?:(?:i|my partner|we) (?:(?:also|really|often|truly|strongly|firmly) )?"
    r"(?:(?:feel|think|believe|notice|sense|find|know|suspect|assume|say)s?,?"
    r"|(?:am|is) (?:sure|certain|convinced|confident)"
    r"|(?:has|have|get|gets) the (?:feeling|impression|sense)) "
    r"(?:(?:that|as if|as though) (?=\w+ \w+ )|(?=(?:i|we|it) \w+ )"
    r"|(?<=feel )(?=my partner \w)|(?<=think )(?=my partner \w)|(?<=believe )(?=my partner \w+ \w))"
    r"|it (?:seems|feels|appears) (?:to me )?(?:that |as if |as though |like )"
    r"|it is (?:true|clear|typical)(?: to me)? that |in my (?:view|opinion|eyes|relationship) ,? ?"
    r"|in (?:our|this|the) (?:relationship|partnership) ,? ?|according to me ,? ?"
    r"|there are (?:\w+ )*?(?:that|which|where|when) |there is (?:\w+ )*?(?:that|which) )"
)
_PARTNER_SAYS = re.compile(r"^\^ (?:according to my partner|in my partner's (?:view|opinion|eyes|mind))\b")
_WHEN_FIRST = re.compile(
    r"^\^ (?:when|whenever|if|during|in|while|after|before|at|on|with|once|as soon as|every|each"
    r"|no|even)\b[^,]*, "
)
_SOMEONE = re.compile(
    r"^\^ my partner is (?:\w+ ){0,3}?(?:someone|somebody|person|one|partner|human)"
    r" (?:(?:who|that|whom|with whom|to whom) )?i\b"
)
_PASSIVE = re.compile(
    rf"^\^ i (?:can |also |often |really )?(?:feel|am|get|become|am being|have been|was) "
    rf"(?:\w+ )?{_DONE}\b(?! (?:in|about) )"
)
_PASSIVE_FEELING = re.compile(rf"^\^ i (?:am|feel|get) (?:\w+ )?{_FEELS} by (?:my partner|what)")
_GETS = re.compile(
    r"^\^ i (?:can |always |often )?(?:get|receive|have|expect|obtain|find|enjoy|count on"
    r"|experience|hear|feel|see)"
    r" (?:(?:a|the|my|some|any|enough|much|all|lots|lot|of|plenty|great|deal|little|good|useful"
    r"|helpful|kind"
    r"|warm|\w+ing|emotional|practical|real) )*\w+ (?:and \w+ )?from my partner\b"
    r"|^\^ i (?:can |always )?(?:get|receive|have|feel|sense) my partner's"
)
_RELIES = re.compile(
    r"^\^ (?:\w+ )?i (?:can |could |am able to )?(?:always )?(?:rely|count|depend|turn|lean)\b"
)
_FINDS = re.compile(r"^\^ i (?:find|see|consider|think of|perceive|experience|regard|view) my partner(?!'s)")
_CONDUCT = (  # how somebody treats another
    r"(?:kind|nice|good|rude|mean|cruel|faithful|loyal|honest|polite|unkind|true|attentive"
    r"|affectionate|warm"
    r"|cold|gentle|devoted|committed|unfair|fair|friendly|hostile|loving|tender|sweet|helpful|generous"
    r"|disloyal|unfaithful|dishonest|impolite|nasty|open|respectful|disrespectful|responsive|supportive"
    r"|dedicated|grateful|thankful|apologetic|sensitive|considerate|courteous|harsh|abusive|closed"
    r"|indifferent|there|available|accessible|quick|slow|willing|ready|prepared|eager|able|unable"
    r"|likely|free"
    r"|allowed|happy|glad|inclined|\w+ing)"
)
_TO_ME = re.compile(
    r"^\^ my partner(?:'s \w+(?: \w+)?)? (?:\w+ )?(?:matters?|means?|appeals?|counts?|comes? first)\b"
    rf"|^\^ my partner(?:'s \w+(?: \w+)?)? (?:is|seems|feels) (?!(?:\w+ )?(?:un|in|im"
    rf"|dis)?{_CONDUCT}\b)(?:\S+ ){{1,4}}(?:to|for) (?:me|know)\b"
    r"|^\^ my partner is (?:(?:very|really|so|quite) )?(?:a )?(?:easy|hard|difficult|simple|fun"
    r"|nice|pleasant|tough|tricky"
    r"|exciting|boring|tiring|exhausting|comfortable|interesting|impossible|great|joy|pleasure)"
    r" (?:person )?(?:for me )?to (?!me\b|my\b)\w+"
    r"|^\^ my partner is (?:\w+ )?(?:on|in) my (?:mind|thoughts|heart)\b"
)
_ASIDE = re.compile(
    r"^\^ ((?:with|around|near|next to|like|for|to|in) (?:my partner|me)) ,? ?((?:i|my|we|our)\b.*)$"
)
_SURE = re.compile(
    r"^\^ (?:i|we) (?:am|feel|are) (?:\w+ )?(?:sure|certain|confident|convinced|positive"
    r"|secure) (?:that|in|of|about)\b"
                   r"|^\^ i (?:trust|doubt|suspect|believe) that\b")  # fmt: skip
_EXPERIENCED = re.compile(
    rf"^\^ my partner(?:'s \w+)? (?:(?:can|often|really|no|longer|always|still|also|sometimes"
    rf"|deeply|easily|never) ){{0,2}}{_FEELS} (?:to )?me\b"
    r"|^\^ my partner (?:\w+ )?(?:makes?|gets?|lets?|has|brings?|turns?|drives?|leaves?|fills?"
    r"|gives?|takes?)"
    r" (?:me (?:feel|laugh|smile|cry|want|think|happy|sad|angry|mad|crazy|nervous|jealous|relax|proud|tense"
    r"|uncomfortable|comfortable|calm|safe|insecure|anxious|joy|pleasure|energy|strength|hope|lonely"
    r"|better|down|on|off|out|a (?:sense|feeling)|the feeling|feeling|with)|out the best)\b"
)
_MAKES_PARTNER = re.compile(
    rf"^\^ i (?:(?:can|often|really|also|try|like|love|want|tend|hope|wish|know how|am able"
    rf"|to) )*(?:{_FEELS} my partner\b(?!'s)|(?:make|get|have|bring|turn|drive|leave|fill|give)"
    r" my partner (?:feel|laugh|smile|cry|happy|sad|angry|mad|nervous|jealous|proud|tense|joy|pleasure)\b)"
)
_PARTNER_GETS = re.compile(
    r"^\^ my partner (?:can )?(?:gets?|receives?|has|obtains?|enjoys?) (?!secrets?\b|things\b"
    r"|something\b)(?:\w+ )*(?:from me\b|(?:my|all my)"
    r" (?:trust|respect|love|support|admiration|affection|full|complete|attention|loyalty"
    r"|gratitude|help)\b)"
    rf"|^\^ my partner (?:feels?|is) (?:\w+ )?{_DONE}(?: (?:\w+ )*by me)?(?= \.|$| by me)"
)
_GERUND = re.compile(
    r"^\^ (?:(?:just|simply|merely|only) )?(?!nothing|something|everything|anything)\w{2,}ing\b"
)
_IMPERSONAL = re.compile(
    r"^\^ (?:it|it's|that|the (?:thought|idea)|nothing|something|everything|life|time|being)\b"
)
_OURS = re.compile(
    r"^\^ (?:our|this|the|my) (?:\w+ )?(?:relationship|partnership|life|bond|love|time|sex"
    r"|physical"
                   r"|intimacy|conversations?|future|talks)\b")  # fmt: skip
_OTHERS = re.compile(
    r"^\^ (?:my|our|my partner's|other|some|most|many|the|all) (?:\w+ )?(?:friends?|family|families|parents"
    r"|relatives|mother|father|siblings?|brothers?|sisters?|colleagues|children|people|neighbou?rs|others"
    r"|phone|work|job|money)\b"
)
_OF_S = re.compile(r"^\^ my (?!partner)(?:\w+ ){1,2}?(?:for|in|toward|towards|to|with|of|about) my partner\b")
_OF_P = re.compile(r"^\^ my partner's (?:\w+ ){1,2}?(?:for|in|toward|towards|to|with|of|about) me\b")
_OF_US = re.compile(
    r"^\^ (?:we\b|both\b|each of us|neither of us|us\b|there (?:is|are)\b.* (?:between|among"
    r"|in) (?:us|we|our)\b)"
)
_ABOUT_ME = re.compile(r"\bme\b|\bi\b|\bmy (?!partner)|\bto know\b")
_BETWEEN_US = re.compile(r"\b(?:between us|between we|for us|with us|of us)\b")


def _of_respondent(plain: str) -> frozenset[str]:
    """Return the readings of a sentence that begins with 'I'."""
    if _PASSIVE_FEELING.match(plain) or _FINDS.match(plain):
        return _FELT
    if _PASSIVE.match(plain) or _GETS.match(plain):
        return frozenset({PARTNER})
    if _MAKES_PARTNER.match(plain):
        return _CAUSED
    if _RELIES.match(plain):
        return _EITHER
    return frozenset({SELF})


def _of_partner(plain: str) -> frozenset[str]:
    """Return the readings of a sentence that begins with 'my partner'."""
    if _SOMEONE.match(plain):
        return _of_respondent(re.sub(_SOMEONE, "^ i", plain))
    if _TO_ME.match(plain) or _PARTNER_GETS.match(plain):
        return frozenset({SELF})
    if _EXPERIENCED.match(plain) or plain.startswith("^ my partner is my "):
        return _FELT
    if plain.startswith("^ my partner's"):
        if _OF_P.match(plain):
            return frozenset({PARTNER})
        return frozenset({SELF}) if re.search(r"\bme\b", plain) else _EITHER
    return frozenset({PARTNER})


def _of_other(plain: str) -> frozenset[str]:
    """Return the readings of a sentence that begins otherwise."""
    about_me = _ABOUT_ME.search(plain) is not None
    about_partner = "my partner" in plain
    us = _BETWEEN_US.search(plain) is not None
    kinds = [  # the first that fits
        (_OF_US.match(plain), _TOGETHER),
        (_GERUND.match(plain), _TOGETHER if re.search(r"\bus\b", plain) else _OF_SELF),
        (re.match(r"^\^ it is \w+ for my partner\b", plain), _OF_PARTNER),
        (_IMPERSONAL.match(plain) and us, _TOGETHER),
        (_IMPERSONAL.match(plain), _OF_SELF if about_me or about_partner else _UNCLEAR),
        (_OURS.match(plain), _OF_SELF if about_me else frozenset({SELF, BOTH})),
        (_OTHERS.match(plain), frozenset({OTHERS}) if about_partner else frozenset({OTHERS, BOTH})),
        (_OF_S.match(plain), _OF_SELF),
        (re.match(r"^\^ my (?!partner)", plain), _OF_PARTNER if about_partner else _OF_SELF),
        (us or re.search(r"\b(?:we|us|our)\b", plain), _TOGETHER),
    ]
    return next((readings for fits, readings in kinds if fits), _UNCLEAR)


@lru_cache(maxsize=4096)
def agents_of(plain: str) -> frozenset[str]:
    """Return who may be meant to act or feel: S (the respondent), P (the partner), W (both), O (others).

    Examples
    --------
    >>> [sorted(agents_of(f"^ {text}")) for text in ("i love my partner", "i feel loved by my partner")]
    [['S'], ['P']]
    >>> sorted(agents_of("^ being with my partner makes me nervous"))
    ['S']
    """
    if _PARTNER_SAYS.match(plain):
        return frozenset({PARTNER})
    if _SURE.match(plain):
        return frozenset({SELF}) | _of_statement(_FRAME.sub("^ ", plain))
    return _of_statement(plain)


def _of_statement(plain: str) -> frozenset[str]:
    """Return the readings of a sentence by its main clause."""
    plain = _FRAME.sub("^ ", _WHEN_FIRST.sub("^ ", _FRAME.sub("^ ", _ASIDE.sub(r"^ \2 \1", plain))))
    if re.match(r"^\^ (?:\w+ )?(?:i|i'm|i've)\b", plain):
        return _of_respondent(re.sub(r"^\^ \w+ (?=i\b)", "^ ", plain))
    plain = re.sub(r"^\^ they\b", "^ my partner", plain)  # "my partner feels that they …"
    if plain.startswith("^ my partner"):
        return _of_partner(plain) if not _OTHERS.match(plain) else frozenset({OTHERS, PARTNER})
    return _of_other(plain)


def may_agree(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return whether the same one may act or feel in two sentences.

    Examples
    --------
    >>> annoyed = agents_of("^ my partner annoys me")
    >>> [
    ...     may_agree(annoyed, agents_of(f"^ {text}"))
    ...     for text in ("i am annoyed by my partner", "i annoy my partner")
    ... ]
    [True, False]
    """
    if {BY_PARTNER, BY_SELF} <= first | second:
        return False
    return not first.isdisjoint(second)
