"""The beginning of a file: its format is told by what stands there, not by its name."""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
from functools import cached_property
from pathlib import Path

_SIZE = 1 << 20  # Qualtrics writes two lines of question texts before the first answers
_PACKED = re.compile(rb"PK\x03\x04[\0-\xff]{26}([\x20-\x7e]{1,80})")  # begins with a name
_NO_DIRECTORY = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error)
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Head:
    """The first bytes of a file, up to a million.

    Parameters
    ----------
    data
        They.
    path
        The file; None where they are all of it.
    """

    def __init__(self, data: bytes, path: Path | None = None) -> None:
        self.data = data
        self._path = path

    @classmethod
    def of(cls, path: Path) -> Head:
        """Return the beginning of a file."""
        with path.open("rb") as file:
            return cls(file.read(_SIZE), path)

    @cached_property
    def _packed(self) -> list[str]:
        """Names of files in a packed folder: by its directory, or, where it is cut off, before each file."""
        if not self.data.startswith(b"PK\x03\x04"):
            return []
        try:
            with zipfile.ZipFile(self._path or io.BytesIO(self.data)) as folder:
                return folder.namelist()
        except _NO_DIRECTORY:
            return [name.decode("ascii") for name in _PACKED.findall(self.data)]

    def packs(self, name: str) -> bool:
        """Tell whether it is a packed folder that holds files whose names begin so."""
        return any(packed.lstrip("/").startswith(name) for packed in self._packed)

    @cached_property
    def text(self) -> str | None:
        """The beginning as text; None where it is none."""
        if self.data.startswith(UTF16_MARKS):
            return self.data.decode("utf-16", errors="replace")
        if b"\0" in self.data:
            return None
        try:
            return codecs.getincrementaldecoder("utf-8-sig")().decode(self.data)
        except UnicodeDecodeError:
            return self.data.decode("cp1252", errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines of text that are not blank; the last may be cut off."""
        return [line for line in (self.text or "").splitlines() if line.strip()]
