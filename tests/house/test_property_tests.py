"""Property tests: the same examples in CI, others elsewhere, and as many as were asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared.folders import ROOT
from tests.shared.property_tests import TIMES

pytestmark = pytest.mark.long

_PROPERTIES = """
import pytest
from hypothesis import given, settings, strategies as st

def note(name, value):
    with open(name, "a", encoding="utf-8") as file:
        file.write(f"{value}\\n")

@settings(max_examples=7)
@given(st.integers())
def test_own_number(value):
    note("own", value)

@pytest.mark.parametrize("case", "ab")
@settings(max_examples=3)
@given(st.integers())
def test_of_two_cases(case, value):
    note(case, value)

@given(st.integers())
def test_the_usual_number(value):
    note("usual", value)
"""


_CONFTEST = """
from tests.shared.property_tests import choose_profile, multiply_examples as pytest_collection_modifyitems
choose_profile()
"""


def examples(folder: Path, *options: str, **environment: str) -> dict[str, list[str]]:
    """Run three property tests in a fresh process, and return the values that each was given."""
    folder.mkdir()
    (folder / "test_them.py").write_text(_PROPERTIES, encoding="utf-8")
    (folder / "conftest.py").write_text(_CONFTEST, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", TIMES}}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", *options],
        cwd=folder, env=kept | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    return {name: (folder / name).read_text(encoding="utf-8").split() for name in ("own", "a", "b", "usual")}


def test_ten_times_the_examples_are_ten_times_as_many(tmp_path):
    counts = {name: len(values) for name, values in examples(tmp_path / "once").items()}
    assert counts == {"own": 7, "a": 3, "b": 3, "usual": 100}
    more = {name: len(values) for name, values in examples(tmp_path / "more", **{TIMES: "10"}).items()}
    assert more == {name: 10 * count for name, count in counts.items()}


def test_examples_are_the_same_in_ci_only(tmp_path):
    first, second = (examples(tmp_path / name, CI="true") for name in ("first", "second"))
    assert first == second
    one, again, other = (
        examples(tmp_path / f"{n}", f"--hypothesis-seed={seed}") for n, seed in enumerate([1, 1, 2])
    )
    assert one == again
    assert one["usual"] != other["usual"] != first["usual"]


@pytest.mark.parametrize("ci", ["", "true"])
def test_no_property_test_is_limited_in_time(tmp_path, ci):
    code = (
        "from hypothesis import HealthCheck, settings\n"
        "from tests.shared.property_tests import choose_profile\n"
        "choose_profile()\n"
        "assert settings.default.deadline is None\n"
        "assert HealthCheck.too_slow in settings.default.suppress_health_check\n"
        f"assert settings.default.derandomize is {bool(ci)}"
    )
    environment = os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False)
    assert run.returncode == 0
