"""What all commands do: refuse an option given twice, clean up when they are ended, tell of a full disk."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from intimacy_scales.cli.terminal import WRONG_USE, err

_ENDED_BY_SIGNAL = 128  # plus its number, as shells have it
_TWICE = 2
_INSTEAD = {
    "columns": "to score both partners, run it once for each of them",
    "instrument": "to score several instruments, run it once for each of them",
}


class Command(TyperCommand):
    """A command that refuses an option given twice if it takes one value: the last would win silently."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse arguments; leave with a message where an option is repeated."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        counts = Counter(given)
        for option, times in counts.items():
            single = not (getattr(option, "multiple", True) or getattr(option, "is_flag", True))
            if single and times > 1:
                how_often = "twice" if times == _TWICE else f"{times} times"
                instead = _INSTEAD.get(option.name or "", "give it once")
                err.print(
                    f"[red]error:[/] {escape(max(option.opts, key=len))} is given {how_often}, and takes one "
                    f"value; {instead}",
                    soft_wrap=True,
                )
                raise typer.Exit(WRONG_USE)
        return super().parse_args(ctx, args)


class Commands(TyperGroup):
    """All commands: what ends the process lets it clean up, and output that cannot be written is told."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        with signals_as_exits(), _output_told():
            return super().main(*args, **kwargs)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_ENDED_BY_SIGNAL + number)


@contextmanager
def signals_as_exits() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the process as an error does, unless they are ignored (as by nohup)."""
    before: dict[int, Any] = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is None or signal.getsignal(number) is not signal.SIG_DFL:
            continue
        try:
            before[number] = signal.signal(number, _leave)
        except ValueError:  # not the main thread
            return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _output_told() -> Iterator[None]:
    """Say that standard output cannot be written, as where the disk is full.

    A pipe that nobody reads any more is no error (typer leaves quietly).
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno == errno.EPIPE:
            _forget_output()
            raise SystemExit(1) from None
        err.print(f"[red]error:[/] standard output: {escape(error.strerror or str(error))}", soft_wrap=True)
        _forget_output()
        raise SystemExit(WRONG_USE) from None


def _forget_output() -> None:
    """Send what is left to be printed nowhere: Python tries again, and complains, when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # it is no file
        return
    finally:
        os.close(nowhere)
