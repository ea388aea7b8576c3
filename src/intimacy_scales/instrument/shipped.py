"""Where the data lie that ship with the library, and what there is of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FORMS, BANKS = ("forms", "published"), ("components", "companions")
"""Folders of item banks, by what they hold."""


def data_folder() -> Path:
    """Return the folder of shipped data: inside the installed package, or beside src in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[1] / "data"


def banks_folder() -> Path:
    """Return the folder of instrument files and item banks."""
    return data_folder() / "item_banks"


def digests_file() -> Path:
    """Return the list of all versions that were ever released, with their digests."""
    return data_folder() / "released" / "digests.txt"


def released_file(name: str, version: str) -> Path:
    """Return the file of an instrument as it was in one version."""
    return data_folder() / "released" / name / f"{version}.toml"


def released_translation_file(name: str, version: str, tag: str, revision: int) -> Path:
    """Return the file of the translation of an instrument as it was in one version and revision."""
    return data_folder() / "released" / name / "languages" / f"{version}+{revision}.{tag}.toml"


def _released(kind: str) -> list[tuple[str, str]]:
    """Return name and version of all of one kind that was ever released, in their order."""
    lines = [line.split(" ") for line in digests_file().read_text(encoding="utf-8").splitlines()]
    return [(name, version) for one, name, version, _ in lines if one == kind]


@cache
def released_versions(name: str) -> tuple[str, ...]:
    """Return the versions of a shipped instrument, by its id, that can be loaded, in their order."""
    return tuple(version for one, version in _released("instrument") if one == name)


@cache
def released_languages(name: str, version: str) -> Mapping[str, tuple[int, ...]]:
    """Return language → revisions of the translations that are kept of a version of a shipped instrument."""
    found: dict[str, list[int]] = {}
    for translation, told in _released("translation"):
        of, _, tag = translation.rpartition(".")
        then, _, revision = told.partition("+")
        if (of, then) == (name, version):
            found.setdefault(tag, []).append(int(revision))
    return {tag: tuple(sorted(revisions)) for tag, revisions in found.items()}


def example_path(name: str = "simulated-couples.csv") -> Path:
    """Return the path of a shipped example table; all of them hold simulated answers."""
    return data_folder() / "examples" / name


@cache
def shipped_files(folders: tuple[str, ...]) -> dict[str, Path]:
    """Return id → file of what lies in some folders of item banks, sorted by id.

    A file beside it with a language in its name, such as ``trust.de.toml``, is a translation of it.
    """
    files = (path for folder in folders for path in (banks_folder() / folder).glob("*.toml"))
    found = {path.stem: path for path in files if "." not in path.stem}
    return {name: found[name] for name in sorted(found)}
