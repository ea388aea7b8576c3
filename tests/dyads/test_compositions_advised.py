"""What messages about mixed samples propose: compositions that exist, and that can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import Dyads, common_fate, perception, response_surface, truth_and_bias
from intimacy_scales.errors import EstimationError

CALLS: dict[str, Callable[..., Any]] = {
    "perception": lambda dyads, **o: perception(dyads, dyads, ["s"], **o),
    "truth_and_bias": lambda dyads, **o: truth_and_bias(dyads, judgement="x", truth="s", **o),
    "response_surface": lambda dyads, **o: response_surface(dyads, "s", "x", **o),
    "common_fate": lambda dyads, **o: common_fate(dyads, "s", "x", **o),
}


def mixed(kinds: list[str], n: int = 40, **options: Any) -> Dyads:
    """Return couples of these compositions, n of each."""
    rng = np.random.default_rng(3)
    rows = []
    for kind in kinds:
        for couple in range(n):
            s, x = rng.normal(size=2)
            for place, role in enumerate(kind.split("-")):
                one = {"c": f"{kind}{couple}", "p": f"{kind}{couple}{place}", "r": role}
                rows.append(one | {"s": s + rng.normal(), "x": x + s + rng.normal()})
    return Dyads.of_scores(rows, ["s", "x"], couple="c", person="p", role="r", mixed=True, **options)


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("kinds", [["f-f"], ["f-f", "m-m"], ["x-y", "x-x"]])
def test_a_composition_that_exists_is_proposed(call: str, kinds: list[str]) -> None:
    dyads = mixed(kinds)
    if call == "common_fate" and len(kinds) == 1:  # one kind of couples is what it needs
        assert CALLS[call](dyads).n_couples == len(dyads)
        return
    with pytest.raises(EstimationError) as error:
        CALLS[call](dyads)
    message = str(error.value)
    proposed = re.search(r"dyads\.of_composition\('(.*?)'\)", message)
    assert proposed is not None and proposed[1] in kinds, message
    assert ("several compositions" in message) == (len(kinds) > 1), message
    CALLS[call](dyads.of_composition(proposed[1]))
    CALLS[call](dyads, distinguishable=False)
