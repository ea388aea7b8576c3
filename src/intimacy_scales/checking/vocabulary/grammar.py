"""Words of grammar: function words, persons, negations, times."""

from __future__ import annotations

import re


def listed(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


NEGATIONS = listed("""
    not cannot no none never neither nor nobody nothing nowhere without hardly scarcely barely
""")

# Words with a negative meaning: with a negation they form a double negative. A pattern finds prefixes.
NEGATIVE_MEANING = listed("""
    avoid avoids deny denies doubt doubts fail fails lack lacks refuse refuses rarely seldom unless
    careless helpless hopeless pointless useless worthless meaningless thoughtless heartless loveless
    impatient impossible incapable insecure insensitive invisible impolite unable untrue insincere
    immature inconsiderate intolerant irresponsible inattentive neglects neglect little few
""")
NEGATIVE_PREFIX = re.compile(
    r"un(?!der|it|iq|iv|ion|ti|less|cle)[a-z]{3,}"
    r"|dis(?:agree|appoint|approv|believ|comfort|connect|content|honest|honou?r|like|loyal|obey|obedien|order|pleas|respect|satisf|trust)[a-z]*"
)

FUNCTION_WORDS = listed("""
    i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers
    herself they them their theirs themselves themself partner partner's it its it's a an the this that
    these those what which who whom how when than as so if while about am is are be been being was were
    do does did done has have had can could may might must shall should will would to of in on at by for
    from with into just really very quite truly deeply fully much lot even i'm we're they're i've i'd
    they've today tonight now
""")

FIRST_PERSON = listed("""
    i me my mine myself we us our ours ourselves i'm i've i'd i'll we're we've we'd we'll
""")
SECOND_PERSON = listed("you your yours yourself you're you've you'd you'll")

PREPOSITIONS = listed("""
    about after against among around as at before behind below between beyond by despite during except
    for from in inside into like near of off on onto out outside over past since through to toward
    towards under until up upon with within without
""")
# Words with which a statement begins.
SUBJECT_STARTS = listed("i we my our they it he she there this these those their i'm we're you your that's")
# Words before which a past participle is no past tense: "I feel loved", "my loved ones", "I am hurt".
NO_PAST_AFTER = listed("""
    am is are was were be been being i'm we're they're it's has have had having i've we've they've feel
    feels felt feeling get gets got getting seem seems look looks looking stay stays become becomes grow
    grows leave leaves keep keeps find finds make makes remain remains go goes appear appears sound
    sounds turn turns want wants need needs see sees hear hears a an the my our their his her your its
    this that these those some any no each both all such many few more most less least very so too quite
    rather really truly deeply well as how not never ever still fully much highly newly me us them
    myself themselves ourselves each-other of in on at by for from with about to through without between
    like than or and better best worse badly
""")

# Words of past forms that are as often something else: nouns, adjectives, the present.
ALSO_PRESENT = listed("""
    need feed heed succeed proceed exceed indeed agreed shared beloved hundred bed red wed loved-ones
    naked wicked sacred kindred limited united gifted talented relaxed tired bored married related used
    supposed speed seed greed deed breed weed hatred concerned worried scared kid put let set cut hurt
    read cost hit quit shut split spread upset beat lay left thought found bound felt met lit burned
    built bent lost fed led sent spent kept made meant told taught paid dealt dreamt learnt heard held
    stood sat slept said bought caught brought fought sought sold shone hung wound stuck struck
""")
# Irregular past forms that count after a subject only: "my partner kept promises".
IRREGULAR_PAST = listed("""
    felt told kept lost made found said thought understood left met held meant spent sent brought taught
    built paid caught fought bought sought heard stood sat slept led dealt sold misunderstood
""")

TIME = re.compile(
    r"\b(?:today|tonight|yesterday|since|right now|at the moment|at this moment|just now|so far"
    r"|(?:this|last|past) (?:\w+ )?(?:morning|afternoon|evening|night|day|hours?|week))\b"
)
