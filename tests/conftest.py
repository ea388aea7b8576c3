"""What tests share: how property tests run, where the reference data lie, and one form used throughout."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from intimacy_scales import Instrument, load
from tests.shared.folders import reference_data
from tests.shared.property_tests import choose_profile, multiply_examples

choose_profile()

# a console keeps the width that it finds when the command line is first imported; tests set their own
os.environ.pop("COLUMNS", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes, so that at the end no worker waits for another one's."""
    multiply_examples(items)
    slow = {item.path for item in items if item.get_closest_marker("machines")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Let garbage collection pass over the ten thousand tests that were collected, and come less often.

    Tests and their modules stay to the end; to look through them again and again slows all tests down.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    if "PYTEST_XDIST_WORKER" in os.environ:  # of processes side by side, threads would wait for each other's
        threadpool_limits(1)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data and real files; tests skip without it, CI must have it."""
    folder = reference_data()
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail("the shared reference data are required in CI and are not there")
        pytest.skip("the shared reference data are not there (set INTIMACY_SCALES_SHARED)")
    return folder


@pytest.fixture
def short_form() -> Instrument:
    return load("scii-24")


@pytest.fixture(params=["unnamed", "hidden"])
def kind_of_file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a file is written: without a name where the system can, and as elsewhere under a hidden one."""
    if request.param == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    elif not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has no files without a name")
    return str(request.param)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """400 persons' answers in a file."""
    from tests.shared.fault_files import answers_of  # the command line takes its width when it is loaded

    return answers_of(tmp_path, 400)
