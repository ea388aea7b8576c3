"""Limits on the size of an instrument, so that the cost of loading one that somebody uploads is bounded.

Every limit is far beyond any questionnaire that people answer. Together they keep loading an instrument and
scoring the first person below two seconds and 300 MB.
"""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.messages import a_type

if TYPE_CHECKING:
    from intimacy_scales.instrument.content import InstrumentContent
    from intimacy_scales.instrument.response_scale import ResponseScale
    from intimacy_scales.instrument.scale import Scale

MAX_VALUES = 100_000  # fields and entries of a file, counted together
MAX_DEPTH = 20  # tables within tables
MAX_ITEMS = 5_000
MAX_SCALES = 500
MAX_KEYS = 20_000  # items of all scales together
MAX_LEVELS = 100  # composites of composites
MAX_COMBINED = 2_000_000  # composites times keys
MAX_LABELS = 10_000  # of all response scales together
MAX_LISTED = 100_000  # points of all different response scales together
_LIMITS = {"items": MAX_ITEMS, "scales": MAX_SCALES}

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 200
_short.maxlist = _short.maxtuple = _short.maxdict = 12
_short.maxlevel = 4
_LONGEST_NUMBER = 60


def shown(value: Any) -> str:
    """Return the repr of a value for a message, cut where it is long.

    Examples
    --------
    >>> shown("a"), shown(10**400)
    ("'a'", 'a number of 401 digits')
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**_LONGEST_NUMBER:
        return f"a number of {_digits(value)} digits"
    try:
        return _short.repr(value)
    except ValueError:  # Python refuses to write a number within it: too many digits
        return a_type(value)


def _digits(value: int) -> str:
    estimate = abs(value).bit_length() * 30_103 // 100_000  # log10(2) = 0.30103
    longest_written = 4_000  # Python refuses to write a number of more than about 4,300 digits
    return str(len(str(abs(value)))) if estimate < longest_written else f"about {estimate:,}"


def check_size(document: Any) -> None:
    """Raise a ValueError if a document has more entries, or is nested more deeply, than any file needs."""
    if isinstance(document, Mapping):
        for field, most in _LIMITS.items():
            entries = document.get(field)
            if isinstance(entries, Sequence) and len(entries) > most:
                raise ValueError(f"{field}: {len(entries):,} entries; at most {most:,} are supported")
    count, labels, level = 0, 0, [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            if isinstance(node, Mapping):
                entries = node.values()
                named = node.get("labels")
                labels += len(named) if isinstance(named, Mapping | list | tuple) else 0
            elif isinstance(node, list | tuple):
                entries = node
            else:
                continue
            count += len(entries)
            if count > MAX_VALUES:
                raise ValueError(f"more than {MAX_VALUES:,} fields and entries, which no instrument needs")
            if labels > MAX_LABELS:
                raise ValueError(f"more than {MAX_LABELS:,} labels of points, which no instrument needs")
            below += entries
        if not below:
            return
        level = below
    raise ValueError(f"tables are nested more than {MAX_DEPTH} levels deep")


def _points(responses: Iterable[ResponseScale]) -> int:
    """Return the number of points of all different response scales together."""
    shared = {id(response): response for response in responses}  # so that equal ones are compared once
    return sum(max(response.n_points, response.counted.n) for response in set(shared.values()))


def _points_of_keys(form: InstrumentContent, scale: Scale) -> int:
    """Return how many points a scale's tables hold: of each different response scale, key and weight."""
    weights = dict(scale.weights)
    alike: dict[tuple[bool, Any], list[ResponseScale]] = {}
    for key in scale.keys:
        response = form.item(key.item).response_scale
        alike.setdefault((key.reverse, weights.get(key.item, 1)), []).append(response)
    return sum(_points(responses) for responses in alike.values())


def check_cost(form: InstrumentContent) -> None:
    """Raise a ValueError if scoring an instrument would take too much time or memory."""
    _check("items", len(form.items), MAX_ITEMS, "items")
    _check("scales", len(form.scales), MAX_SCALES, "scales")
    keys = sum(len(scale.items) + len(scale.of) for scale in form.scales)
    _check("scales", keys, MAX_KEYS, "items of all scales together")
    composites = sum(1 for scale in form.scales if scale.of)
    _check("scales", composites * keys, MAX_COMBINED, "composites times items of all scales together")
    points = _points(item.response_scale for item in form.items)
    advice = "name one response scale for items that share it, or use a coarser step"
    _check("items", points, MAX_LISTED, "points of all different response scales together", advice)


def check_lookups(form: InstrumentContent) -> None:
    """Raise a ValueError if the tables of all scales hold too many points; every item must exist."""
    points = sum(_points_of_keys(form, scale) for scale in form.scales if scale.items)
    _check("scales", points, 2 * MAX_LISTED, "points of the items of all scales", "use a coarser step")


def check_levels(order: Iterable[str], parts: Mapping[str, Sequence[str]]) -> None:
    """Raise a ValueError if composites are nested within composites too deeply.

    Parameters
    ----------
    order
        Ids of scales, every composite after its parts.
    parts
        Scale id → ids of the scales that it is composed of.
    """
    levels: dict[str, int] = {}
    for name in order:
        levels[name] = 1 + max((levels[part] for part in parts[name]), default=0)
        _check(f"scales ({name}).of", levels[name], MAX_LEVELS, "levels of composites")


def _check(field: str, count: int, most: int, what: str, advice: str = "") -> None:
    if count > most:
        end = f": {advice}" if advice else ""
        raise ValueError(f"{field}: {count:,} {what}; at most {most:,} are supported{end}")
