"""Every kind of file that answers come in, made of the same rows; scores are written, and read back."""

from __future__ import annotations

import csv
import json
import math
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzz.reference import Expected
from benchmarks.fuzz.sheets import Sheets
from benchmarks.fuzz.tables import Kind, Rows, columns_of, nulls
from intimacy_scales import Instrument
from intimacy_scales.files import plain_text
from intimacy_scales.jobs import score_file

PERSON = "pid"
_CHUNK = 500  # bytes
Write = Callable[[Path, Rows], None]


def _delimited(separator: str, encoding: str, *, quoted: bool = False) -> Write:
    quoting: Any = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL

    def write(path: Path, rows: Rows) -> None:
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=separator, quoting=quoting)
            writer.writeheader()
            writer.writerows(rows)

    return write


def _lines(path: Path, rows: Rows) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _workbook(path: Path, rows: Rows) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(nulls(list(row.values())))
    book.save(path)


def _parquet(type_of_cells: Any) -> Write:
    def write(path: Path, rows: Rows) -> None:
        made = {
            name: pa.array(nulls(cells), type=pa.string() if name == PERSON else type_of_cells)
            for name, cells in columns_of(rows).items()
        }
        pq.write_table(pa.table(made), path)

    return write


_WRITERS: dict[str, tuple[str, Write]] = {
    "CSV": (".csv", _delimited(",", "utf-8")),
    "CSV, as if large": (".csv", _delimited(",", "utf-8")),
    "CSV, quoted, as if large": (".csv", _delimited(",", "utf-8", quoted=True)),
    "CSV of semicolons, as if large": (".csv", _delimited(";", "utf-8")),
    "CSV, UTF-16": (".csv", _delimited(",", "utf-16")),
    "TSV": (".tsv", _delimited("\t", "utf-8")),
    "XLSX of texts": (".xlsx", _workbook),
    "XLSX of numbers": (".xlsx", _workbook),
    "JSON lines of texts": (".jsonl", _lines),
    "JSON lines of numbers": (".jsonl", _lines),
    "Parquet of texts": (".parquet", _parquet(pa.string())),
    "Parquet of numbers": (".parquet", _parquet(pa.float64())),
    "Parquet of whole numbers": (".parquet", _parquet(pa.int64())),
}


def _family(name: str) -> Any:
    return "whole" if "whole" in name else "number" if "numbers" in name else "text"


FILES = tuple(Kind(name, _family(name), list, is_file=True, of_mappings="JSON" in name) for name in _WRITERS)


def found_in_file(
    form: Instrument, kind: Kind, sheets: Sheets, rng: random.Random
) -> tuple[list[dict[str, Expected]], set[tuple[int, str]], list[tuple[int, str]]]:
    """Return scores, cells that were not accepted, and rows with persons, as they were written."""
    ending, write = _WRITERS[kind.name]
    rows = sheets.values(with_strangers=True)
    named = [{PERSON: f"p{n}"} | row for n, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as folder:
        source, problems = Path(folder) / f"a{ending}", Path(folder) / "p.csv"
        output = Path(folder) / rng.choice(("o.csv", "o.jsonl", "o.tsv"))
        write(source, named)
        large = "as if large" in kind.name
        options: dict[str, Any] = {"columns": sheets.option, "missing_codes": list(sheets.given.codes)}
        options |= {"coding": sheets.coding, "person": PERSON, "on_invalid": "missing"}
        with _as_if_large() if large else nullcontext():
            score_file(form, source, output=output, problems=problems, answered=True, **options)
        written = _read(output)
        bad = {(int(row["row"]) - 1, row["item"]) for row in _read(problems)}
    found = [{scale.id: _expected(row, scale.id) for scale in form.scales} for row in written]
    return found, bad, [(int(row["row"]), row[PERSON]) for row in written]


@contextmanager
def _as_if_large() -> Iterator[None]:
    """Have small files read as large ones are: by Arrow, in several chunks."""
    before = plain_text._LEAST, plain_text.CHUNK
    plain_text._LEAST, plain_text.CHUNK = 0, _CHUNK
    try:
        yield
    finally:
        plain_text._LEAST, plain_text.CHUNK = before


def _read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".jsonl":
            return [json.loads(line) for line in file]
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def _expected(row: dict[str, Any], scale: str) -> Expected:
    score = row[scale]
    exact = None if score in (None, "") or math.isnan(float(score)) else Fraction(float(score))
    return Expected(exact, int(row[f"{scale}_answered"]), Fraction(0), Fraction(0), None)
