"""The entries of JSON files, one after another: the objects of a list, of several lists, or of lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head, marked_encoding
from intimacy_scales.interop.answers.json_source import DEEPEST, decoding
from intimacy_scales.messages import emptied

_PIECE = 1 << 16  # characters read at a time
_LONGEST = 25_000_000  # characters of one entry, which takes about ten times as much memory
_MOST_PARTS = 1_500_000  # lists and objects in one entry
_LONGEST_LITERAL = 12  # characters of numbers, escapes and literals that may be cut off
_MARK = 4  # bytes of the longest byte-order mark
_BLANKS = " \t\r\n\ufeff"
_NOT_BLANK = re.compile(f"[^{_BLANKS}]")


class Entry(NamedTuple):
    """One value of a file.

    Attributes
    ----------
    part
        Number of the list, or of the object outside of lists, from 0.
    value
        The value: an element of a list, or an object outside of lists.
    in_list
        Whether it is an element of a list.
    """

    part: int
    value: Any
    in_list: bool


class Beginning(NamedTuple):
    """How a JSON file begins.

    Attributes
    ----------
    first
        The first object; empty if it is longer than what was read.
    is_list
        Whether it is in a list.
    is_alone
        Whether nothing follows it.
    """

    first: Mapping[str, Any]
    is_list: bool
    is_alone: bool


@lru_cache(maxsize=1)
def beginning_of(head: Head) -> Beginning | None:
    """Return how a JSON file begins; None for another file."""
    text = (head.text or "").lstrip(_BLANKS)
    at = 0
    while text[at : at + 1] == "[" and at < DEEPEST:
        at += 1 + len(text[at + 1 : at + _PIECE]) - len(text[at + 1 : at + _PIECE].lstrip(_BLANKS))
    if text[at : at + 1] != "{":
        return None
    try:
        first, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return Beginning({}, at > 0, is_alone=False) if head.is_cut else None
    return Beginning(first, at > 0, is_alone=not head.is_cut and not text[end:].strip(_BLANKS + "]"))


def json_entries(path: Path, encoding: str | None = None) -> Iterator[Entry]:
    r"""Yield the entries of a file, of which only one at a time is in memory.

    Raises
    ------
    ResponseError
        It is not text or not JSON, cut off, too large or nested too deeply, or an object has a name twice.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "answers.json")
    ...     _ = file.write_text('[{"a": 1}, {"a": 2}]\n[{"a": 3}]')
    ...     [(entry.part, entry.value) for entry in json_entries(file)]
    [(0, {'a': 1}), (0, {'a': 2}), (1, {'a': 3})]
    """
    with path.open("rb") as file:
        used = encoding or marked_encoding(file.read(_MARK)) or "utf-8-sig"
    with decoding(path, used), path.open(encoding=used) as text:
        source = _Source(text, path)
        part = 0
        while mark := source.mark():
            if mark == "[":
                yield from _of_list(source, part)
            else:
                yield Entry(part, source.value(), in_list=False)
            part += 1


def _of_list(source: _Source, part: int) -> Iterator[Entry]:
    """Yield the elements of a list that begins here."""
    source.skip()
    if source.mark() == "]":
        source.skip()
        return
    while True:
        yield Entry(part, source.value(), in_list=True)
        mark = source.mark()
        if mark not in (",", "]"):
            source.refuse("Expecting ',' delimiter", is_cut=not mark)
        source.skip()
        if mark == "]":
            return
        source.mark()


class _Source:
    """Text that is read in pieces, and a place in it."""

    def __init__(self, file: IO[str], path: Path) -> None:
        self._file, self._path = file, path
        self._text, self._at, self._n_lines = "", 0, 0
        self._is_whole = False
        self._decoder = json.JSONDecoder(object_pairs_hook=_unique)

    def mark(self) -> str:
        """Return the next character that is not blank; an empty text at the end."""
        while True:
            match = _NOT_BLANK.search(self._text, self._at)
            if match is not None:
                self._at = match.start()
                return match[0]
            self._at = len(self._text)
            if not self._more():
                return ""

    def skip(self) -> None:
        """Pass over one character."""
        self._at += 1

    def _more(self) -> bool:
        """Read more text; at least as much as is waiting, so that long entries are not parsed often."""
        waiting = self._text[self._at :]
        self._check_length(len(waiting))
        piece = self._file.read(max(_PIECE, len(waiting)))
        self._n_lines += self._text.count("\n", 0, self._at)
        self._text, self._at = waiting + piece, 0
        self._is_whole = not piece
        return bool(piece)

    def value(self) -> Any:
        """Return the value that begins here."""
        while True:
            self._check_parts()
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                place, reason = error.pos, error.msg
                emptied(error)
                is_cut = place + _LONGEST_LITERAL >= len(self._text) or reason.startswith("Unterminated")
                if self._is_whole or not is_cut:
                    self.refuse(reason, is_cut=is_cut, at=place)
            except RecursionError:
                raise ResponseError(
                    f"{self._path}: is JSON that is nested too deeply; allowed: at most {DEEPEST} levels"
                ) from None
            except ValueError as error:  # a name that occurs twice, or a number of thousands of digits
                reason = str(error)
                emptied(error)
                self.refuse(reason, is_cut=False)
            else:
                if end < len(self._text) or self._is_whole:
                    self._check_length(end - self._at)
                    self._at = end
                    return value
            self._more()

    def _check_length(self, n: int) -> None:
        if n > _LONGEST:
            raise ResponseError(
                f"{self._path}: one entry has more than {_LONGEST // 1_000_000} million characters; allowed: "
                "a list with an object for each person"
            )

    def _check_parts(self) -> None:
        if len(self._text) - self._at <= _MOST_PARTS:
            return
        n_parts = self._text.count("[", self._at) + self._text.count("{", self._at)
        if n_parts > _MOST_PARTS:
            raise ResponseError(
                f"{self._path}: one entry has more than {_MOST_PARTS:,} lists and objects; allowed: a list "
                "with an object for each person"
            )

    def refuse(self, reason: str, *, is_cut: bool, at: int | None = None) -> None:
        """Raise for text that is not JSON."""
        line = 1 + self._n_lines + self._text.count("\n", 0, self._at if at is None else at)
        what = "it seems to be cut off; save or download it again" if is_cut else "export it again"
        raise ResponseError(f"{self._path}: is not JSON (line {line}: {reason}); {what}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raise for a name that occurs twice, of which one value would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return fields
