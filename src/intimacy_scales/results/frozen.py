"""Immutable values of results: arrays and mappings that cannot be changed, and their comparison."""

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
    """A dictionary that cannot be changed; unlike a `MappingProxyType` it can be pickled."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("results cannot be changed; change a copy instead, dict(...)")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenMapping, (dict(self),))


_MOST_LEVELS = 50
_PLAIN = frozenset({float, int, str, bool, type(None)})  # immutable; most values of results are of these


def is_array(value: Any) -> TypeGuard[NDArray[Any]]:
    """Return whether a value is a numpy array, without loading numpy: before that, no value is one."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def locked(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array on the same memory that cannot be made writable again.

    The flag ``writeable`` could be set back; a view of a read-only buffer does not allow that.
    """
    import numpy as np

    if not array.flags.writeable and isinstance(array.base, memoryview):
        return array
    if array.dtype.kind in "mM" or type(array) is not np.ndarray:  # dates and masks have no buffer
        array = array.copy()
        array.flags.writeable = False
        return array.view()
    return np.asarray(array.data.toreadonly())


def frozen(value: Any, depth: int = 0) -> Any:
    """Return an array, mapping or tuple as an immutable one, with all that it contains; other values as is.

    Values nested more deeply than those of any result stay as they are.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if is_array(value):
        return locked(value)
    if depth > _MOST_LEVELS:
        return value
    if kind in (dict, OrderedDict, FrozenMapping):
        plain = _PLAIN.issuperset(map(type, value.values()))
        parts = value if plain else {name: frozen(part, depth + 1) for name, part in value.items()}
        unchanged = kind is FrozenMapping and (plain or all(parts[name] is value[name] for name in parts))
        return value if unchanged else FrozenMapping(parts)
    if kind is tuple and not _PLAIN.issuperset(map(type, value)):
        frozen_parts = tuple(frozen(part, depth + 1) for part in value)
        unchanged = all(new is old for new, old in zip(frozen_parts, value, strict=True))
        return value if unchanged else frozen_parts
    return value


@cache
def field_names(kind: Any) -> tuple[str, ...]:
    """Return the names of a dataclass's fields."""
    return tuple(field.name for field in fields(kind))


@cache
def compared_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields by which two instances of a dataclass are compared."""
    return tuple(field.name for field in fields(kind) if field.compare)


@cache
def _init_names(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields that are arguments of a dataclass."""
    return tuple(field.name for field in fields(kind) if field.init)


def freeze(holder: Any) -> None:
    """Make the values of a frozen dataclass's fields immutable."""
    kind: Any = type(holder)
    for name in field_names(kind):
        value = getattr(holder, name)
        if type(value) in _PLAIN:
            continue
        immutable = frozen(value)
        if immutable is not value:
            object.__setattr__(holder, name, immutable)


def freeze_within(holder: Any) -> None:
    """Make the values of a dataclass immutable, and those of the dataclasses in it."""
    freeze(holder)
    kind: Any = type(holder)
    for name in field_names(kind):
        value = getattr(holder, name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part) and not isinstance(part, Frozen):
                freeze_within(part)


class Frozen:
    """A frozen dataclass whose values are immutable too, also after it was pickled or copied."""

    __slots__ = ("__weakref__",)

    def __post_init__(self) -> None:
        freeze(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # through the constructor, which freezes values: numpy unpickles arrays as writable
        kind: Any = type(self)
        return _rebuilt, (kind, {name: getattr(self, name) for name in _init_names(kind)})


def _rebuilt(kind: Any, values: Mapping[str, Any]) -> Any:
    return kind(**values)


def alike(left: Any, right: Any) -> bool:
    """Return whether two values are equal: arrays by their elements, nan as equal to nan."""
    if left is right:
        return True
    if is_array(left) or is_array(right):
        return _equal_arrays(left, right)
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(alike(left[name], right[name]) for name in left)
    return _equal_parts(left, right) if type(left) is type(right) else bool(left == right)


def _equal_parts(left: Any, right: Any) -> bool:
    """Return whether two values of one type are equal, sequences and plain dataclasses part by part."""
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(alike, left, right))
    if is_dataclass(left) and not isinstance(left, Frozen | Sequence):
        kind: Any = type(left)
        return all(alike(getattr(left, name), getattr(right, name)) for name in compared_names(kind))
    return bool(left.equals(right) if hasattr(left, "equals") else left == right)  # a pandas index


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


def _equal_arrays(left: Any, right: Any) -> bool:
    import numpy as np

    if not (is_array(left) and is_array(right)) or left.shape != right.shape:
        return False
    if "O" in (left.dtype.kind, right.dtype.kind):
        return alike(left.tolist(), right.tolist())
    return np.array_equal(left, right, equal_nan=left.dtype.kind in "fc" and right.dtype.kind in "fc")
