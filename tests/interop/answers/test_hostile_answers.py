"""Files that are made to exhaust, or lie about themselves: refused by name, or read in time."""

import json
import struct
import time

import pandas as pd
import pyreadstat
import pytest

from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import fhir_columns, inspect_answers, open_file, read_answers
from intimacy_scales.interop.recognition import recognize
from intimacy_scales.jobs import score_file

ITEMS = [f"kmss_{n}" for n in range(1, 4)]


def test_a_stata_file_that_declares_more_rows_than_it_has_bytes_is_refused(tmp_path):
    path = tmp_path / "a.dta"
    pd.DataFrame({item: [3, 4] for item in ITEMS}).to_stata(path, write_index=False, version=118)
    declared = b"<N>" + struct.pack("<Q", 2)
    path.write_bytes(path.read_bytes().replace(declared, b"<N>" + struct.pack("<Q", 1 << 60)))
    with pytest.raises(ResponseError, match=r"declares 1,152,921,504,606,846,976 rows, and has [\d,]+ bytes"):
        read_answers(path, "kmss")


def test_an_attribute_without_an_end_is_refused_soon(tmp_path):
    path = tmp_path / "a.xml"
    start = '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" Name="'
    path.write_text(start + "x" * 8_000_000)
    begin = time.process_time()
    with pytest.raises(ResponseError, match="a tag of more than 5 million characters"):
        read_answers(path)
    assert time.process_time() - begin < 5


def test_lines_of_which_each_has_names_of_its_own_are_not_a_table(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"k{n}":3}}\n' for n in range(12_000)))
    with pytest.raises(ResponseError, match=r"have 12,000 names, and each line only a few of them"):
        read_answers(path)


@pytest.mark.parametrize(
    "begin", ["Timestamp", "ID,Start time,Completion time", "id,submitdate,lastpage,startlanguage",
              "session,created,modified,ended", "record_id,redcap_event_name", "c"],
)  # fmt: skip
def test_too_many_columns_are_refused_soon(tmp_path, begin):
    path = tmp_path / "a.csv"
    path.write_text(f"{begin},{','.join(f'c{n}' for n in range(300_000))}\n")
    start = time.process_time()
    with pytest.raises(ResponseError, match=r"has 300,0\d\d columns; allowed: at most 100,000"):
        inspect_answers(path)
    assert time.process_time() - start < 5


def test_very_many_columns_are_read_in_time(tmp_path):
    path = tmp_path / "a.csv"
    names = [*ITEMS, *(f"c{n}" for n in range(40_000))]
    path.write_text(f"{','.join(names)}\n" + f"{','.join('3' * len(names))}\n" * 8)
    begin = time.process_time()
    assert len(read_answers(path, "kmss")) == score_file("kmss", path).n_persons == 8
    assert time.process_time() - begin < 10


def test_very_many_sets_of_columns_are_recognised_in_time(tmp_path):
    path = tmp_path / "a.csv"
    names = [f"{item}_{n}" for item in ITEMS for n in range(8_000)]
    path.write_text(f"{','.join(names)}\n{','.join('3' * len(names))}\n")
    begin = time.process_time()
    first = recognize(path).candidates[0]
    assert time.process_time() - begin < 15
    assert len(first.sets) == 500
    assert "8,000 sets of columns have its ids; only the first 500 were looked at" in first.contradictions


@pytest.mark.parametrize("ending", ["dta", "xpt", "sav"])
def test_a_data_file_without_rows_is_recognised(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    frame = pd.DataFrame({name: pd.Series([], dtype=float) for name in ITEMS})
    writers = {"dta": pyreadstat.write_dta, "xpt": pyreadstat.write_xport, "sav": pyreadstat.write_sav}
    writers[ending](frame, path)
    found = recognize(path)
    assert (found.n_rows, found.candidates[0].instrument.id) == (0, "kmss")


def test_packed_spss_files_are_read_in_few_parts(tmp_path):
    path, n = tmp_path / "a.sav", 400_000
    pyreadstat.write_sav(pd.DataFrame({item: [3.0] * n for item in ITEMS}), path, row_compress=True)
    with open_file(path) as file:
        parts = [len(table) for table in file.batches(ITEMS)]
    assert sum(parts) == n
    assert len(parts) == 8  # for each part, the rows before it are unpacked again


def responses(n):
    """Yield lines of FHIR responses, of which some were entered in error."""
    for row in range(n):
        answers = [
            {"linkId": item, "answer": [{"valueInteger": 1 + (row + k) % 7}]} for k, item in enumerate(ITEMS)
        ]
        status = "entered-in-error" if row % 5 == 3 else "completed"
        fields = {"id": f"r{row}", "subject": {"reference": f"Patient/{row}"}, "status": status}
        group = [{"linkId": "g", "item": answers}] if row % 2 else answers[: 3 - (row % 7 == 0)]
        yield json.dumps({"resourceType": "QuestionnaireResponse", **fields, "item": group}) + "\n"


def test_responses_that_are_not_held_are_read_again_with_the_same_result(tmp_path, monkeypatch):
    path = tmp_path / "a.ndjson"
    path.write_text("".join(responses(300)))
    held = read_answers(path, "kmss")
    monkeypatch.setattr(fhir_columns, "_MOST_HELD", 50)
    again = read_answers(path, "kmss")
    assert again.table.columns == held.table.columns
    assert again.rows.tolist() == held.rows.tolist()
    assert len(held) == 240
    assert again.report.to_dict() == held.report.to_dict()


def test_responses_that_change_between_readings_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.ndjson"
    path.write_text("".join(responses(300)))
    monkeypatch.setattr(fhir_columns, "_MOST_HELD", 50)
    with open_file(path) as file:
        path.write_text("".join(responses(100)))
        with pytest.raises(ResponseError, match="changed while it was read"):
            list(file.batches(ITEMS))


def test_inspect_answers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id;kmss_1;kmss_2;kmss_3\na;6;5;6\n")
    assert inspect_answers(path, "kmss").to_dict() == read_answers(path, "kmss").report.to_dict()
