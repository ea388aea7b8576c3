"""Declared minima are versions that were run: each is a pin of constraints-lowest.txt, which CI installs."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.shared.folders import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
ENGINES, BASE = ("dask", "duckdb", "spark"), "intimacy-scales[io]"
LIBRARIES = ("io", "plots", "spss", "word", "pdf")
RUN = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *(
        line
        for extra in ("io", "plots", "spss", "word", "test", *ENGINES)
        for line in EXTRAS[extra]
        if line != BASE
    ),
]


def normal(name: str) -> str:
    """Return a package's name as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, set[str]]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    found: dict[str, set[str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            name, version = line.split(";")[0].strip().split("==")
            found.setdefault(normal(name), set()).add(version)
    return found


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


@pytest.mark.parametrize("requirement", RUN)
def test_a_declared_minimum_is_the_version_that_was_run(requirement):
    name, minimum = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?>=([\d.]+)", requirement).groups()
    assert pins("constraints-lowest.txt")[normal(name)] == {minimum}
    assert min(map(number, pins("constraints.txt")[normal(name)])) >= number(minimum)


def test_tools_run_at_one_version_have_no_minimum():
    tools = [*EXTRAS["style"], *EXTRAS["site"]]
    assert all(re.fullmatch(r"[\w.-]+", line) for line in tools)
    assert {normal(name) for name in tools} <= pins("constraints.txt").keys()


def test_every_extra_is_of_a_kind_that_is_checked_here():
    assert EXTRAS.keys() == {*LIBRARIES, "test", "style", "site", "all", *ENGINES}
    assert EXTRAS["all"] == ["intimacy-scales[io,plots,spss,word,pdf]"]
    assert all(EXTRAS[engine][0] == BASE and len(EXTRAS[engine]) == 2 for engine in ENGINES)


def test_every_lowest_pin_is_one_version():
    assert all(len(versions) == 1 for versions in pins("constraints-lowest.txt").values())
