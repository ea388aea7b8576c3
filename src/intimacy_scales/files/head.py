"""The beginning of a file: its format is told by what stands there, not by its name."""

from __future__ import annotations

import codecs
from functools import cached_property
from pathlib import Path

_SIZE = 1 << 20  # Qualtrics writes two lines of question texts before the first answers
UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Head:
    """The first bytes of a file, up to a million."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def of(cls, path: Path) -> Head:
        """Return the beginning of a file."""
        with path.open("rb") as file:
            return cls(file.read(_SIZE))

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
