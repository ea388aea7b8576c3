"""Arguments that are lists of names or numbers, checked before they are used."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened


def as_names(option: str, names: Any, what: str = "items", *, texts: bool = True) -> tuple[str, ...]:
    """Return a list of names as a tuple.

    Parameters
    ----------
    option, names
        The name of the argument, and its value.
    what
        What it lists, for the message.
    texts
        Whether names must be texts; columns of a table may have numbers as names.

    Raises
    ------
    EstimationError
        It is one text, or not a list of names.

    Examples
    --------
    >>> as_names("items", ["a", "b"])
    ('a', 'b')
    """
    if isinstance(names, Iterable) and not isinstance(names, str | Mapping):
        listed = tuple(names)
        if all(isinstance(name, str if texts else Hashable) for name in listed):
            return listed
    raise EstimationError(f"{option}={shortened(names)} is not valid; allowed: a list of {what}")


def as_different_names(option: str, names: Any, what: str) -> tuple[str, ...]:
    """Return a list of names, each of which is in it once, as a tuple.

    Parameters as of `as_names`.

    Raises
    ------
    EstimationError
        It is not a list of names, or lists one twice.

    Examples
    --------
    >>> as_different_names("scales", ["a", "b"], "scales")
    ('a', 'b')
    """
    listed = as_names(option, names, what)
    twice = next((name for name in listed if listed.count(name) > 1), None)
    if twice is not None:
        raise EstimationError(f"{option}={list(listed)!r} is not valid; it lists {twice!r} twice")
    return listed


def is_real(value: Any) -> bool:
    """Return whether a value is a number, and not a truth value.

    Examples
    --------
    >>> is_real(0.5), is_real(np.int64(2)), is_real(True), is_real("0.5")
    (True, True, False, False)
    """
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
