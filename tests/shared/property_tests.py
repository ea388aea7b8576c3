"""How property tests run: the same examples in CI, others in each run elsewhere, and more on request."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

TIMES = "INTIMACY_SCALES_TIMES_AS_MANY_EXAMPLES"
_SETTINGS = "_hypothesis_internal_use_settings"


def choose_profile() -> None:
    """Load the profile `ci` where the environment says CI, else `local`.

    In CI a push fails for what it changed, so the examples are those of the run before. Elsewhere each run
    draws its own. No profile has a limit of time, so that no test fails because a machine is slow.
    """
    usual = settings.get_profile("default")  # whatever Hypothesis itself makes of the environment
    unhurried = settings(usual, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
    settings.register_profile("local", unhurried)
    settings.register_profile("ci", unhurried, derandomize=True, database=None)
    settings.load_profile("ci" if os.environ.get("CI") else "local")


def multiply_examples(items: Iterable[pytest.Item]) -> None:
    """Multiply the examples of every property test by the number that the environment names.

    Tests set their own `max_examples`, as some cost a thousand times what others cost: no profile does this.
    """
    times = int(os.environ.get(TIMES, "1"))
    tests = (item.obj for item in items if isinstance(item, pytest.Function))
    functions = {test for test in tests if is_hypothesis_test(test)}
    for function in functions if times != 1 else ():  # cases of one test share its function
        own = getattr(function, _SETTINGS)
        setattr(function, _SETTINGS, settings(own, max_examples=times * own.max_examples))
