"""The consoles that commands print on, and their exit statuses."""

from __future__ import annotations

import io
import sys

from rich.console import Console

BAD_ANSWERS = 1
WRONG_USE = 2

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def replace_unprintable() -> None:
    """Print a question mark for each character that the encoding of standard output does not have."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
