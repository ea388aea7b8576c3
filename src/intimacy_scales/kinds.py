"""What kind of thing a caller passed, told without importing the library that it comes from."""

from __future__ import annotations

from typing import Any


def is_of(value: Any, library: str, name: str) -> bool:
    """Tell whether a value is an instance of the named class of a library, or of a class made from it.

    Examples
    --------
    >>> is_of({}, "pandas", "DataFrame")
    False
    """
    return any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == library for kind in type(value).__mro__
    )
