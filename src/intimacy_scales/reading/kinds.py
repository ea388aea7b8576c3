"""Types of values that a caller passed, recognised without importing their libraries."""

from __future__ import annotations

import re
from typing import Any

DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)  # a number with a decimal comma, as in "3,5"
_NULL_TYPES = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant"})


def is_of(value: Any, library: str, name: str) -> bool:
    """Tell whether a value is an instance of the named class of a library, or of a subclass.

    Examples
    --------
    >>> is_of({}, "pandas", "DataFrame")
    False
    """
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == library for kind in type(value).__mro__
    )


def is_null(value: Any) -> bool:
    """Tell whether a value is None, or a missing value of pandas or numpy.

    Examples
    --------
    >>> is_null(None), is_null(0)
    (True, False)
    """
    return type(value).__name__ in _NULL_TYPES
