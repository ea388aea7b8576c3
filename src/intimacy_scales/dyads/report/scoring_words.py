"""How the scores of a report are made, in words."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.instrument import Instrument
from intimacy_scales.results.wording import counted, joined

Making = tuple[str, int, str, str]  # method, number of parts, what they are, rule for skipped ones


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
        by_making.setdefault(_making(form, name), []).append(name)
    return " ".join(_sentence(dyads, form, making, names) for making, names in by_making.items())


def _making(form: Instrument, name: str) -> Making:
    scale = form.scale(name)
    parts = scale.items or scale.of
    return scale.describe(), len(parts), "item" if scale.items else "scale", scale.missing_rule.describe()


def _sentence(dyads: Dyads, form: Instrument, making: Making, names: Sequence[str]) -> str:
    """Return the sentence on scales that are made alike."""
    method, n, what, rule = making
    kind, _, how = method.partition(", ")
    titles = [form.scale(name).title or name for name in names]
    ranges = [f"{low:g} to {high:g}" for low, high in (dyads.ranges[name] for name in names)]
    if len(set(ranges)) > 1:
        titles = [f"{title} ({ends})" for title, ends in zip(titles, ranges, strict=True)]
    notes = ([ranges[0]] if len(set(ranges)) == 1 else []) + ([how] if how else [])
    verb = f"is the {kind}" if len(titles) == 1 else f"are {kind}s"
    each = "" if len(titles) == 1 else " each"
    return f"{joined(titles)} {verb} of {counted(n, what)}{each} ({'; '.join([*notes, rule])})."
