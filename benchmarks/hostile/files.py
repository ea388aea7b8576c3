"""Files of answers that nobody would send by mistake."""

from __future__ import annotations

import gzip
import io
import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from intimacy_scales.jobs import score_file

HEADER = ",".join(f"ras_{n}" for n in range(1, 8))
ROW = ",".join("3333333")
_BLOCK = 1 << 20
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": "<Relationships xmlns="
    '"http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>'
    '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
}
_TEN = [(chr(98 + n), f"&{chr(97 + n)};" * 10) for n in range(11)]
_ENTITIES = [f'<!ENTITY {name} "{ten}">' for name, ten in _TEN]
_LAUGHS = f'<!DOCTYPE a [<!ENTITY a "ha">{"".join(_ENTITIES)}]>'


def _workbook(path: Path, begin: str, part: str, times: int, end: str) -> Path:
    """Write a workbook whose sheet repeats a part, small as it is packed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _BOOK.items():
            book.writestr(name, text)
        many = part * max(1, _BLOCK // len(part))
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(begin.encode())
            for _ in range(times * len(part) // len(many)):
                sheet.write(many.encode())
            sheet.write(end.encode())
    return path


def _sheet(path: Path, part: str, times: int, around: tuple[str, str] = ("", "")) -> Path:
    begin = f'<worksheet xmlns="{_MAIN}"><sheetData>{around[0]}'
    return _workbook(path, begin, part, times, f"{around[1]}</sheetData></worksheet>")


def _text(path: Path, *parts: str) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(parts)
    return path


def _sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def _gzip(path: Path, size: int) -> Path:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(size // _BLOCK):
            file.write(bytes(_BLOCK))
    path.write_bytes(packed.getvalue())
    return path


def _new_keys(n: int) -> list[str]:
    return [f'{{"k{k}": 1}}\n' for k in range(n)]


def inputs(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return what makes each file, by the name of its case."""
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>'
    good = f"{HEADER}\n{ROW}\n"
    return {
        "JSON lines, each with a new key": lambda: _text(folder / "a.jsonl", *_new_keys(20_000)),
        "JSON lines, one of 100 MB": lambda: _text(folder / "a.jsonl", '{"a": "', "x" * 100_000_000, '"}\n'),
        "JSON nested 1,000,000 deep": lambda: _text(folder / "a.jsonl", '{"a": ' + "[" * 1_000_000),
        "10 rows with a cell of 9 MB": lambda: _text(
            folder / "a.csv", f"{HEADER},note\n", *[f"{ROW},{'x' * 9_000_000}\n"] * 10
        ),
        "a header of 50 MB": lambda: _text(folder / "a.csv", "x" * 50_000_000, f",{HEADER}\n"),
        "a cell of 50 MB in the first row": lambda: _text(
            folder / "a.csv", f"{HEADER},n\n{ROW},", "x" * 50_000_000
        ),
        "1,000,000 columns": lambda: _text(
            folder / "a.csv", ",".join(f"c{n}" for n in range(1_000_000)), "\n"
        ),
        "a quote that never ends, 100 MB": lambda: _text(folder / "a.csv", good, '"', "x\n" * 50_000_000),
        "2,000,000 rows with nothing in them": lambda: _text(
            folder / "a.csv", good, "\n" * 2_000_000, f"{ROW}\n"
        ),
        "one line of 200 MB": lambda: _text(folder / "a.csv", "x" * 200_000_000),
        "2 GB of zero bytes": lambda: _sparse(folder / "a.csv", 2 << 30),
        "1 GB packed by gzip": lambda: _gzip(folder / "a.csv.gz", 1 << 30),
        "a workbook with a cell of 600 MB": lambda: _sheet(
            folder / "a.xlsx", "x", 600_000_000, (cell, "</t></is></c></row>")
        ),
        "a workbook of 60,000,000 empty rows": lambda: _sheet(folder / "a.xlsx", "<row/>", 60_000_000),
        "a workbook of 100,000,000 cells": lambda: _sheet(
            folder / "a.xlsx", "<c><v>1</v></c>", 100_000_000, ('<row r="1">', "</row>")
        ),
        "a workbook of a billion laughs": lambda: _workbook(
            folder / "a.xlsx",
            _LAUGHS + f'<worksheet xmlns="{_MAIN}"><sheetData>{cell}&l;',
            " ",
            1,
            "</t></is></c></row></sheetData></worksheet>",
        ),
        "a workbook in a workbook in a workbook": lambda: _nested(folder / "a.xlsx", 100),
    }


def _nested(path: Path, depth: int) -> Path:
    data = b""
    for _ in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as folder:
            folder.writestr("xl/workbook.xml", data)
        data = packed.getvalue()
    path.write_bytes(data)
    return path


def reading(folder: Path) -> Callable[[], Any]:
    """Return what reads the file of a folder as a user would."""
    return partial(score_file, "ras", next(folder.iterdir()))


def warm() -> None:
    """Score a small file of each kind, so that everything is imported."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
        for ending in (".xlsx", ".parquet", ".jsonl"):
            score_file("ras", path, keep=["ras_1"], output=path.with_suffix(ending))
            score_file(
                "ras",
                path.with_suffix(ending),
                columns=dict.fromkeys(["ras_1"], "ras_1"),
                allow_missing_items=True,
            )
