"""The catalogue of rules: what each looks for, why it matters, and the literature that supports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

OWN = "a rule of this project"
_CLARK = "Clark & Watson (1995)"
_DILLMAN = "Dillman, Smyth & Christian (2014)"
_KENNY = "Kenny & Acitelli (2001)"
_KROSNICK = "Krosnick & Presser (2010)"
_STANDARDS = "AERA, APA & NCME (2014)"
_SWAIN = "Swain, Weathers & Niedrich (2008)"
_TOURANGEAU = "Tourangeau, Rips & Rasinski (2000)"
_WEIJTERS = "Weijters & Baumgartner (2012)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    id
        Its name in findings and in ``accepted``.
    severity
        ``error``: must be changed; ``warning``: should probably be changed; ``note``: think about it.
        A finding can be milder or more severe than its rule.
    title
        What it looks for.
    why
        What goes wrong where it is broken.
    source
        Author and year, or that it is the project's own rule.

    Examples
    --------
    >>> RULES["cause"].severity, RULES["cause"].title
    ('warning', 'because, due to, thanks to, out of fear, as a result')
    """

    id: str
    severity: Severity
    title: str
    why: str
    source: str


_WORDING = (
    Rule(
        "no-wording", "error", "an item without text, where other items have text",
        "Nobody can answer an item that is not shown.", OWN,
    ),
    Rule(
        "reading-grade", "warning",
        "a reading grade above 6 (single sentences may have one and a half syllables more)",
        "People who cannot read an item easily answer something else, or skip it. The grade is based on "
        "words and syllables, of which a single sentence has few.",
        f"Kincaid, Fishburne, Rogers & Chissom (1975); {_CLARK}",
    ),
    Rule(
        "hard-word", "warning", "rare words, words of four syllables or more, or of three (note)",
        "Long words tend to be rare. More people understand plain words, and in the same way.",
        f"Gunning (1952); {_DILLMAN}",
    ),
    Rule(
        "length", "warning", "more than 16 words",
        "Each additional word must be read and remembered, and can be misunderstood.",
        f"{_DILLMAN}; DeVellis (2017); the limit is this project's",
    ),
    Rule(
        "two-ideas", "warning",
        "ideas joined by and, but, although, besides, which or a comma, or in two sentences; while (note)",
        "People who agree with only one of the ideas cannot answer the item.",
        f"{_CLARK}; DeVellis (2017)",
    ),
    Rule(
        "cause", "warning", "because, due to, thanks to, out of fear, as a result",
        "An item with a cause makes two claims. Who disagrees may doubt the fact or the cause, and people "
        "know little about causes of what they feel.", "Fowler (1995); Nisbett & Wilson (1977)",
    ),
    Rule(
        "negation", "warning", "not, no, hardly, unable, lack, refuse; unspoken, careless (note)",
        "A negation is easily overlooked, and disagreeing with it is hard to think through; answers to such "
        "items more often contradict the others.",
        f"{_SWAIN}; {_WEIJTERS}",
    ),
    Rule(
        "double-negative", "error", "two negatives in one sentence",
        "Two negatives must be resolved before the item can be answered, and many people get them wrong.",
        _KROSNICK,
    ),
    Rule(
        "absolute", "warning", "always, never, everything, completely",
        "Hardly anyone can agree without exception, so the item only distinguishes people by how literally "
        "they read.",
        f"{_CLARK}; Fowler (1995)",
    ),
    Rule(
        "frequency", "warning",
        "often, seldom, every week, half the time, where people answer by how far they agree",
        "Disagreeing with 'often' can mean 'never' or 'all the time', and words such as 'often' mean other "
        "numbers to other people.", "Saris, Revilla, Krosnick & Shaeffer (2010); Schaeffer (1991)",
    ),
    Rule(
        "hypothetical", "warning", "would, if we broke up, imagine, in an emergency",
        "People guess badly what they would do, and answer by what they wish to be like.",
        f"Fowler (1995); {_TOURANGEAU}",
    ),
    Rule(
        "jargon", "warning", "attachment, boundaries, validate, dyad, toxic",
        "Words of experts are unknown to some people, and mean something else to others.",
        f"{_DILLMAN}; DeVellis (2017)",
    ),
    Rule(
        "idiom", "warning", "walk on eggshells, heart of gold; lean on, grow apart (note)",
        "Readers of another first language, and some autistic readers, take the words as they are; "
        "translators find no counterpart.", "Brislin (1986); DeVellis (2017)",
    ),
    Rule(
        "person", "warning", "an item that is not in the first (or second) person, as the others are",
        "An item in neither person, or about other people, asks for an opinion about couples in general; a "
        "change of person makes people stop and reread.",
        f"{_TOURANGEAU}; first person: {OWN}",
    ),
    Rule(
        "tense", "warning", "an item in another tense than the others",
        "People recall the past and guess the future; all items of a score should ask about the same time.",
        _TOURANGEAU,
    ),
)  # fmt: skip

_ONLY = "Only people to whom it applies can answer; for others the answer has no interpretation."
_ASSUMPTIONS = (
    Rule(
        "assumes-marriage", "warning", "husband, wife, wedding, vows, in-laws",
        f"Many couples are not married, or may not marry. {_ONLY}", f"{_DILLMAN}; Fowler (1995)",
    ),
    Rule(
        "assumes-gender", "warning", "he, she, boyfriend, lady, beard",
        "The item assumes the partner's gender, and people whom it leaves out notice. 'My partner' and "
        "'they' fit everyone.", "American Psychological Association (2020)",
    ),
    Rule(
        "assumes-living-together", "warning",
        "our home, chores, rent, waking up together; a sofa, the garden (note)",
        f"Some couples live apart, by choice or for work. {_ONLY}", _DILLMAN,
    ),
    Rule("assumes-children", "warning", "children, parenting, school runs, our family", _ONLY, _DILLMAN),
    Rule("assumes-religion", "warning", "prayer, church, God, our faith", _ONLY, _DILLMAN),
    Rule(
        "assumes-work", "note", "a job, colleagues, income, overtime",
        f"Not everyone is employed. {_ONLY}", _DILLMAN,
    ),
    Rule(
        "assumes-sex", "note", "sex, desire, a lover, contraception",
        f"Some couples have no sex, and some people do not want to say. {_ONLY}",
        f"{_DILLMAN}; {_TOURANGEAU}",
    ),
    Rule(
        "assumes-ability", "note", "walking, driving, seeing a smile, hearing a voice",
        f"Illness or disability can rule out the activity in the item. {_ONLY}", _DILLMAN,
    ),
)  # fmt: skip

_BETWEEN = (
    Rule(
        "near-duplicate", "warning",
        "two items, in one bank or in two, that say nearly the same; or may (note)",
        "Items that say the same raise alpha without adding content; in two banks they make two constructs "
        "look like one.", f"{_CLARK}; Boyle (1991)",
    ),
    Rule(
        "negated-copy", "warning", "an item that is another item with a negation",
        "A reverse-keyed item should state the opposite experience in plain words. In a sentence that "
        "differs only by 'not', the word is overlooked, and such items form a factor of their own.",
        f"{_SWAIN}; {_WEIJTERS}",
    ),
    Rule(
        "partner-missing", "warning", "items without partner wording (note, where no item has it)",
        "Partners can be compared only on items that ask both of them the same.", _KENNY,
    ),
    Rule(
        "partner-subject", "error", "partner wording that does not name 'my partner'",
        "Without it, readers take the statement to be about themselves.", _KENNY,
    ),
    Rule(
        "partner-parallel", "warning", "partner wording that differs in content from the item's own",
        "A difference between partners must not be a difference between questions.", _KENNY,
    ),
    Rule(
        "partner-roles", "warning",
        "partner wording in which the persons are not exchanged, or verbs do not follow them",
        "With one pronoun wrong, the two partners answer different questions, and their agreement means "
        "nothing.", _KENNY,
    ),
    Rule(
        "daily-parallel", "warning", "daily wording that differs in content from the item's own",
        "Variation over days is compared with variation between people, so both must measure the same.",
        "Bolger, Davis & Rafaeli (2003)",
    ),
    Rule(
        "daily-time", "note", "daily wording that does not name the time that it asks about",
        "Readers each choose a time, unless they remember the instructions every day.",
        f"Bolger, Davis & Rafaeli (2003); {_TOURANGEAU}",
    ),
)  # fmt: skip

_WHOLE = (
    Rule(
        "key-balance", "warning",
        "four or more items, none of them reverse-keyed; more than half reverse-keyed (note)",
        "Some people agree with every statement, which raises a score whose items are keyed one way. Plainly "
        "worded reverse-keyed items reveal it.", f"Paulhus (1991); {_WEIJTERS}",
    ),
    Rule(
        "acquiescence", "warning", "a score made of scales in which no item is reverse-keyed",
        "Who ticks 'agree' everywhere gets the highest total, and nothing in it shows this.",
        "Paulhus (1991); Billiet & McClendon (2000)",
    ),
    Rule(
        "facet-keying", "note", "a facet with reverse-keyed items only, in a scale keyed both ways",
        "What is due to the facet and what to the wording cannot be told apart: such items correlate with "
        "each other for both reasons.", f"Marsh (1996); {_WEIJTERS}",
    ),
    Rule(
        "facet-balance", "warning", "facets with twice as many items as others; one without any (error)",
        "A facet counts in the score in proportion to its number of items.",
        "Loevinger (1957); Haynes, Richard & Kubany (1995)",
    ),
    Rule(
        "item-order", "note", "items of one scale in a row, where a form has several scales",
        "Neighbouring items are answered alike, even if they are keyed in opposite directions.",
        "Weijters, Geuens & Schillewaert (2009)",
    ),
    Rule("unscored-item", "note", "an item that no scale uses", "Its answers count in no score.", OWN),
    Rule(
        "labels", "warning", "up to seven points, not all of them labelled; ends without a label (error)",
        "Labelled points mean the same to more people, and give more reliable answers.",
        f"Weng (2004); {_KROSNICK}",
    ),
    Rule(
        "instructions", "warning", "a form without instructions",
        "Without them, each respondent chooses a relationship, a time and a meaning of the points.",
        f"{_DILLMAN}; {_STANDARDS}",
    ),
    Rule(
        "evidence", "warning", "a draft without a note; a published instrument without any source (error)",
        "Scores are used for what is claimed about them, so readers must see the evidence.", _STANDARDS,
    ),
    Rule(
        "bands", "warning", "bands of cut-offs from one source that share scores",
        "A person with such a score gets two different interpretations.", OWN,
    ),
    Rule(
        "band-gaps", "warning", "scores between two bands of cut-offs from one source",
        "A person with such a score gets no interpretation, and a band may be missing from the file.", OWN,
    ),
    Rule(
        "unequal-ranges", "warning", "a mean of items or scales with different ranges",
        "The wider range counts for more, and the mean is in the units of neither.",
        _STANDARDS,
    ),
    Rule(
        "look-alike-ids", "warning", "ids of items that differ only in case or in leading zeros",
        "People and programs often change both in names of columns; answers then go to the wrong item.",
        OWN,
    ),
    Rule(
        "license", "warning", "no statement about permission",
        "Without it, people do not know whether they may use the instrument.", OWN,
    ),
    Rule(
        "citation", "warning", "a published or validated instrument without a publication to cite",
        "Its authors deserve the credit, and readers find the evidence there.", _STANDARDS,
    ),
    Rule(
        "language", "note", "wording in a language other than English",
        "The rules for wording know only English words, so these sentences were not checked.", OWN,
    ),
    Rule(
        "unused-explanation", "warning", "an entry of 'accepted' without a finding",
        "The wording has changed, or the item or rule is misspelt; it would hide a later finding.", OWN,
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in (*_WORDING, *_ASSUMPTIONS, *_BETWEEN, *_WHOLE)}
"""Rule id → rule, in the order of reports and documentation."""
