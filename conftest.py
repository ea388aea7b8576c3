"""One terminal for all tests; code blocks of README and docs as tests, each page in a folder of its own."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shlex
import tempfile
import tomllib
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

# run by tests/plots/test_gallery.py, and when the site is built
collect_ignore_glob = ["docs/gallery/*", "docs/gallery/real/*", "docs/notebooks/*"]

# what a person, a terminal or a service may have set, and what the command line prints by
_OF_A_TERMINAL = (
    "COLUMNS", "LINES", "TERM", "TERMINAL_WIDTH", "FORCE_COLOR", "PY_COLORS", "NO_COLOR", "CLICOLOR",
    "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "GITHUB_ACTIONS",
)  # fmt: skip


def _leave_the_terminal(patch: pytest.MonkeyPatch) -> None:
    for name in _OF_A_TERMINAL:
        patch.delenv(name, raising=False)


def _play_terminal(patch: pytest.MonkeyPatch) -> None:
    _leave_the_terminal(patch)
    patch.setenv("COLUMNS", "80")


def pytest_configure(config: pytest.Config) -> None:
    """Give files to workers in their order; xdist leaves files of few tests for last, slow or not."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_sessionstart() -> None:
    """Make the consoles while no width is set: one that they find when made is theirs for good."""
    with pytest.MonkeyPatch.context() as patch:
        _leave_the_terminal(patch)
        importlib.import_module("intimacy_scales.cli.terminal")
        importlib.import_module("typer.rich_utils")


@pytest.fixture(autouse=True)
def _one_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test print on a terminal of 80 columns without colours, unless it names another."""
    _play_terminal(monkeypatch)


def _save_instrument(example: Example) -> None:
    """Save a TOML block under its id, as the text tells a reader to."""
    text = example.parsed
    Path(f"{tomllib.loads(text)['id']}.toml").write_text(text, encoding="utf-8")


def _run_commands(example: Example) -> str | None:
    """Run the lines that call the command line; the two that install are run by .ci/run."""
    from typer.testing import CliRunner

    from intimacy_scales.cli import app

    for line in str(example.parsed).splitlines():
        if not line.startswith("$ intimacy-scales "):
            continue
        result = CliRunner().invoke(app, shlex.split(line)[2:])
        if result.exit_code:
            return f"{line}\nexit status {result.exit_code}\n{result.output}"
    return None


def _setup(namespace: dict[str, Any]) -> None:
    """Go to an empty folder that holds simulated answers.csv, on the terminal of all tests."""
    import pandas as pd

    from intimacy_scales import simulate

    namespace["installed"] = lambda name: importlib.util.find_spec(name) is not None
    namespace["_patch"] = pytest.MonkeyPatch()
    _play_terminal(namespace["_patch"])  # a page gets no fixtures
    namespace["_before"] = Path.cwd()
    namespace["_folder"] = tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)
    own = simulate("scii-24", 20, couples=0.4, rng=1).answers
    prqc = simulate("prqc", 20, rng=2).answers
    prqc.columns = [f"prqc.1_{n}" for n in range(1, 19)]
    pd.concat([own, prqc], axis=1).to_csv("answers.csv", index=False)


def _teardown(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_before"])
    namespace["_folder"].cleanup()
    namespace["_patch"].undo()


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS | NORMALIZE_WHITESPACE),
        CodeBlockParser(language="toml", evaluator=_save_instrument),
        CodeBlockParser(language="console", evaluator=_run_commands),
    ],
    patterns=["README.md", "docs/**/*.md"],
    excludes=["docs/reference/api/*.md"],  # made of docstrings, whose examples run as doctests
    setup=_setup,
    teardown=_teardown,
).pytest()
