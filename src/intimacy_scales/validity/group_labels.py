"""Labels of groups that look like codes for a missing answer, such as -99 next to 1 and 2."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.moments.clusters import appearance
from intimacy_scales.reading.options import OnInvalid, ReadingOptions
from intimacy_scales.reading.undeclared_codes import accepts, usual_codes_apart
from intimacy_scales.results.wording import counted, joined

_NAMED = 4  # labels in a message


def codes_among(labels: Sequence[Any]) -> list[int]:
    """Return the places of labels that look like codes for a missing answer.

    These are numbers, or texts that spell one, that are usual codes (-9, -99, 99, 999 …) and stand apart from
    the other numbers, as in `undeclared_codes`; next to texts alone, every usual code. A number and its
    negative, such as -1 and 1, are two groups.

    Examples
    --------
    >>> codes_among([1, 2, -99]), codes_among(["therapy", "99"]), codes_among([-1, 1]), codes_among([98, 99])
    ([2], [1], [], [])
    """
    looks = [appearance(label) for label in labels]
    numbers = {
        place: float(look) for place, look in enumerate(looks) if isinstance(look, int | float | Fraction)
    }
    values = sorted(numbers.values())
    if len(labels) == 2 and len(values) == 2 and values[0] == -values[1]:
        return []
    codes = usual_codes_apart(np.array(values), alone=len(numbers) < len(labels))
    return [place for place, value in numbers.items() if value in codes]


def check_labels(
    labels: Sequence[Any], positions: NDArray[np.intp], higher: Any, on_invalid: OnInvalid
) -> None:
    """Raise where a label of a group looks like a code for a missing answer.

    Parameters
    ----------
    labels, positions
        Each label once, and the place of each person's label among them (n,), -1 where missing.
    higher
        The label of the group that should score higher, which the caller named, so that it is a group.
    on_invalid
        ``"raise"``, or ``"accept"`` to take every label as that of a group.

    Raises
    ------
    ResponseError
        Names the labels; or ``on_invalid`` is not valid.
    """
    if accepts(ReadingOptions(on_invalid=on_invalid)):
        return
    named = appearance(higher)
    codes = [place for place in codes_among(labels) if appearance(labels[place]) != named]
    if not codes:
        return
    if not values_shown():
        raise ResponseError(
            f"groups: {counted(len(codes), 'label')} of {len(labels)} (not shown) may be codes for a missing "
            "answer, such as -99. If persons with such a label belong to no group, make their labels missing "
            '(None or nan). If it is a group, pass on_invalid="accept".'
        )
    sizes = [counted(int(np.count_nonzero(positions == place)), "person") for place in codes]
    shown = [f"{shortened(labels[place])} ({size})" for place, size in zip(codes, sizes, strict=True)]
    others = [shortened(label) for place, label in enumerate(labels) if place not in codes]
    looks = "looks like a code" if len(codes) == 1 else "look like codes"
    it, them = ("it", "it is a group") if len(codes) == 1 else ("them", "they are groups")
    more = ", …" if len(others) > _NAMED else ""
    first = shortened(labels[codes[0]])
    raise ResponseError(
        f"groups: {joined(shown)} {looks} for a missing answer; the other labels are "
        f"{', '.join(others[:_NAMED])}{more}. If persons with {it} belong to no group, make the label "
        f"missing: None in a list, table[…].replace({first}, None) in pandas, before score() for a kept "
        f'column. If {them}, pass on_invalid="accept".'
    )
