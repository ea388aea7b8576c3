"""Frozen results whose arrays and mappings are frozen too."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np


class FrozenMapping(dict[Any, Any]):
    """A dictionary that refuses to be changed; unlike a proxy it can be pickled and compared."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("results cannot be changed; make a dict() of it first")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMapping, (dict(self),))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def freeze(result: Any) -> None:
    """Make the arrays of a frozen dataclass read-only, and its mappings unchangeable."""
    kind: Any = type(result)
    for name in _names(kind):
        value = getattr(result, name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
        elif type(value) is dict:
            object.__setattr__(result, name, FrozenMapping(value))
        elif type(value) is tuple:
            for part in value:
                if isinstance(part, np.ndarray):
                    part.flags.writeable = False
