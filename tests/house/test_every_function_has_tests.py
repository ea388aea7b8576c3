"""Every public function has tests that are found by its name: a file, or a test function."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.shared.folders import ROOT

SOURCE = ROOT / "src" / "intimacy_scales"
TESTS = ROOT / "tests"
# what users import from; the names that other rooms list are for the library's own modules
PUBLIC = (
    "", "checking", "coding", "dyads", "engines", "factor", "files", "interop", "jobs", "planning",
    "reliability", "scoring", "simulation", "validity",
)  # fmt: skip


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def listed(tree: ast.Module) -> list[str]:
    """Return what a module lists in `__all__`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


@cache
def imported(path: Path) -> dict[str, str]:
    """Return the names that a module imports from others, and from which."""
    nodes = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in nodes for alias in node.names}


def home(module: Path, name: str) -> Path:
    """Return the file that defines a name, from one that defines or imports it."""
    if name not in imported(module):
        return module
    inner = SOURCE.parent.joinpath(*imported(module)[name].split("."))
    return home(inner / "__init__.py" if inner.is_dir() else inner.with_suffix(".py"), name)


@cache
def functions_in(path: Path) -> frozenset[str]:
    return frozenset(node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef))


def public_functions() -> list[tuple[str, str, str]]:
    """Return each public function: the package that lists it, its name, and the room that defines it."""
    found = []
    for package in PUBLIC:
        start = SOURCE / package / "__init__.py"
        for name in listed(parsed(start)):
            path = home(start, name)
            if name in functions_in(path):
                found.append((package, name, path.relative_to(SOURCE).parts[0]))
    return found


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def names_of_tests(name: str, folder: Path) -> list[str]:
    """Return the files and test functions in a folder that are named after a function, and use it.

    A file's name begins with that of the function; a test function's has it somewhere, as whole words.
    """
    whole_words, used = re.compile(rf"(^|_){name}(_|$)"), re.compile(rf"\b{name}\b")
    found = []
    for path in sorted(folder.rglob("test_*.py")):
        if not used.search(text_of(path)):
            continue
        if whole_words.match(path.stem.removeprefix("test_")):
            found.append(path.name)
        tests = [test for test in functions_in(path) if test.startswith("test_")]
        found += [f"{path.name}::{test}" for test in tests if whole_words.search(test.removeprefix("test_"))]
    return found


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_function_has_tests_of_its_name(package: str) -> None:
    functions = [(name, room) for of, name, room in public_functions() if of == package]
    missing = [
        f"{name}: no tests/{room}/**/test_{name}*.py, nor a test_…{name}… there that uses it"
        for name, room in functions
        if not names_of_tests(name, TESTS / room)
    ]
    assert functions
    assert not missing, "\n".join(missing)


def test_functions_without_tests_are_found(tmp_path: Path) -> None:
    (tmp_path / "test_cfa_errors.py").write_text("from intimacy_scales import cfa\n", encoding="utf-8")
    (tmp_path / "test_efa.py").write_text("def test_scores(): ...\n", encoding="utf-8")
    (tmp_path / "test_fit.py").write_text("def test_one_htmt_ratio():\n    htmt()\n", encoding="utf-8")
    assert names_of_tests("cfa", tmp_path) == ["test_cfa_errors.py"]
    assert names_of_tests("htmt", tmp_path) == ["test_fit.py::test_one_htmt_ratio"]
    assert names_of_tests("efa", tmp_path) == []  # the file does not use it
    assert names_of_tests("ratio", tmp_path) == []


def test_public_functions_are_found_where_they_are_defined() -> None:
    functions = set(public_functions())
    assert len(functions) > 80
    assert ("reliability", "cluster_sums", "moments") in functions
    assert ("engines", "cluster_sums", "engines") in functions
    assert ("", "cronbach_alpha", "reliability") in functions
