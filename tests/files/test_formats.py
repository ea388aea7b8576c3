"""A file is read as what it holds, whatever its name ends in; what holds no answers is named."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import load
from intimacy_scales.errors import ResponseError
from intimacy_scales.files import other_formats
from intimacy_scales.files.base import AnswerFile
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.formats import endings, open_answers, open_output
from intimacy_scales.files.head import Head
from intimacy_scales.files.jsonlines import JsonLinesFile
from intimacy_scales.files.parquet import ParquetFile
from intimacy_scales.files.spreadsheet import SpreadsheetFile
from intimacy_scales.jobs import score_file
from intimacy_scales.reading.frames import ListTable

IDS = list(load("ras").item_ids)
TABLE = pd.DataFrame([[1, 2, 3, 4, 5, 1, 2], [5, 5, 5, 5, 5, 5, 5]], columns=IDS)
ENDINGS = [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".dat", ""]
FORMATS: list[type[AnswerFile]] = [ParquetFile, SpreadsheetFile, JsonLinesFile, DelimitedFile]


def workbook() -> bytes:
    made = io.BytesIO()
    TABLE.to_excel(made, index=False)
    return made.getvalue()


def parquet() -> bytes:
    made = io.BytesIO()
    TABLE.to_parquet(made, index=False)
    return made.getvalue()


def text(separator: str, encoding: str = "utf-8", *, ends: str = "\n") -> bytes:
    return TABLE.to_csv(index=False, sep=separator).replace("\n", ends).encode(encoding)


CONTENTS: dict[str, tuple[bytes, type[AnswerFile]]] = {
    "commas": (text(","), DelimitedFile),
    "semicolons": (text(";"), DelimitedFile),
    "tabs": (text("\t"), DelimitedFile),
    "lines of Windows": (text(";", ends="\r\n"), DelimitedFile),
    "a mark of UTF-8": (text(",", "utf-8-sig"), DelimitedFile),
    "bars": (text("|"), DelimitedFile),
    "UTF-16": (text(",", "utf-16"), DelimitedFile),
    "UTF-32": (text(";", "utf-32"), DelimitedFile),
    "UTF-32, the other order": (codecs.BOM_UTF32_BE + text(",", "utf-32-be"), DelimitedFile),
    "blank lines first": (b"\n \n" + text(","), DelimitedFile),
    "a separator named after a mark": (codecs.BOM_UTF8 + b"sep=|\n\n" + text("|"), DelimitedFile),
    "a named separator": (b"sep=;\r\n" + text(";"), DelimitedFile),
    "json lines": (TABLE.to_json(orient="records", lines=True).encode(), JsonLinesFile),
    "spaced json lines": (
        b"\n".join(
            b"\n  " + line for line in TABLE.to_json(orient="records", lines=True).encode().splitlines()
        ),
        JsonLinesFile,
    ),
    "json lines in UTF-16": (
        TABLE.to_json(orient="records", lines=True).encode("utf-16"),
        JsonLinesFile,
    ),
    "json lines next to what is nested": (
        TABLE.assign(device=[{"os": "a"}] * 2, tags=[["x"], []])
        .to_json(orient="records", lines=True)
        .encode(),
        JsonLinesFile,
    ),
    "parquet": (parquet(), ParquetFile),
    "workbook": (workbook(), SpreadsheetFile),
}


def test_endings_are_those_that_open_answers_and_open_output_take(tmp_path: Path) -> None:
    read, written = (endings(output=output).split(", ") for output in (False, True))
    assert set(read) == {ending for ending in ENDINGS if ending not in (".dat", "")}
    assert set(written) == set(read) - {".txt"}
    for ending in written:
        path = tmp_path / f"a{ending}"
        with open_output(path) as output:
            output.write(ListTable({"name": ["Ana"]}, 1), ["name"], {})
            output.commit()
        with open_answers(path) as file:
            assert file.names == ["name"]
    with pytest.raises(ResponseError, match=re.escape(", ".join(written))):
        open_output(tmp_path / "a.dat")


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (content, ending)
        for content, (_, kind) in CONTENTS.items()
        for ending in ENDINGS
        # plain text in a file of that name is what the name says
        if kind is not DelimitedFile or ending not in (".jsonl", ".ndjson")
    ],
)
def test_the_content_says_how_to_read_a_file(tmp_path: Path, content: str, ending: str) -> None:
    data, kind = CONTENTS[content]
    path = tmp_path / f"answers{ending}"
    path.write_bytes(data)
    with open_answers(path) as file:
        assert type(file) is kind
    report = score_file(load("ras"), path)
    assert report.summary.scales[0].mean == pytest.approx((22 / 7 + 23 / 7) / 2)


@pytest.mark.parametrize("content", CONTENTS)
def test_each_content_is_recognised_by_one_format_before_plain_text(content: str) -> None:
    data, kind = CONTENTS[content]
    found = [reader for reader in FORMATS if reader.detect(Head(data))]
    assert found[0] is kind
    assert found[1:] in ([], [DelimitedFile])


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


OTHERS: dict[str, tuple[bytes, str]] = {
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        r"is an old Excel workbook",
    ),
    "archive": (zipped(answers=text(",")), "is a packed archive; unpack it first"),
    "gzip": (gzip.compress(text(",")), "is a packed archive; unpack it first"),
    "spreadsheet of LibreOffice": (
        zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"),
        "is an OpenDocument spreadsheet; save it as .xlsx",
    ),
    "writing of LibreOffice": (
        zipped(mimetype=b"application/vnd.oasis.opendocument.text"),
        "is an OpenDocument text or drawing; copy its table",
    ),
    "word": (
        zipped(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
        "is a Word document; copy its table into a workbook",
    ),
    "word that holds a workbook": (
        zipped(**{"[Content_Types].xml": b"<Types/>", "word/embeddings/1.xlsx": workbook()}),
        "is a Word document",
    ),
    "slides": (
        zipped(**{"[Content_Types].xml": b"<Types/>", "ppt/presentation.xml": b"<p/>"}),
        "is a PowerPoint presentation; copy its table",
    ),
    "binary workbook": (
        zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"\x83"}),
        r"is a binary Excel workbook \(\.xlsb\); save it as \.xlsx",
    ),
    "numbers": (zipped(**{"Index/Document.iwa": b"\0"}), "is an Apple Numbers or Pages document; export"),
    "archive that holds a workbook": (zipped(**{"a.xlsx": workbook()}), "is a packed archive; unpack it"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        "is a workbook or document with a password; open it and save it without one",
    ),
    "old word": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le"),
        r"is an old Word document \(\.doc\); copy",
    ),
    "spss": (
        b"$FL2@(#) SPSS DATA FILE" + bytes(200),
        r"is an SPSS file; .* pandas\.read_spss\(file, convert_categoricals=False\).* 'pip install pyr",
    ),
    "stata": (
        b"<stata_dta><header>",
        r"is a Stata file; .* pandas\.read_stata\(file, convert_categoricals=False\)",
    ),
    "saved by R": (gzip.compress(b"RDX3\nX\n\0\0\0\3"), "is a file of R objects; in R, write the table"),
    "one object of R": (gzip.compress(b"X\n\0\0\0\3\0\4"), "is a file of R objects; in R"),
    "R objects not packed": (b"X\n\0\0\0\3\0\4" + bytes(40), "is a file of R objects; in R"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "is a PDF"),
    "login page": (
        b"\n<!DOCTYPE html>\n<html><body>Sign in</body>",
        "is a web page or XML; if",
    ),
    "xml": (b"<?xml version='1.0'?>\n<ODM>", "is a web page or XML"),
    **{
        f"page: {begun.decode()!r}": (begun, "is a web page or XML; if")
        for begun in (
            b"<table><tr><th>ras_1</th></tr></table>",
            b"<TABLE BORDER=1>\n<TR>",
            b"<table\n  class='a'>\n",
            b"<div>Sign in, please</div>",
            b"\n  <head>\n<title>a, b</title>",
            b"<!-- made, by -->\n<table>",
            b"\xef\xbb\xbf<html lang=de>",
            b"<meta charset=utf-8><p>a;b",
            b"<ODM xmlns='http://www.cdisc.org'>\n<a>1,2</a>",
            b"<answers>\n<person>1,2</person>",
            b"<answers><person>1,2</person>",
            b"<form action='a'>",
        )
    },
    **{
        f"json: {begun.decode()[:20]!r}": (begun, "is JSON in one piece; write each person's answers")
        for begun in (
            b'{"SurveyEntry": {"a": 1}, "SurveyElements": []}',
            b'{"resourceType": "Questionnaire", "item": [{"linkId": "1"}]}\n',
            b'\n{"a": "b", "c": []}\n\n',
            b'{"a": 1,\n "b": {"c": 2}}',
            b'{ "ras_1": [1, 2],\n  "ras_2": [3, 4] }\n',
            b'{"a": [' + b'{"b": "x"}, ' * 100_000 + b"1]}",
        )
    },
    "json list": (
        TABLE.to_json(orient="records").encode(),
        r"JSON in one piece; write .* \(\.jsonl\)",
    ),
    "json over lines": (TABLE.to_json(orient="index", indent=1).encode(), "is JSON in one piece"),
}


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".json", ".jsonl", ".sav", ""])
@pytest.mark.parametrize("case", OTHERS)
def test_what_holds_no_answers_is_named_with_what_to_do(tmp_path: Path, case: str, ending: str) -> None:
    data, words = OTHERS[case]
    path = tmp_path / f"answers{ending}"
    path.write_bytes(data)
    with pytest.raises(ResponseError, match=words) as caught:
        open_answers(path)
    assert str(caught.value).startswith(str(path))


def test_the_advice_for_json_helps(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(TABLE.apply(lambda row: row.to_json(), axis=1)), encoding="utf-8")
    assert score_file(load("ras"), path).n_persons == 2


def test_bytes_that_are_nothing_known_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.bin"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(ResponseError, match=r"its format is not known; allowed: \.csv"):
        open_answers(path)


@pytest.mark.parametrize("ending", [".jsonl", ".ndjson", ".json", ".csv", ""])
@pytest.mark.parametrize(
    "line",
    [
        '{"a": 3',
        '{"a": 3,}',
        '{"a": [3}',
        '{"a": {"b": 1}',
        '{"a": 3} {"a": 4}',
        '{"a": "{[", }',
        '{"a": nil}',
    ],
)
@pytest.mark.parametrize("after", ["", "\n", '\n{"a": 4}\n'])
def test_a_broken_line_of_json_is_told(tmp_path: Path, line: str, after: str, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text(line + after, encoding="utf-8")
    with pytest.raises(ResponseError, match="line 1 is not JSON"):
        open_answers(path)


def test_a_header_in_braces_is_still_a_table() -> None:
    for header in (b"<table>,<div>\n1,2\n", b"<b>;<i>\n1;2\n", b"<a>\t<b>\n1\t2\n", b"<p> | <b>\n1 | 2\n"):
        assert not any(other.detect(Head(header)) for other in other_formats.OTHERS)
    for header in (b"[1],[2]\n3,4\n", b"{a},{b}\n1,2\n", b"<a>,<b>\n1,2\n", b"ImportId,b\n1,2\n"):
        assert [reader for reader in FORMATS if reader.detect(Head(header))] == [DelimitedFile]
