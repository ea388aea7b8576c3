"""Progress of long work: reported to a function, or as a bar in a terminal or notebook after two seconds."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from html import escape
from typing import Any, TypeAlias, TypeVar

Step = TypeVar("Step")
Report: TypeAlias = Callable[[str, int, int | None], None]

_PATIENCE = 2.0  # seconds before anything is written on a terminal
_LENGTH = 24  # characters of a bar
_EVERY = 0.2  # seconds between two reports
_report: ContextVar[Report | None] = ContextVar("report", default=None)
_silent: ContextVar[bool] = ContextVar("silent", default=False)
_within: ContextVar[bool] = ContextVar("within", default=False)


@contextmanager
def report_progress(tell: Report | None) -> Iterator[None]:
    """Call a function while long work of this package goes on.

    Without it, work that takes more than two seconds shows a bar on standard error, if that is a terminal,
    or in the notebook that it was called from; it disappears at the end. Ctrl-C ends any work; nothing is
    left half done.

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
        if isinstance(report, _Bar):
            report.close()


def _receiver() -> Report | None:
    """Return what progress is reported to: the caller's function, a terminal, a notebook; None: nothing."""
    report = _report.get()
    if report is not None or _silent.get():
        return report
    if sys.stderr is not None and sys.stderr.isatty():
        return _Terminal()
    return _Notebook() if _in_a_notebook() else None


def _in_a_notebook() -> bool:
    """Return whether a kernel of Jupyter runs this; IPython is not imported to find out."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


class _Bar:
    """A bar that appears when work takes long, and is removed at the end."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self, what: str, done: int, total: int | None) -> None:
        passed = time.monotonic() - self._since
        if passed >= _PATIENCE:
            self.show(_words(what, done, total, passed), min(1.0, done / total) if total else None)

    def show(self, words: str, part: float | None) -> None:
        """Show how far the work is; ``part`` of it is done, if that is known."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove the bar."""
        raise NotImplementedError


def _words(what: str, done: int, total: int | None, passed: float) -> str:
    """Return what is done, and about how long the rest takes."""
    if not total:
        return f"{what}: step {done:,}"
    left = passed * (total - done) / done if done else 0.0
    rest = f", {left:.0f} s left" if left >= 1 else ""
    return f"{what}: {done:,} of {total:,}{rest}"


class _Terminal(_Bar):
    """One line of a terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = 0

    def show(self, words: str, part: float | None) -> None:
        """Write the line anew."""
        bar = "" if part is None else f"[{'#' * round(_LENGTH * part):<{_LENGTH}}] "
        text = f"{bar}{words}"
        sys.stderr.write(f"\r{text:<{self._shown}}")
        sys.stderr.flush()
        self._shown = len(text)

    def close(self) -> None:
        """Clear the line."""
        if self._shown:
            sys.stderr.write(f"\r{'':<{self._shown}}\r")
            sys.stderr.flush()


class _Notebook(_Bar):
    """An output of a cell."""

    def __init__(self) -> None:
        super().__init__()
        self._output: Any = None

    def show(self, words: str, part: float | None) -> None:
        """Show the bar, or change the one that is shown."""
        value = "" if part is None else f' value="{part:.3f}"'
        self._display(f'<progress{value} aria-label="{escape(words)}"></progress> {escape(words)}')

    def close(self) -> None:
        """Empty the output."""
        if self._output is not None:
            self._display("")

    def _display(self, html: str) -> None:
        content = {"text/html": html, "text/plain": ""}
        if self._output is None:
            display = importlib.import_module("IPython.display").display
            self._output = display(content, raw=True, display_id=True)
        else:
            self._output.update(content, raw=True)
