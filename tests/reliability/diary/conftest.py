"""Linear algebra on one thread, for the small matrices of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices: threads of linear algebra only wait for each other."""
    with threadpool_limits(1):
        yield
