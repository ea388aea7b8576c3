"""Files of platforms and statistics programs that nobody would send by mistake."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.hostile.files import _LAUGHS, HEADER, ROW, _gzip, _sheet, _text
from intimacy_scales.interop.answers.read import inspect_answers
from intimacy_scales.interop.recognition import recognize
from intimacy_scales.jobs import couple_report_file, score_file

_ITEMS = HEADER.split(",")
_MANY = 1_000_000
_IMPORTED = '"{""ImportId"":""Q""}"'
_ODM = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" '
    'SourceSystem="REDCap"><Study OID="P"><MetaDataVersion OID="M" Name="{}">'
)
_FHIR = '<Bundle xmlns="http://hl7.org/fhir"><id value="{}"/>'
_OUTSIDE = '<!DOCTYPE a [<!ENTITY l SYSTEM "file:///etc/passwd">]>'
_RESPONSE = '{"resourceType":"QuestionnaireResponse","status":"completed","item":['


def _names(n: int = _MANY) -> str:
    return ",".join(f"c{k}" for k in range(n))


def _spread(path: Path, part: str, times: int, begin: str = "", end: str = "") -> Path:
    """Write a part many times."""
    block = part * max(1, (1 << 20) // len(part))
    with path.open("w", encoding="utf-8") as file:
        file.write(begin)
        for _ in range(times * len(part) // len(block)):
            file.write(block)
        file.write(end)
    return path


def _bytes(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _packed_table(path: Path, inside: str, times: int) -> Path:
    """Write an archive, small as it is packed, with a table that unpacks to so many MB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as folder, folder.open(inside, "w") as part:
        part.write(f"{HEADER}\n".encode())
        for _ in range(times):
            part.write((f"{ROW}\n" * 75_000).encode())
    return path


def _sav(n_rows: int = 3, *, size: int | None = None, names: list[str] | None = None, kind: bytes = b"$FL2",
         after: bytes = b"", packing: int = 0, data: bytes | None = None) -> bytes:  # fmt: skip
    """Return a file of SPSS with numeric variables; what it says of itself may be wrong."""
    names = _ITEMS if names is None else names
    head = struct.pack(
        "<4s60siiiiid9s8s64s3s", kind, b"@(#) SPSS DATA FILE simulated".ljust(60), 2,
        len(names) if size is None else size, packing, 0, n_rows, 100.0, b"01 Jan 24", b"10:00:00", b"", b"",
    )  # fmt: skip
    form = 0x050800
    variables = b"".join(
        struct.pack("<iiiiii8s", 2, 0, 0, 0, form, form, name.encode()[:8].ljust(8)) for name in names
    )
    rows = struct.pack(f"<{len(names)}d", *[3.0] * len(names)) * 3 if data is None else data
    return head + variables + after + struct.pack("<ii", 999, 0) + rows


def _zsav(n_blocks: int) -> bytes:
    """Return a compressed file of SPSS whose blocks unpack to a thousand times their size."""
    block = 0x3FF000
    packed = zlib.compress(bytes([103]) * block, 9)  # the value 3, a byte each
    begin = len(_sav(kind=b"$FL3", packing=2, data=b""))
    places, at = [], begin + 24
    for number in range(n_blocks):
        places.append(struct.pack("<qqii", begin + number * block, at, block, len(packed)))
        at += len(packed)
    head = struct.pack("<qqq", begin, at, 24 + 24 * n_blocks)
    tail = struct.pack("<qqii", -100, 0, block, n_blocks) + b"".join(places)
    n_rows = n_blocks * block // len(_ITEMS)
    return _sav(n_rows, kind=b"$FL3", packing=2, data=head + packed * n_blocks + tail)


def _xpt(n: int = 7, *, length: int = 8, data: bytes = b"") -> bytes:
    """Return a transport file of SAS that declares so many variables, each of a length."""
    mark = b"HEADER RECORD*******"

    def header(what: bytes, end: bytes = b"0" * 30) -> bytes:
        return (mark + what.ljust(8) + b"HEADER RECORD!!!!!!!" + end).ljust(80)

    variables = b"".join(
        struct.pack(">hhhh8s40s8shhh2s8shhl52s", 1, 0, length, k + 1, name.encode().ljust(8),
                    b" " * 40, b" " * 8, 0, 0, 0, b"", b" " * 8, 0, 0, (k * length) % (1 << 31), b"")
        for k, name in enumerate(_ITEMS)
    )  # fmt: skip
    variables += b" " * (-len(variables) % 80)
    first = b"SAS     SAS     SASLIB  6.06    X".ljust(80)
    member = b"SAS     A       SASDATA 6.06    X".ljust(80)
    return (
        header(b"LIBRARY") + first + b" " * 80
        + header(b"MEMBER", b"000000000000000001600000000140") + header(b"DSCRPTR")
        + member + b" " * 80 + header(b"NAMESTR", b"000000" + str(n).zfill(4).encode() + b"0" * 20)
        + variables + header(b"OBS") + data
    )  # fmt: skip


def _dta(folder: Path, *changes: tuple[bytes, bytes]) -> Path:
    """Write a file of Stata, with some bytes replaced."""
    import pandas as pd

    path = folder / "a.dta"
    frame = pd.DataFrame({item: [3, 3, 3] for item in _ITEMS}).astype("int8")
    frame.to_stata(path, write_index=False, version=118, value_labels={"ras_1": {1: "low", 5: "high"}})
    data = path.read_bytes()
    for old, new in changes:
        assert old in data, old
        data = data.replace(old, new, 1)
    return _bytes(path, data)


def _labels(count: int) -> bytes:
    """Return a record of SPSS that declares so many labels of values."""
    return struct.pack("<ii", 3, count) + struct.pack("<dB7s", 1.0, 3, b"low") * 3


def _extension(size: int, count: int, kind: int = 13) -> bytes:
    return struct.pack("<iiii", 7, kind, size, count) + b"V1=v1\t" * 10


def text_files(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return tables of text."""
    return {
        "a zipped CSV of 1 GB": lambda: _packed_table(folder / "a.zip", "export.csv", 1000),
        "an OpenDocument sheet of 1 GB": lambda: _packed_table(folder / "a.ods", "content.xml", 1000),
        "1 GB packed by gzip": lambda: _gzip(folder / "a.tsv.gz", 1 << 30),
        "1,000,000 columns, and a row": lambda: _text(
            folder / "a.csv", _names(), "\n", ",".join("3" * _MANY), "\n"
        ),
        "100,000 columns, and a row": lambda: _text(
            folder / "a.csv", _names(100_000), "\n", ",".join("3" * 100_000), "\n"
        ),
        "99,000 columns, and 20 rows": lambda: _text(
            folder / "a.csv", HEADER, ",", _names(98_993), "\n", (",".join("3" * 99_000) + "\n") * 20
        ),
        "99,000 columns of numbered items": lambda: _text(
            folder / "a.csv", ",".join(f"ras_{n}_{p}" for n in range(1, 8) for p in range(14_000)), "\n",
            (",".join("3" * 98_000) + "\n") * 3,
        ),
        "1,000,000 columns of tabs": lambda: _text(
            folder / "a.tsv", _names().replace(",", "\t"), "\n", "\t".join("3" * _MANY), "\n"
        ),
        "1,000,000 columns of Qualtrics": lambda: _text(
            folder / "a.csv", _names(), "\n", _names(), "\n", ",".join([_IMPORTED] * _MANY), "\n"
        ),
        "1,000,000 columns of REDCap": lambda: _text(
            folder / "a.csv", "record_id,redcap_event_name,", _names(), "\n", ",".join("3" * (_MANY + 2))
        ),
        "90,000 checkboxes of REDCap": lambda: _text(
            folder / "a.csv", "record_id,redcap_event_name,", HEADER, ",",
            ",".join(f"a___{n}" for n in range(90_000)), "\n", ",".join("1" * 90_009), "\n",
        ),
        "1,000,000 columns of LimeSurvey": lambda: _text(
            folder / "a.csv", "id,submitdate,lastpage,startlanguage,", _names(), "\n"
        ),
        "1,000,000 columns of formr": lambda: _text(
            folder / "a.csv", "session,created,modified,ended,", _names(), "\n"
        ),
        "1,000,000 columns of Google Forms": lambda: _text(folder / "a.csv", "Timestamp,", _names(), "\n"),
        "1,000,000 columns of BIDS": lambda: _text(
            folder / "a.tsv", "participant_id\t", _names().replace(",", "\t"), "\nsub-1\n"
        ),
        "question texts of 900 kB in Qualtrics": lambda: _text(
            folder / "a.csv", HEADER, "\n", ",".join(['"' + "so many words " * 9000 + '"'] * 7), "\n",
            ",".join(['"{""ImportId"":""Q""}"'] * 7), "\n", ROW, "\n",
        ),
        "300,000 events of REDCap": lambda: _text(
            folder / "a.csv", "record_id,redcap_event_name,", HEADER, "\n",
            *(f"{n},event_{n},{ROW if n % 2 else ',,,,,,'}\n" for n in range(300_000)),
        ),
        "formulas in every cell": lambda: _text(
            folder / "a.csv", HEADER, "\n", *["=1+1,+cmd|' /C calc'!A0,@SUM(1),-3+3,3,3,3\n"] * 10_000
        ),
        "bytes of 0 between rows": lambda: _text(folder / "a.csv", HEADER, "\n", ROW, "\n\0\0\0\n" * 100_000),
        "bytes of 0 below the beginning": lambda: _text(
            folder / "a.csv", HEADER, "\n", f"{ROW}\n" * 200_000, "\0" * 30_000_000
        ),
        "a line of 31 MB for a row of answers": lambda: _text(
            folder / "a.csv", HEADER, ",note\n", f'{ROW},"', "x" * 31_000_000, '"\n'
        ),
        "names made of 30,000 digits and brackets": lambda: _text(
            folder / "a.csv", ",".join("([" * 3000 + "1" * 3000 + f"_{n}" for n in range(100)), "\n"
        ),
        "50,000 rows of different texts": lambda: _text(
            folder / "a.csv", HEADER, "\n",
            *(",".join(f"text {n} of {k}" for k in range(7)) + "\n" for n in range(50_000)),
        ),
        "a cell with JSON nested 100,000 deep": lambda: _text(
            folder / "a.csv", "trial_type,trial_index,response\n", 'survey-likert,0,"' + "[" * 100_000 + '"\n'
        ),
        "quotes in quotes, 30 MB": lambda: _text(folder / "a.csv", HEADER, "\n", '"' * 30_000_000),
        "names of Qualtrics within quotes, 30 MB": lambda: _text(
            folder / "a.csv", 'ResponseId,"', '""ImportId""' * 2_500_000, '"\n'
        ),
    }  # fmt: skip


def json_files(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return JSON."""
    answers = ",".join(f'{{"linkId":"{item}","answer":[{{"valueInteger":3}}]}}' for item in _ITEMS)
    bundle = '{"resourceType":"Bundle","entry":['
    return {
        "JSON nested 1,000,000 deep": lambda: _text(folder / "a.json", "[" * _MANY),
        "JSON objects nested 200,000 deep": lambda: _text(folder / "a.json", '{"a":' * 200_000),
        "JSON lines nested 200,000 deep": lambda: _text(
            folder / "a.jsonl", json.dumps(dict.fromkeys(_ITEMS, 3)), "\n", '{"a":' * 200_000, "\n"
        ),
        "an object of 1,000,000 names": lambda: _text(
            folder / "a.json", "[{", ",".join(f'"k{n}":3' for n in range(_MANY)), "}]"
        ),
        "a line of 1,000,000 names": lambda: _text(
            folder / "a.jsonl", "{", ",".join(f'"k{n}":3' for n in range(_MANY)), "}\n"
        ),
        "100,000 objects, each of a name of its own": lambda: _text(
            folder / "a.json", "[", ",".join(f'{{"k{n}":3}}' for n in range(100_000)), "]"
        ),
        "50,000 lines, each of a name of its own": lambda: _text(
            folder / "a.jsonl", *(f'{{"k{n}":3}}\n' for n in range(50_000))
        ),
        "one line of JSON, 10 MB": lambda: _spread(
            folder / "a.json", '{"ras_1":3,"ras_2":3},', 450_000, "[", '{"ras_1":3}]'
        ),
        "a JSON text of 200 MB": lambda: _spread(folder / "a.json", "x", 200_000_000, '[{"ras_1":"', '"}]'),
        "a JSON line of 200 MB": lambda: _spread(folder / "a.jsonl", "x", 200_000_000, '{"ras_1":"', '"}\n'),
        "a number of 5,000,000 digits": lambda: _text(folder / "a.json", '[{"ras_1":', "9" * 5_000_000, "}]"),
        "empty lists, 12,000,000 of them": lambda: _spread(
            folder / "a.json", "[],", 12_000_000, '[{"ras_1":[', "[]]}]"
        ),
        "a FHIR Bundle of 200 MB": lambda: _spread(
            folder / "a.json", f'{{"resource":{_RESPONSE}{answers}]}}}},', 500_000, bundle, "{}]}"
        ),
        "a FHIR response nested 50,000 deep": lambda: _text(
            folder / "a.json", _RESPONSE, '{"linkId":"a","item":[' * 50_000, "]}" * 50_000, "]}"
        ),
        "a FHIR response nested 900 deep": lambda: _text(
            folder / "a.json", _RESPONSE, '{"linkId":"a","item":[' * 450, "]}" * 450, "]}"
        ),
        "a FHIR line of 100 MB": lambda: _spread(
            folder / "a.ndjson", '{"linkId":"a"},', 7_000_000, f"{_RESPONSE}{answers}]}}\n{_RESPONSE}", "{}]}"
        ),
        "100,000 FHIR responses, each of a question of its own": lambda: _text(
            folder / "a.ndjson",
            *(f'{_RESPONSE}{{"linkId":"q{n}","answer":[{{"valueInteger":3}}]}}]}}\n' for n in range(100_000)),
        ),
        "a FHIR response with 300,000 answers of one linkId": lambda: _text(
            folder / "a.json", _RESPONSE,
            ",".join(['{"linkId":"ras_1","answer":[{"valueInteger":3}]}'] * 300_000), "]}",
        ),
        "jsPsych of 300,000 trials in one piece": lambda: _spread(
            folder / "a.json", '{"trial_type":"survey-likert","trial_index":0,"response":{"ras_1":3}},',
            300_000, "[", '{"trial_type":"a","trial_index":0}]',
        ),
    }  # fmt: skip


def xml_files(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return XML."""
    return {
        "a billion laughs in REDCap's XML": lambda: _text(
            folder / "a.xml", "<?xml version='1.0'?>", _LAUGHS, _ODM.format("&l;")
        ),
        "a file outside in REDCap's XML": lambda: _text(
            folder / "a.xml", "<?xml version='1.0'?>", _OUTSIDE, _ODM.format("&l;")
        ),
        "a billion laughs in FHIR's XML": lambda: _text(
            folder / "a.xml", "<?xml version='1.0'?>", _LAUGHS, _FHIR.format("&l;")
        ),
        "a file outside in FHIR's XML": lambda: _text(
            folder / "a.xml", "<?xml version='1.0'?>", _OUTSIDE, _FHIR.format("&l;")
        ),
        "REDCap's XML nested 1,000,000 deep": lambda: _text(
            folder / "a.xml", _ODM.format("a"), "<a>" * _MANY
        ),
        "FHIR's XML nested 1,000,000 deep": lambda: _text(folder / "a.xml", _FHIR.format("a"), "<a>" * _MANY),
        "200 MB of REDCap's XML": lambda: _spread(
            folder / "a.xml", "<ItemDef OID='a'><Question/></ItemDef>", 5_000_000, _ODM.format("a")
        ),
        "200 MB of FHIR's XML": lambda: _spread(
            folder / "a.xml", "<entry><link value='a'/></entry>", 6_000_000, _FHIR.format("a")
        ),
        "an attribute of 100 MB": lambda: _spread(folder / "a.xml", "x", 100_000_000, _ODM[:-4]),
        "a workbook of formulas without values": lambda: _sheet(
            folder / "a.xlsx", "<row><c><f>1+1</f></c><c><f>A1</f></c></row>", 300_000,
            ('<row><c t="inlineStr"><is><t>ras_1</t></is></c><c t="str"><v>b</v></c></row>', ""),
        ),
        "a workbook of 60,000 columns": lambda: _sheet(
            folder / "a.xlsx", "<c><v>1</v></c>", 60_000, ("<row>", "</row>")
        ),
    }  # fmt: skip


def data_files(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return files of SPSS, Stata and SAS."""
    sav, xpt, por = (folder / f"a.{ending}" for ending in ("sav", "xpt", "por"))
    return {
        "a .sav of three rows": lambda: _bytes(sav, _sav()),
        "a .sav that declares 2,000,000,000 rows": lambda: _bytes(sav, _sav(2_000_000_000)),
        "a .sav that declares -5 rows": lambda: _bytes(sav, _sav(-5)),
        "a .sav that declares rows of 2,000,000,000 cells": lambda: _bytes(sav, _sav(size=2_000_000_000)),
        "a .sav of 1,000,000 variables": lambda: _bytes(
            sav, _sav(names=[f"v{n}" for n in range(_MANY)], data=b"")
        ),
        "a .sav of 90,000 variables": lambda: _bytes(sav, _sav(names=[f"v{n}" for n in range(90_000)])),
        "a .sav with 2,000,000,000 labels": lambda: _bytes(sav, _sav(after=_labels(2_000_000_000))),
        "a .sav with -1 labels": lambda: _bytes(sav, _sav(after=_labels(-1))),
        "a .sav with a record of 2 GB": lambda: _bytes(sav, _sav(after=_extension(1, 2_000_000_000))),
        "a .sav with a record of 2**62 bytes": lambda: _bytes(sav, _sav(after=_extension(1 << 30, 1 << 30))),
        "a .sav with 2,000,000,000 lines of documents": lambda: _bytes(
            sav, _sav(after=struct.pack("<ii", 6, 2_000_000_000) + b" " * 800)
        ),
        "a .sav of very long texts that are not there": lambda: _bytes(
            sav, _sav(after=struct.pack("<iiii", 7, 14, 1, 36) + b"RAS_1=99999\0\tRAS_2=99999\0\tRAS_3=9\0\t")
        ),
        "a packed .sav that ends in a command": lambda: _bytes(
            sav, _sav(packing=1, data=b"\xfd" * 8 + b"x" * 5)
        ),
        "a packed .sav of 14,000,000 commands": lambda: _bytes(
            sav, _sav(2_000_000, packing=1, data=bytes([103]) * 14_000_000)
        ),
        "a .zsav that unpacks to 1 GB": lambda: _bytes(folder / "a.zsav", _zsav(250)),
        "a .zsav that unpacks to 8 GB": lambda: _bytes(folder / "a.zsav", _zsav(2000)),
        "a .zsav without its end": lambda: _bytes(folder / "a.zsav", _zsav(3)[:-50]),
        "a .dta that declares 2**60 rows": lambda: _dta(
            folder, (b"<N>" + struct.pack("<Q", 3), b"<N>" + struct.pack("<Q", 1 << 60))
        ),
        "a .dta that declares 65,535 variables": lambda: _dta(
            folder, (b"<K>" + struct.pack("<H", 7), b"<K>" + struct.pack("<H", 65_535))
        ),
        "a .dta with 2**31 labels": lambda: _dta(
            folder, (struct.pack("<ii", 2, 9), struct.pack("<ii", 0x7FFFFFFF, 0x7FFFFFFF))
        ),
        "a .dta whose parts are elsewhere": lambda: _dta(
            folder, (b"<map>" + struct.pack("<Q", 0), b"<map>" + struct.pack("<Q", 1 << 62))
        ),
        "a .xpt that declares 9,999 variables": lambda: _bytes(xpt, _xpt(9999)),
        "a .xpt of variables of 32,767 bytes": lambda: _bytes(xpt, _xpt(length=32_767, data=b" " * 800)),
        "a .xpt of variables of -8 bytes": lambda: _bytes(xpt, _xpt(length=-8, data=b" " * 800)),
        "a .xpt of variables of no bytes": lambda: _bytes(xpt, _xpt(length=0, data=b"x" * 80_000)),
        "a .xpt of 50 MB of blanks": lambda: _bytes(xpt, _xpt(data=b" " * 50_000_000)),
        "a .por of 100 MB of zeros": lambda: _bytes(
            por, b"0" * 200 + bytes(range(256)) + b"SPSSPORT" + b"0" * 100_000_000
        ),
        "a .por that declares 30**5 variables": lambda: _bytes(
            por, _portable("SPSSPORT" + "A8/20240101" + "6/100000" + "4TTTTT/" + "7" * 10_000)
        ),
        "a .sas7bdat of zeros": lambda: _bytes(
            folder / "a.sas7bdat",
            bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + bytes(60_000_000),
        ),
        "a .sas7bdat of bytes of 255": lambda: _bytes(
            folder / "a.sas7bdat",
            bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011") + b"\xff" * 70_000,
        ),
    }  # fmt: skip


def _portable(text: str) -> bytes:
    """Return a portable file of SPSS: greeting, table of characters, and text in lines of 80."""
    characters = bytearray(b"0" * 256)
    characters[64:74] = b"0123456789"
    characters[74:100] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    whole = b"ASCII SPSS PORT FILE".ljust(200) + bytes(characters) + text.encode("ascii")
    return b"\r\n".join(whole[k : k + 80].ljust(80, b"Z") for k in range(0, len(whole), 80))


def inputs(folder: Path) -> dict[str, Callable[[], Path]]:
    """Return what writes each file into a folder, by its name."""
    return text_files(folder) | json_files(folder) | xml_files(folder) | data_files(folder)


def ways(folder: Path) -> list[Callable[[], Any]]:
    """Return what the commands do with a file: inspect, score, score without -i, couples."""
    (path,) = folder.iterdir()
    return [
        lambda: inspect_answers(path).lines(),
        lambda: score_file("ras", path),
        lambda: recognize(path).lines(),
        lambda: couple_report_file("ras", path, partners={"a": "{item}", "b": "c{n}"}),
    ]
