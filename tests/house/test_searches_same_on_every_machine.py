"""Searches and random draws give the same on every machine: choices are equal, figures to rounding."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.shared import searched_data, searched_reliability
from tests.shared.machines import DIFFERENT, answers_everywhere
from tests.shared.searched_everything import FINDERS

PARTS = ("factors", "reliability")
_TOLERANCE = 1e-9  # relative to the largest of the numbers that belong together, or 1
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


def everywhere(part: str) -> list[tuple[str, Any]]:
    """Return what is found on each machine, with the machine's name."""
    found = answers_everywhere("tests.shared.searched_everything", "everything", DIFFERENT)
    return [(name, answers[part]) for name, answers in found.items()]


@pytest.mark.machines
@pytest.mark.parametrize("part", PARTS)
def test_no_machine_finds_anything_else(part):
    (_, first), *others = everywhere(part)
    apart = {name: list(differences(first, found)) for name, found in others}
    assert not any(apart.values()), {name: words[:5] for name, words in apart.items() if words}


@pytest.mark.machines
@pytest.mark.parametrize("part", PARTS)
def test_last_bits_of_what_goes_in_change_nothing(part):
    """As on machines that are not here: every number that a search starts from is rounded otherwise."""
    with searched_data.nudged(1):
        found = json.loads(json.dumps(FINDERS[part]()))  # as from elsewhere
    assert not list(differences(everywhere(part)[-1][1], found))


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


# ---------------------------------------------------------------- smoothing


def smoothed_everywhere(what: str) -> list[tuple[str, Any]]:
    return [(name, answers[what]) for name, answers in everywhere("smoothing")]


@pytest.mark.machines
def test_norm_tables_are_the_same_on_every_machine():
    """The same models, and ranks that differ by rounding only, of 500 skewed samples."""
    first, *others = smoothed_everywhere("norm tables")
    assert len(first[1]) == 500
    assert len({(degree, *ends) for degree, ends, _ in first[1]}) > 10  # many models are chosen among them
    for name, tables in others:
        for number, (here, there) in enumerate(zip(first[1], tables, strict=True)):
            where = f"sample {number}: {name} compared with {first[0]}"
            assert here[:2] == there[:2], where
            np.testing.assert_allclose(there[2], here[2], rtol=0, atol=1e-9, err_msg=where)


@pytest.mark.machines
def test_fits_at_the_edge_are_the_same_on_every_machine():
    """A million persons next to one, on few scores of many: where rounding would show first."""
    first, *others = smoothed_everywhere("edge")
    assert sum(shares is not None for shares in first[1]) > 60
    for name, fits in others:
        for number, (shares, its_shares) in enumerate(zip(first[1], fits, strict=True)):
            assert (shares is None) == (its_shares is None), f"sample {number}: {name}"
            if shares is not None:
                np.testing.assert_allclose(
                    its_shares, shares, rtol=0, atol=1e-11, err_msg=f"{number}: {name}"
                )


@pytest.mark.machines
def test_norms_are_the_same_on_every_machine():
    first, *others = smoothed_everywhere("norms")
    assert [norm["scale"] for norm in first[1]] == ["a", "b", "c", "t"]
    for name, norms in others:
        for norm_here, norm_there in zip(first[1], norms, strict=True):
            for figure in ("n", "mean", "sd"):
                assert norm_there[figure] == pytest.approx(norm_here[figure], rel=1e-14), name
            here, there = (np.array(n["percentiles"]) for n in (norm_here, norm_there))
            np.testing.assert_array_equal(there[:, 0], here[:, 0], err_msg=name)
            np.testing.assert_allclose(there[:, 1], here[:, 1], rtol=0, atol=1e-9, err_msg=name)
