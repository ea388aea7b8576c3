"""Modules that only annotations name, imported when the annotations are evaluated.

Annotations are texts until `typing.get_type_hints`, or a framework that reads signatures, evaluates them. A
name imported for type checkers alone could not be resolved then; importing it always would slow every start.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class _LateModule(ModuleType):
    """A placeholder that imports the module of its name when an attribute is read."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # read by tools that inspect every module, never by an annotation
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def late_module(name: str) -> ModuleType:
    """Return a placeholder for a module, with the same names as the module itself.

    Examples
    --------
    >>> from fractions import Fraction
    >>> late_module("fractions").Fraction is Fraction
    True
    """
    return _LateModule(name)
