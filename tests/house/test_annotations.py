"""What annotations of public names say can be asked, and nobody waits for it before."""

from __future__ import annotations

import inspect
import pkgutil
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pandas as pd
import pytest

import intimacy_scales
from intimacy_scales import Instrument, PersonScores, Scores, load, score, score_many
from intimacy_scales.late import late_module
from tests.shared.commands import printed_by_python

ROOMS = [
    "intimacy_scales",
    *(f"intimacy_scales.{found.name}" for found in pkgutil.iter_modules(intimacy_scales.__path__)),
]


def public(room: str) -> dict[str, Any]:
    """Classes and functions that a room gives to others, and what those classes are made of."""
    module = import_module(room)
    names = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if getattr(value, "__module__", None) == room
    ]
    found: dict[str, Any] = {}
    for name in names:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            found[name] = thing
        elif inspect.isclass(thing):
            for kind in thing.__mro__:
                if kind.__module__.startswith("intimacy_scales"):
                    found[f"{name} ({kind.__name__})"] = kind
                    found |= {f"{name}.{method}": code for method, code in methods(kind)}
    return found


def methods(kind: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties of a class; not `__init__`, which dataclasses write.

    That of a class which inherits fields names their types in its own module, where they may not be.
    """
    for name, value in vars(kind).items():
        code = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        ours = inspect.isfunction(code) and code.__module__.startswith("intimacy_scales")
        if ours and name != "__init__":
            yield name, code


@pytest.mark.parametrize("room", [room for room in ROOMS if not room.endswith("__main__")])
def test_annotations_of_all_public_names_can_be_evaluated(room: str) -> None:
    unknown = {}
    for name, thing in public(room).items():
        try:
            typing.get_type_hints(thing)
        except NameError as error:
            unknown[name] = str(error)
    assert not unknown


def test_they_are_the_classes_themselves() -> None:
    hints = typing.get_type_hints(PersonScores)
    assert hints["form"] is Instrument
    assert typing.get_type_hints(PersonScores.to_frame)["return"] is pd.DataFrame
    assert typing.get_args(typing.get_type_hints(score)["return"]) == (PersonScores, Scores)
    assert typing.get_args(typing.get_type_hints(score_many)["instrument"])[0] is Instrument
    assert typing.get_type_hints(load)["return"] is Instrument
    signature = inspect.signature(PersonScores.from_json, eval_str=True)
    assert Instrument in typing.get_args(signature.parameters["instrument"].annotation)


def test_nothing_is_loaded_for_them_before_somebody_asks() -> None:
    script = """
import inspect, sys, typing
from intimacy_scales import PersonScores, score, score_many
heavy = {"pydantic", "numpy", "pandas"}
inspect.getmembers(sys.modules["intimacy_scales.scoring.person"])
before = sorted(heavy & set(sys.modules))
typing.get_type_hints(PersonScores)
print(before, sorted({"pydantic", "pandas"} & set(sys.modules)))
"""
    assert printed_by_python(script) == "[] ['pydantic']\n"


def test_a_late_module_has_the_names_of_the_module() -> None:
    late = late_module("decimal")
    assert late.Decimal is import_module("decimal").Decimal
    with pytest.raises(AttributeError, match="no attribute 'Decimals'"):
        _ = late.Decimals
    assert not hasattr(late_module("a_module_that_is_nowhere"), "__wrapped__")
