"""One person's answers in a mapping → codes and problems, in plain Python."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from intimacy_scales.answers import MISSING, PROBLEM, AnswerKey, Explanation
from intimacy_scales.columns import loose
from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.kinds import is_of


class BadCell(NamedTuple):
    """A value that could not be accepted, where it stood, and why."""

    item: str
    column: str
    value: Any
    explanation: Explanation
    misplaced: bool = False


def as_sheet(responses: Any) -> Mapping[Any, Any] | None:  # noqa: ANN401 - any input of the entrance
    """Return one person's answers as a mapping, or None where ``responses`` is something else."""
    if isinstance(responses, dict | Mapping):  # a dict is recognized sooner by its name
        return responses
    if is_of(responses, "pandas", "Series"):
        return dict(responses.items())  # one row of a table
    return None


def look_alikes(
    wanted: Sequence[Hashable], item_ids: Sequence[str], names: Iterable[Hashable]
) -> dict[Hashable, str]:
    """Return names that are no item's but differ from one's only in case, punctuation or zeros."""
    items = {loose(str(name)): item for name, item in zip(wanted, item_ids, strict=True)}
    known = set(wanted)
    others = [name for name in names if name not in known and isinstance(name, str)]
    return {name: items[loose(name)] for name in others if loose(name) in items}


def stray_explanation(wanted: Hashable) -> Explanation:
    """Say that a name is no item's, and which one was probably meant."""
    return Explanation(
        "stands under a name that is no item", f"the name {wanted!r}", f"did you mean {wanted!r}?"
    )


def read_sheet(
    instrument: Instrument,
    keys: Sequence[AnswerKey],
    names: Sequence[Hashable],
    responses: Mapping[Any, Any],
) -> tuple[list[int], list[BadCell]]:
    """Look up every answer of one person.

    Parameters
    ----------
    instrument, keys, names
        The instrument, and for each item its answer key and the name it stands under.
    responses
        Name → answer. An absent item is a skipped one; names that are no item pass by, unless
        they look like an absent item's.

    Returns
    -------
    codes : list of int
        One for each item; `MISSING` where there is no answer or a bad one.
    problems : list of BadCell

    Raises
    ------
    ResponseError
        No item of the instrument is there at all.
    """
    codes: list[int] = []
    problems: list[BadCell] = []
    found = 0
    for item, key, name in zip(instrument.item_ids, keys, names, strict=True):
        if name not in responses:
            codes.append(MISSING)
            continue
        found += 1
        value = responses[name]
        code = key.decode(value)
        if code == PROBLEM:
            problems.append(BadCell(item, str(name), value, key.explain(value)))
            code = MISSING
        codes.append(code)
    if found < len(responses):
        by_item = dict(zip(instrument.item_ids, names, strict=True))
        for name, item in look_alikes(names, instrument.item_ids, responses).items():
            value = responses[name]
            if value is not None and responses.get(by_item[item]) is None:
                cell = BadCell(item, str(name), value, stray_explanation(by_item[item]), misplaced=True)
                problems.append(cell)
    if not found and not problems:
        raise ResponseError(
            f"the mapping has no item of {instrument.id}: its keys are "
            f"{', '.join(map(repr, list(responses)[:5])) or 'none'}; "
            f"the items are {', '.join(map(str, names[:5]))} …"
        )
    return codes, problems
