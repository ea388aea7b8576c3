"""Recodes to paste: stored value → answer, for one item or for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Number = int | float
Recode = dict[Number, Number | None]

_MOST_LISTED = 14  # pairs; more are written as a comprehension where their values follow a rule
_MOST_ITEMS = 3  # whose mappings are written out, before items with the same one are put together


def common_recode(by_item: Mapping[str, Recode]) -> Recode | dict[str, Recode]:
    """Return one recode if all items need the same one; otherwise item → recode, of those that need one.

    Examples
    --------
    >>> common_recode({"a": {0: 1}, "b": {0: 1}}), common_recode({"a": {0: 1}, "b": {}})
    ({0: 1}, {'a': {0: 1}})
    """
    recodes = list(by_item.values())
    if recodes and all(recode == recodes[0] for recode in recodes):
        return recodes[0]
    return {item: recode for item, recode in by_item.items() if recode}


def recode_text(recode: Mapping[Any, Any]) -> str:
    """Return a recode as Python text, which gives the same mapping when it is evaluated.

    Examples
    --------
    >>> recode_text({1: 5, 2: 4, 3: 3, 4: 2, 5: 1})
    '{1: 5, 2: 4, 3: 3, 4: 2, 5: 1}'
    >>> recode_text({n: 100 - n for n in range(101)})
    '{n: 100 - n for n in range(0, 101)}'
    >>> recode_text({"a": {1: 2, 2: 1}, "b": {1: 2, 2: 1}})
    "{'a': {1: 2, 2: 1}, 'b': {1: 2, 2: 1}}"
    """
    if recode and isinstance(next(iter(recode.values())), Mapping):
        texts = [recode_text(one) for one in recode.values()]
        if len(recode) > _MOST_ITEMS and len(set(texts)) == 1:
            return f"dict.fromkeys({list(recode)!r}, {texts[0]})"
        return "{" + ", ".join(f"{item!r}: {text}" for item, text in zip(recode, texts, strict=True)) + "}"
    if len(recode) <= _MOST_LISTED:
        return "{" + ", ".join(f"{stored!r}: {answer!r}" for stored, answer in recode.items()) + "}"
    return _by_rule(recode)


def _by_rule(recode: Mapping[Number, Number | None]) -> str:
    """Return a long recode as a comprehension if all its answers follow a rule, except for single ones."""
    stored = list(recode)
    first, step = stored[0], stored[1] - stored[0]
    span = range(int(first), int(stored[-1]) + 1, max(int(step), 1))
    for text, rule in (("n", 1), ("{} - n", -1)):
        kept = [(value, one) for value, one in recode.items() if one is not None]
        offset = kept[0][1] - rule * kept[0][0]
        exceptions = {value: one for value, one in recode.items() if one != offset + rule * value}
        if list(span) != stored or len(exceptions) > _MOST_LISTED:
            continue
        moved = "n" if not offset else f"n + {offset}" if offset > 0 else f"n - {-offset}"
        core = moved if text == "n" else text.format(offset)
        listed = f"{{n: {core} for n in range({span.start}, {span.stop}{_by(span.step)})}}"
        if not exceptions:
            return listed
        return f"{listed} | {{{', '.join(f'{value!r}: {one!r}' for value, one in exceptions.items())}}}"
    return "{" + ", ".join(f"{value!r}: {answer!r}" for value, answer in recode.items()) + "}"


def _by(step: int) -> str:
    return "" if step == 1 else f", {step}"
