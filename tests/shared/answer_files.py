"""What tests of files share: the same answers in every format, and a way to read scores back."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet as pq

IDS = [f"ras_{n}" for n in range(1, 8)]
ANSWERS: list[list[Any]] = [
    [5, 4, 4, 2, 5, 4, 1],
    [1, 2, 1, 5, 2, None, 5],
    [None] * 7,
    [3, 3, 3, 3, 3, 3, 3],
]
NAMES = ["Ana", "Bo", "Cy", "Di"]


def text_file(
    separator: str, *, encoding: str = "utf-8", header: list[str] | None = None
) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        lines = [separator.join(["name", *(header or IDS)])]
        for name, row in zip(NAMES, ANSWERS, strict=True):
            lines.append(separator.join([name, *("" if v is None else str(v) for v in row)]))
        path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))

    return write


def frame() -> pd.DataFrame:
    table = pd.DataFrame(ANSWERS, columns=IDS).astype("Int64")
    table.insert(0, "name", NAMES)
    return table


def write_jsonl(path: Path) -> None:
    rows = [
        {"name": name, **{i: v for i, v in zip(IDS, row, strict=True) if v is not None}}
        for name, row in zip(NAMES, ANSWERS, strict=True)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")


def write_xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["name", *IDS])
    for name, row in zip(NAMES, ANSWERS, strict=True):
        book.active.append([name, *row])
    book.save(path)


INPUTS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "comma": ("a.csv", text_file(",")),
    "semicolon": ("a.csv", text_file(";")),
    "tab": ("a.tsv", text_file("\t")),
    "tab in a .txt": ("a.txt", text_file("\t")),
    "byte order mark": ("a.csv", text_file(",", encoding="utf-8-sig")),
    "utf-16": ("a.csv", text_file("\t", encoding="utf-16")),
    "parquet": ("a.parquet", lambda path: frame().to_parquet(path)),
    "json lines": ("a.jsonl", write_jsonl),
    "xlsx": ("a.xlsx", write_xlsx),
}


def read_scores(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".xlsx":
        header, *rows = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        return [dict(zip(header, row, strict=True)) for row in rows]
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
        return [{k: (float(v) if k == "total" else v) if v else None for k, v in row.items()} for row in rows]
