"""Matrix products of short blocks, without the threads that slow them down.

A BLAS library splits even a product of a millisecond among its threads, and waits for all of them by
spinning: beside another busy process that was measured up to 30 times slower than one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let matrix products run in the calling thread alone, until the block ends."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
