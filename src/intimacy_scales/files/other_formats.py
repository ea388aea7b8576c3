"""Files that are often passed instead of answers, and what to do with each."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from intimacy_scales.files.head import Head
from intimacy_scales.files.jsonlines import is_one_object

_PAGE = re.compile(
    r"""\s*<(?:
        !doctype | !-- | \?xml
        | (?:html|head|body|table|thead|tbody|tr|div|meta|title|style|script|center|form|main|h[1-6])
          (?:\s[^>]*)? /?> (?![ ]*[,;|\t])         # a tag, and not a column name in angle brackets
        | [\w:.-]+ \s+ [\w:.-]+ \s*=\s* ["']      # any tag that has an attribute
        | [\w:.-]+ \s* /?> [ ]* (?:<|[\r\n]|\Z)  # or one followed by another
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_JSON = re.compile(
    r"""\s*(\[\s*[\[{"]|\{\s*\n)"""
)  # a list, or an object that continues after its first line


class Other(NamedTuple):
    """A format that is not a table of answers: how it is recognised, what it is, and what to do.

    A file with the ending ``unless`` is treated as a damaged file of that ending instead.
    """

    detect: Callable[[Head], bool]
    what: str
    advice: str
    unless: str | None = None


def _begins(*marks: bytes) -> Callable[[Head], bool]:
    return lambda head: head.data.startswith(marks)


def _holds(mark: bytes, within: bytes) -> Callable[[Head], bool]:
    return lambda head: head.data.startswith(mark) and within in head.data


def _unpacks_to(*marks: bytes) -> Callable[[Head], bool]:
    def detect(head: Head) -> bool:
        try:
            return zlib.decompressobj(_OF_GZIP).decompress(head.data, _LONGEST_MARK).startswith(marks)
        except zlib.error:
            return False

    return detect


def _packs(name: str) -> Callable[[Head], bool]:
    return lambda head: head.packs(name)


def _is_page(head: Head) -> bool:
    return bool(_PAGE.match(head.text or ""))


def _is_json(head: Head) -> bool:
    return bool(_JSON.match(head.text or "")) or is_one_object(head)


_OF_GZIP, _LONGEST_MARK = 31, 8
_FROM_R = "in R, write the table with write.csv(table, 'answers.csv', row.names = FALSE)"
_OLD = b"\xd0\xcf\x11\xe0"
_ARCHIVE = ("a packed archive", "unpack it first")
_WITH_LABELS = "read it with read_answers() or score_file(), without sheet=, or save it as .csv"
_COPY = "copy its table into a workbook and save it as .xlsx or .csv"

OTHERS = (
    Other(
        _holds(_OLD, "EncryptedPackage".encode("utf-16-le")),
        "a workbook or document with a password",
        "open it and save it without one",
    ),
    Other(_holds(_OLD, "WordDocument".encode("utf-16-le")), "an old Word document (.doc)", _COPY),
    Other(_begins(_OLD), "an old Excel workbook (.xls)", "save it as .xlsx or .csv"),
    Other(_packs("word/"), "a Word document", _COPY),
    Other(_packs("ppt/"), "a PowerPoint presentation", _COPY),
    Other(_packs("xl/workbook.bin"), "a binary Excel workbook (.xlsb)", "save it as .xlsx or .csv"),
    Other(_packs("Index/Document.iwa"), "an Apple Numbers or Pages document", "export it as .csv or .xlsx"),
    Other(
        _holds(b"PK\x03\x04", b"opendocument.spreadsheet"),
        "an OpenDocument spreadsheet",
        "save it as .xlsx or .csv",
    ),
    Other(_holds(b"PK\x03\x04", b"opendocument"), "an OpenDocument text or drawing", _COPY),
    Other(_unpacks_to(b"RDX", b"RDA", b"X\n\0\0\0"), "a file of R objects", _FROM_R),
    Other(lambda head: head.is_whole_archive, *_ARCHIVE),
    Other(_begins(b"PK\x03\x04"), *_ARCHIVE, unless=".xlsx"),
    Other(_begins(b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"), *_ARCHIVE),
    Other(_begins(b"$FL2@(#)", b"$FL3@(#)"), "an SPSS file", _WITH_LABELS),
    Other(_begins(b"<stata_dta>"), "a Stata file", _WITH_LABELS),
    Other(_begins(b"HEADER RECORD*******LIB"), "a transport file of SAS", _WITH_LABELS),
    Other(lambda head: b"SPSSPORT" in head.data[:600], "a portable file of SPSS", _WITH_LABELS),
    Other(_begins(b"RDX", b"RDA", b"X\n\0\0\0"), "a file of R objects", _FROM_R),
    Other(_begins(b"%PDF"), "a PDF", "pass a table of answers, such as .csv or .xlsx"),
    Other(
        _is_page,
        "a web page or XML",
        "if it was downloaded, it may be a login page: export the answers as .csv; if Excel opens it as a "
        "table, save it there as .xlsx",
    ),
    Other(
        _is_json,
        "JSON in one piece",
        "write each person's answers as one object on one line, without lists and objects in it "
        "(.jsonl), or read it and pass the list of persons to score()",
    ),
)
