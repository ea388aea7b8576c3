"""Modules that annotations name, loaded when somebody asks what these say.

Annotations are texts until `typing.get_type_hints`, or a framework that reads signatures, evaluates them.
What only type checkers import could not be found then, and to import it at once would make everybody wait.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class _LateModule(ModuleType):
    """Stands for a module of its name until something of it is looked at."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # asked by whoever looks at everything in a module, not by an annotation
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def late_module(name: str) -> ModuleType:
    """Return what stands for a module, whose names are those of the module itself.

    Examples
    --------
    >>> from fractions import Fraction
    >>> late_module("fractions").Fraction is Fraction
    True
    """
    return _LateModule(name)
