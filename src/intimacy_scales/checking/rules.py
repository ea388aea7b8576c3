"""The catalogue of rules: what each looks for, why it matters, and who has shown or argued it."""

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
        ``error``: must be changed; ``warning``: probably; ``note``: think about it.
        A finding can be milder or graver than its rule.
    title
        What it looks for.
    why
        What goes wrong where it is broken.
    source
        Author and year, or that it is the project's own rule.
    """

    id: str
    severity: Severity
    title: str
    why: str
    source: str


_WORDING = (
    Rule(
        "no-wording", "error", "an item without text beside items with one",
        "Nobody can answer an item that is not shown.", OWN,
    ),
    Rule(
        "reading-grade", "warning",
        "a reading grade above 6 (a sentence may have a syllable and a half to spare)",
        "Who cannot read an item with ease answers something else, or skips it. The grade counts words and "
        "syllables, and one sentence is a small sample of these.",
        f"Kincaid, Fishburne, Rogers & Chissom (1975); {_CLARK}",
    ),
    Rule(
        "hard-word", "warning", "words of three syllables (note), or of four and more",
        "Long words tend to be rare words. Plain ones are understood alike by more people.",
        f"Gunning (1952); {_DILLMAN}",
    ),
    Rule(
        "length", "warning", "more than 16 words",
        "Each further word is one more to read, to remember and to misunderstand.",
        f"{_DILLMAN}; DeVellis (2017); the limit is this project's",
    ),
    Rule(
        "two-ideas", "warning", "ideas joined by and, or, nor, but, a slash, or in two sentences",
        "Who agrees with one idea and not with the other has no answer to give.",
        f"{_CLARK}; DeVellis (2017)",
    ),
    Rule(
        "negation", "warning", "not, no, without, hardly",
        "A negation is easily read over, and disagreeing with it takes a second turn of the mind; such items "
        "draw more answers that contradict the rest.",
        f"{_SWAIN}; {_WEIJTERS}",
    ),
    Rule(
        "double-negative", "error", "two negatives in one sentence",
        "Two negatives must be worked out before they can be answered, and many work them out wrongly.",
        _KROSNICK,
    ),
    Rule(
        "absolute", "warning", "always, never, everything, completely",
        "Hardly anyone can agree without exception, so that the item tells people apart only by how "
        "literally they read.",
        f"{_CLARK}; Fowler (1995)",
    ),
    Rule(
        "person", "warning", "an item that does not speak in the first (or second) person, as the others do",
        "An item that speaks of nobody asks for an opinion about couples; one that changes the speaker makes "
        "people stop and look back.",
        f"{_TOURANGEAU}; first person: {OWN}",
    ),
    Rule(
        "tense", "warning", "an item in another tense than the others",
        "Past, present and future are recalled or guessed in different ways; a score should ask about one.",
        _TOURANGEAU,
    ),
)  # fmt: skip

_ONLY = "Only people for whom it is true can answer; for the others the answer means nothing."
_ASSUMPTIONS = (
    Rule(
        "assumes-marriage", "warning", "husband, wife, marriage, wedding, in-laws",
        f"Many couples are not married, or may not marry. {_ONLY}", f"{_DILLMAN}; Fowler (1995)",
    ),
    Rule(
        "assumes-gender", "warning", "he, she, boyfriend, girlfriend",
        "The partner's gender is taken for granted, and who is left out notices. 'My partner' and 'they' fit "
        "everyone.", "American Psychological Association (2020)",
    ),
    Rule(
        "assumes-living-together", "warning", "home, household, chores",
        f"Couples live apart by choice, for work, or at a distance. {_ONLY}", _DILLMAN,
    ),
    Rule("assumes-children", "warning", "children, parenting, our family", _ONLY, _DILLMAN),
    Rule("assumes-religion", "warning", "prayer, church, God", _ONLY, _DILLMAN),
    Rule(
        "assumes-work", "note", "a job, an office, colleagues",
        f"Not everyone is employed. {_ONLY}", _DILLMAN,
    ),
    Rule(
        "assumes-sex", "note", "sex",
        f"Some couples have no sex, and some people will not tell. {_ONLY}", f"{_DILLMAN}; {_TOURANGEAU}",
    ),
    Rule(
        "assumes-ability", "note", "walking, dancing, driving",
        f"Illness and disability rule out what the item takes as an example. {_ONLY}", _DILLMAN,
    ),
)  # fmt: skip

_BETWEEN = (
    Rule(
        "near-duplicate", "warning", "two items, of one bank or of two, made of nearly the same words",
        "Items that say the same raise alpha without adding anything; in two banks they make two constructs "
        "look like one.", f"{_CLARK}; Boyle (1991)",
    ),
    Rule(
        "negated-copy", "warning", "an item that is another one with a negation",
        "A reverse-keyed item should state the opposite experience in plain words. In the same sentence with "
        "'not' the word is read over, and such items form a factor of their own.", f"{_SWAIN}; {_WEIJTERS}",
    ),
    Rule(
        "partner-missing", "warning", "items without partner wording (note, where none has it)",
        "Both sides can be compared only on items that ask both of them the same.", _KENNY,
    ),
    Rule(
        "partner-subject", "error", "partner wording that does not name 'my partner'",
        "Without it the reader takes the statement to be about oneself.", _KENNY,
    ),
    Rule(
        "partner-parallel", "warning", "partner wording in other words than the item's own",
        "A difference between partners must not be a difference between questions.", _KENNY,
    ),
    Rule(
        "daily-parallel", "warning", "daily wording in other words than the item's own",
        "What varies over days is compared with what varies between people: it has to be the same thing.",
        "Bolger, Davis & Rafaeli (2003)",
    ),
    Rule(
        "daily-time", "note", "daily wording that does not say which time it asks about",
        "Each reader chooses a time of their own, unless the instructions are remembered every day.",
        f"Bolger, Davis & Rafaeli (2003); {_TOURANGEAU}",
    ),
)  # fmt: skip

_WHOLE = (
    Rule(
        "key-balance", "warning", "four or more items and none reverse-keyed; more than half reversed (note)",
        "Some people agree with whatever is said; items keyed one way add that to the score. Plainly worded "
        "reverse-keyed items let it be seen.", f"Paulhus (1991); {_WEIJTERS}",
    ),
    Rule(
        "facet-balance", "warning", "facets with twice as many items as others; one without any (error)",
        "A score stands for its facets as often as they are asked about.",
        "Loevinger (1957); Haynes, Richard & Kubany (1995)",
    ),
    Rule(
        "item-order", "note", "items of one scale in a row, where a form has several scales",
        "Neighbours are answered alike, also where they are keyed in opposite ways.",
        "Weijters, Geuens & Schillewaert (2009)",
    ),
    Rule("unscored-item", "note", "an item that no scale uses", "People answer it for nothing.", OWN),
    Rule(
        "labels", "warning", "up to seven points, not all labelled; ends without a label (error)",
        "Labelled points mean the same to more people, and answers to them are more reliable.",
        f"Weng (2004); {_KROSNICK}",
    ),
    Rule(
        "instructions", "warning", "a form without instructions",
        "Without them each person chooses a relationship, a time and a meaning of the points.",
        f"{_DILLMAN}; {_STANDARDS}",
    ),
    Rule(
        "evidence", "warning", "a draft without a note, a published instrument without any source (error)",
        "A score is used for what is claimed of it; the reader must see what that rests on.", _STANDARDS,
    ),
    Rule(
        "bands", "warning", "bands of cut-offs that share scores, though one source gives them",
        "A person with such a score is told two different things.", OWN,
    ),
    Rule(
        "band-gaps", "warning", "scores between two bands of cut-offs that one source gives",
        "A person with such a score is told nothing, and the file may lack a band.", OWN,
    ),
    Rule(
        "unequal-ranges", "warning", "a mean of items or scales that differ in range",
        "What is answered on the wider range counts for more, and the mean is in the units of neither.",
        _STANDARDS,
    ),
    Rule(
        "look-alike-ids", "warning", "ids of items that differ in case or in leading zeros only",
        "Columns are named by people and by programs that keep neither; answers then go to the wrong item.",
        OWN,
    ),
    Rule(
        "license", "warning", "nothing said about permission",
        "Whoever cannot tell whether an instrument may be used either leaves it or breaks the law.", OWN,
    ),
    Rule(
        "citation", "warning", "a published or validated instrument without a publication to cite",
        "Its authors are owed it, and readers find the evidence there.", _STANDARDS,
    ),
    Rule(
        "language", "note", "wording in another language than English",
        "The rules for wording know English words only, so that nothing was checked in these sentences.", OWN,
    ),
    Rule(
        "unused-explanation", "warning", "an entry of 'accepted' that explains no finding",
        "What it explained has changed, or its item or rule is misspelt; it would hide a later finding.", OWN,
    ),
)  # fmt: skip

RULES: dict[str, Rule] = {rule.id: rule for rule in (*_WORDING, *_ASSUMPTIONS, *_BETWEEN, *_WHOLE)}
"""Rule id → rule, in the order in which they are listed."""
