"""How far long work is: told to a function that was named for it, or on a terminal after two seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

Step = TypeVar("Step")
Tell: TypeAlias = Callable[[str, int, int | None], None]

_PATIENCE = 2.0  # seconds before a terminal is told anything
_EVERY = 0.2  # seconds between what is told
_tell: ContextVar[Tell | None] = ContextVar("tell", default=None)
_silent: ContextVar[bool] = ContextVar("silent", default=False)
_within: ContextVar[bool] = ContextVar("within", default=False)


@contextmanager
def report_progress(tell: Tell | None) -> Iterator[None]:
    """Call a function while long work of this package goes on.

    Without it, a line on standard error says how far work of more than two seconds is, where that is a
    terminal. Ctrl-C ends any work; nothing is left half done.

    Parameters
    ----------
    tell
        Called with what is done, how many steps were taken, and how many there are (None where nobody
        knows), at most five times a second and once at the end. None: nothing is told, on no terminal.

    Examples
    --------
    >>> from intimacy_scales import parallel_analysis, report_progress, simulate
    >>> answers = simulate("scii-12", n=100, rng=1).answers
    >>> with report_progress(lambda what, done, total: print(what, done, "of", total)):
    ...     found = parallel_analysis("scii-12", answers, n_iterations=1, rng=1)
    parallel analysis 1 of 1
    """
    told, silent = _tell.set(tell), _silent.set(tell is None)
    try:
        yield
    finally:
        _tell.reset(told)
        _silent.reset(silent)


def steps(work: Iterable[Step], what: str, total: int | None = None) -> Iterator[Step]:
    """Yield the steps of a piece of work, and tell how far it is.

    Of work within work, the outer one alone is told.

    Parameters
    ----------
    work
        The steps.
    what
        What is done, as a person would call it.
    total
        How many steps there are; None where nobody knows.
    """
    tell = None if _within.get() else _teller()
    if tell is None:
        yield from work
        return
    done, last = 0, time.monotonic()
    _within.set(True)
    try:
        for step in work:
            yield step
            done += 1
            if time.monotonic() - last >= _EVERY:
                tell(what, done, total)
                last = time.monotonic()
        tell(what, done, total)
    finally:
        _within.set(False)
        if isinstance(tell, _Terminal):
            tell.close()


def _teller() -> Tell | None:
    """Return whom to tell: the function that was named, or a terminal."""
    tell = _tell.get()
    if tell is not None or _silent.get():
        return tell
    terminal = sys.stderr is not None and sys.stderr.isatty()
    return _Terminal() if terminal else None


class _Terminal:
    """One line of a terminal that says how far long work is, and goes when it ends."""

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
        """Take the line away."""
        if self._shown:
            sys.stderr.write(f"\r{'':<{self._shown}}\r")
            sys.stderr.flush()
