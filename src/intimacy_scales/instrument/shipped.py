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


def example_path(name: str = "simulated-couples.csv") -> Path:
    """Return the path of a shipped example table; all of them hold simulated answers."""
    return data_folder() / "examples" / name


@cache
def shipped_files(folders: tuple[str, ...]) -> dict[str, Path]:
    """Return id → file of what lies in some folders of item banks, sorted by id."""
    found = {path.stem: path for folder in folders for path in (banks_folder() / folder).glob("*.toml")}
    return {name: found[name] for name in sorted(found)}
