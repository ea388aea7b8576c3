"""Labels of couples in words: several occasions, compositions, and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from intimacy_scales.messages import shortened, values_as_asked, values_shown
from intimacy_scales.results.wording import counted

_SHOWN = 5
_JOINTS = "-/+|"


def labels_listed(texts: Sequence[str], kind: str, show_values: bool | None) -> str:
    """Return the labels that are allowed; how many there are, where values must not be shown.

    Examples
    --------
    >>> labels_listed(["1", "2"], "occasion", True), labels_listed(["1", "2"], "occasion", False)
    ('1, 2', '2 occasions')
    """
    with values_as_asked(show_values):
        listed = ", ".join(texts) if values_shown() else counted(len(texts), kind)
    return listed if texts else "none"


def several_occasions(labels: Sequence[Any], show_values: bool | None, choice: str = "dyads.at({})") -> str:
    """Return the message that a statistic needs one occasion, and how to choose it.

    Examples
    --------
    >>> several_occasions([1, 2], True).partition(" (")[2]
    '1, 2), and this needs one row for each couple: choose one, as by dyads.at(1)'
    """
    with values_as_asked(show_values):
        shown = values_shown()
    more = " …" if len(labels) > _SHOWN else ""
    listed = f" ({', '.join(map(shortened, labels[:_SHOWN]))}{more})" if shown else ""
    chosen = choice.format(shortened(labels[0]) if shown else "OCCASION")
    return (
        f"couples answered on {len(labels)} occasions{listed}, and this needs one row for each couple: "
        f"choose one, as by {chosen}"
    )


def joined_roles(roles: Sequence[str]) -> Callable[[str, str], str]:
    """Return the function that writes two of these roles as one text, different ones for different pairs.

    Examples
    --------
    >>> joined_roles(["f", "m"])("f", "m"), joined_roles(["a-b", "c"])("a-b", "c")
    ('f-m', 'a-b/c')
    """
    unused = (joint for joint in _JOINTS if not any(joint in role for role in roles))
    joint = next(unused, None)
    if joint is None:
        return lambda first, second: f"{first!r} with {second!r}"
    return lambda first, second: f"{first}{joint}{second}"
