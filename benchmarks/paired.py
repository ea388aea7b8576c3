"""Timing two ways of doing a job in turn, so that a machine's mood touches both alike."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pair:
    """Seconds of both ways, run in turn.

    Attributes
    ----------
    ours, peer
        One entry for each repetition.
    """

    ours: list[float]
    peer: list[float]

    @property
    def ratio(self) -> float:
        """Median over repetitions of ours / peer."""
        return statistics.median(a / b for a, b in zip(self.ours, self.peer, strict=True))


def _seconds(job: Callable[[], Any], calls: int, clock: Callable[[], float]) -> float:
    begin = clock()
    for _ in range(calls):
        job()
    return (clock() - begin) / calls


def paired(
    ours: Callable[[], Any],
    peer: Callable[[], Any],
    *,
    repetitions: int,
    calls: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Pair:
    """Run both in turn after one warm-up each, without the garbage collector.

    With ``clock=time.process_time``, of jobs in one thread: what else the machine does does not count.
    """
    ours(), peer()
    gc.collect()
    gc.disable()
    try:
        times = [(_seconds(ours, calls, clock), _seconds(peer, calls, clock)) for _ in range(repetitions)]
    finally:
        gc.enable()
    return Pair([a for a, _ in times], [b for _, b in times])


def line(job: str, peer: str, pair: Pair, bar: float, *, judged: bool) -> str:
    """Return one line of a Markdown table; bars are set for the full size only."""
    met = "not judged" if not judged else "met" if pair.ratio <= bar else "MISSED"
    ours, other = statistics.median(pair.ours), statistics.median(pair.peer)
    return f"| {job} | {_duration(ours)} | {peer}: {_duration(other)} | {pair.ratio:.2f} | {bar} | {met} |"


HEADER = "| job | ours | peer | ratio | bar | |\n|---|---|---|---|---|---|"


def _duration(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"
