"""Completion of commands, options and ids in a shell."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


def completed(words: str) -> list[str]:
    """Return what bash is offered after these words, of which the last is begun."""
    environment = os.environ | {
        "_INTIMACY_SCALES_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "import sys; sys.argv = ['intimacy-scales']; from intimacy_scales.__main__ import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("intimacy-scales rel", ["reliability"]),
        ("intimacy-scales score --missing", ["--missing-code"]),
        ("intimacy-scales score answers.csv -i csi", ["csi-16", "csi-32", "csi-4"]),
        ("intimacy-scales show ra", ["raas", "ras"]),
    ],
)
def test_a_shell_is_offered_commands_options_and_ids(words: str, offered: list[str]) -> None:
    assert completed(words) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell_can_be_shown(shell: str) -> None:
    environment = os.environ | {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "intimacy_scales", "--show-completion", shell],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "_INTIMACY_SCALES_COMPLETE" in done.stdout or "complete" in done.stdout


@pytest.mark.parametrize("on_path", [True, False])
def test_python_m_shows_the_completion_of_the_command_and_says_so(on_path: bool, tmp_path: Path) -> None:
    command = tmp_path / "intimacy-scales"
    if on_path:
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
    environment = os.environ | {"SHELL": "/bin/bash", "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "intimacy_scales", "--show-completion"], env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert "shells do not complete python -m" in done.stderr
    assert (sysconfig.get_path("scripts") in done.stderr) is not on_path
    assert "python" not in done.stdout
