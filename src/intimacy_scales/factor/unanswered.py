"""Why nobody is left to fit a model to, and which items nobody answered together, in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import values_shown
from intimacy_scales.results.wording import counted

_TWO = 2
_SHOWN = 6

Counts = NDArray[np.float64]


def in_group(group: str | None) -> str:
    """Return where something is, for messages; a group of few may bear a person's name."""
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
        Persons who can be used, and those there are.
    group
        Of which group.
    """
    where = in_group(group)
    start = f"{counted(n, 'usable person')}{where}"
    if n_rows < _TWO:
        return f"{start}: {_too_small(n_rows, group)}"
    if counts is None:
        return f"{start}: nobody to fit a model to"
    if counts.diagonal().max(initial=0) < _TWO:
        return f"{start}: hardly anyone answered any of these items"
    return f"{start}: {_unanswered(names, counts, n, where)}"


def _too_small(n_rows: int, group: str | None) -> str:
    if group is not None:
        whole = "has one person" if n_rows == 1 else "has nobody"
        return f"the group {whole}; leave it out, or put it together with another"
    whole = "one row, and a model needs persons who differ" if n_rows == 1 else "no rows"
    return f"the table has {whole}"


def _unanswered(names: Sequence[str], counts: Counts, n: int, where: str) -> str:
    """Say what it was that persons did not answer, and what to do."""
    own = counts.diagonal()
    alone = [name for name, count in zip(names, own, strict=True) if count < _TWO]
    if alone:
        who = "nobody" if own.min() == 0 else "fewer than two persons"
        them = "it" if len(alone) == 1 else "them"
        return f"{who} answered {_listed(alone)}{where}; leave {them} out of the model"
    pairs = never_together(names, counts)
    if pairs:
        return (
            f"hardly anyone answered both {_pairs(pairs)}, and so every item; leave items out, or use "
            "missing='fiml', which has no need of such persons"
        )
    every = "nobody" if n == 0 else "one person only"
    return f"{every} answered every item; missing='fiml' also uses incomplete answers"


def never_together(names: Sequence[str], counts: Counts) -> tuple[tuple[str, str], ...]:
    """Return the pairs of items that fewer than two persons answered both of."""
    pairs = np.argwhere(np.triu(counts < _TWO, 1))
    return tuple((names[i], names[j]) for i, j in pairs)


def few_together(pairs: Sequence[tuple[str, str]], group: str | None = None) -> str:
    """Return what to know where a model is fitted although nobody answered some items together."""
    where = in_group(group)
    return (
        f"nobody, or one person, answered both {_pairs(pairs)}{where}: what the model says of their "
        "covariances was not observed, and the degrees of freedom of its test count them as if they were"
    )


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    more = f" ({len(pairs) - _SHOWN} more pairs)" if len(pairs) > _SHOWN else ""
    return ", or ".join(f"{one} and {other}" for one, other in pairs[:_SHOWN]) + more


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
