"""Where the data lie that ship with the library, and what there is of them."""

from __future__ import annotations

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


@cache
def _released() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in digests_file().read_text(encoding="utf-8").splitlines():
        kind, name, version, _ = line.split(" ")
        if kind == "instrument":
            found[name] = (*found.get(name, ()), version)
    return found


def released_versions(name: str) -> tuple[str, ...]:
    """Return the versions of a shipped instrument, by its id, that can be loaded, in their order."""
    return _released().get(name, ())


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
