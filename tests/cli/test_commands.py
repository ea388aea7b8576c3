"""An option that takes one value is given once: the last of two would win without a word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from intimacy_scales.cli import app
from tests.shared.answer_files import IDS
from tests.shared.commands import printed_by_python, run

GROUP: Any = typer.main.get_command(app)
CONTEXT = typer.Context(GROUP)
COMMANDS: dict[str, Any] = {
    name: GROUP.resolve_command(CONTEXT, [name])[1] for name in GROUP.list_commands(CONTEXT)
}
OPTIONS = [
    (command, max(option.opts, key=len), option)
    for command, found in COMMANDS.items()
    for option in found.params
    if option.param_type_name == "option" and option.name != "help"
]
SINGLE = [(c, name) for c, name, option in OPTIONS if not (option.multiple or option.is_flag)]
MULTIPLE = [(c, name) for c, name, option in OPTIONS if option.multiple]
FLAGS = [(c, name) for c, name, option in OPTIONS if option.is_flag]


def test_commands_have_options_of_each_kind() -> None:
    assert len(SINGLE) > 25
    assert ("score", "--keep") in MULTIPLE
    assert ("score", "--sheet") in SINGLE
    assert ("score", "--pomp") in FLAGS


@pytest.mark.parametrize(("command", "option"), SINGLE)
def test_an_option_given_twice_is_refused(command: str, option: str) -> None:
    for values in (["1", "2"], ["1", "1"], ["1", "2", "1"]):
        given = [text for value in values for text in (option, value)]
        result = run(command, "a.csv", *given)
        assert result.exit_code == 2, result.output
        times = "twice" if len(values) == 2 else "3 times"
        assert f"{option} is given {times}, but takes one value" in result.output.replace("\n", " ")


@pytest.mark.parametrize(("command", "option"), [*MULTIPLE, *FLAGS])
def test_others_may_be_given_again(command: str, option: str) -> None:
    given = [option, option] if (command, option) in FLAGS else [option, "x", option, "y"]
    assert "takes one value" not in run(command, "nowhere.csv", *given).output


@pytest.mark.parametrize(
    "given",
    [
        ["-i", "ras", "-i", "kmss"],
        ["-i", "ras", "--instrument", "kmss"],
        ["--instrument=ras", "-ikmss"],
        ["--columns", "{item}_A", "-i", "ras", "--columns={item}_B"],
        ["-i", "ras", "-o", "{dir}/o.csv", "--output", "{dir}/p.csv"],
    ],
)
def test_however_it_is_written(tmp_path: Path, given: list[str]) -> None:
    (tmp_path / "a.csv").write_text(",".join(IDS) + "\n" + "3,3,3,3,3,3,3\n", encoding="utf-8")
    result = run("score", tmp_path / "a.csv", *(text.replace("{dir}", str(tmp_path)) for text in given))
    assert result.exit_code == 2
    assert "twice" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_both_partners_are_two_runs(tmp_path: Path) -> None:
    result = run("score", "a.csv", "-i", "ras", "--columns", "{item}_A", "--columns", "{item}_B")
    assert "to score both partners, run it once for each of them" in result.output


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_page_says_of_a_command_what_the_command_says(command: str) -> None:
    first = (COMMANDS[command].help or "").partition("\n")[0]
    assert GROUP.commands[command].help == first
    assert " ".join(first.split()[:4]) in run("--help").output


def test_help_and_version_load_no_instrument_and_no_arrays() -> None:
    told = (
        "import sys\nfrom intimacy_scales.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
    )
    heavy = "print(sorted({'numpy', 'pydantic', 'scipy', 'intimacy_scales.instrument'} & set(sys.modules)))"
    assert printed_by_python(told + heavy).splitlines()[-1] == "[]"


def test_scores_of_a_file_load_no_factor_analysis(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(IDS) + "\n" + "3,3,3,3,3,3,3\n", encoding="utf-8")
    told = (
        "import sys\nfrom intimacy_scales.jobs import score_file\n"
        f"score_file('ras', {str(tmp_path / 'a.csv')!r})\n"
        "own = [f'intimacy_scales.{room}' for room in ('factor', 'engines')]\n"
        "print(sorted({'scipy', 'pandas', *own} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", told], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
