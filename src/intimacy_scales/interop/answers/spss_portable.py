"""Portable files of SPSS (.por): an old format of text, which keeps missing values that pyreadstat drops."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.files.base import BATCH_ROWS
from intimacy_scales.files.head import Head, unknown_encoding, wrong_encoding
from intimacy_scales.interop.answers.data_file_headers import check_n_columns
from intimacy_scales.interop.answers.data_files import Cells, DataFile
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions
from intimacy_scales.interop.answers.portable_text import MARK, PortableText, joined_lines
from intimacy_scales.interop.answers.variables import Variable, spss_calendar

_SPLASH_PLACE, _MARK_PLACE = 40, 456  # bytes without the ends of lines
_INFINITE = float("inf")
_FORMATS = {
    20: "DATE", 21: "TIME", 22: "DATETIME", 23: "ADATE", 24: "JDATE", 25: "DTIME", 28: "MOYR", 29: "QYR",
    30: "WKYR", 38: "EDATE", 39: "SDATE", 40: "MTIME", 41: "YMDHMS",
}  # fmt: skip
_MOST_CELLS = 2_000_000  # of a part


class PortableFile(DataFile):
    """A portable file of SPSS."""

    _platform = "SPSS"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the mark of portable files follows the table of characters."""
        begin = head.data[:600].replace(b"\r", b"").replace(b"\n", b"")
        return begin[_MARK_PLACE:].startswith(MARK) or begin[_SPLASH_PLACE:].startswith(
            b"ASCII SPSS PORT FILE"
        )

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        super().__init__(path, how)
        self.facts.version = "portable file (.por)"
        self._encoding = how.encoding or self._detected_encoding()
        why = "passed by you" if how.encoding else "detected; the file does not say"
        self.facts.decide("encoding", self._encoding, why)
        self._n_variables = 0
        self._records: list[dict[str, Any]] = []
        with path.open("rb") as file:
            text = PortableText(file, path)
            self._dictionary(text)
        self._is_text = [record["width"] > 0 for record in self._records]
        self.describe([self._variable(record) for record in self._records])

    def _detected_encoding(self) -> str:
        """Return UTF-8 if the whole file is, else cp1252; a character may be cut by the end of a line."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.path.open("rb") as file:
            try:
                for block in joined_lines(file, self.path):
                    decoder.decode(block)
            except UnicodeDecodeError:
                return "cp1252"
        return "UTF-8"

    def _text(self, data: bytes) -> str:
        """Return a text without the blanks that fill it up."""
        try:
            return data.decode(self._encoding).rstrip()
        except UnicodeDecodeError:
            raise wrong_encoding(self.path, self._encoding) from None
        except LookupError:
            raise unknown_encoding(self._encoding) from None

    def _dictionary(self, text: PortableText) -> None:
        """Read everything before the answers; a letter or digit tells the kind of each record."""
        text.take(1)  # the version of the format
        text.text()  # date
        text.text()  # time
        while (kind := text.take(1)) != b"F":
            match kind:
                case b"1" | b"2" | b"3":  # product, author, and part of the product
                    text.text()
                case b"4":
                    self._n_variables = text.count()
                    check_n_columns(self._n_variables, self.path)
                case b"5":  # precision
                    text.count()
                case b"6":
                    weight = self._text(text.text())
                    self.facts.notes.append(
                        f"the file is weighted by {weight}; each row is read as one person"
                    )
                case b"7":
                    self._add_variable(text)
                case b"8" | b"9" | b"A" | b"B" | b"C" if self._records:
                    self._add_to_variable(kind, text)
                case b"D":
                    self._add_labels(text)
                case b"E":  # documents
                    for _ in range(text.count()):
                        text.text()
                case _:
                    raise text.damaged(f"it has a record of the unknown kind {kind.decode('latin-1')!r}")
        if len(self._records) != self._n_variables:
            raise text.damaged(
                f"it declares {self._n_variables} variables, and describes {len(self._records)}"
            )

    def _add_variable(self, text: PortableText) -> None:
        width = text.count(32_767)
        name = self._text(text.text())
        shown, *_ = [text.count() for _ in range(6)]  # kind, width and decimals, to print and to write
        self._records.append(
            {"name": name, "width": width, "format": _FORMATS.get(shown), "missing": [], "label": None}
        )
        check_n_columns(len(self._records), self.path)

    def _value(self, text: PortableText, record: Mapping[str, Any]) -> float | str:
        return self._text(text.text()) if record["width"] else text.number()

    def _add_to_variable(self, kind: bytes, text: PortableText) -> None:
        """Read the label of the last variable, or values of it that mean no answer."""
        record = self._records[-1]
        if kind == b"C":
            record["label"] = self._text(text.text())
            return
        value = self._value(text, record)
        match kind:
            case b"8":
                limits = (value, value)
            case b"9":
                limits = (-_INFINITE, value)
            case b"A":
                limits = (value, _INFINITE)
            case _:
                limits = (value, self._value(text, record))
        record["missing"].append(limits)

    def _add_labels(self, text: PortableText) -> None:
        names = [self._text(text.text()) for _ in range(text.count(self._n_variables))]
        records = [record for record in self._records if record["name"] in names]
        if not records:
            raise text.damaged("it has labels of no variable")
        labels = {self._value(text, records[0]): self._text(text.text()) for _ in range(text.count())}
        for record in records:
            record["labels"] = labels

    @staticmethod
    def _variable(record: Mapping[str, Any]) -> Variable:
        calendar, is_time = (None, False) if record["width"] else spss_calendar(record["format"])
        return Variable(
            name=record["name"],
            label=record["label"] or None,
            is_text=record["width"] > 0,
            format=record["format"],
            calendar=calendar,
            is_time=is_time,
            labels=record.get("labels", {}),
            missing=record["missing"],
        )

    def parts(self, names: Sequence[str]) -> Iterator[Mapping[str, Cells]]:
        """Yield some columns as they are stored, some rows at a time."""
        most = max(1, min(BATCH_ROWS, _MOST_CELLS // len(self.names)))
        with self.path.open("rb") as file:
            text = PortableText(file, self.path)
            self._skip_dictionary(text)
            while not text.ends():
                part = (
                    self._mixed(text, names, most) if any(self._is_text) else self._numbers(text, names, most)
                )
                self.position = file.tell()
                yield part
        self.position = self.size

    def _numbers(self, text: PortableText, names: Sequence[str], most: int) -> Mapping[str, Cells]:
        """Return some columns of the next rows of a file without texts."""
        values = np.array(text.numbers(most * len(self.names)))
        if len(values) % len(self.names):
            raise text.damaged("its last row is cut off")
        rows = values.reshape(-1, len(self.names))
        return {name: rows[:, self.names.index(name)].copy() for name in names}

    def _mixed(self, text: PortableText, names: Sequence[str], most: int) -> Mapping[str, Cells]:
        """Return some columns of the next rows of a file with texts."""
        number, word, is_text = text.number, text.text, self._is_text
        places = [self.names.index(name) for name in names]
        columns: list[list[Any]] = [[] for _ in names]
        for _ in range(most):
            if text.ends():
                break
            row = [word() if holds_text else number() for holds_text in is_text]
            for column, place in zip(columns, places, strict=True):
                column.append(row[place])
        return {
            name: list(map(self._text, column)) if is_text[place] else np.array(column, dtype=np.float64)
            for name, column, place in zip(names, columns, places, strict=True)
        }

    def _skip_dictionary(self, text: PortableText) -> None:
        """Go to the first row, over the records that were read when the file was opened."""
        records, self._records = self._records, []
        notes = list(self.facts.notes)
        self._dictionary(text)
        self._records, self.facts.notes = records, notes
