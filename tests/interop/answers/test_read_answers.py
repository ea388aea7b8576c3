"""`read_answers`: every function that takes answers reads them as the file says."""

import csv
import warnings

import numpy as np
import pytest

from intimacy_scales import encode, load, reliability_report, score, simulate
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import KeyingWarning, MissingColumnsError, ResponseError
from intimacy_scales.interop.answers import FileAnswers, read_answers
from intimacy_scales.jobs import score_file
from intimacy_scales.jobs.couples import read_couples
from intimacy_scales.reading.frames import open_table
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.qualtrics_exports import AGREE, export, survey_of

SCALE = {"minimum": 1, "maximum": 5, "labels": AGREE}
FORM = form_of({"t": "kmss_1 -kmss_2 kmss_3"}, response_scale=SCALE, evidence=PUBLISHED)
TURNED = {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}  # recode values of a survey that stores agreement as 1


@pytest.fixture
def answers(tmp_path) -> FileAnswers:
    rng = np.random.default_rng(3)
    rows = [("0" if n else "1", *map(int, row)) for n, row in enumerate(rng.integers(1, 6, (41, 3)))]
    (tmp_path / "export.csv").write_text(export(*rows))
    (tmp_path / "survey.qsf").write_text(survey_of(AGREE, TURNED))
    return read_answers(tmp_path / "export.csv", FORM, structure=tmp_path / "survey.qsf")


def stored(answers):
    """Return the stored answers by hand, turned and without the preview."""
    frame = answers.to_frame()[["kmss_1", "kmss_2", "kmss_3"]].astype(int)
    return 6 - frame


def test_read_answers_is_read_alike_by_every_function(answers):
    by_hand = stored(answers)
    assert len(answers) == 40
    expected = score(FORM, by_hand)["t"]
    assert np.array_equal(score(FORM, answers)["t"], expected)
    assert np.array_equal(encode(FORM, answers).codes, encode(FORM, by_hand).codes)
    given, wanted = reliability_report(FORM, answers)["t"].alpha, reliability_report(FORM, by_hand)["t"].alpha
    assert float(given) == float(wanted)


def test_the_index_is_the_row_of_the_file(answers):
    assert answers.to_frame().index.tolist() == answers.rows.tolist() == [*range(2, 42)]


def with_column(path, name, values):
    """Add a column to an export; the rows are those below its three header rows."""
    with path.open(newline="") as file:
        header, texts, ids, *rows = csv.reader(file)
    added = zip(rows, values, strict=True)
    table = [[*header, name], [*texts, name], [*ids, "{}"], *([*row, value] for row, value in added)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(table)


def test_couples_of_an_export_with_a_row_for_each_person(tmp_path, answers):
    path = tmp_path / "export.csv"
    with_column(path, "pair", ["test", *(row // 2 for row in range(40))])
    survey = tmp_path / "survey.qsf"
    read = read_couples(FORM, path, couple="pair", person="ResponseId", structure=survey)
    frame = stored(answers).assign(pair=[row // 2 for row in range(40)], who=range(40))
    expected = Dyads.from_long(FORM, frame, couple="pair", person="who")
    assert sorted(map(sorted, read.dyads.scores["t"].tolist())) == sorted(
        map(sorted, expected.scores["t"].tolist())
    )
    assert read.mapping.left_out[0].n == 1


def test_couples_of_an_export_with_a_row_for_each_couple(tmp_path, answers):
    first = form_of({"t": "x"}, response_scale=SCALE, evidence=PUBLISHED)
    sides = {"w": {"x": "kmss_1"}, "h": {"x": "kmss_3"}}
    path, survey = tmp_path / "export.csv", tmp_path / "survey.qsf"
    read = read_couples(first, path, partners=sides, structure=survey)
    by_hand = stored(answers)
    assert read.dyads.scores["t"].tolist() == by_hand[["kmss_1", "kmss_3"]].to_numpy(float).tolist()
    again = Dyads.from_wide(first, answers, columns=sides)
    assert again.scores["t"].tolist() == read.dyads.scores["t"].tolist()


def test_a_function_without_an_instrument_refuses(answers):
    for take in (open_table, lambda given: Dyads.of_scores(given, ["t"], couple="pair", person="ResponseId")):
        with pytest.raises(ResponseError, match="pass its to_frame"):
            take(answers)


def test_what_the_caller_says_comes_first(answers):
    turned_twice = {f"kmss_{n}": {v: v for v in range(1, 6)} for n in (1, 2, 3)}
    plain = score(FORM, answers, recode=turned_twice)["t"]
    assert np.array_equal(plain, score(FORM, 6 - stored(answers))["t"])


def test_another_instrument_is_looked_for_anew(answers):
    other = form_of({"t": "kmss_1 kmss_3"}, response_scale={"minimum": 1, "maximum": 5}, evidence=PUBLISHED)
    by_code = 6 - stored(answers)
    assert np.array_equal(score(other, answers)["t"], score(other, by_code)["t"])
    with pytest.raises(MissingColumnsError, match="ras_1"):
        score("ras", answers)


def test_scores_of_a_file_warn_of_items_that_run_against_the_others(tmp_path):
    form = load("ras")
    answers = simulate(form, 200, rng=1).answers
    answers["ras_4"] = 6 - answers["ras_4"]
    path = tmp_path / "answers.csv"
    answers.to_csv(path, index=False)
    read = read_answers(path, form)
    with pytest.warns(KeyingWarning, match="ras_4"):
        score(form, read)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        score_file(form, path)
        of_file = {str(one.message) for one in caught}
        caught.clear()
        score(form, read)
    assert {str(one.message) for one in caught} == of_file
    good = simulate(form, 200, rng=1).answers
    good.to_csv(path, index=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error", KeyingWarning)
        score(form, read_answers(path, form))
