"""Portable files of SPSS, written here by the definition of the format."""

import math

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import read_answers
from intimacy_scales.interop.answers.portable_text import number_of

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRST"


def whole(n):
    """Return a whole number to the base of 30."""
    digits = ""
    while n or not digits:
        n, last = divmod(n, 30)
        digits = DIGITS[last] + digits
    return digits


def n(value):
    """Return a number as it is written, with its end."""
    if value is None:
        return "*."
    return ("-" if value < 0 else "") + whole(abs(value)) + "/"


def t(text):
    """Return a text after its length."""
    return n(len(text.encode())) + text


def variable(name, *more, width=0, kind=5):
    return "7" + n(width) + t(name) + (n(kind) + n(8) + n(2)) * 2 + "".join(more)


def portable(path, variables, rows, *, labels="", weight="", encoding="utf-8", ends="\r\n"):
    """Write a portable file."""
    table = bytearray(b"0" * 256)
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .<(+|&[]!$*);^-/|,%_>?`:#@'=\""
    table[64 : 64 + len(letters)] = letters.encode()
    head = b"0" * 40 + b"ASCII SPSS PORT FILE".ljust(160) + bytes(table) + b"SPSSPORT"
    body = "A" + t("20260101") + t("120000") + "1" + t("made here") + "4" + n(len(variables)) + "5" + n(11)
    body += weight + "".join(variables) + labels + "F" + "".join(rows)
    data = head + body.encode(encoding)
    data += b"Z" * (80 - len(data) % 80)
    lines = [data[start : start + 80] for start in range(0, len(data), 80)]
    if ends:
        lines = [line.rstrip(b" ") for line in lines]
    path.write_bytes(ends.encode().join(lines) + ends.encode())
    return path


KMSS = [variable(f"KMSS_{number}", "C" + t(f"Question {number}?")) for number in (1, 2, 3)]


def test_labels_and_missing_values_with_their_reasons(tmp_path):
    variables = [
        variable("KMSS_1", "8" + n(9), "8" + n(99), "C" + t("How?")),
        variable("KMSS_2", "B" + n(-9) + n(0), "8" + n(99)),
        variable("KMSS_3", "9" + n(0)),
        variable("HIGH", "A" + n(8)),
        variable("NOTE", "8" + t("Z"), width=8),
    ]
    labels = "D" + n(2) + t("KMSS_1") + t("KMSS_2") + n(2) + n(99) + t("refused") + n(-9) + t("not seen")
    rows = [
        n(6) + n(5) + n(6) + n(1) + t("Z"),
        n(99) + n(-9) + n(-4) + n(900) + t("y "),
        n(7) + n(None) + n(1) + n(8) + t(" "),
    ]
    path = portable(tmp_path / "a.por", variables, rows, labels=labels)
    answers = read_answers(path, "kmss", columns="KMSS_{n}")
    assert (answers.report.platform, answers.report.version) == ("SPSS", "portable file (.por)")
    assert answers.columns["KMSS_1"].question == "How?"
    assert answers.columns["KMSS_2"].missing_ranges == ((-9.0, 0.0),)
    assert answers.columns["KMSS_3"].missing_ranges == ((-math.inf, 0.0),)
    assert answers.columns["HIGH"].missing_ranges == ((8.0, math.inf),)
    assert answers.table.columns["KMSS_2"] == [5, -9, None]
    assert answers.table.columns["NOTE"] == ["Z", "y", ""]
    reasons = answers.missing_reasons.loc[2].tolist()
    assert reasons[:4] == ["refused", "not seen", "declared as missing", "declared as missing"]
    assert score("kmss", answers).answered.tolist() == [[3], [0], [2]]


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_numbers_are_the_nearest(value):
    """A number that is written exactly, as a whole number of a power of 30, is read back exactly."""
    numerator, denominator = value.as_integer_ratio()
    n_places = denominator.bit_length() - 1
    digits = whole(abs(numerator) * 30**n_places // denominator).rjust(n_places + 1, "0")
    written = digits[: len(digits) - n_places] + "." + digits[len(digits) - n_places :]
    assert number_of(("-" if value < 0 else "").encode() + written.encode(), None) == value


def test_it_reads_what_pyreadstat_writes(tmp_path):
    path = tmp_path / "a.por"
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(0, 1e3, (157, 3)), columns=["X", "Y", "Q"]).mask(
        rng.random((157, 3)) < 0.2
    )
    for some in (table, table.assign(NOTE=[f"text {row}" for row in range(157)])):
        pyreadstat.write_por(some, path)
        got = read_answers(path).to_frame()
        for name in table:
            assert got[name].tolist() == pytest.approx(table[name].tolist(), rel=1e-14, nan_ok=True)
    assert got["NOTE"].tolist() == some["NOTE"].tolist()


@pytest.mark.parametrize("ends", ["\r\n", "\n", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_lines_and_encodings(tmp_path, ends, encoding):
    variables = [*KMSS, variable("NOTE", width=40)]
    text = "Über uns, " * 3
    length = n(len(text.encode(encoding)))
    rows = [n(6) + n(5) + n(6) + length + text] * 30
    path = portable(tmp_path / "a.por", variables, rows, encoding=encoding, ends=ends)
    answers = read_answers(path, "kmss", columns="KMSS_{n}")
    assert answers.table.columns["NOTE"] == [text.rstrip()] * 30
    assert answers.report.decisions[0].value == {"utf-8": "UTF-8"}.get(encoding, encoding)


def test_weights_are_told_and_no_rows_are_no_rows(tmp_path):
    path = portable(tmp_path / "a.por", KMSS, [], weight="6" + t("KMSS_2"))
    answers = read_answers(path, "kmss", columns="KMSS_{n}")
    assert len(answers) == 0
    assert answers.report.notes[0] == "the file is weighted by KMSS_2; each row is read as one person"


def test_days(tmp_path):
    path = portable(tmp_path / "a.por", [variable("DAY", kind=20)], [n(13742179200), n(None)])
    assert [str(day) for day in read_answers(path).table.columns["DAY"]] == ["2018-04-04", "None"]


@pytest.mark.parametrize(
    ("variables", "rows", "words"),
    [
        (KMSS[:2], [n(6) + n(5) + n(6)], "its last row is cut off"),
        ([*KMSS, "X"], [], "unknown kind 'X'"),
        ([*KMSS, "8"], [n(6)], "unknown kind"),
        (KMSS, [n(6) + "++/" + n(6)], "where a number should be"),
        ([KMSS[0], KMSS[0]], [], "2 variables named"),
        (["7" + n(0) + "TTTTTT/"], [], "count"),
    ],
)
def test_damage_is_named(tmp_path, variables, rows, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(portable(tmp_path / "a.por", variables, rows))


def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(tmp_path):
    path = portable(
        tmp_path / "a.por", [*KMSS, variable("NOTE", width=8)], [n(6) + n(5) + n(6) + t("abc")] * 9
    )
    data = path.read_bytes()
    last = data.index(b"Z\r\n") if b"Z\r\n" in data else len(data)
    end_of_rows = data.rstrip(b"Z\r\n ")
    for end in range(480, min(last, len(end_of_rows)) - 1, 11):
        path.write_bytes(data[:end])
        with pytest.raises(ResponseError, match="damaged portable file"):
            read_answers(path)
