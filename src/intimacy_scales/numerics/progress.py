"""Progress of long work: reported to a function, or on a terminal after two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

Step = TypeVar("Step")
Report: TypeAlias = Callable[[str, int, int | None], None]

_PATIENCE = 2.0  # seconds before anything is written on a terminal
_EVERY = 0.2  # seconds between two reports
_report: ContextVar[Report | None] = ContextVar("report", default=None)
_silent: ContextVar[bool] = ContextVar("silent", default=False)
_within: ContextVar[bool] = ContextVar("within", default=False)


@contextmanager
def report_progress(tell: Report | None) -> Iterator[None]:
    """Call a function while long work of this package goes on.

    Without it, work that takes more than two seconds shows its progress in a line on standard error, if that
    is a terminal. Ctrl-C ends any work; nothing is left half done.

    Parameters
    ----------
    tell
        Called with the name of the work, the number of steps done, and the number of all steps (None where
        it is unknown), at most five times a second and once at the end. None: nothing is reported, not even
        on a terminal.

    Examples
    --------
    >>> from intimacy_scales import parallel_analysis, report_progress, simulate
    >>> answers = simulate("scii-12", n=100, rng=1).answers
    >>> with report_progress(lambda what, done, total: print(what, done, "of", total)):
    ...     retained = parallel_analysis("scii-12", answers, n_iterations=1, rng=1)
    parallel analysis 1 of 1
    """
    reporting, silent = _report.set(tell), _silent.set(tell is None)
    try:
        yield
    finally:
        _report.reset(reporting)
        _silent.reset(silent)


def steps(work: Iterable[Step], what: str, total: int | None = None) -> Iterator[Step]:
    """Yield the steps of a piece of work, and report its progress.

    Of work within other work, only the outer one is reported.

    Parameters
    ----------
    work
        The steps.
    what
        Name of the work, for people to read.
    total
        Number of steps; None where it is unknown.
    """
    report = None if _within.get() else _receiver()
    if report is None:
        yield from work
        return
    done, last_report = 0, time.monotonic()
    _within.set(True)
    try:
        for step in work:
            yield step
            done += 1
            if time.monotonic() - last_report >= _EVERY:
                report(what, done, total)
                last_report = time.monotonic()
        report(what, done, total)
    finally:
        _within.set(False)
        if isinstance(report, _Terminal):
            report.close()


def _receiver() -> Report | None:
    """Return what progress is reported to: the caller's function, or a terminal; None where nothing."""
    report = _report.get()
    if report is not None or _silent.get():
        return report
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return _Terminal() if terminal else None


class _Terminal:
    """One line on a terminal that shows progress, and is cleared at the end."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._shown = 0

    def __call__(self, what: str, done: int, total: int | None) -> None:
        if time.monotonic() - self._since >= _PATIENCE:
            text = f"{what}: {done:,} of {total:,}" if total else f"{what}: step {done:,}"
            sys.stderr.write(f"\r{text:<{self._shown}}")
            sys.stderr.flush()
            self._shown = len(text)

    def close(self) -> None:
        """Clear the line."""
        if self._shown:
            sys.stderr.write(f"\r{'':<{self._shown}}\r")
            sys.stderr.flush()
