"""Files of a form and its translations, to be changed by a test."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from intimacy_scales.instrument.shipped import banks_folder


def copy_of_scii_12(folder: Path) -> Path:
    """Write scii-12 into a folder, with its banks and translations as files, and return its path."""
    for kind in ("components", "forms"):
        for path in (banks_folder() / kind).glob("*.toml"):
            shutil.copy(path, folder / path.name)
    form = folder / "scii-12.toml"
    text = form.read_text(encoding="utf-8")
    form.write_text(
        re.sub(r"^banks = .*$", lambda m: re.sub(r'"(\w+)"', r'"\1.toml"', m[0]), text, flags=re.M),
        encoding="utf-8",
    )
    return form


def changed(path: Path, old: str, new: str) -> None:
    """Change a text of a file, which must have it."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")
