"""Searches and random draws give the same on every machine: choices are equal, figures to rounding."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

import searched_data
import searched_reliability
from machines import DIFFERENT, answers_everywhere

PARTS = ("searched_factors", "searched_reliability")
_TOLERANCE = 1e-9  # beside the largest of the numbers that belong together, or 1
# what cannot be told so exactly from the same answers, and why
_WIDER = {
    "likely moments": 1e-7,  # EM stops where a step leads no further than 1e-9, and has then some steps to go
    "FIML": 1e-7,  # its chi-square rests on these
    "of all alike, two": 1e-7,  # a second factor of one-factor correlations is not determined
    "a ring, three": 1e-7,  # near a minimum that is flat along one way
}


def _tolerance(name: str) -> float:
    return next((wider for part, wider in _WIDER.items() if part in name), _TOLERANCE)


def differences(one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    """Yield in words what differs: any choice, and figures beyond their tolerance."""
    if one.keys() != other.keys():
        yield f"not the same searches: {sorted(one.keys() ^ other.keys())}"
    for name in one.keys() & other.keys():
        here, there = one[name], other[name]
        if here["choices"] != there["choices"]:
            yield f"{name}: {here['choices']} is {there['choices']}"
            continue
        for figure, values in here["figures"].items():
            a, b = np.array(values), np.array(there["figures"][figure])
            if a.shape != b.shape:
                yield f"{name}: {len(a)} {figure} are {len(b)}"
                continue
            apart = float(np.abs(a - b).max(initial=0)) / max(1.0, float(np.abs(a).max(initial=0)))
            if not apart <= _tolerance(name):
                yield f"{name}: {figure} differ by {apart:.2g}"


@cache
def _here(part: str, seed: int | None = None) -> dict[str, Any]:
    """Return what is found here, by way of JSON as from elsewhere, of numbers as they are or moved."""
    everything = importlib.import_module(part).everything
    if seed is None:
        found = everything()
    else:
        with searched_data.nudged(seed):
            found = everything()
    plain: dict[str, Any] = json.loads(json.dumps(found))
    return plain


@pytest.mark.machines
@pytest.mark.parametrize("part", PARTS)
def test_no_machine_finds_anything_else(part):
    found = answers_everywhere(part, "everything", DIFFERENT)
    first, *others = found
    apart = {name: list(differences(found[first], found[name])) for name in others}
    assert not any(apart.values()), {name: words[:5] for name, words in apart.items() if words}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("part", PARTS)
def test_last_bits_of_what_goes_in_change_nothing(part, seed):
    """As on machines that are not here: every number that a search starts from is rounded otherwise."""
    assert not list(differences(_here(part), _here(part, seed)))


def test_a_difference_would_be_seen():
    straight = {"x": {"choices": [1], "figures": {"y": [1.0, 2.0]}}}
    others = ([1.0, 2.0 + 1e-8], [1.0, math.nan], [1.0])
    for choices, values in (([2], [1.0, 2.0]), *(([1], values) for values in others)):
        other = {"x": {"choices": choices, "figures": {"y": values}}}
        assert list(differences(straight, other))
    assert not list(differences(straight, {"x": {"choices": [1], "figures": {"y": [1.0, 2.0 + 1e-12]}}}))
    assert next(differences(straight, {})).startswith("not the same searches")


def test_the_width_of_a_plan_leads_to_its_size_again():
    """Also where rounding made it narrower by the last bit, so that nobody more is asked for."""
    plans = [
        plan["choices"] for name, plan in searched_reliability.plans().items() if name.startswith("alpha")
    ]
    assert len(plans) == 16
    assert all(again == first for first, again, _ in plans)
