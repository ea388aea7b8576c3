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
    >>> RULES["negation"].severity, RULES["negation"].title
    ('warning', 'not, no, without, hardly')
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
        "hard-word", "warning", "words of three syllables (note), or of four or more",
        "Long words tend to be rare. More people understand plain words, and in the same way.",
        f"Gunning (1952); {_DILLMAN}",
    ),
    Rule(
        "length", "warning", "more than 16 words",
        "Each additional word must be read and remembered, and can be misunderstood.",
        f"{_DILLMAN}; DeVellis (2017); the limit is this project's",
    ),
    Rule(
        "two-ideas", "warning", "ideas joined by and, or, nor, but or a slash, or in two sentences",
        "People who agree with only one of the ideas cannot answer the item.",
        f"{_CLARK}; DeVellis (2017)",
    ),
    Rule(
        "negation", "warning", "not, no, without, hardly",
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
        "person", "warning", "an item that is not in the first (or second) person, as the others are",
        "An item in neither person asks for an opinion about couples in general; a change of person makes "
        "people stop and reread.",
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
        "assumes-marriage", "warning", "husband, wife, marriage, wedding, in-laws",
        f"Many couples are not married, or may not marry. {_ONLY}", f"{_DILLMAN}; Fowler (1995)",
    ),
    Rule(
        "assumes-gender", "warning", "he, she, boyfriend, girlfriend",
        "The item assumes the partner's gender, and people whom it leaves out notice. 'My partner' and "
        "'they' fit everyone.", "American Psychological Association (2020)",
    ),
    Rule(
        "assumes-living-together", "warning", "home, household, chores",
        f"Some couples live apart, by choice or for work. {_ONLY}", _DILLMAN,
    ),
    Rule("assumes-children", "warning", "children, parenting, our family", _ONLY, _DILLMAN),
    Rule("assumes-religion", "warning", "prayer, church, God", _ONLY, _DILLMAN),
    Rule(
        "assumes-work", "note", "a job, an office, colleagues",
        f"Not everyone is employed. {_ONLY}", _DILLMAN,
    ),
    Rule(
        "assumes-sex", "note", "sex",
        f"Some couples have no sex, and some people do not want to say. {_ONLY}",
        f"{_DILLMAN}; {_TOURANGEAU}",
    ),
    Rule(
        "assumes-ability", "note", "walking, dancing, driving",
        f"Illness or disability can rule out the activity in the item. {_ONLY}", _DILLMAN,
    ),
)  # fmt: skip

_BETWEEN = (
    Rule(
        "near-duplicate", "warning", "two items, in one bank or in two, with nearly the same words",
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
