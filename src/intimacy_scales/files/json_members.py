"""Objects of JSON, one on each line, whose members are parsed once for each distinct text.

An object consists of members between braces, separated by commas (RFC 8259, section 4). In a file of answers
few members differ, and they recur: ``"tru01":3``. So a chunk of lines is cut at its commas and newlines, and
every distinct text is parsed once, between braces. If each of them is an object of one member whose value is
neither an object nor a list, the line is the object of these members; otherwise it is ambiguous.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.frames import Distinct, arrow_numbers, numpy_numbers, numpy_truths

_COMMA, _NEWLINE, _QUOTE = map(ord, ',\n"')
_BLANKS = " \t\r"  # within a line
_MANY = 64  # distinct texts of one name in a chunk, which are ids or notes, not answers
_MOST_FORMS = 64
_MOST_KNOWN = 50_000  # texts that are remembered; beyond that all are forgotten
_ABSENT = (
    16  # cells of rows by names, per member of a chunk: with more, most names are absent from most lines
)
_NO_MEMBER = 0  # the place of an object without members

Places = NDArray[np.int32]


class _Known(NamedTuple):
    """The member that a text is: the place of its name, of its value, and whether it begins an object."""

    name: int
    value: int
    is_first: bool


class _Form(NamedTuple):
    """The form in which members of a name with texts as values are written: the bytes around the value."""

    before: bytes
    behind: bytes
    name: int
    is_first: bool


class _Texts(NamedTuple):
    """Values of one name that were cut out of their members.

    Attributes
    ----------
    at
        Positions of the members among the distinct members of a chunk.
    values
        A pyarrow array of texts.
    """

    at: NDArray[np.intp]
    values: Any


class Objects(NamedTuple):
    """A chunk of lines.

    Attributes
    ----------
    columns
        Name → its values by row, null where a row has no such member: a pyarrow array of texts, or distinct
        values with their positions.
    names
        Names of all members.
    n_rows, n_blank
        Number of objects, and of objects without members.
    """

    columns: dict[str, Any]
    names: list[str]
    n_rows: int
    n_blank: int


class Members:
    """The members parsed so far, by their text, from one chunk to the next.

    Parameters
    ----------
    is_wanted
        Function that tells whether the values of a name are wanted; all others are only checked.

    Attributes
    ----------
    names
        Every name so far → its place, from 1.
    wanted
        The names whose values are wanted → their places.
    forms
        The forms of members whose texts hardly ever recur.
    """

    def __init__(self, is_wanted: Callable[[str], bool]) -> None:
        self.names: dict[str, int] = {}
        self.wanted: dict[str, int] = {}
        self.forms: list[_Form] = []
        self._is_wanted = is_wanted
        self._has_quoted_commas = False
        self._forget()

    def _forget(self) -> None:
        self._known: dict[bytes, _Known] = {}
        self._values: dict[int, list[Any]] = {}

    def objects(self, data: bytes) -> Objects | None:
        """Return the objects of whole lines; None if a line is not an object, or is ambiguous."""
        if not data.isascii() and not _is_utf_8(data):
            return None
        data = data if data.endswith(b"\n") else data + b"\n"
        if len(self._known) > _MOST_KNOWN:
            self._forget()
        objects = None if self._has_quoted_commas else self._cut(data, at_every_comma=True)
        if objects is None and b'"' in data:
            objects = self._cut(data, at_every_comma=False)
            self._has_quoted_commas = self._has_quoted_commas or objects is not None
        return objects

    def _cut(self, data: bytes, *, at_every_comma: bool) -> Objects | None:
        """Return objects, cut at all commas or only at those outside of texts."""
        import pyarrow as pa

        cells = np.frombuffer(data, np.uint8)
        cuts = np.flatnonzero((cells == _COMMA) | (cells == _NEWLINE))
        ends_line = cells[cuts] == _NEWLINE
        if not at_every_comma:
            outside = ends_line | ~_is_quoted(data, cuts)
            cuts, ends_line = cuts[outside], ends_line[outside]
        ends = np.zeros(len(cuts) + 1, np.int32)
        np.add(cuts, 1, out=ends[1:], casting="unsafe")
        texts = pa.Array.from_buffers(pa.binary(), len(cuts), [None, pa.py_buffer(ends), pa.py_buffer(data)])
        encoded = texts.dictionary_encode()
        distinct = _Distinct(self, encoded.dictionary)
        begins_line = np.concatenate([[True], ends_line[:-1]])
        if not distinct.is_sure:
            return None
        return distinct.objects(numpy_numbers(encoded.indices), begins_line, ends_line)

    def values(self, name: int) -> list[Any]:
        """Return the values of a name so far."""
        return self._values.setdefault(name, [])

    def known(self, text: bytes) -> _Known | None:
        """Return the member that a text is; None if it is not a member."""
        member = self._known.get(text)
        return self._learned(text) if member is None else member

    def _learned(self, text: bytes) -> _Known | None:
        """Parse a new text and remember it, if it is a member."""
        member = _member(text)
        if member is None:
            return None
        name, value, is_first = member
        place = _NO_MEMBER if name is None else self._place(name)
        values = self.values(place)
        values.append(value)
        known_member = self._known[text] = _Known(place, len(values) - 1, is_first)
        return known_member

    def _place(self, name: str) -> int:
        """Return the place of a name, a new one if the name is new."""
        if name not in self.names:
            self.names[name] = len(self.names) + 1
            if self._is_wanted(name):
                self.wanted[name] = self.names[name]
        return self.names[name]

    def learn_form(self, name: int, text: bytes) -> None:
        """Remember the form of a member whose value is a text without escapes; ignore other members."""
        value = self.values(name)[self._known[text].value]
        parts = text.split(b'"')
        if not isinstance(value, str) or b"\\" in text or len(parts) != 5:  # "name":"value"
            return
        form = _Form(b'"'.join(parts[:3]) + b'"', b'"' + parts[4], name, self._known[text].is_first)
        if form not in self.forms and len(self.forms) < _MOST_FORMS:
            self.forms.append(form)


class _Distinct:
    """The distinct members of one chunk: the name and the value of each.

    Attributes
    ----------
    is_sure
        Whether each text is a member.
    """

    def __init__(self, members: Members, texts: Any) -> None:
        self._members = members
        self._names, self._values = (np.full(len(texts) + 1, -1, np.int32) for _ in range(2))
        self._is_first = np.zeros(len(texts), np.bool_)
        self._cut_out: dict[int, list[_Texts]] = {}
        others = np.ones(len(texts), np.bool_)
        for form in members.forms:
            self._match(form, texts, others)
        self.is_sure = self._look_up(texts, np.flatnonzero(others))

    def _match(self, form: _Form, texts: Any, others: NDArray[np.bool_]) -> None:
        """Cut the values out of members of a form, and clear these in ``others``, which are to be parsed."""
        import pyarrow as pa
        from pyarrow import compute

        begins, ends = compute.starts_with(texts, form.before), compute.ends_with(texts, form.behind)
        lengths = numpy_numbers(compute.binary_length(texts))
        is_long = lengths >= len(form.before) + len(form.behind)
        at = np.flatnonzero(numpy_truths(begins) & numpy_truths(ends) & is_long)
        at = at[others[at]]
        if not len(at):
            return
        values = compute.binary_slice(texts.take(arrow_numbers(at)), len(form.before), -len(form.behind))
        joined = b"".join(values.to_pylist())
        if b'"' in joined or b"\\" in joined or (np.frombuffer(joined, np.uint8) < ord(" ")).any():
            return
        others[at] = False
        self._names[at], self._is_first[at] = form.name, form.is_first
        self._cut_out.setdefault(form.name, []).append(_Texts(at, values.cast(pa.string())))

    def _look_up(self, texts: Any, at: NDArray[np.intp]) -> bool:
        """Parse the other texts, and return whether all are members."""
        unmatched = texts.take(arrow_numbers(at)).to_pylist()
        parsed = [self._members.known(text) for text in unmatched]
        members = [member for member in parsed if member is not None]
        if len(members) < len(parsed):
            return False
        if not len(at):
            return True
        names, values, is_first = map(np.array, zip(*members, strict=True))
        self._names[at], self._values[at], self._is_first[at] = names, values, is_first
        for name in np.flatnonzero(np.bincount(names) > _MANY):
            self._members.learn_form(int(name), unmatched[int(np.argmax(names == name))])
        return True

    def objects(
        self, codes: Places, begins_line: NDArray[np.bool_], ends_line: NDArray[np.bool_]
    ) -> Objects | None:
        """Return the objects of the rows, given the position of each member among the distinct members.

        None if a brace opens elsewhere than at the beginning of a line, if a name occurs twice in a line, or
        if lines have hardly any names in common.
        """
        if not np.array_equal(self._is_first[codes], begins_line):
            return None
        names, n_rows = self._names[codes], int(np.count_nonzero(ends_line))
        n_names = len(self._members.names) + 1
        if n_names * n_rows > _ABSENT * len(codes):
            return None
        rows: NDArray[np.intp] = np.cumsum(ends_line) - ends_line
        grid = np.full((n_names, n_rows), -1, np.int32)
        grid.reshape(-1)[names * n_rows + rows] = codes
        n_values = np.count_nonzero(grid >= 0, axis=1)
        if n_values.sum() < len(codes):
            return None
        columns = {name: self._column(place, grid[place]) for name, place in self._members.wanted.items()}
        names_present = [name for name, place in self._members.names.items() if n_values[place]]
        return Objects(columns, names_present, n_rows, int(n_values[_NO_MEMBER]))

    def _column(self, name: int, codes: Places) -> Any:
        """Return the values of a name, given the position of its member for each row (-1: none)."""
        import pyarrow as pa

        values = self._members.values(name)
        cut_out = self._cut_out.get(name)
        if cut_out is None:
            return _distinct_used(values, self._values[codes])
        texts = pa.concat_arrays([part.values for part in cut_out])
        place = np.full(len(self._values), -1, np.int32)
        place[np.concatenate([part.at for part in cut_out])] = np.arange(len(texts))
        positions = place[codes]
        if (positions >= 0).all():
            return texts.take(arrow_numbers(positions))
        behind = np.where(positions < 0, self._values[codes], positions + len(values))
        return Distinct([*values, *texts.to_pylist()], behind)


def _distinct_used(values: list[Any], positions: Places) -> Distinct:
    """Return a column; if there are more values than rows, only with those that occur in it."""
    if len(values) <= len(positions):
        return Distinct([*values], positions)
    used = np.unique(positions[positions >= 0])
    places = np.where(positions < 0, -1, np.searchsorted(used, positions))
    return Distinct([values[position] for position in used.tolist()], places)


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_quoted(data: bytes, at: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return which bytes are within a text, that is, after an odd number of quotes that are not escaped."""
    without_escapes = data.replace(b"\\\\", b"  ").replace(b'\\"', b"  ") if b"\\" in data else data
    quotes = np.frombuffer(without_escapes, np.uint8) == _QUOTE
    return np.bitwise_xor.accumulate(quotes.view(np.uint8))[at].view(np.bool_)


def _member(text: bytes) -> tuple[str | None, Any, bool] | None:
    """Return the name and value of a member, and whether a brace opens before it; None if it is not a member.

    The last byte of a text is the comma or newline after its member; a brace closes before a newline. The
    name is None for an object without members.
    """
    ends_line = text.endswith(b"\n")
    inner = text[:-1].decode().strip(_BLANKS)
    is_first = inner.startswith("{")
    if ends_line and not inner.endswith("}"):
        return None
    inner = inner[is_first : len(inner) - ends_line]
    try:
        pairs = json.loads(f"{{{inner}}}", object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None
    if not pairs and is_first and ends_line:
        return None, None, True
    if len(pairs) != 1 or isinstance(pairs[0][1], list):  # an object is a list of pairs here
        return None
    return *pairs[0], is_first
