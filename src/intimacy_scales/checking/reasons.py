"""Constructions that give a cause, which no list of words describes: clauses, purposes, results, clefts."""

from __future__ import annotations

import re

_PERSON = r"(?:i|we|they|my partner(?! and\b|')|it|there|things)"
_OWNED = r"(?:my partner's|their|our|my|the|such|this|that)"
# Adjectives before which no "being" is written: "Tired of arguing, I …".
_STATE = (
    r"(?:\w{3,}ed|afraid|sick|weary|unsure|unable|eager|angry|sure|certain|sad|keen|proud|fearful|jealous"
    r"|desperate|confident|aware|conscious|anxious|lonely|happy|hurt|upset|shy|so|too|fed up"
    r"|(?!being with|looking|judging|speaking|going|talking|spending|considering|during|nothing|something)"
    r"\w{2,}ing)"
)
_ACTS = (  # what a cause does to somebody
    r"(?:makes?|made|helps?|lets?|keeps?|turns?|drives?|gets?|allows?|enables?|gives?|push|pushes|puts?"
    r"|draws?|pulls?|stops?|ruins?|spoils?|destroys?|strengthens?|weakens?|deepens?|improves?|damages?|harms?"
    r"|strains?|saves?|causes?|teaches|teach|frees?|forces?|scares?|calms?|wears?|tears?|holds?)"
)
_CAUSES = re.compile(
    # Clauses: "As we trust each other, …", "…, as they mean well", "since we are open".
    rf"^as (?:{_PERSON}|{_OWNED} \w+) \w+.*,"
    rf"|, (?:as|for|since|seeing) (?:{_PERSON}|{_OWNED})\b"
    rf"|\b(?:closer|happier|better|calm|calmly|sad|angry|alone|safe|secure|happy) as {_PERSON} (?!am\b"
    rf"|do\b|can\b)\w+"
    # Participles: "Knowing that …, I", "…, fearing a quarrel", "With so much stress, …".
    rf"|^{_STATE} (?:of|by|with|that|about|at|to|from|as|so|too|how|what|my|our|much|a|the|in|for|them"
    rf"|safe)\b.*,"
    rf" {_PERSON}\b"
    r"|, (?:knowing|fearing|believing|thinking|realising|realizing|seeing) (?:that|how|what|i|we|my|they"
    r"|it)\b"
    r"|\b(?:calm|safe|secure|happy|better|free|at ease|relaxed|sad|sure|loved|lonely|well) (?:knowing"
    r"|fearing|believing|thinking|seeing)\b"
    r"|, (?:being (?!with\b)|hoping |wanting |afraid |worried |glad |sure |certain )\w+"
    r"|^with (?:so|such|too|all (?:the|this|that|our|my)|little|more|less)\b.*,"
    # Results: "so … that", "too … to", "…, which makes me".
    r"|\bso (?!much\b|many\b|far\b)\w+(?: \w+)? that\b|\bsuch an? .* that\b"
    rf"|\bwhich {_ACTS}\b|, (?:making|leaving|causing|leading|letting|helping|keeping|so)\b"
    rf"|\b(?:that|this) is how {_PERSON}\b|\bso i (?:feel|am|can|trust|keep|stay|hide|tell|do)\b"
    # Clefts: "… is what draws me to them", "what keeps us together is …", "it is … that makes me …".
    rf"|\b(?:is|are) (?:what|the thing that) (?:really |also )?(?!i\b|we\b|my\b|they\b"
    rf"|matters\b)\w+s?\b (?:me|us|my|our)\b"
    rf"|^what {_ACTS} (?:me|us|my|our)\b.* (?:is|are)\b"
    rf"|\bit is .+ (?:that|which) {_ACTS}\b"
    # Purposes: "gives in just to keep me quiet".
    r"|(?<!enough )(?<!like )(?<!love )(?<!nice )(?<!good )(?<!want )(?<!it )"
    r"\b(?:just|only|simply|merely|purely|partly|mainly|largely) (?:to (?!be with|sit)|out of|because"
    r"|from|so)"
    r" ?\w+"
)
_MAY_CAUSE = re.compile(
    rf"^(?:{_OWNED} (?!relationship\b|partner\b)(?:[\w'-]+ ){{1,5}}?|\w+ing (?:[\w'-]+ ){{0,6}}?"
    rf"|(?!(?:i|we|they|my|our|he|she|what|when|if|who|how|while|it|there|after|before"
    rf"|in)\b)\w+ (?:[\w'-]+ ){{0,4}}?){_ACTS} (?:me|us|my|our|it)\b"
    r"|\b(?<!able )(?<!try )(?<!tries )(?<!want )(?<!wants )(?<!like )(?<!how )(?<!easy )"
    r"(?<!hard )(?<!manage )"
    r"to (?:prevent|spare|escape|get even|get back at|win|gain|make up for|punish)\b"
    r"|\bthrough (?:my partner's|their|our|my|the) (?:\w+ )?(?:support|help|love|patience|efforts?"
    r"|encouragement"
    r"|kindness|care|honesty|trust|talks?|example|actions|words|humou?r)\b"
    r"|\bby \w{2,}ing\b|^the (?:more|less|closer|better|longer)\b.*, the\b"
    rf"|\bmeans (?:that|i|we|my partner|they)\b|\bso (?:that )?{_PERSON}\b(?! (?:much|far))"
    r"|\b(?:happiness|moods?|feelings?|confidence|trust|love|future|self-?worth|well-?being) (?:depends?"
    r"|hinges?) on"
    r"|\b(?:caused|driven|shaped|determined|fuelled|fueled|motivated|influenced|brought (?:on|about)"
    r"|affected) by\b"
    r"|^with (?!my partner,|them,|each other,|us,|time,|my partner (?:i|it|everything)\b)[^,]+, "
    rf"{_PERSON}"
    rf"|\bfor (?:being|having|wanting|making|not)\b.*\bblame"
)


def causes_in(plain: str) -> list[str]:
    """Return the parts of a sentence in lower case that give a cause.

    Examples
    --------
    >>> causes_in("tired of arguing, i let my partner decide.")
    ['tired of arguing, i']
    >>> causes_in("i see my partner as a friend.")
    []
    """
    return [match.group().strip(" ,") for match in _CAUSES.finditer(plain)]


def possible_causes_in(plain: str) -> list[str]:
    """Return the parts of a sentence in lower case that may give a cause.

    Examples
    --------
    >>> possible_causes_in("my partner's calm helps me relax."), possible_causes_in("my partner helps me.")
    (["my partner's calm helps me"], [])
    """
    return [match.group().strip(" ,") for match in _MAY_CAUSE.finditer(plain)]
