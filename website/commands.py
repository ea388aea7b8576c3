"""The page of the command line, made from what its commands say of themselves."""

from __future__ import annotations

import re
from typing import Any

import typer

from intimacy_scales.cli import app
from intimacy_scales.results.markdown import markdown_table, one_line
from intimacy_scales.results.tables import TextTable

_INTRODUCTION = """\
# Command line

Every command of `intimacy-scales` with its options; `intimacy-scales COMMAND --help` prints the same.
"""


def commands_page() -> str:
    """Return the page as Markdown."""
    group: Any = typer.main.get_command(app)
    context = group.make_context("intimacy-scales", [], resilient_parsing=True)
    parts = [_INTRODUCTION]
    for name in group.list_commands(context):
        _, command, _ = group.resolve_command(context, [name])
        parts += _command(name, command)
    return "\n\n".join(parts) + "\n"


def _command(name: str, command: Any) -> list[str]:
    """Return the paragraphs of a command."""
    context = command.make_context(name, [], resilient_parsing=True)
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [
        f"## `{name}`",
        f"```text\nintimacy-scales {usage}\n```",
        _paragraphs(command.help or ""),
    ]
    records = [p.get_help_record(context) for p in command.params if not getattr(p, "hidden", False)]
    columns = {
        "argument or option": [f"`{_typed(record[0])}`" for record in records if record],
        "meaning": [one_line(record[1]) for record in records if record],
    }
    parts.append(markdown_table(TextTable(title="", columns=columns)))
    for example in (command.epilog or "").split("\n\n")[1:]:
        words, _, line = example.strip().rpartition(": ")
        block = f"```text\n{line}\n```"
        parts.append(f"{words[:1].upper()}{words[1:]}:\n\n{block}" if words else block)
    return parts


def _typed(names: str) -> str:
    """Return an option as it is typed, with the kind of its value in capitals."""
    return re.sub(r"<(?:list\[)?([^>\]]+)\]?>", lambda kind: _kind(kind[1]), names)


def _kind(name: str) -> str:
    return name if "|" in name else name.upper()


def _paragraphs(text: str) -> str:
    """Return a help text with each paragraph in one line."""
    return "\n\n".join(one_line(part) for part in text.replace("\b", "").split("\n\n"))
