"""Where commands print, and what their exit status says."""

from __future__ import annotations

import io
import sys

from rich.console import Console

BAD_ANSWERS = 1
WRONG_USE = 2

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def print_what_can_be_printed() -> None:
    """Let a question mark stand for what standard output, where it is not UTF-8, cannot show."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
