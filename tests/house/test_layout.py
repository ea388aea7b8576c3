"""The layout of tests: folders mirror the source, and test files share nothing but `tests/shared`."""

from __future__ import annotations

import re

from tests.shared.folders import ROOT

TESTS, SOURCE = ROOT / "tests", ROOT / "src" / "intimacy_scales"
OF_NO_ROOM = {"house", "shared", "reference", "website"}


def test_folders_of_tests_are_those_of_the_source() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    assert [str(folder) for folder in sorted(folders) if folder.parts == ()] == []
    assert [
        str(folder)
        for folder in sorted(folders)
        if folder.parts[0] not in OF_NO_ROOM and not (SOURCE / folder).is_dir()
    ] == []


def test_no_test_file_imports_another() -> None:
    imports = {
        str(path.relative_to(TESTS)): re.findall(
            r"^\s*from (tests\.\S*\btest_\w+) import", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        for path in TESTS.rglob("*.py")
    }
    assert {path: names for path, names in imports.items() if names} == {}


def test_names_of_test_files_are_unique() -> None:
    """Failures name a file; packages make like names possible, and confusing."""
    names = [path.name for path in TESTS.rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
