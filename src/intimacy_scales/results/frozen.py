"""Values of results: arrays and mappings that cannot be changed, and when two of them are alike."""

from __future__ import annotations

import math
import sys
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FrozenMapping(dict[Any, Any]):
    """A dictionary that refuses to be changed; unlike a proxy it can be pickled and compared."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("results cannot be changed; make a dict() of it first")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMapping, (dict(self),))


_DEEPEST = 50
_PLAIN = frozenset({float, int, str, bool, type(None)})  # hold nothing, and are what most results hold


def is_array(value: Any) -> TypeGuard[NDArray[Any]]:
    """Whether a value is a numpy array; without loading numpy, as nothing is one before."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def locked(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array on the same memory that nobody can make writable again.

    A flag can be set back by whoever set it; a view of a read-only buffer has no flag to set.
    """
    import numpy as np

    if not array.flags.writeable and isinstance(array.base, memoryview):
        return array
    if array.dtype.kind in "mM" or type(array) is not np.ndarray:  # dates and masks are no buffers
        array = array.copy()
        array.flags.writeable = False
        return array.view()
    return np.asarray(array.data.toreadonly())


def frozen(value: Any, depth: int = 0) -> Any:
    """Return an array, mapping or tuple with what it holds as it cannot be changed; else the value.

    Deep within others, where no result has any, a value stays as it is.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if is_array(value):
        return locked(value)
    if depth > _DEEPEST:
        return value
    if kind in (dict, OrderedDict, FrozenMapping):
        plain = _PLAIN.issuperset(map(type, value.values()))
        parts = value if plain else {name: frozen(part, depth + 1) for name, part in value.items()}
        same = kind is FrozenMapping and (plain or all(parts[name] is value[name] for name in parts))
        return value if same else FrozenMapping(parts)
    if kind is tuple and not _PLAIN.issuperset(map(type, value)):
        made = tuple(frozen(part, depth + 1) for part in value)
        same = all(new is old for new, old in zip(made, value, strict=True))
        return value if same else made
    return value


@cache
def field_names(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


@cache
def compared_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields by which two of a dataclass are compared."""
    return tuple(field.name for field in fields(kind) if field.compare)


@cache
def _given_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields that a dataclass is made with."""
    return tuple(field.name for field in fields(kind) if field.init)


def freeze(holder: Any) -> None:
    """Freeze what the fields of a frozen dataclass hold."""
    kind: Any = type(holder)
    for name in field_names(kind):
        value = getattr(holder, name)
        if type(value) in _PLAIN:
            continue
        kept = frozen(value)
        if kept is not value:
            object.__setattr__(holder, name, kept)


def freeze_within(holder: Any) -> None:
    """Freeze what a dataclass holds, and what the dataclasses in it hold."""
    freeze(holder)
    kind: Any = type(holder)
    for name in field_names(kind):
        value = getattr(holder, name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part) and not isinstance(part, Frozen):
                freeze_within(part)


class Frozen:
    """A frozen dataclass that holds nothing which could be changed, also after it was pickled or copied."""

    __slots__ = ("__weakref__",)

    def __post_init__(self) -> None:
        freeze(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # made anew, not filled: numpy unpickles arrays that can be written to
        kind: Any = type(self)
        return _made, (kind, {name: getattr(self, name) for name in _given_names(kind)})


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    return kind(**values)


def alike(one: Any, other: Any) -> bool:
    """Whether two values are equal, arrays by what they hold, nan as equal to nan."""
    if one is other:
        return True
    if is_array(one) or is_array(other):
        return _alike_arrays(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[name], other[name]) for name in one)
    return _alike_parts(one, other) if type(one) is type(other) else bool(one == other)


def _alike_parts(one: Any, other: Any) -> bool:
    """Whether two values of one type are equal, sequences and plain dataclasses part by part."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if is_dataclass(one) and not isinstance(one, Frozen | Sequence):
        kind: Any = type(one)
        return all(alike(getattr(one, name), getattr(other, name)) for name in compared_names(kind))
    return bool(one.equals(other) if hasattr(one, "equals") else one == other)  # a pandas index


def hashed(value: Any) -> int:
    """Return a hash that is equal for values that are `alike`."""
    if isinstance(value, float):
        return 0 if math.isnan(value) else hash(value)
    if is_array(value):
        return hash(value.shape)
    if isinstance(value, list | tuple):
        return hash((type(value), *map(hashed, value)))
    if isinstance(value, Mapping):
        return hash(frozenset(value))
    # tables of different kinds can be equal
    return hash(value) if isinstance(value, str | int | Frozen | None) else 0


def _alike_arrays(one: Any, other: Any) -> bool:
    import numpy as np

    if not (is_array(one) and is_array(other)) or one.shape != other.shape:
        return False
    if "O" in (one.dtype.kind, other.dtype.kind):
        return alike(one.tolist(), other.tolist())
    return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc" and other.dtype.kind in "fc")
