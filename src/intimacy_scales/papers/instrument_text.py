"""The sentences that describe an instrument: items, response scales, scoring rule and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from intimacy_scales.instrument import Instrument, ResponseScale, Scale
from intimacy_scales.papers.words import as_sentence, cited_together, count_words, listed, number_word
from intimacy_scales.results.wording import joined
from intimacy_scales.scoring.plan import plan_of

_N_ITEMS = re.compile(r", (\d+)[ -]items?( (?:short|brief) form)?$")
_DIRECTION = re.compile(r" \(high = [^)]*\)$")
_UNCONFIRMED = {
    "single-source": "its scoring key was read in one source only",
    "unconfirmed": "its scoring key could not be confirmed",
}
_MOST_POINTS = 12  # that a text counts
_NAME_WORDS = 2  # words with capitals that make a title a proper name


def instrument_sentences(form: Instrument) -> list[str]:
    """Return the sentences on one instrument.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> for sentence in instrument_sentences(load("ras")):
    ...     print(sentence)
    Participants completed the Relationship Assessment Scale (Hendrick, 1988), which has seven items.
    Items were answered on a 5-point scale from 1 to 5.
    The total score is the mean of all seven items (possible range: 1 to 5).
    Items ras_4 and ras_7 are reverse-keyed.
    A score was computed if at least half of the items were answered.
    Skipped items then counted as the mean of the answered ones.
    """
    return [
        as_sentence(clause)
        for clause in (
            _presented(form),
            *_status(form),
            _answered(form),
            *_scored(form),
            *_reversed(form),
            *_missing_rules(form),
            *_directions(form),
        )
    ]


def named_title(form: Instrument) -> str:
    """Return the title as a sentence names it: proper names with an article, others in quotes.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> named_title(load("csi-16")), named_title(load("resilience"))
    ('the 16-item Couples Satisfaction Index', 'the form "Resilience as a couple"')
    """
    title = _DIRECTION.sub("", form.title)
    if _names_items(form) and title.endswith(" items"):
        title = f"{len(form.items)}-item {_N_ITEMS.sub('', title)}"
    first_words = re.split(r"[,(]", title)[0].replace("-", " ").split()
    capitals = [word for word in first_words if word[:1].isupper()]
    if len(capitals) < _NAME_WORDS:
        return f'the form "{title}"'
    return title if title.lower().startswith("the ") else f"the {title}"


def _names_items(form: Instrument) -> bool:
    """Return whether the title says how many items there are."""
    match = _N_ITEMS.search(form.title)
    return match is not None and int(match[1]) == len(form.items)


def _presented(form: Instrument) -> str:
    title, sources = named_title(form), cited_together(form.citations)
    if sources and title.endswith(")"):
        title = f"{title[:-1]}; {sources})"
    elif sources:
        title += f" ({sources})"
    n_items = "" if _names_items(form) else f", which has {count_words(len(form.items), 'item')}"
    return f"participants completed {title}{n_items}"


def _status(form: Instrument) -> Iterator[str]:
    ref = form.ref
    if ref.status == "draft":
        yield "it is a draft form, and its scores have not been validated"
    if ref.confidence in _UNCONFIRMED:
        yield _UNCONFIRMED[ref.confidence]
    if ref.pooled:
        yield f"answers to its wordings in {joined(ref.pooled)} were pooled"
    elif ref.translation is not None:
        yield f"the wording was a translation (language: {ref.wording}; status: {ref.translation})"
    if ref.coding is not None:
        yield f"stored answers were recoded (coding by {ref.coding})"
    if ref.blanks_count:
        n = len(ref.blanks_count)
        yield f"a blank of {count_words(n, 'item')} counted as not chosen"


def response_scale_text(scale: ResponseScale) -> str:
    """Return a response scale with its ends, and their labels where they are recorded.

    Examples
    --------
    >>> response_scale_text(ResponseScale(minimum=1, maximum=5, labels={1: "Never", 5: "Always"}))
    'a 5-point scale from 1 (Never) to 5 (Always)'
    >>> response_scale_text(ResponseScale(minimum=0, maximum=1)).partition(" from")[0]
    'a 2-point scale'
    """
    ends = []
    for value in (scale.minimum, scale.maximum):
        label = scale.label(value)
        ends.append(f"{value:g} ({label})" if label else f"{value:g}")
    if scale.n_points > _MOST_POINTS:
        steps = "" if scale.step == 1 else f" in steps of {scale.step:g}"
        return f"a scale from {ends[0]} to {ends[1]}{steps}"
    article = "an" if scale.n_points in (8, 11) else "a"
    return f"{article} {scale.n_points}-point scale from {ends[0]} to {ends[1]}"


def _answered(form: Instrument) -> str:
    groups: dict[str, list[str]] = {}
    for item in form.items:
        groups.setdefault(response_scale_text(item.response_scale), []).append(item.id)
    scored = [item for item in form.items if item.response_scale.scores]
    some = "" if len(scored) == len(form.items) else f" of {count_words(len(scored), 'item')}"
    recoded = f"; the options{some} have scores of their own" if scored else ""
    if len(groups) == 1:
        (text,) = groups
        return f"{'the item was' if len(form.items) == 1 else 'items were'} answered on {text}{recoded}"
    parts = [f"{count_words(len(items), 'item')} on {text}" for text, items in groups.items()]
    return f"items were answered on several response scales: {listed(parts)}{recoded}"


def titles_of(form: Instrument) -> dict[str, str]:
    """Return the title of each scale; its id where it has none."""
    return {scale.id: scale.title or scale.id for scale in form.scales}


def _range_text(form: Instrument, scale: str) -> str:
    low, high = form.score_ranges[scale]
    return f"{low:g} to {high:g}"


def _made_of(form: Instrument, scale: Scale) -> tuple[str, str, str]:
    """Return how a score is made: its method, its parts, and what is done with them."""
    method, _, more = scale.describe().partition(", ")
    more = more.replace("of items on", "of items stretched to").replace("times", "multiplied by")
    if method == "difference":
        first, second = (titles_of(form)[part] for part in scale.of)
        return method, f"{first} minus {second}", more
    if scale.of:
        titles = titles_of(form)
        parts = joined([titles[part] for part in scale.of])
        of_all = {s.id for s in form.scales if not s.of} == set(scale.of)
        return method, f"the {number_word(len(scale.of))} scale scores" if of_all else parts, more
    n = len(scale.items)
    return (
        method,
        f"all {count_words(n, 'item')}" if 1 < n == len(form.items) else count_words(n, "item"),
        more,
    )


def _scored(form: Instrument) -> Iterator[str]:
    """Yield clauses on scales that are made alike."""
    ranges = {_range_text(form, scale.id) for scale in form.scales}
    one_range = len(ranges) == 1
    groups: dict[tuple[str, str, str], list[Scale]] = {}
    for scale in form.scales:
        groups.setdefault(_made_of(form, scale), []).append(scale)
    titles = titles_of(form)
    for (method, parts, more), scales in groups.items():
        named = [
            titles[scale.id] if one_range or len(groups) == 1 == len(scales) else (
                f"{titles[scale.id]} ({_range_text(form, scale.id)})"
            )
            for scale in scales
        ]  # fmt: skip
        how = f", {more}" if more else ""
        if len(form.scales) == 1:
            made = f"{_single(method, parts, form)}{how}"
            yield f"{_only_score(form)} is {made} (possible range: {ranges.pop()})"
        elif len(scales) == 1:
            yield f"{named[0]} is {_single(method, parts, form)}{how}"
        else:
            of_parts = "the answers to one item" if parts == "one item" else f"{method}s of {parts}"
            yield f"{listed(named)} are {of_parts} each{how}"
    if one_range and len(form.scales) > 1:
        yield f"all scores can range from {ranges.pop()}"
    elif len(form.scales) > 1:
        yield "possible ranges of the scores are in parentheses"


def _single(method: str, parts: str, form: Instrument) -> str:
    if parts == "one item":
        return "the answer to the item" if len(form.items) == 1 else "the answer to one item"
    return f"the {method} {parts}" if method == "difference" else f"the {method} of {parts}"


def _only_score(form: Instrument) -> str:
    title = titles_of(form)[form.scales[0].id]
    if len(form.items) == 1:
        return "the score"
    return "the total score" if title.lower() == "total" else f"the {title} score"


def _reversed(form: Instrument) -> Iterator[str]:
    """Yield the clause on reverse-keyed items; of items that only some scales reverse, with the scale."""
    directions: dict[str, set[bool]] = {}
    for scale in form.scales:
        for key in scale.keys:
            directions.setdefault(key.item, set()).add(key.reverse)
    everywhere = [item for item, keys in directions.items() if keys == {True}]
    mixed = [item for item, keys in directions.items() if len(keys) == 2]
    if everywhere:
        one = len(everywhere) == 1
        yield f"{'item' if one else 'items'} {joined(everywhere)} {'is' if one else 'are'} reverse-keyed"
    for scale in form.scales:
        items = [key.item for key in scale.keys if key.reverse and key.item in mixed]
        if items:
            one = len(items) == 1
            yield (
                f"{'item' if one else 'items'} {joined(items)} {'is' if one else 'are'} reverse-keyed in "
                f"{titles_of(form)[scale.id]} only"
            )
    if not everywhere and not mixed and len(form.items) > 1:
        yield "no item is reverse-keyed"


def _missing_rules(form: Instrument) -> Iterator[str]:
    """Yield clauses on the number of answers that a score needs."""
    titles = titles_of(form)
    rules: dict[str, list[str]] = {}
    for scale, planned in zip(form.scales, plan_of(form).scales, strict=True):
        if len(scale.items) > 1:
            rules.setdefault(_needed(scale, planned.required), []).append(titles[scale.id])
    several = len(form.scales) > 1
    for needed, scales in rules.items():
        if len(rules) == 1:
            of_scale = needed.replace("the items", "its items") if several else needed
            yield f"{'each' if several else 'a'} score was computed if {of_scale}"
        else:
            yield f"{listed(scales)} {'was' if len(scales) == 1 else 'were'} computed if {needed}"
    if any(not needed.startswith("all") for needed in rules):
        yield "skipped items then counted as the mean of the answered ones"
    composites = [scale for scale in form.scales if scale.of and scale.required == len(scale.of)]
    if composites:
        one = len(composites) == 1
        named = listed([titles[scale.id] for scale in composites])
        yield f"{named} {'needs' if one else 'need'} the scores of all of {'its' if one else 'their'} scales"


def _needed(scale: Scale, required: int) -> str:
    n = len(scale.items)
    if required == n:
        return "all of the items were answered"
    if scale.missing_rule.proportion == Fraction(1, 2):
        return "at least half of the items were answered"
    return f"at least {number_word(required)} of the {count_words(n, 'item')} were answered"


def _directions(form: Instrument) -> list[str]:
    """Return what high scores mean, where it is not more closeness."""
    titles = titles_of(form)
    meanings: dict[str, list[str]] = {}
    for scale, meaning in form.ref.high_means:
        meanings.setdefault(meaning, []).append(titles[scale])
    if not meanings:
        return []
    if len(meanings) > 1:
        parts = [f"{meaning} ({listed(scales)})" for meaning, scales in meanings.items()]
        return [f"high scores mean {listed(parts)}"]
    ((meaning, scales),) = meanings.items()
    where = "" if len(scales) == len(form.scales) else f" on {listed(scales)}"
    return [f"high scores{where} mean {meaning}"]
