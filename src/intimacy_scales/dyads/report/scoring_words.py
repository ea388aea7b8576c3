"""How the scores of a report are made, in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.instrument import Instrument
from intimacy_scales.results.wording import counted, joined

Making = tuple[str, str, str]  # method, number of parts and what they are, rule for skipped ones


def scoring_words(dyads: Dyads, scales: Sequence[str]) -> str:
    """Return sentences on how each score is made; of scores without an instrument, that they were given.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("kmss", 20, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("kmss", answers, couple="couple", person="partner")
    >>> scoring_words(dyads, ["total"])
    'Total is the sum of 3 items (3 to 21; at least half answered).'
    """
    form = dyads.form
    if form is None:
        return "Scores were used as they were given."
    by_making: dict[Making, list[str]] = {}
    for name in scales:
        by_making.setdefault(_making(dyads, form, name), []).append(name)
    return " ".join(_sentence(dyads, form, making, names) for making, names in by_making.items())


def _making(dyads: Dyads, form: Instrument, name: str) -> Making:
    scale = form.scale(name)
    rule = scale.missing_rule.describe()
    if not scale.items:
        return scale.describe(), counted(len(scale.of), "scale"), rule
    n = len(scale.keys)
    n_answered = sum(key.item in _answered_items(dyads) for key in scale.keys)
    n_parts = counted(n, "item") if n_answered in (0, n) else f"{n_answered} of its {n} items"
    return scale.describe(), n_parts, rule


def _answered_items(dyads: Dyads) -> set[str]:
    """Return the items that anybody answered: of others, the table may have no column."""
    if dyads.answers is None:
        return set()
    answered = (dyads.answers.codes != 0).any(axis=0).tolist()
    return set(compress(dyads.answers.instrument.item_ids, answered))


def _sentence(dyads: Dyads, form: Instrument, making: Making, names: Sequence[str]) -> str:
    """Return the sentence on scales that are made alike."""
    method, parts, rule = making
    kind, _, how = method.partition(", ")
    titles = [form.scale(name).title or name for name in names]
    ranges = [f"{low:g} to {high:g}" for low, high in (dyads.ranges[name] for name in names)]
    if len(set(ranges)) > 1:
        titles = [f"{title} ({ends})" for title, ends in zip(titles, ranges, strict=True)]
    notes = ([ranges[0]] if len(set(ranges)) == 1 else []) + ([how] if how else [])
    verb = f"is the {kind}" if len(titles) == 1 else f"are {kind}s"
    each = "" if len(titles) == 1 else " each"
    return f"{joined(titles)} {verb} of {parts}{each} ({'; '.join([*notes, rule])})."
