"""Documents that say the same but for rounding: the last digits of a search depend on where arrays lie."""

from __future__ import annotations

from typing import Any

import pytest


def assert_close(one: Any, other: Any) -> None:
    """Assert that two documents say the same, but for the rounding of their figures."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name, value in one.items():
            assert_close(value, other[name])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for value, its in zip(one, other, strict=True):
            assert_close(value, its)
    elif isinstance(one, float):
        assert other == pytest.approx(one, rel=1e-8, abs=1e-8, nan_ok=True)
    else:
        assert one == other
