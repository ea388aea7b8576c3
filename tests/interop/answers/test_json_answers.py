"""JSON in one piece: lists of persons, lists after lists, damage, and limits."""

import ast
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.interop.answers.json_entries import json_entries

PERSON = {"kmss_1": 6, "kmss_2": 5, "kmss_3": 6}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=3,
)


@pytest.fixture
def written(tmp_path):
    def write(content, name="answers.json", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding=encoding)
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_persons_is_read(written, encoding, indent):
    path = written(json.dumps([PERSON, {"kmss_1": 7}], indent=indent), encoding=encoding)
    answers = read_answers(path, "kmss")
    assert (answers.report.platform, len(answers)) == ("JSON", 2)
    assert score("kmss", answers)["total"].tolist()[0] == 17.0


def test_one_person_over_several_lines(written):
    answers = read_answers(written(json.dumps(PERSON, indent=1)), "kmss")
    assert score("kmss", answers)["total"].tolist() == [17.0]


def test_items_within_objects_by_the_end_of_their_names(written):
    rows = [{"id": 1, "kmss": {"a": {"kmss_1": 6, "kmss_2": 5, "kmss_3": 6}}, "x": {"rel_1": 1}}]
    answers = read_answers(written(rows), "kmss")
    assert [item.column for item in answers.report.items] == [f"kmss.a.kmss_{n}" for n in (1, 2, 3)]
    assert answers.report.items[0].why == "its question has the name of the item"


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (
            {"id": 1, "a": {"kmss_1": 6, "kmss_2": 5}, "b": {"kmss_3": 1}},
            ["a.kmss_1", "a.kmss_2", "b.kmss_3"],
        ),
        ({"kmss_1": 6, "kmss_2": 5, "b": {"kmss_3": 1}}, ["kmss_1", "kmss_2", "b.kmss_3"]),
        (
            {"id": 1, "x": {"a": {"kmss_1": 6, "kmss_2": 5}, "kmss_3": 1}},
            ["x.a.kmss_1", "x.a.kmss_2", "x.kmss_3"],
        ),
    ],
)
def test_items_within_different_objects_are_asked_for(written, row, columns):
    with pytest.raises(ResponseError, match="kmss are in different groups") as caught:
        read_answers(written([row]), "kmss")
    said = ast.literal_eval(str(caught.value).partition("columns=")[2].partition(" (in a")[0])
    assert list(said.values()) == columns
    assert score("kmss", read_answers(written([row]), "kmss", columns=said))["total"].tolist() == [12.0]


def test_a_name_that_ends_two_columns_is_not_an_item(written):
    with pytest.raises(ResponseError, match="1 of 3 items of kmss has no column"):
        read_answers(written([{"kmss_1": 1, "kmss_2": 2, "a": {"kmss_3": 3}, "b": {"kmss_3": 4}}]), "kmss")


@pytest.mark.parametrize(
    "text", ['{"kmss_1": 6}\n{"kmss_1": 5}\n', '{"kmss_1": 6}', '{"a": {"b": 1}, "c": 2}\n{"c": 3}']
)
def test_lines_stay_lines(written, text):
    with open_file(written(text)) as file:
        assert file.facts.platform == "JSON lines"


@pytest.mark.parametrize(
    "document",
    [
        {"@context": "x", "a": 1, "b": {}},
        {"age": {"Description": "years"}, "sex": {"Levels": {"1": "m"}}},
        {"SurveyEntry": {"SurveyID": "x"}, "SurveyElements": []},
        {"q1": "We talk.", "q2": "We laugh."},  # questions, and not a person
    ],
)
def test_documents_that_are_not_persons_are_refused(written, document):
    with pytest.raises(ResponseError, match="JSON in one piece"):
        read_answers(written(json.dumps(document, indent=1)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1}, {"a": ', r"is not JSON \(line 1: .*\); it seems to be cut off"),
        ('[{"a": 1},\n{"a" 2}' + " " * 100 + "]", r"line 2: Expecting ':' delimiter\); export it again"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: Expecting ',' delimiter"),
        ('[{"a": 1}, {"a": 1, "a": 2}]', "a name occurs twice in one object"),
        ('[{"a": 1}, 5]', "entry 2 is not an object"),
        ('[{"a": 1}, {"a": {"b": 1}, "a.b": 2}]', "entry 2: two answers of one person have the name 'a.b'"),
        ('[{"a": 1}, {"a": "' + "x" * 25_200_000 + '"}]', "one entry has more than 25 million characters"),
        ('[{"a": 1}, {"a": ' + "9" * 5000 + "}]", "is not JSON"),
        ('[{"a": 1}, ' + '{"a":' * 100_000, "nested too deeply"),
        ('[{"b": 1, "a": ' + '{"a":' * 200 + "1" + "}" * 201 + "]", "entry 1: answers are nested too deeply"),
        ('[{"a": 1}, {"a": [' + "[]," * 1_500_001 + "[]]}]", "more than 1,500,000 lists and objects"),
        ("[{}, {}]", "has no answers"),
        ("[" + ",".join(f'{{"k{n}": 1}}' for n in range(10_000)) + "]", "more than 20,000,000 cells"),
        ('[{"k": 1, ' + ",".join(f'"k{n}": 1' for n in range(100_001)) + "}]", "allowed: at most 100,000"),
    ],
    ids=lambda text: text[:30],
)
def test_damage_and_limits_are_named(written, text, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(text))


def test_text_of_another_encoding_is_named(written):
    path = written('[{"a": "\u00e9"}]', encoding="cp1252")
    with pytest.raises(ResponseError, match=r"is not utf-8-sig text: .* encoding='cp1252'"):
        read_answers(path)
    assert read_answers(path, encoding="cp1252").table.column("a") == ["\u00e9"]
    with pytest.raises(ResponseError, match="encoding 'none' is not valid"):
        read_answers(path, encoding="none")


@settings(max_examples=40)
@given(lists=st.lists(st.lists(VALUES, max_size=4), max_size=4), indent=st.none() | st.integers(0, 3))
def test_entries_are_those_of_the_whole_document(tmp_path_factory, lists, indent):
    path = tmp_path_factory.mktemp("entries") / "a.json"
    path.write_text("\n".join(json.dumps(part, indent=indent) for part in lists), encoding="utf-8")
    expected = [(part, value) for part, values in enumerate(lists) for value in values]
    assert [(entry.part, entry.value) for entry in json_entries(path)] == expected


def test_entries_across_pieces_of_the_text(written):
    rows = [{"n": n, "text": "x" * (n % 977)} for n in range(2_000)]
    assert [entry.value for entry in json_entries(written(rows))] == rows
