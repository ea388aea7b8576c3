"""The help page of all commands, as typer shows it, without what typer loads for it.

typer's own loads readers of Markdown and of programs, which takes as long as typer itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from intimacy_scales.cli.console import out


def print_help(group: Any, ctx: Any) -> None:
    """Print how a group of commands is called, what it is for, its options and its commands."""
    out.print(Padding(Text(group.get_usage(ctx)), 1))
    out.print(Padding(Text(group.help), (0, 1, 1, 1)))
    options = [option.get_help_record(ctx) for option in group.get_params(ctx) if not option.hidden]
    commands = [group.get_command(ctx, name) for name in group.list_commands(ctx)]
    _print_panel("Options", options)
    _print_panel("Commands", [(command.name, command.help) for command in commands])


def _print_panel(title: str, rows: Iterable[tuple[str, str]]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1), expand=True)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column(ratio=1)
    for name, told in rows:
        table.add_row(Text(name), Text(told))
    out.print(Panel(table, title=title, title_align="left", border_style="dim"))
