"""Whatever a result holds cannot be changed from outside, and it can be compared with anything."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import weakref
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from intimacy_scales.reading.frames import Table
from intimacy_scales.reliability import (
    item_analysis,
)
from intimacy_scales.results.result import Result
from tests.shared.comparison import assert_close
from tests.shared.one_of_each_result import RESULTS, moments, result_classes

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")


@cache
def made(name: str) -> Any:
    return RESULTS[name]()


def inside(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every array and mapping that a result leads to, and where it was found.

    ``kept`` holds the caller's own kind of frame, and ``solution`` is the search that a fit came from.
    """
    if isinstance(value, np.ndarray):
        yield path, value
    elif isinstance(value, Mapping):
        yield path, value
        for name, part in value.items():
            yield from inside(part, f"{path}[{name!r}]")
    elif isinstance(value, tuple):
        for position, part in enumerate(value):
            yield from inside(part, f"{path}[{position}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        for name in dict.fromkeys([*names, *getattr(value, "__dict__", {})]):  # what was worked out, too
            if name not in ("solution", "form") and not isinstance(getattr(value, name), Table):
                yield from inside(getattr(value, name), f"{path}.{name}")


@pytest.mark.parametrize("name", RESULTS)
def test_every_array_of_a_result_is_read_only(name: str) -> None:
    found = {path: value for path, value in inside(made(name)) if isinstance(value, np.ndarray)}
    assert [path for path, array in found.items() if array.flags.writeable] == []
    for array in found.values():
        with pytest.raises(ValueError, match="cannot set WRITEABLE"):
            array.flags.writeable = True
        if array.size:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_the_walk_finds_what_it_should() -> None:
    """A test of frozen arrays that met none would say nothing."""
    counts = {name: sum(isinstance(v, np.ndarray) for _, v in inside(made(name))) for name in RESULTS}
    least = {
        "keyed moments": 6,
        "keyed moments of sums": 5,
        "moments": 40,
        "items": 20,
        "change": 3,
        "scores": 3,
    }
    assert {name: n for name, n in least.items() if counts[name] < n} == {}
    assert any("_correlations_by_items" in path for path, _ in inside(made("moments")))
    for path in (".covariances", ".means", ".counts", ".reverse", ".weights", ".pair_variances"):
        assert path in dict(inside(made("keyed moments")))


@pytest.mark.parametrize("name", RESULTS)
def test_results_can_be_changed_in_no_field(name: str) -> None:
    result = made(name)
    for field in dataclasses.fields(result):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            setattr(result, field.name, None)


def test_all_results_are_compared_and_written_in_one_way() -> None:
    classes = result_classes()
    assert len(classes) > 45
    for kind in classes:
        assert kind.__eq__ is Result.__eq__, kind
        assert kind.__hash__ is Result.__hash__, kind
        assert kind.to_json is Result.to_json, kind
        assert kind.__reduce__ is Result.__reduce__, kind
    names = {kind.__name__ for kind in classes}
    assert {"Scores", "PersonScores", "ScoreSummary", "StandardScores", "Interpretation"} <= names
    assert {"CodedResponses", "CronbachAlpha", "CFAResult", "StructureReport", "BankReport"} <= names


# sums that add up, and arrays of an analysis, have an equality of their own or none
PARTS = {"moments", "moments of two groups", "keyed moments", "keyed moments of sums"}
PARTS |= {"keyed moments without an item"}
WHOLE = [name for name in RESULTS if name not in PARTS]


@pytest.mark.parametrize("name", WHOLE)
def test_results_of_the_same_answers_are_equal(name: str) -> None:
    result, again = made(name), RESULTS[name]()
    if result == again:
        assert hash(result) == hash(again)
    else:  # sums of old versions of numpy depend on where arrays lie in memory, in the last digit
        assert_close(result.to_dict(), again.to_dict())
    for copied in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert copied == result
        assert hash(copied) == hash(result)
        assert repr(copied) == repr(result)
        found = [(path, value) for path, value in inside(copied) if isinstance(value, np.ndarray)]
        for path, array in found:
            with pytest.raises(ValueError, match="cannot set WRITEABLE"):
                array.flags.writeable = True
            assert not array.flags.writeable, path


@pytest.mark.parametrize("name", WHOLE)
def test_a_result_differs_where_one_field_does(name: str) -> None:
    result = made(name)
    differing = 0
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if field.compare and isinstance(value, float | int) and not isinstance(value, bool):
            if value != value:  # noqa: PLR0124 - nan is nan, whatever is added
                continue
            other = dataclasses.replace(result, **{field.name: value + 1})
            assert (other == result, other != result) == (False, True), field.name
            differing += 1
        elif field.compare and isinstance(value, np.ndarray) and value.size and value.dtype.kind in "fiu":
            changed = value.copy()
            changed.flat[0] += 1
            if not np.array_equal(changed, value, equal_nan=value.dtype.kind == "f"):
                other = dataclasses.replace(result, **{field.name: changed})
                assert (other == result, other != result) == (False, True), field.name
                differing += 1
    assert differing or name in {"standard scores"}


@pytest.mark.parametrize("name", RESULTS)
def test_results_can_be_referred_to_weakly(name: str) -> None:
    result = made(name)
    assert weakref.ref(result)() is result


@pytest.mark.parametrize("name", WHOLE)
def test_json_is_one_line_or_as_wide_as_asked_for(name: str) -> None:
    result = made(name)
    text = result.to_json()
    assert "\n" not in text
    assert json.loads(text) == json.loads(result.to_json(indent=2))
    assert result.to_json(indent=2).startswith('{\n  "')


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_not_equal_to_something_else(name: str) -> None:
    result = made(name)
    for other in (None, 5, 0.5, "moments", (), [], {}, object()):
        found = (result == other, other == result, result != other, other != result)
        assert found == (False, False, True, True), other


def test_results_of_different_kinds_differ() -> None:
    kept = [made(name) for name in ("moments", "items", "alpha", "change", "scores", "codes")]
    for i, one in enumerate(kept):
        for j, other in enumerate(kept):
            if i != j:
                assert (one == other, one != other) == (False, True)
    assert made("moments") == moments()
    assert made("moments") != made("moments of two groups")
    assert made("items") == item_analysis(moments(), scale="b")
