"""Lists of English words and phrases that the rules look for, for statements about couples.

A phrase may be a regular expression.
"""

from __future__ import annotations

import re


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pattern(text: str) -> re.Pattern[str]:
    """Return a pattern of phrases that are separated by commas or lines."""
    phrases = (phrase.strip() for phrase in re.split(r",\s|\n", text))
    return re.compile(rf"\b(?:{'|'.join(phrase for phrase in phrases if phrase)})\b")


NEGATIONS = _listed("""
    not cannot no none never neither nor nobody nothing nowhere without hardly scarcely barely
""")

# Words with a negative meaning: with a negation they form a double negative. A pattern finds prefixes.
NEGATIVE_MEANING = _listed("""
    avoid avoids deny denies doubt doubts fail fails lack lacks refuse refuses rarely seldom unless
    careless helpless hopeless pointless useless worthless impatient impossible incapable insecure insensitive
    invisible
""")
NEGATIVE_PREFIX = re.compile(
    r"un(?!der|it|iq|iv|ion|ti|less|cle)[a-z]{3,}"
    r"|dis(?:agree|appoint|approv|believ|comfort|connect|content|honest|honou?r|like|loyal|obey|obedien|order|pleas|respect|satisf|trust)[a-z]*"
)
NO_DENIAL = _pattern("no matter, no doubt, not only, nothing but")

FUNCTION_WORDS = _listed("""
    i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers
    herself they them their theirs themselves themself partner partner's it its it's a an the this that
    these those what which who whom how when than as so if while about am is are be been being was were do
    does did done has have had can could may might must shall should will would to of in on at by for from
    with into just really very quite truly deeply fully much lot even i'm we're they're i've i'd they've
    today tonight now
""")

FIRST_PERSON = _listed("""
    i me my mine myself we us our ours ourselves i'm i've i'd i'll we're we've we'd we'll
""")
SECOND_PERSON = _listed("you your yours yourself you're you've you'd you'll")

# Words of three syllables or more that consist of short words, or that every child knows.
EVERYDAY = _listed("""
    understand understands understood misunderstand overlook overlooks together altogether whatever whenever
    wherever however whoever anyone anybody anything everyone everybody everything everyday somebody nobody
    another relationship relationships remember remembers idea ideas important family holiday tomorrow
    yesterday afternoon already upsetting
""")

# Joined words with a single meaning. Both partners together are one subject.
ONE_THING = _pattern(r"""
    (\w+) (?:and|or) \1
    my partner and (?:i|me|myself), (?:i|me) and my partner
    give and take, more or less, now and then, back and forth, ups? and downs?, sooner or later
    time and again, once and for all, one way or (?:another|the other), day (?:or|and) night
    through thick and thin, for better or (?:for )?worse, or not, all but, nothing but, anything but, but for
""")
JOINS = re.compile(r"\b(?:and/or|as well as|along with|and|or|nor|but|plus)\b|[&/;]")

ABSOLUTES = _pattern(r"""
    always, never, constantly, forever, invariably, all the time, at all times, at all
    every(?!day)\w*, any(?:thing|one|body), nothing, nobody, none, no one
    all (?:of )?(?:the|my|our|their|your)
    completely, totally, entirely, absolutely, utterly, perfectly
    no matter what, whatever happens, under any circumstances
""")

ALWAYS_PAST = _pattern(r"""
    was, wasn't, weren't, did, didn't, used to, knew, went, gave, took, came, saw, became, began, spoke, wrote
    forgot, chose, drew, grew, threw, were
""")
# Past tense after a subject; otherwise participles.
PAST_VERB = re.compile(
    r"\b(?:i|we|you|they|partner|he|she)(?: \w+ly| often| sometimes| both)? "
    r"(?:felt|told|kept|lost|made|found|said|thought|understood|left|met|had|held|meant|"
    r"(?!need\b|feed\b|heed\b|succeed\b|proceed\b|exceed\b|indeed\b)\w+ed)\b"
)
# The present perfect, and conditions that are only imagined, count as present.
NOT_PAST = re.compile(
    r"\b(?:has|have|i've|they've|we've) (?:\w+ly )?\w+\b|\b(?:if|though|wish|wishes) (?:my )?\w+ were\b"
)
FUTURE = re.compile(
    r"(?<!free )(?<!own )(?<!good )\b(?:will|won't|shall)\b|\b\w+'ll\b"
    r"|(?:\b(?:am|is|are)|'m|'s|'re) going to\b"
)
TIME = _pattern(r"""
    today, tonight, yesterday, since, right now, at the moment, at this moment, just now, so far
    (?:this|last|past) (?:\w+ )?(?:morning|afternoon|evening|night|day|hours?|week)
""")

ASSUMPTIONS = {
    "assumes-marriage": _pattern(r"""
        husbands?, wife, wives, spouses?, married, marry, marries, marital, marriages?, weddings?, honeymoon
        engaged to, fianc[eé]e?s?, divorce[ds]?, in-laws?, \w+-in-law
    """),
    "assumes-gender": _pattern(r"""
        he, him, his, himself, he's, she, her, hers, herself, she's, boyfriends?, girlfriends?, man, men
        woman, women, masculine, feminine
    """),
    "assumes-living-together": _pattern(r"""
        (?<!feel at )(?<!am at )(?<!be at )homes?, household, housework, house, apartment, (?:our|my) flat
        chores, bedroom, kitchen, dishes, laundry, roof, share a bed
        (?:live|lives|living) (?:together|with)
    """),
    "assumes-children": _pattern(r"""
        kids?, child, children, childcare, sons?, daughters?, baby, babies, toddlers?
        parents?, moms?, mums?, dads?, mothers?, fathers?, parenting, parenthood
        our family, (?:start|raise) a family, step(?:son|daughter|child|children)
    """),
    "assumes-religion": _pattern(r"""
        god, pray, prays, praying, prayers?, church, mosque, temple, synagogue, religio\w+, bless\w*, sacred
        scripture, worship\w*, holy, sinful
    """),
    "assumes-work": _pattern(r"""
        jobs?, boss, colleagues?, co-?workers?, careers?, salary, salaries, office, workplace, employers?
        (?:at|after|from) work, my work, partner's work, their work
    """),
    "assumes-sex": _pattern(r"sex, sexual\w*, (?:make|makes|making) love, intercourse, orgasms?, in bed"),
    "assumes-ability": _pattern(r"""
        walks?, walking, hikes?, hiking, jogs?, jogging, dances?, dancing, drives?, driving, swims?, swimming
    """),
}
# Idioms in which these words assume nothing about respondents.
IDIOMS = _pattern(r"""
    (?:walks?|walking) (?:away|out|on eggshells), (?:drives?|driving) (?:\w+ ){1,2}(?:away|mad|crazy|apart)
    (?:hits|strikes|drives) home
""")
