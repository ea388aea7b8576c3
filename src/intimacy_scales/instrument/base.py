"""Base of all parts of an instrument: frozen models, strict about unknown fields, with plain ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from intimacy_scales.instrument.numbers import finite

_ID = re.compile(r"\w[\w.\-]*")
_LONGEST_ID = 100  # characters
_UNCHANGEABLE = "instruments and item banks cannot be changed; model_copy(update={…}) makes a changed copy"
_DICT: Any = BaseModel.__dict__["__dict__"]  # reads and sets the dictionary that holds a model's fields


class _Fields(dict[str, Any]):
    """A copy of a part's fields that refuses changes, as they would not change the part."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError(_UNCHANGEABLE)

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)  # pickled and copied as a plain dictionary


if TYPE_CHECKING:
    kept = cached_property
else:

    class kept(cached_property):  # noqa: N801 - a decorator, named like the one that it replaces
        """A property that is computed once; `cached_property` would write to the part's ``__dict__``."""

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            """Compute the value and store it on the instance, which later finds it without this method."""
            if instance is None:
                return self
            value = self.func(instance)
            object.__setattr__(instance, self.attrname, value)
            return value


class Part(BaseModel):
    """Base of every model: immutable, and an unknown field is an error.

    ``load`` returns the same object to every caller that asks for an id, so no caller may change it.
    Pydantic refuses ``part.title = …``. In addition, ``part.__dict__`` and ``vars(part)`` are copies that
    refuse changes, and names that begin with ``_`` cannot be set either.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, ignored_types=(cached_property,)
    )

    @property
    def __dict__(self) -> dict[str, Any]:
        return _Fields(_DICT.__get__(self))

    @__dict__.setter
    def __dict__(self, fields: dict[str, Any]) -> None:
        _DICT.__set__(self, fields)  # by pydantic, when it makes the part

    def __setattr__(self, name: str, value: Any) -> None:
        if name.startswith("_") and name not in self.__private_attributes__:
            raise TypeError(_UNCHANGEABLE)
        super().__setattr__(name, value)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed, validated like any other part."""
        del deep  # every part is immutable: sharing is safe
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **(update or {})})


def is_id(text: str) -> bool:
    """Return whether a text can be the id of an item, a scale or an instrument.

    Examples
    --------
    >>> is_id("trust"), is_id("our trust")
    (True, False)
    """
    return _ID.fullmatch(text) is not None and len(text) <= _LONGEST_ID


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(
            f"{value!r} is not an id: use letters, digits, '_', '.' or '-', and do not begin with '-' or '.'"
        )
    return value


Id = Annotated[str, Field(max_length=_LONGEST_ID), AfterValidator(_check_id)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]
Number = Annotated[int | float, BeforeValidator(finite)]
"""A finite number; whole floats become ints, so that 1.0 and 1 are the same content."""
