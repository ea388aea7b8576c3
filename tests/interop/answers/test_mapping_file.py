"""Mapping files: the next run reads in the same way, and what is wrong in one is named."""

import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import score
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.interop.answers import read_answers, save_mapping
from intimacy_scales.interop.answers.mapping_file import read_mapping
from intimacy_scales.interop.answers.mapping_report import ItemMapping
from intimacy_scales.jobs import reliability_file, score_file
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"t": "a b"}, response_scale={"minimum": 1, "maximum": 5}, evidence=PUBLISHED)


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("x;Frage 1;Frage 2\n1;6;oft\n2;2;2\n3;-9;5\n", encoding="utf-8")
    said = {"columns": {"a": "Frage 1", "b": "Frage 2"}, "recode": {"a": {6: 5, 2: 2}, "b": {"oft": 4}}}
    return path, said | {"missing_codes": {"a": [-9]}}


def test_save_mapping_makes_the_next_run_the_same(answers, tmp_path):
    path, said = answers
    first = read_answers(path, FORM, **said)
    save_mapping(first.report, tmp_path / "map.toml")
    second = read_answers(path, FORM, mapping=tmp_path / "map.toml")
    assert score(FORM, second)["t"].tolist() == score(FORM, first)["t"].tolist() == [4.5, 2.0, 5.0]
    again = tmp_path / "again.toml"
    save_mapping(second.report, again)
    assert again.read_text() == (tmp_path / "map.toml").read_text()
    report = score_file(FORM, path, mapping=again, output=tmp_path / "scores.csv")
    assert (report.n_problems, report.mapping.items) == (0, second.report.items)
    assert reliability_file(FORM, path, mapping=again).mapping.n_mapped == 2


@given(
    stored=st.lists(
        st.one_of(st.integers(-1000, 1000), st.text(min_size=1, max_size=8).filter(str.strip)),
        unique_by=str, max_size=4,
    ),
    ranges=st.lists(st.tuples(st.just(-math.inf), st.floats(-1e6, 0)), max_size=2),
    column=st.text(max_size=20),
)  # fmt: skip
def test_any_text_and_number_is_written_and_read(tmp_path_factory, stored, ranges, column):
    form = form_of({"t": "a b"}, evidence=PUBLISHED)
    folder = tmp_path_factory.mktemp("mapping")
    plain = folder / "plain.csv"
    plain.write_text("a,b\n1,2\n")
    report = read_answers(plain, form).report
    item = ItemMapping(
        item="a", column=column, why="", how="", missing=tuple(stored), missing_ranges=tuple(ranges),
        recode=tuple((value, 1) for value in stored), cautions=(),
    )  # fmt: skip
    object.__setattr__(report, "items", (item,))
    save_mapping(report, folder / "map.toml")
    saved = read_mapping(folder / "map.toml")
    assert saved.columns == {"a": column}
    assert saved.meanings.get("a") is None or (
        list(saved.meanings["a"].missing_codes) == stored
        and [str(pair[0]) for pair in saved.meanings["a"].recode] == list(map(str, stored))
        and saved.meanings["a"].missing_ranges == tuple(ranges)
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[columns\n", "is not TOML"),
        (
            "[colums]\na = 'x'\n",
            r"'colums' is not a table; allowed: file, instrument, columns.*did you mean 'columns'",
        ),
        ("columns = 3\n", r"columns must be a table, as in \[columns\]"),
        ("[columns]\na = 3\n", "columns.a = 3 is not valid; write a text"),
        ("[file]\nplatfrom = 'x'\n", "'platfrom' is not a name in"),
        ("[recode]\na = 3\n", "recode.a must be a table of stored = answer"),
        ("[missing_ranges]\na = [1]\n", "must be pairs of numbers"),
        ("[instrument]\nid = 3\n", "instrument.id = 3 is not valid; write a text"),
        ("[instrument]\nname = 'x'\n", "'name' is not a name in"),
        ("[declared]\na = 3\n", r"declared.a must be a table, as in \[declared.a\]"),
        ("[declared.a]\noptions = [1, 2]\n", "declared.a.options must be a list of pairs"),
        ("[file]\nplatform = 'Qualtrics'\n", "is delimited text, but mapping=.* was saved for Qualtrics"),
    ],
)
def test_read_mapping_names_what_is_wrong(answers, tmp_path, content, words):
    path = tmp_path / "map.toml"
    path.write_text(content)
    with pytest.raises(ResponseError, match=words):
        read_answers(answers[0], FORM, mapping=path)


def test_a_mapping_and_an_option_that_says_the_same_are_refused(answers, tmp_path):
    path, said = answers
    save_mapping(read_answers(path, FORM, **said).report, tmp_path / "map.toml")
    for option in said:
        with pytest.raises(ResponseError, match="given in addition to mapping="):
            read_answers(path, FORM, mapping=tmp_path / "map.toml", **{option: said[option]})


def test_a_mapping_of_another_file_names_the_missing_columns(answers, tmp_path):
    path, said = answers
    save_mapping(read_answers(path, FORM, **said).report, tmp_path / "map.toml")
    other = tmp_path / "other.csv"
    other.write_text("Frage 1;Frage 3\n1;2\n")
    with pytest.raises(MissingColumnsError, match="Frage 2"):
        read_answers(other, FORM, mapping=tmp_path / "map.toml")


@pytest.mark.parametrize(("name", "words"), [("map.json", "allowed: .toml"), ("no/map.toml", "no folder")])
def test_save_mapping_refuses_a_path(answers, tmp_path, name, words):
    path, said = answers
    report = read_answers(path, FORM, **said).report
    with pytest.raises(ResponseError, match=words):
        save_mapping(report, tmp_path / name)
    with pytest.raises(ResponseError, match="read the file with an instrument"):
        save_mapping(read_answers(path).report, tmp_path / "map.toml")


def test_a_mapping_is_plain_toml(answers, tmp_path):
    path, said = answers
    answers_read = read_answers(path, FORM, **said)
    save_mapping(answers_read.report, tmp_path / "map.toml")
    content = tomllib.loads((tmp_path / "map.toml").read_text())
    assert content["columns"] == said["columns"]
    assert content["recode"] == {"a": {"6": 5, "2": 2}, "b": {"oft": 4}}
    assert content["file"] == {"platform": "delimited text"}
