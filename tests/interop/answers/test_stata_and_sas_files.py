"""Stata files, SAS transport files and data sets: special missing values, long texts, dates and damage."""

import base64
import zlib
from datetime import date, datetime
from fractions import Fraction

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import open_file, read_answers, sas_transport
from intimacy_scales.interop.answers.sas_transport import sas_numbers

IDS = ["kmss_1", "kmss_2", "kmss_3"]
TABLE = pd.DataFrame([[6.0, 5.0, 6.0], [7.0, 7.0, 7.0], [1.0, np.nan, 3.0]], columns=IDS)
SAS_DATA_SET = (  # made by haven: a number, a text, a day, and special missing values A and Z
    "eNrt2r9LAmEYB/DHH4Nag4aDRJCEg0PEHUYUBN1BRoFNOjYYtDQkQUQ5RVtDU/9De9BcWEujNARt7U1OFfTjen3vUc8HL5uM6vuR"
    "l+fe73vPqwgHN7xEHdePh+XzZKJ+cRKh6I15nBqPJ3JEExQgk76U7JoV7WJ6aaWQX7RLdjFfSvuhPpr97n21XHnvwe5UoblTnCgo"
    "4rkpwzTMVUPVaVVnCpuV3X0CAAAAAAAAAAAAAAAAAAD4j6LqQ3Q/7M6yoe7VGucp0XXE+WwrCLilwPm8yBtDbl0T+Rnnlth/2yc3"
    "fPJGrHcOAAAAAH/bx6ujDap/ksI/+v3Sm9vuLIs8okZYvXRHeB7U8yDFxPqImHvx1k62nYzxHWmuGa5Z0Un0zr0ZTybPCa+rsaPG"
    "hhpbpM8H558U0r+l27Pynf9jlGvIZz3cb4N479gR8OTBrxTwPhmNBff8vFW5s1oJPydWtaov6nSl6+XLga63XDtXp+0EAAAAAAAA"
    "AAbiEyoFibo="
)


def totals(path):
    return score("kmss", read_answers(path, "kmss"))["total"].tolist()


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_every_version_of_stata_is_read_as_pandas_reads_it(tmp_path, version):
    path = tmp_path / "a.dta"
    table = TABLE.assign(
        n=np.array([1, 2, 3], dtype=np.int8), note=["a", "b ", ""], day=pd.Timestamp("2020-01-31")
    )
    table.to_stata(path, version=version, write_index=False, convert_dates={"day": "td"})
    answers = read_answers(path, "kmss")
    assert (answers.report.platform, answers.report.version) == ("Stata", f"format {version}")
    peer = pd.read_stata(path, convert_categoricals=False)
    got = answers.to_frame().reset_index(drop=True)
    for name in [*IDS, "n"]:
        assert got[name].tolist() == pytest.approx(peer[name].tolist(), nan_ok=True)
    assert got["note"].str.rstrip().tolist() == ["a", "b", ""]
    assert answers.table.columns["day"] == [date(2020, 1, 31)] * 3
    assert totals(path)[:2] == [17.0, 21.0]


def test_extended_missing_values_are_missing_with_their_reason(tmp_path):
    path = tmp_path / "a.dta"
    table = TABLE.astype(object)
    table.loc[0, "kmss_2"], table.loc[1, "kmss_2"] = "a", "z"
    labels = {"kmss_2": {1: "no", "a": "refused"}}
    pyreadstat.write_dta(
        table, path, variable_value_labels=labels, missing_user_values={"kmss_2": ["a", "z"]}
    )
    answers = read_answers(path, "kmss")
    assert answers.table.columns["kmss_2"] == [".a", ".z", None]
    assert answers.missing_reasons["kmss_2"].tolist()[:2] == ["refused", "declared as missing"]
    assert score("kmss", answers).answered.tolist() == [[2], [2], [2]]


def test_long_texts_moments_and_labels_of_stata(tmp_path):
    path = tmp_path / "a.dta"
    moments = pd.to_datetime(["2020-01-31 10:11:12", "1959-12-31 23:59:59", None])
    table = TABLE.assign(note=["short", "x" * 5000, ""], at=moments, yes=pd.Categorical(["no", "yes", "no"]))
    table.to_stata(
        path, version=118, convert_strl=["note"], write_index=False, variable_labels={"kmss_1": "How?"}
    )
    answers = read_answers(path, "kmss")
    assert [len(note) for note in answers.table.columns["note"]] == [5, 5000, 0]
    assert answers.table.columns["at"] == [
        datetime(2020, 1, 31, 10, 11, 12),
        datetime(1959, 12, 31, 23, 59, 59),
        None,
    ]
    assert answers.columns["kmss_1"].question == "How?"
    assert answers.labels["yes"].tolist() == ["no", "yes", "no"]


def test_a_million_variables_of_stata_are_refused(tmp_path):
    path = tmp_path / "a.dta"
    TABLE.to_stata(path, version=119, write_index=False)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"<K>\x03\0\0\0", b"<K>" + (10**6).to_bytes(4, "little")))
    with pytest.raises(ResponseError, match="more than 20,000 variables"):
        read_answers(path)


@pytest.mark.parametrize("ending", ["dta", "xpt", "sas7bdat"])
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    if ending == "dta":
        pyreadstat.write_dta(TABLE, path)
    elif ending == "xpt":
        pyreadstat.write_xport(TABLE, path, file_format_version=5)
    else:
        path.write_bytes(zlib.decompress(base64.b64decode(SAS_DATA_SET)))
    data = path.read_bytes()
    for end in range(50, len(data) - 20, max(7, len(data) // 100)):
        path.write_bytes(data[:end])
        with pytest.raises(ResponseError, match=r"damaged|cut off|has rows of 0"):
            read_answers(path)


@pytest.mark.parametrize("version", [5, 8])
def test_transport_files_are_read_as_pyreadstat_reads_them(tmp_path, monkeypatch, version):
    path = tmp_path / "a.xpt"
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(0, 1e6, (57, 2)), columns=["x", "y"]).mask(rng.random((57, 2)) < 0.2)
    table = table.assign(note=[f"é{n}" for n in range(57)])
    pyreadstat.write_xport(table, path, file_format_version=version, column_labels=["How?", "b", "l" * 90])
    monkeypatch.setattr(sas_transport, "BATCH_ROWS", 10)
    peer, known = pyreadstat.read_xport(path)
    answers = read_answers(path)
    assert answers.report.version == f"transport file (.xpt), version {version}"
    assert list(answers.columns) == known.column_names
    assert [facts.question for facts in answers.columns.values()] == known.column_labels
    assert answers.to_frame()["note"].tolist() == peer["note"].tolist()
    for name in ("x", "y"):
        assert answers.to_frame()[name].tolist() == pytest.approx(
            table[name].tolist(), rel=1e-15, nan_ok=True
        )
    with open_file(path) as file:
        assert [len(batch) for batch in file.batches(["x"])] == [10] * 5 + [7]


@given(st.lists(st.binary(min_size=8, max_size=8), min_size=1, max_size=20))
def test_numbers_of_mainframes_by_the_definition(stored):
    cells = sas_numbers(np.frombuffer(b"".join(stored), np.uint8).reshape(-1, 8))
    for data, cell in zip(stored, list(cells), strict=True):
        fraction = int.from_bytes(data[1:], "big")
        if not fraction and data[:1] in b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            letter = data[:1].decode()
            assert cell == f".{letter}" if letter != "." else cell is None or np.isnan(cell)
            continue
        exact = Fraction(fraction, 2**56) * Fraction(16) ** ((data[0] & 127) - 64)
        assert cell == float(-exact if data[0] & 128 else exact)


def test_special_missing_values_of_sas_are_missing_with_their_letter(tmp_path):
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(TABLE, path, file_format_version=5)
    five, seven = bytes.fromhex("4150000000000000"), bytes.fromhex("4170000000000000")
    data = path.read_bytes().replace(five, b"A" + bytes(7)).replace(seven, b"_" + bytes(7), 1)
    path.write_bytes(data)
    answers = read_answers(path, "kmss")
    assert answers.table.columns["kmss_1"] == [6, "._", 1]
    assert answers.table.columns["kmss_2"] == [".A", 7, None]
    assert score("kmss", answers).answered.tolist() == [[2], [2], [2]]


def test_days_and_moments_of_sas(tmp_path):
    path = tmp_path / "a.xpt"
    table = TABLE.assign(day=[0.0, 21945.0, np.nan], at=[0.0, 1896084672.0, -1.0], took=[1.0, 2.0, 90000.0])
    pyreadstat.write_xport(table, path, variable_format={"day": "DATE9", "at": "DATETIME20", "took": "TIME8"})
    answers = read_answers(path, "kmss")
    assert answers.table.columns["day"] == [date(1960, 1, 1), date(2020, 1, 31), None]
    assert answers.table.columns["at"][2] == datetime(1959, 12, 31, 23, 59, 59)
    assert answers.table.columns["took"] == [1, 2, 90000]
    assert answers.metadata.columns.tolist() == ["day", "at", "took"]


def test_rows_of_blanks_at_the_end_fill_up_the_last_record(tmp_path):
    path = tmp_path / "a.xpt"
    for n in (0, 1, 9, 10, 11):
        pyreadstat.write_xport(
            pd.DataFrame({"q": ["1234567"] * n, "r": ["x"] * n}), path, file_format_version=5
        )
        assert len(read_answers(path)) == n


def test_several_data_sets_in_one_file_are_refused(tmp_path):
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(TABLE, path, file_format_version=5)
    data = path.read_bytes()
    path.write_bytes(data + data[240:])
    with pytest.raises(ResponseError, match="more than one data set; allowed: one"):
        read_answers(path)


def test_two_variables_of_one_name_are_refused(tmp_path):
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(TABLE, path, file_format_version=5)
    path.write_bytes(path.read_bytes().replace(b"kmss_2", b"kmss_1"))
    with pytest.raises(ResponseError, match="2 variables named 'kmss_1'"):
        read_answers(path)


def test_texts_of_sas_in_another_encoding(tmp_path):
    path = tmp_path / "a.xpt"
    pyreadstat.write_xport(TABLE.assign(note=["Xber", "b", "c"]), path, file_format_version=5)
    path.write_bytes(path.read_bytes().replace(b"Xber", "Über".encode("cp1252")))
    with pytest.raises(ResponseError, match="encoding='cp1252'"):
        read_answers(path)
    assert read_answers(path, encoding="cp1252").table.columns["note"][0] == "Über"
    with pytest.raises(ResponseError, match="one that Python knows"):
        read_answers(path, encoding="klingon")


def test_a_data_set_of_sas(tmp_path):
    path = tmp_path / "a.sas7bdat"
    path.write_bytes(zlib.decompress(base64.b64decode(SAS_DATA_SET)))
    answers = read_answers(path)
    assert answers.table.columns == {
        "a": [1, 2.5, None],
        "s": ["x", "yy", ""],
        "d": [date(2020, 1, 31), date(1583, 1, 1), None],
        "m": [1, ".A", ".Z"],
    }
    assert answers.missing_reasons["m"].tolist()[1:] == ["declared as missing"] * 2
