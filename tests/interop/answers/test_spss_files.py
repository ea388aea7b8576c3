"""SPSS system files: real ones, and the traps of labels, missing values, texts, dates and damage."""

import math
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, MissingDependencyError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers, statistics_files
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "spss"
AGREE = {1: "Strongly Disagree", 2: "Disagree", 3: "No Opinion", 4: "Agree", 5: "Strongly Agree"}
FIVE = {"minimum": 1, "maximum": 5, "labels": AGREE}
IDS = ["kmss_1", "kmss_2", "kmss_3"]


def frame(*rows, **more):
    return pd.DataFrame(list(rows), columns=IDS).assign(**more)


@pytest.fixture
def written(tmp_path):
    def write(table, name="a.sav", **how):
        path = tmp_path / name
        pyreadstat.write_sav(table, path, **how)
        return path

    return write


def totals(path, **how):
    return score("kmss", read_answers(path, "kmss", **how))["total"].tolist()


@needs_samples
def test_the_hotel_has_the_mean_of_the_review():
    form = form_of({"t": "v1 v2 -v3 v4 -v5"}, response_scale=FIVE, evidence=PUBLISHED)
    answers = read_answers(SAMPLES / "hotel_likert.sav", form)
    scores = score(form, answers)["t"]
    assert (len(scores), round(float(np.mean(scores)), 2)) == (17, 2.75)
    assert {item.how for item in answers.report.items} == {"codes as they are; labels of the file agree"}
    assert answers.columns["v3"].question == "The staff were slow in responding"


@needs_samples
@pytest.mark.parametrize(
    ("name", "n_rows", "column", "missing", "ranges"),
    [
        ("hebrews.sav", 99, "ותק_ב", (), ()),
        ("umlauts.sav", 4, "var1", (), ()),
        ("labelled_num_na.sav", 2, "VAR00002", ((9, None),), ()),
        ("missing_char.sav", 2, "mychar", (("Z", None),), ()),
        ("sample.zsav", 5, "myord", (), ()),
        ("sample_missing.sav", 7, "mynum", ((-1, None),), ((2000.0, 3000.0),)),
        ("sample_missing.sav", 7, "myord", ((-1, "missing"), (-2, None), (-3, None)), ()),
        ("simple_alltypes.sav", 6, "x", ((7, None), (8, None), (99, None)), ()),
        ("simple_alltypes.sav", 6, "z", ((999, "skipped"),), ((-999.0, 0.0),)),
    ],
)
def test_real_files(name, n_rows, column, missing, ranges):
    answers = read_answers(SAMPLES / name)
    assert (answers.report.platform, len(answers)) == ("SPSS", n_rows)
    assert (answers.columns[column].missing, answers.columns[column].missing_ranges) == (missing, ranges)


@needs_samples
def test_sets_of_multiple_responses_are_choices():
    answers = read_answers(SAMPLES / "simple_alltypes.sav")
    chosen = [name for name, known in answers.columns.items() if known.role == "choice"]
    assert chosen == ["bool1", "bool2", "bool3", "ca_subvar_1", "ca_subvar_2", "ca_subvar_3"]
    assert answers.columns["bool1"].group == "My multiple response set"
    assert answers.missing_reasons["z"].dropna().tolist() == ["declared as missing", "skipped"]


@pytest.mark.parametrize(
    ("declared", "value", "reason"),
    [
        ([9], 9, "refused"),
        ([9, 8, 99], 99, "declared as missing"),
        ([{"lo": 8, "hi": 12}], 9, "refused"),
        ([{"lo": 8, "hi": 12}, -1], -1, "declared as missing"),
        ([{"lo": 8, "hi": 12}, -1], 11.5, "declared as missing"),
        ([{"lo": 8, "hi": math.inf}], 4000, "declared as missing"),
        ([{"lo": -math.inf, "hi": 0}], -4000, "declared as missing"),
    ],
)
def test_user_missing_values_and_ranges_have_their_reasons(written, declared, value, reason):
    table = frame((6, value, 6), (7, 7, 7)).astype(float)
    path = written(
        table, missing_ranges={"kmss_2": declared}, variable_value_labels={"kmss_2": {9.0: "refused"}}
    )
    answers = read_answers(path, "kmss")
    assert answers.missing_reasons["kmss_2"].tolist()[0] == reason
    assert score("kmss", answers).answered.tolist() == [[2], [3]]
    assert score("kmss", answers)["total"].tolist()[1] == 21.0
    assert answers.to_frame()["kmss_2"].tolist() == [value, 7]


def test_what_is_not_declared_is_named(written):
    path = written(frame((6, 9, 6), (7, 7, 7)).astype(float), variable_value_labels={"kmss_2": {9.0: "no"}})
    with pytest.raises(InvalidResponsesError, match="item kmss_2: 9 is outside"):
        totals(path)
    assert totals(path, missing_codes=[9])[1] == 21.0


def test_an_answer_that_the_file_declares_as_missing_is_missing_and_it_says_so(written):
    answers = read_answers(
        written(frame((6, 4, 6), (7, 7, 7)).astype(float), missing_ranges={"kmss_2": [4]}), "kmss"
    )
    assert score("kmss", answers).answered.tolist() == [[2], [3]]
    assert "declares 4 as missing, which the instrument allows" in answers.report.cautions[0]


def test_codes_are_read_by_their_labels(written):
    form = form_of({"t": "q1 q2"}, response_scale=FIVE, evidence=PUBLISHED)
    labels = {float(6 - code): text for code, text in AGREE.items()}
    path = written(
        pd.DataFrame({"q1": [1.0, 5.0], "q2": [2.0, 4.0]}),
        variable_value_labels=dict.fromkeys(("q1", "q2"), labels),
    )
    answers = read_answers(path, form)
    assert answers.report.items[0].how.startswith("recoded by label")
    assert score(form, answers)["t"].tolist() == [4.5, 1.5]


def test_a_label_that_stands_for_two_codes(written):
    form = form_of({"t": "q1 q2"}, evidence=PUBLISHED)
    labels = {1.0: "no", 2.0: "no", 5.0: "yes"}
    path = written(pd.DataFrame({"q1": [1.0, 2.0], "q2": [5.0, 2.0]}), variable_value_labels={"q1": labels})
    answers = read_answers(path, form)
    assert score(form, answers)["t"].tolist() == [3.0, 2.0]
    assert answers.labels["q1"].tolist() == ["no", "no"]


def test_numbers_stay_numbers_and_ids_are_whole(written, tmp_path):
    table = frame((6, 5, 6), (7, 7, 7), id=[1001.0, 1002.0], half=[2.5, 3.0]).astype(float)
    path = written(table, variable_format=dict.fromkeys(table.columns, "F8.2"))
    answers = read_answers(path, "kmss")
    assert answers.table.columns["id"] == [1001, 1002]
    assert answers.table.columns["half"] == [2.5, 3]
    assert answers.report.row_id == "id"
    score_file("kmss", path, output=tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text().splitlines() == [
        "row,id,total",
        "1,1001,17.0",
        "2,1002,21.0",
    ]


def test_texts_without_the_blanks_that_fill_them(written):
    table = frame(("6", "Z   ", "6"), ("7", "7", "7"))
    answers = read_answers(written(table, missing_ranges={"kmss_2": ["Z"]}), "kmss")
    assert answers.to_frame()["kmss_2"].tolist() == ["Z", "7"]
    assert answers.missing_reasons["kmss_2"].tolist()[0] == "declared as missing"
    assert score("kmss", answers).answered.tolist() == [[2], [3]]


def test_days_and_durations(written):
    table = frame((6, 5, 6), (7, 7, 7)).astype(float)
    table["day"], table["took"], table["code"] = (
        [13742179200.0, math.nan],
        [90000.0, 5.0],
        [99.0, 13742179200.0],
    )
    path = written(
        table,
        variable_format={"day": "ADATE10", "took": "TIME8", "code": "DATE11"},
        missing_ranges={"code": [99]},
    )
    answers = read_answers(path, "kmss")
    assert answers.table.columns["day"] == [date(2018, 4, 4), None]
    assert answers.table.columns["took"] == [90000, 5]
    assert answers.table.columns["code"] == [99, date(2018, 4, 4)]
    assert answers.metadata.columns.tolist() == ["day", "took", "code"]


def test_no_rows(written):
    path = written(frame((6, 5, 6)).astype(float)[:0])
    assert len(read_answers(path, "kmss")) == 0
    assert score_file("kmss", path).n_persons == 0


def test_texts_in_another_code_page(written, tmp_path):
    path = written(frame((6, 5, 6)).astype(float), column_labels=["Xber uns?", "b", "c"])
    path.write_bytes(path.read_bytes().replace(b"Xber", "Über".encode("cp1252")))
    with pytest.raises(ResponseError, match="encoding='cp1252'"):
        read_answers(path)
    assert read_answers(path, encoding="cp1252").columns["kmss_1"].question == "Über uns?"
    with pytest.raises(ResponseError, match="one that Python knows"):
        read_answers(path, encoding="klingon")


@pytest.mark.parametrize("how", [{}, {"row_compress": True}, {"compress": True}])
def test_parts_are_the_whole(written, monkeypatch, how):
    rng = np.random.default_rng(1)
    table = (
        pd.DataFrame(rng.integers(1, 8, (57, 3)), columns=IDS).astype(float).mask(rng.random((57, 3)) < 0.2)
    )
    path = written(table, **how)
    whole = read_answers(path).to_frame()
    monkeypatch.setattr(statistics_files, "BATCH_ROWS", 10)
    with open_file(path) as file:
        batches = list(file.batches(["kmss_1"], ["kmss_2"]))
    assert [len(batch) for batch in batches] == ([40, 17] if "compress" in how else [10, 10, 10, 10, 10, 7])
    assert np.concatenate([batch.column("kmss_1").values for batch in batches]).tolist() == pytest.approx(
        table["kmss_1"].tolist(), nan_ok=True
    )
    assert read_answers(path).to_frame().equals(whole)
    unsized = path.read_bytes()
    path.write_bytes(unsized[:80] + b"\xff" * 4 + unsized[84:])  # as programs do that write while they read
    if "compress" not in how:
        assert read_answers(path).to_frame().equals(whole)


@pytest.mark.parametrize("how", [{}, {"row_compress": True}, {"compress": True}])
def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut(written, how):
    table = frame((6, 5, 6), (7, 7, 7), (1, 2, 3), note=["a", "b", "c"])
    path = written(table, variable_value_labels={"kmss_1": {1: "no"}}, **how)
    data = path.read_bytes()
    for end in range(8, len(data), 7):
        path.write_bytes(data[:end])
        with pytest.raises(ResponseError, match=r"damaged or cut-off SPSS file|is cut off"):
            read_answers(path)


@pytest.mark.parametrize(("place", "value"), [(180, 255), (194, 1), (184, 7), (188, 9)])
def test_records_that_contradict_each_other_do_not_end_the_process(written, place, value):
    path = written(frame((6, 5, 6)).astype(float), variable_value_labels={"kmss_1": {1.0: "no"}})
    data = bytearray(path.read_bytes())
    data[place] = value
    path.write_bytes(data)
    with pytest.raises(ResponseError, match="damaged or cut-off SPSS file"):
        read_answers(path)


def test_codes_of_texts_in_another_encoding_do_not_end_the_process(written):
    path = written(pd.DataFrame({"q": ["a", "b"]}), variable_value_labels={"q": {"aXX": "x"}})
    data = path.read_bytes()
    path.write_bytes(data.replace(b"aXX", b"a\xff\xff"))
    with pytest.raises(ResponseError, match="not in the encoding"):
        read_answers(path)


def test_a_million_variables_are_refused_at_once(written):
    data = written(pd.DataFrame({"q": [1.0]})).read_bytes()
    path = written(pd.DataFrame({"q": [1.0]}))
    path.write_bytes(data[:176] + data[176:208] * 1_000_000 + data[208:])
    begin = time.process_time()
    with pytest.raises(ResponseError, match="more than 20,000 variables"):
        read_answers(path)
    assert time.process_time() - begin < 2


def test_a_small_file_that_unpacks_to_very_much_is_refused(written):
    data = written(frame((6, 5, 6)).astype(float), "a.zsav", compress=True)
    stored = bytearray(data.read_bytes())
    stored[80:84] = (2**30).to_bytes(4, "little")
    data.write_bytes(stored)
    with pytest.raises(ResponseError, match="times its size"):
        read_answers(data)


def test_weights_are_told(written):
    path = written(frame((6, 5, 6)).astype(float))
    data = bytearray(path.read_bytes())
    data[76:80] = (2).to_bytes(4, "little")
    path.write_bytes(data)
    note = read_answers(path, "kmss").report.notes[0]
    assert note.casefold() == "the file is weighted by kmss_2; each row is read as one person"


def test_two_variables_of_one_name_are_refused(written):
    path = written(pd.DataFrame({"aa": [1.0], "bb": [2.0]}))
    path.write_bytes(path.read_bytes().replace(b"AA=aa\tBB=bb", b"CC=cc\tDD=dd").replace(b"BB", b"AA"))
    with pytest.raises(ResponseError, match="rename"):
        read_answers(path)


def test_without_pyreadstat_the_extra_is_named(written, monkeypatch):
    path = written(frame((6, 5, 6)).astype(float))
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(MissingDependencyError, match=r"an SPSS file; .* 'intimacy-scales\[spss\]', or save"):
        read_answers(path)


def test_plain_tables_are_plain(tmp_path: Path):
    for number, text in enumerate(
        ("$FL2,kmss_1\n1,2\n", "ASCII SPSS PORT FILE,kmss_1\n1,2\n", "<stata>,a\n1,2\n")
    ):
        path = tmp_path / f"{number}.sav"
        path.write_text(text)
        with open_file(path) as file:
            assert file.facts.platform == "delimited text"
