"""JSON files of platforms, read within limits of size and depth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head, marked_encoding, unknown_encoding, wrong_encoding
from intimacy_scales.messages import emptied
from intimacy_scales.reading.columns import check_width

LARGEST = 25_000_000  # bytes of JSON in one piece, which takes about ten times as much memory
_MOST_PARTS = 1_500_000  # lists and objects in it, of which small ones take thirty times as much
DEEPEST = 100  # levels of items, or of anything else that nests
_MOST_CELLS = 20_000_000
_MARK = 4  # bytes of the longest byte-order mark
_BEGINS = re.compile(r"\s*[\[{]")


def begins_json(head: Head) -> bool:
    """Tell whether a file begins like a JSON object or list."""
    return bool(_BEGINS.match(head.text or ""))


def read_json(path: Path, called: str, *, encoding: str | None = None, advice: str = "") -> Any:
    """Return the content of a JSON file.

    Parameters
    ----------
    path
        The file.
    called
        How messages call it, such as its path, or the option that names it.
    encoding
        Its encoding; None for UTF-8, or what its byte-order mark says.
    advice
        What to do if it is too large.

    Raises
    ------
    ResponseError
        It is too large, not JSON, cut off, or has a name twice in one object.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise ResponseError(
            f"{called}: is JSON in one piece of {size / 1_000_000:.0f} MB; allowed: at most "
            f"{LARGEST // 1_000_000} MB{advice}"
        )
    return parsed(decoded(path, path.read_bytes(), encoding), called)


def decoded(path: Path, data: bytes, encoding: str | None) -> str:
    """Return bytes as text.

    Raises
    ------
    ResponseError
        They are not text of this encoding.
    """
    used = encoding or marked_encoding(data[:_MARK]) or "utf-8-sig"
    with decoding(path, used):
        return data.decode(used)


@contextmanager
def decoding(path: Path, encoding: str) -> Iterator[None]:
    """Raise a `ResponseError` where an encoding is unknown, or not that of the text."""
    try:
        yield
    except LookupError:
        raise unknown_encoding(encoding) from None
    except UnicodeDecodeError as error:
        reason = error.reason
        emptied(error)
        raise wrong_encoding(path, encoding, f": {reason}") from None


def parsed(text: str, called: str) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    ResponseError
        It is not JSON, cut off, too large or nested too deeply, or has a name twice in one object.
    """
    n_parts = text.count("[") + text.count("{")
    if n_parts > _MOST_PARTS:
        raise ResponseError(
            f"{called}: is JSON with {n_parts:,} lists and objects in one piece; allowed: at most "
            f"{_MOST_PARTS:,}"
        )
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ResponseError(
            f"{called}: is JSON that is nested too deeply; allowed: at most {DEEPEST} levels"
        ) from None
    except json.JSONDecodeError as error:
        place, reason = error.pos, f"line {error.lineno}: {error.msg}"
        is_cut = place >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        emptied(error)
        what = "it seems to be cut off; save or download it again" if is_cut else "export it again"
        raise ResponseError(f"{called}: is not JSON ({reason}); {what}") from None
    except ValueError as error:
        reason = str(error)
        emptied(error)
        raise ResponseError(f"{called}: is not JSON that can be read: {reason}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; raise for a name that occurs twice, of which one value would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return fields


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


def objects_of(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list; nothing for a value that is not a list."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def text_of(value: Any) -> str | None:
    """Return a text on one line; None for other values, and blank ones."""
    return (" ".join(value.split()) or None) if isinstance(value, str) else None


class GrownColumns:
    """Columns that grow row by row, as names occur; a row without a name has None.

    Parameters
    ----------
    path
        The file, for messages.

    Attributes
    ----------
    n_cells
        Number of cells so far.

    Examples
    --------
    >>> columns = GrownColumns(Path("answers.json"))
    >>> columns.put("b", 1, 5)
    >>> columns.filled(3)
    {'b': [None, 5, None]}
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: dict[str, list[Any]] = {}
        self.n_cells = 0

    def put(self, name: str, row: int, value: Any) -> None:
        """Set the value of a column in a row, which is the last so far.

        Raises
        ------
        ResponseError
            The columns, or the cells, are too many.
        """
        column = self._columns.get(name)
        if column is None:
            check_width(len(self._columns) + 1, f"{self._path}: has {{}} questions")
            column = self._columns[name] = []
        if len(column) < row:
            self._grow(column, row)
        elif self.n_cells >= _MOST_CELLS:
            self._refuse()
        self.n_cells += 1
        column.append(value)

    def get(self, name: str, row: int) -> Any:
        """Return the value of a column in a row; None if it has not been set."""
        column = self._columns.get(name, [])
        return column[row] if row < len(column) else None

    def replace(self, name: str, row: int, value: Any) -> None:
        """Change a value that has been set."""
        self._columns[name][row] = value

    def filled(self, n_rows: int) -> dict[str, list[Any]]:
        """Return the columns, all with ``n_rows`` rows."""
        for column in self._columns.values():
            self._grow(column, n_rows)
        return self._columns

    def _grow(self, column: list[Any], n_rows: int) -> None:
        self.n_cells += n_rows - len(column)
        if self.n_cells > _MOST_CELLS:
            self._refuse()
        column += [None] * (n_rows - len(column))

    def _refuse(self) -> NoReturn:
        raise ResponseError(
            f"{self._path}: its questions and responses make more than {_MOST_CELLS:,} cells, most of them "
            "empty: do the responses belong to one questionnaire? Pass each one by itself"
        )
