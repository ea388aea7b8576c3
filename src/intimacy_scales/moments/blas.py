"""Matrix products of short blocks, without the threads that slow them down.

A BLAS library splits even a product of a millisecond among its threads, and waits for all of them by
spinning: beside another busy process that was measured up to 30 times slower than one thread.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController

# multiplications that OpenBLAS does as the matrices stand; of more, it rearranges them first, which takes
# longer than the product where one side is short
SMALL_PRODUCT = 10**6

_lock = Lock()
_users = 0
_limiter: Any = None


@cache
def _controller(scipy_is_loaded: bool) -> ThreadpoolController:
    """Return what limits the libraries that are loaded by now; scipy brings one of its own."""
    return ThreadpoolController()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let matrix products run in the calling thread alone, until the block ends.

    The setting is the whole process's; the first to enter makes it, and the last to leave undoes it.
    """
    global _users, _limiter  # noqa: PLW0603 - the setting is one for the process
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
