"""The beginning of a file, from which its format is recognised."""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from intimacy_scales.errors import ResponseError

UTF_8 = ("utf-8", "utf8", "utf-8-sig", "utf_8", "utf_8_sig")  # its names in Python
_LONGEST_LINE = 32 << 20
_SIZE = 1 << 20  # enough for Qualtrics' two lines of question texts before the first answers
_PACKED_BEGINS = b"PK\x03\x04"
_PACKED = re.compile(
    rb"PK\x03\x04[\0-\xff]{26}([\x20-\x7e]{1,80})"
)  # the header of a file in a ZIP, and its name
_NO_DIRECTORY = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error)
_MARKS = {  # UTF-32 first, because its mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding of a byte-order mark at the beginning, other than UTF-8; None without such a mark.

    Examples
    --------
    >>> marked_encoding("a".encode("utf-16")), marked_encoding("a".encode("utf-32")), marked_encoding(b"a")
    ('utf-16', 'utf-32', None)
    """
    return next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)


def another_encoding(encoding: str) -> str:
    """Return another encoding to try for text; Latin-1 can decode every text."""
    return "latin-1" if encoding.lower() in ("cp1252", "windows-1252") else "cp1252"


def unknown_encoding(encoding: str | None) -> ResponseError:
    """Return the error for an encoding that Python does not know."""
    return ResponseError(
        f"encoding {encoding!r} is not valid; allowed: one that Python knows, such as 'cp1252'"
    )


def wrong_encoding(path: Path, encoding: str, detail: str = "") -> ResponseError:
    """Return the error for a file that is not text of an encoding, which proposes another one."""
    return ResponseError(
        f"{path}: is not {encoding} text{detail}; pass its encoding, for example "
        f"encoding={another_encoding(encoding)!r}"
    )


def chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a text file in chunks.

    Raises
    ------
    ResponseError
        A line is too long for a row of answers; reading it could take as much memory as the file.
    """
    length = 0
    with path.open("rb") as file:
        while chunk := file.read(_SIZE):
            yield chunk
            ends = b"\n" in chunk or b"\r" in chunk
            length = 0 if ends else length + len(chunk)
            if length > _LONGEST_LINE:
                raise ResponseError(
                    f"{path}: has a line of more than {_LONGEST_LINE >> 20} MB, too long for a person's "
                    "answers; is it a text file with a line for each person?"
                )


class Head:
    """The first bytes of a file, up to a million.

    Parameters
    ----------
    data
        These bytes.
    path
        The file; None if ``data`` is all of it.
    sheet
        The sheet that is read of a workbook; None: the first that is not hidden.
    """

    def __init__(self, data: bytes, path: Path | None = None, sheet: str | None = None) -> None:
        self.data = data
        self.path = path
        self.sheet = sheet

    @classmethod
    def of(cls, path: Path, sheet: str | None = None) -> Head:
        """Return the beginning of a file."""
        with path.open("rb") as file:
            return cls(file.read(_SIZE), path, sheet)

    @property
    def is_cut(self) -> bool:
        """Whether the file may continue after ``data``."""
        return len(self.data) >= _SIZE

    @cached_property
    def _directory(self) -> list[str] | None:
        """Names of files in a ZIP archive; None if it is not an archive, or its end is cut off."""
        if not self.data.startswith(_PACKED_BEGINS):
            return None
        try:
            with zipfile.ZipFile(self.path or io.BytesIO(self.data)) as folder:
                return folder.namelist()
        except _NO_DIRECTORY:
            return None

    @property
    def is_whole_archive(self) -> bool:
        """Whether it is a ZIP archive with a readable directory."""
        return self._directory is not None

    @cached_property
    def _packed(self) -> list[str]:
        """Names of files in a ZIP archive: from its directory, or from their headers if it is cut off."""
        if self._directory is not None:
            return self._directory
        if not self.data.startswith(_PACKED_BEGINS):
            return []
        return [name.decode("ascii") for name in _PACKED.findall(self.data)]

    def packs(self, name: str) -> bool:
        """Tell whether it is a ZIP archive with files whose names begin with ``name``."""
        return any(packed.lstrip("/").startswith(name) for packed in self._packed)

    @cached_property
    def text(self) -> str | None:
        """The beginning as text; None if it is not text."""
        if marked := marked_encoding(self.data):
            return self.data.decode(marked, errors="replace")
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

    @property
    def is_table_of_text(self) -> bool:
        """Whether it is text that may be a table: neither XML nor JSON."""
        return bool(self.lines) and not self.lines[0].lstrip("\ufeff ").startswith(("<", "{", "["))
