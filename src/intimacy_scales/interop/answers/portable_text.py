"""The text of portable files of SPSS: joined lines, numbers to the base of 30, texts after their length."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from intimacy_scales.errors import ResponseError

_LINE = 80
_BLOCK_LINES = 4000
_SPLASH, _TABLE = 200, 256  # bytes before the table of characters, and its length
_FIRST = 64  # place of the digit 0 in the table
_CHARACTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:#@'=\""
_WRITTEN = re.compile(
    rb" *(?:\*|([+-]?(?:[0-9A-T]{1,60}(?:\.[0-9A-T]{0,60})?|\.[0-9A-T]{1,60}))([+-][0-9A-T]{1,2})?)"
)
_NUMBER = re.compile(rb"(?:%b)(?:(?<=\*).|/)" % _WRITTEN.pattern, re.DOTALL)  # with its end
_MOST_KNOWN = 100_000
_LONGEST_NUMBER, _LONGEST_TEXT = 200, 32_767
_BASE = 30
MARK = b"SPSSPORT"


def joined_lines(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """Yield the text of a file without the ends of lines, in blocks; each line has 80 characters.

    Raises
    ------
    ResponseError
        A line is too long.
    """
    has_lines = b"\n" in file.read(4 * _LINE)
    file.seek(0)
    while block := (
        [file.readline(_LINE + 3) for _ in range(_BLOCK_LINES)]
        if has_lines
        else [file.read(_LINE * _BLOCK_LINES)]
    ):
        if not block[0]:
            return
        if not has_lines:
            yield block[0]
            continue
        lines = [line.rstrip(b"\r\n") for line in block if line]
        if max(map(len, lines)) > _LINE:
            raise ResponseError(
                f"{path}: is a damaged portable file of SPSS: a line has more than {_LINE} characters; "
                "export it again, as .sav"
            )
        yield b"".join([line.ljust(_LINE) for line in lines])


def number_of(digits: bytes, exponent: bytes | None) -> float:
    """Return a number that is written to the base of 30; the float that is nearest to it.

    Examples
    --------
    >>> number_of(b"-2.F", None), number_of(b"A", b"+1")
    (-2.5, 300.0)
    """
    before, _, after = digits.partition(b".")
    whole = int(before + after, _BASE)
    power = int(exponent, _BASE) if exponent else 0
    power -= len(after)
    try:
        return float(whole * _BASE**power) if power >= 0 else whole / _BASE**-power
    except OverflowError:
        return math.copysign(math.inf, whole)


class _Numbers(dict[bytes, float]):
    """Written numbers → numbers, each read once."""

    def __init__(self, text: PortableText) -> None:
        self._text = text

    def __missing__(self, written: bytes) -> float:
        match = _WRITTEN.fullmatch(written)
        if match is None:
            raise self._text.damaged(f"it has {written[:20].decode('latin-1')!r} where a number should be")
        if len(self) > _MOST_KNOWN:
            self.clear()
        self[written] = value = math.nan if match[1] is None else number_of(match[1], match[2])
        return value


class PortableText:
    """The text of a portable file, from which values are taken one after the other.

    Parameters
    ----------
    file
        The file, at its beginning.
    path
        Its path, for messages.
    """

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self._blocks = joined_lines(file, path)
        self._path = path
        self._data, self._place = b"", 0
        self._known = _Numbers(self)
        self._table: bytes | None = None
        table = self.take(_SPLASH + _TABLE)[_SPLASH:]
        if self.take(len(MARK)) != MARK:
            self._translate(table)

    def _translate(self, table: bytes) -> None:
        """Read characters of another code, such as EBCDIC, by the table of the file."""
        stored = table[_FIRST : _FIRST + len(_CHARACTERS)]
        self._table = bytes.maketrans(stored[::-1], _CHARACTERS[::-1])  # of fillers, the first counts
        self._place -= len(MARK)
        self._data = self._data.translate(self._table)
        if self.take(len(MARK)) != MARK:
            raise self.damaged("it does not have the mark SPSSPORT")

    def damaged(self, what: str) -> ResponseError:
        """Return the error for a file that cannot be read."""
        return ResponseError(
            f"{self._path}: is a damaged portable file of SPSS: {what}; copy it or export it again, as .sav"
        )

    def _ensure(self, n: int) -> None:
        """Have the next ``n`` characters in memory, if the file has them."""
        while len(self._data) - self._place < n:
            block = next(self._blocks, None)
            if block is None:
                return
            if self._table is not None:
                block = block.translate(self._table)
            self._data, self._place = self._data[self._place :] + block, 0

    def take(self, n: int) -> bytes:
        """Take the next ``n`` characters."""
        self._ensure(n)
        taken = self._data[self._place : self._place + n]
        if len(taken) < n:
            raise self.damaged("it is cut off")
        self._place += n
        return taken

    def ends(self) -> bool:
        """Tell whether the mark of the end follows."""
        self._ensure(1)
        return self._data[self._place : self._place + 1] == b"Z"

    def number(self) -> float:
        """Take a number; nan for the system-missing value."""
        if len(self._data) - self._place < _LONGEST_NUMBER:
            self._ensure(_LONGEST_NUMBER)
        match = _NUMBER.match(self._data, self._place)
        if match is None:
            near = self._data[self._place : self._place + 1]
            raise self.damaged("it has no number where one should be" if near else "it is cut off")
        self._place = match.end()
        return self._known[match[0][:-1]]

    def numbers(self, most: int) -> list[float]:
        """Take the numbers that follow, up to ``most``; fewer at the end of the file."""
        values: list[float] = []
        known = self._known
        while len(values) < most and not self.ends():
            end = self._data.find(b"Z", self._place)
            ahead = self._data[self._place : end if end >= 0 else None]
            n_whole = max(ahead.rfind(b"/"), ahead.rfind(b"*.") + 1) + 1
            if n_whole <= 1:  # one that goes on in the next block, or nothing
                values.append(self.number())
                continue
            tokens = ahead[:n_whole].replace(b"*.", b"*/").split(b"/", most - len(values))[:-1]
            values += [known[token] for token in tokens]
            self._place += sum(map(len, tokens)) + len(tokens)
        return values

    def count(self, most: int = 1 << 31) -> int:
        """Take a number that counts something."""
        value = self.number()
        if not (0 <= value <= most and value == int(value)):
            raise self.damaged(f"it has the number {value:g} where a count of at most {most:,} should be")
        return int(value)

    def text(self) -> bytes:
        """Take a text, which follows its length."""
        return self.take(self.count(_LONGEST_TEXT))
