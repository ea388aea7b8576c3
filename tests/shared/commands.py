"""The command line, and programs in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from intimacy_scales.cli import app


def run(*arguments: Any, columns: int | None = None) -> Result:
    """Run a command, on a terminal of some width where one is given; a traceback fails the test."""
    width = {} if columns is None else {"COLUMNS": str(columns)}
    result = CliRunner(env=width).invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def printed(*arguments: Any, code: int = 0) -> str:
    """Return what a command prints, wherever its lines end; it must end with an exit status."""
    result = run(*arguments, columns=250)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def printed_by_python(code: str, *arguments: str) -> str:
    """Return what code prints in a fresh process, which has loaded nothing before."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def names_in(folder: Path) -> list[str]:
    """Return the names of what lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
