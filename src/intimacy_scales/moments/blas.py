"""Matrix products of short blocks in one BLAS thread, which is faster.

A BLAS library divides even a product of a millisecond among its threads, and waits for all of them in a busy
loop: next to another busy process, this was measured up to 30 times slower than one thread.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

# Multiplications that OpenBLAS does without first copying the matrices into another layout, which takes
# longer than the product itself where one side is short.
SMALL_PRODUCT = 10**6

_lock = Lock()
_users = 0
_limiter: Any = None


@cache
def _controller(scipy_is_loaded: bool) -> ThreadpoolController:
    """Return the controller of the BLAS libraries loaded so far; scipy has one of its own."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Run matrix products in the calling thread alone until the block ends.

    The setting applies to the whole process: it is made when the first block begins, and undone when the last
    one ends.
    """
    global _users, _limiter  # noqa: PLW0603 - one setting for the process
    with _lock:
        if not _users:
            _limiter = _controller("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas")
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                _limiter.restore_original_limits()
