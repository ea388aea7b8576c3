"""Figures that are equal but for rounding, and documents that say the same but for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest


def near(found: Any, expected: Any, rel: float = 1e-9, abs: float = 1e-12) -> None:  # noqa: A002
    """Assert that figures are equal but for rounding, which is relative to their size."""
    found, expected = (np.asarray(values, dtype=float) for values in (found, expected))
    np.testing.assert_allclose(found, expected, rtol=rel, atol=abs)


def roughly(found: Any, expected: Any, rel: float = 1e-6, abs: float = 1e-9) -> None:  # noqa: A002
    """Assert that two searches found the same: each stops where nothing improves, some digits early."""
    near(found, expected, rel, abs)


def close(found: Any, expected: Any, within: float = 1e-9, relative: float = 0) -> None:
    """Assert that figures such as loadings, which are of size 1 or less, differ by no more than an amount."""
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=relative, atol=within)


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
