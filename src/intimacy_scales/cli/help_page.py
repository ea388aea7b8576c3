"""The help page of all commands, as typer shows it, but without the libraries that typer loads for it.

These read Markdown and highlight source code, and take as long to load as typer itself.
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
    """Print the usage, purpose, options and commands of a group of commands."""
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
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    out.print(Panel(table, title=title, title_align="left", border_style="dim"))
