"""The data that ship with the library: their folders and files, and which versions were released."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FORMS, BANKS = ("forms", "published"), ("components", "companions")
"""Folders of instruments, and of item banks."""


def data_folder() -> Path:
    """Return the folder of shipped data: in the installed package, or next to src in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[1] / "data"


def banks_folder() -> Path:
    """Return the folder of instrument files and item banks."""
    return data_folder() / "item_banks"


def digests_file() -> Path:
    """Return the file that lists all versions that were ever released, with their digests."""
    return data_folder() / "released" / "digests.txt"


def released_file(name: str, version: str) -> Path:
    """Return the file of an instrument as it was in one version."""
    return data_folder() / "released" / name / f"{version}.toml"


def released_translation_file(name: str, version: str, tag: str, revision: int) -> Path:
    """Return the file of the translation of an instrument as it was in one version and revision."""
    return data_folder() / "released" / name / "languages" / f"{version}+{revision}.{tag}.toml"


def _released(kind: str) -> list[tuple[str, str]]:
    """Return name and version of everything of one kind that was ever released, in order."""
    lines = [line.split(" ") for line in digests_file().read_text(encoding="utf-8").splitlines()]
    return [(name, version) for line_kind, name, version, _ in lines if line_kind == kind]


@cache
def released_versions(name: str) -> tuple[str, ...]:
    """Return the versions of a shipped instrument, by its id, that can be loaded, in order."""
    return tuple(version for released, version in _released("instrument") if released == name)


@cache
def released_languages(name: str, version: str) -> Mapping[str, tuple[int, ...]]:
    """Return language → revisions of the translations that are kept for a version of a shipped instrument."""
    revisions: dict[str, list[int]] = {}
    for translation, release in _released("translation"):
        form, _, tag = translation.rpartition(".")
        form_version, _, revision = release.partition("+")
        if (form, form_version) == (name, version):
            revisions.setdefault(tag, []).append(int(revision))
    return {tag: tuple(sorted(numbers)) for tag, numbers in revisions.items()}


def example_path(name: str = "simulated-couples.csv") -> Path:
    """Return the path of a shipped example table; all of them hold simulated answers."""
    return data_folder() / "examples" / name


@cache
def shipped_files(folders: tuple[str, ...]) -> dict[str, Path]:
    """Return id → file of the instruments or banks in some folders, sorted by id.

    Files with a language in their names, such as ``trust.de.toml``, are translations and are left out.
    """
    files = (path for folder in folders for path in (banks_folder() / folder).glob("*.toml"))
    by_id = {path.stem: path for path in files if "." not in path.stem}
    return {name: by_id[name] for name in sorted(by_id)}
