"""Sums over persons, made by several threads that take some of the persons each.

Sums of whole numbers are the same whoever adds up which part.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from typing import TypeVar

from intimacy_scales.encoding import Codes
from intimacy_scales.reliability.blas import one_blas_thread

Sums = TypeVar("Sums")

_LEAST = 32_768  # persons that are worth a thread
_MOST = 4


def n_threads(n_persons: int) -> int:
    """Return how many threads to use for so many persons."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _MOST, n_persons // _LEAST))


def sum_over_persons(job: Callable[[Codes], Sums], codes: Codes, *, threads: int | None = None) -> Sums:
    """Return what a job gives for all persons, as the sum of what it gives for parts of them.

    Parameters
    ----------
    job
        Codes (n_persons, n_items) → exact sums, which add up with ``+``.
    codes
        (n_persons, n_items).
    threads
        How many; by default as many as there are cores, at most four, if there is enough to do.
    """
    count = n_threads(len(codes)) if threads is None else threads
    with one_blas_thread():
        if count == 1:
            return job(codes)
        size = -(-len(codes) // count)
        parts = [codes[start : start + size] for start in range(0, len(codes), size)]
        with ThreadPoolExecutor(count) as pool:
            return reduce(add, pool.map(job, parts))
