"""Messages about too few persons, and about items that nobody answered together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.messages import values_shown
from intimacy_scales.results.wording import counted

_SHOWN = 6

Counts = NDArray[np.float64]


def in_group(group: str | None) -> str:
    """Return the group as the end of a phrase; a small group may bear a person's name, which is not shown."""
    if group is None:
        return ""
    return f" in group {group!r}" if values_shown() else " in one of the groups"


def few_left(names: Sequence[str], counts: Counts | None, *, n: int, n_rows: int, group: str | None) -> str:
    """Return why there are fewer than two persons, and what to do about it.

    Parameters
    ----------
    names, counts
        The variables, and how many persons answered both of each pair (p, p); None where that is not known.
    n, n_rows
        Usable persons, and rows.
    group
        Label of the group, if there are several.
    """
    where = in_group(group)
    start = f"{counted(n, 'usable person')}{where}"
    if n_rows < 2:
        return f"{start}: {_too_few_rows(n_rows, group)}"
    if counts is None:
        return f"{start}: nobody to fit a model to"
    if counts.diagonal().max(initial=0) < 2:
        return f"{start}: hardly anyone answered any of these items"
    return f"{start}: {_unanswered(names, counts, n, where)}"


def _too_few_rows(n_rows: int, group: str | None) -> str:
    if group is not None:
        size = "has one person" if n_rows == 1 else "is empty"
        return f"the group {size}; leave it out, or combine it with another"
    size = "one row, and a model needs persons who differ" if n_rows == 1 else "no rows"
    return f"the table has {size}"


def _unanswered(names: Sequence[str], counts: Counts, n: int, where: str) -> str:
    """Return which items or pairs of items persons did not answer, and what to do about it."""
    n_answered = counts.diagonal()
    unanswered = [name for name, count in zip(names, n_answered, strict=True) if count < 2]
    if unanswered:
        who = "nobody" if n_answered.min() == 0 else "fewer than two persons"
        them = "it" if len(unanswered) == 1 else "them"
        return f"{who} answered {_listed(unanswered)}{where}; leave {them} out of the model"
    pairs = never_together(names, counts)
    if pairs:
        return (
            f"hardly anyone answered both {_pairs(pairs)}, and so every item; leave items out, or use "
            "missing='fiml', which does not need complete answers"
        )
    who = "nobody" if n == 0 else "only one person"
    return f"{who} answered every item; missing='fiml' also uses incomplete answers"


def never_together(names: Sequence[str], counts: Counts) -> tuple[tuple[str, str], ...]:
    """Return the pairs of items that fewer than two persons answered both of."""
    pairs = np.argwhere(np.triu(counts < 2, 1))
    return tuple((names[i], names[j]) for i, j in pairs)


def few_together(pairs: Sequence[tuple[str, str]], group: str | None = None) -> str:
    """Return the caution about a model of items that nobody answered together."""
    return (
        f"fewer than two persons answered both {_pairs(pairs)}{in_group(group)}: the model implies "
        "covariances for them that were not observed, but the degrees of freedom of its test count them"
    )


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    more = f" ({len(pairs) - _SHOWN} more pairs)" if len(pairs) > _SHOWN else ""
    return ", or ".join(f"{first} and {second}" for first, second in pairs[:_SHOWN]) + more


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
