"""The commands, and what they share: repeated options, termination signals, output that cannot be written."""

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
from intimacy_scales.messages import times

_ENDED_BY_SIGNAL = 128  # plus the number of the signal, as in shells
_INSTEAD = {
    "columns": "to score both partners, run it once for each of them; the command couples reads both",
    "instrument": "to score several instruments, run it once for each of them",
}


class Command(TyperCommand):
    """A command that refuses to be given a single-valued option twice, where the last would win silently."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse arguments; exit with a message if an option is repeated."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        counts = Counter(given)
        for option, count in counts.items():
            single = not (getattr(option, "multiple", True) or getattr(option, "is_flag", True))
            if single and count > 1:
                instead = _INSTEAD.get(option.name or "", "give it once")
                err.print(
                    f"[red]error:[/] {escape(max(option.opts, key=len))} is given {times(count)}, but takes "
                    f"one value; {instead}",
                    soft_wrap=True,
                )
                raise typer.Exit(WRONG_USE)
        return super().parse_args(ctx, args)


class _Entry(NamedTuple):
    """The place of a command, the first line of its help, which is shown without loading it, and examples."""

    module: str
    function: str
    help: str
    examples: tuple[str, ...] = ()


COMMANDS = {
    "list": _Entry("catalogue", "list_instruments", "List the shipped instruments by what they measure."),
    "show": _Entry(
        "catalogue",
        "show",
        "Show an instrument: items, response scale, scales with their keys, evidence, permission.",
    ),
    "inspect": _Entry(
        "inspect", "inspect_file", "Show how a file of answers is read: platform, columns, options, rows."
    ),
    "score": _Entry("score", "score", "Score a file of answers, print a summary, and write the scores."),
    "reliability": _Entry(
        "reliability", "reliability", "Compute the reliability of every scale from a file of answers."
    ),
    "structure": _Entry(
        "structure",
        "structure",
        "Test whether the pattern of answers in a file supports the instrument's scales.",
    ),
    "couples": _Entry(
        "couples",
        "couples",
        "Compute a report of couples: agreement, reliability, similarity, actor and partner effects.",
        (
            "a row for each couple, columns w1 to w3 and h1 to h3: intimacy-scales couples couples.csv "
            "-i kmss --a 'w{n}' --b 'h{n}' --a-name wife --b-name husband --roles",
            "a row for each person: intimacy-scales couples persons.csv -i kmss --couple couple "
            "--person partner",
        ),
    ),
    "check": _Entry(
        "check",
        "check",
        "Check item banks, forms and instruments: wording, assumptions, duplicates, balance, evidence.",
    ),
    "demo": _Entry("demo", "demo", "Score the shipped example: simulated couples, nobody's real answers."),
    "docs": _Entry("docs", "docs", "Open the documentation site in a browser."),
}


class Commands(TyperGroup):
    """The group of commands, each loaded when it is used, so that a help page appears at once.

    Termination signals let it clean up, and output that cannot be written gives an error message.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # the texts of the help page
        self.commands = {name: Command(name, help=entry.help) for name, entry in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command and its arguments; raise if there is no such command."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else _loaded(str(command.name)), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help page."""
        from intimacy_scales.cli.help_page import print_help

        del formatter  # writes plain text only
        print_help(self, ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        with signals_as_exits(), _output_errors_as_messages():
            return super().main(*args, **kwargs)


def _loaded(name: str) -> Any:
    """Return a command with its options."""
    entry = COMMANDS[name]
    function = getattr(import_module(f"intimacy_scales.cli.{entry.module}"), entry.function)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    epilog = "\n\n".join(["Examples", *entry.examples]) if entry.examples else None
    alone.command(name, cls=Command, epilog=epilog)(function)
    return typer.main.get_command(alone)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(_ENDED_BY_SIGNAL + number)


@contextmanager
def signals_as_exits() -> Iterator[None]:
    """Make SIGTERM and SIGHUP raise SystemExit, unless they are ignored (as by nohup)."""
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
def _output_errors_as_messages() -> Iterator[None]:
    """Print a message if standard output cannot be written, such as on a full disk.

    A pipe whose reader has closed it is not an error (typer exits quietly).
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
    """Discard buffered output, which Python would try to write, and fail, when it exits."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null_device, sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is not a file
        return
    finally:
        os.close(null_device)
