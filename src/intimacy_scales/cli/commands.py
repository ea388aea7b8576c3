"""What all commands do: refuse an option given twice, clean up when they are ended, tell of a full disk."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, NamedTuple, NoReturn

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

from intimacy_scales.cli.console import WRONG_USE, err

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


class _Entry(NamedTuple):
    """Where a command is, and the first line of its help, which is shown without loading it."""

    module: str
    function: str
    help: str


COMMANDS = {
    "list": _Entry(
        "catalogue", "list_instruments", "List the instruments that are shipped, by what they measure."
    ),
    "show": _Entry(
        "catalogue",
        "show",
        "Show an instrument: items, response scale, scales with their keys, evidence, permission.",
    ),
    "score": _Entry("score", "score", "Score a file of answers, print a summary, and write the scores."),
    "reliability": _Entry(
        "reliability", "reliability", "Compute the reliability of every scale from a file of answers."
    ),
    "structure": _Entry(
        "structure",
        "structure",
        "Ask whether the pattern of answers in a file supports the instrument's scales.",
    ),
    "check": _Entry(
        "check",
        "check",
        "Check item banks, forms and instruments: wording, assumptions, duplicates, balance, evidence.",
    ),
    "demo": _Entry("demo", "demo", "Score the shipped example: simulated couples, nobody's real answers."),
}


class Commands(TyperGroup):
    """All commands, each loaded when it is used: what one needs takes longer than a help page should.

    What ends the process lets it clean up, and output that cannot be written is told.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # what a help page says of them
        self.commands = {name: Command(name, help=entry.help) for name, entry in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command and its arguments; raises where there is none of that name."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else _loaded(str(command.name)), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help page."""
        from intimacy_scales.cli.help_page import print_help

        del formatter  # what would write plain text
        print_help(self, ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        with signals_as_exits(), _output_told():
            return super().main(*args, **kwargs)


def _loaded(name: str) -> Any:
    """Return a command with its options."""
    entry = COMMANDS[name]
    function = getattr(import_module(f"intimacy_scales.cli.{entry.module}"), entry.function)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=Command)(function)
    return typer.main.get_command(alone)


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
