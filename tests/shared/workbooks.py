"""Parts of workbooks, and workbooks of which one part was changed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path
