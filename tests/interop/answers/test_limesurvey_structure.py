"""LimeSurvey's structure files: every type of question, languages, versions, and files to be refused."""

import pytest

from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers.limesurvey_questions import Option, Question, columns_of
from intimacy_scales.interop.answers.limesurvey_structure import survey_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "limesurvey"


def joined(name):
    return name.replace("][", "_").replace("[", "_").replace("]", "")


@pytest.fixture
def written(tmp_path):
    def write(text, name="survey.lss", encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return write


@needs_samples
def test_both_files_of_one_survey_describe_the_same_columns():
    ours, other = (
        {joined(column.name): column.facts for column in survey_of(SAMPLES / name).columns}
        for name in ("all_question_types.lss", "all_question_types_quexml.xml")
    )
    common = set(ours) & set(other)
    assert len(common) >= 44
    for name in sorted(common):
        labels = [pair for pair in ours[name].labels if isinstance(pair[0], str)]
        if labels and ours[name].role == "answer":
            assert labels == [pair for pair in other[name].labels if isinstance(pair[0], str)], name
        if name != "G1Q4_comment" and not name.startswith(("G2Q5", "G2Q6")) and not name.endswith("comment"):
            assert ours[name].question == other[name].question, name
    assert {"G2Q9_SQ001_1", "G2Q9_SQ001_2", "G5Q1_other"} < common


@needs_samples
def test_every_type_of_question_makes_the_columns_of_its_exports():
    names = {}
    for column in survey_of(SAMPLES / "all_question_types.lss").columns:
        names.setdefault(column.name.partition("[")[0], []).append(column.name.partition("[")[2])
    assert names["G2Q6"] == ["SQ001_SQ001]", "SQ001_SQ002]", "SQ002_SQ001]", "SQ002_SQ002]"]
    assert names["G2Q9"] == ["SQ001][1]", "SQ001][2]", "SQ002][1]", "SQ002][2]"]
    assert names["G3Q8"] == ["1]", "2]", "3]"]
    assert names["G5Q2"] == ["SQ001]", "SQ001comment]", "SQ002]", "SQ002comment]", "other]", "othercomment]"]
    assert "G3Q9" not in names  # a text without an answer


@needs_samples
def test_options_have_a_label_in_each_language():
    survey = survey_of(SAMPLES / "multilingual_structure.txt")
    assert survey.languages == ("en", "nl")
    assert survey.columns[0].facts.labels == (
        (1, "This is the first answer option"),
        (2, "This is the second answer option"),
        (1, "Dit is antwoordoptie 1"),
        (2, "Antwoordoptie 2"),
    )


def row(**fields):
    return f"<row>{''.join(f'<{name}><![CDATA[{value}]]></{name}>' for name, value in fields.items())}</row>"


def table(name, *rows):
    return f"<{name}><rows>{''.join(rows)}</rows></{name}>"


def new_survey(*more, kind="Survey"):
    """Return the XML of versions from 4 on, in which texts have tables of their own."""
    return (
        f"<document><LimeSurveyDocType>{kind}</LimeSurveyDocType><DBVersion>480</DBVersion>"
        + table("groups", row(gid=2, group_order=1), row(gid=1, group_order=2))
        + table(
            "questions",
            row(qid=1, parent_qid=0, gid=1, type="L", title="b", other="Y", question_order=1),
            row(qid=2, parent_qid=0, gid=2, type="F", title="a", other="N", question_order=1),
        )
        + table("subquestions", row(qid=3, parent_qid=2, title="s1", question_order=1, scale_id=0))
        + table(
            "question_l10ns",
            row(qid=1, question="Lists?", language="en"),
            row(qid=1, question="Listen?", language="de"),
            row(qid=2, question="Mood", language="en"),
            row(qid=3, question="Calm", language="en"),
        )
        + table(
            "answers",
            row(aid=9, qid=1, code="A2", sortorder=2, scale_id=0),
            row(aid=8, qid=1, code="A1", sortorder=1, scale_id=0),
        )
        + table(
            "answer_l10ns",
            row(aid=9, answer="Yes", language="en"),
            row(aid=8, answer="No", language="en"),
            row(aid=8, answer="Nein", language="de"),
        )
        + table("question_attributes", row(qid=2, attribute="random_order", value="1"))
        + "".join(more)
        + "</document>"
    )


@pytest.mark.parametrize("kind", ["Survey", "Group", "Question"])
def test_texts_in_tables_of_their_own(written, kind):
    survey = survey_of(written(new_survey(kind=kind)))
    assert [column.name for column in survey.columns] == ["a[s1]", "b", "b[other]"]
    assert [column.is_random for column in survey.columns] == [True, False, False]
    assert survey.columns[0].headers == ("Mood [Calm]",)
    assert survey.columns[1].facts.labels == (("A1", "No"), ("A2", "Yes"), ("A1", "Nein"), ("-oth-", "Other"))
    assert survey.columns[1].headers == ("Lists?", "Listen?")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("N", ["q"]),
        ("*", ["q"]),
        ("X", []),
        ("O", ["q", "q[other]", "q[comment]"]),
        ("K", ["q[s]"]),
        ("M", ["q[s]", "q[other]"]),
        ("R", ["q[1]", "q[2]"]),
        ("1", ["q[s][1]", "q[s][2]"]),
        (":", ["q[s_x]"]),
    ],
)
def test_columns_of_types(kind, names):
    text = {"en": "Q"}
    parts = (
        [Option("s", {"en": "S"}), Option("x", {"en": "X"}, scale=1)] if kind in "1:" else [Option("s", text)]
    )
    options = [Option("1", {"en": "one"}), Option("2", {"en": "two"})]
    question = Question("q", kind, text, has_other=True, parts=parts, options=options)
    columns = list(columns_of(question))
    assert [column.name for column in columns] == names
    assert all(column.facts.role == "calculated" for column in columns if kind == "*")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "is not the structure of a LimeSurvey survey; allowed"),
        (f'<!DOCTYPE document [<!ENTITY a "b">]>{new_survey()}', "declares a document type"),
        (new_survey()[:-40], "is damaged: line"),
        (new_survey("<a>" * 100_000), "nested more than 64 levels"),
        (new_survey("<b></a>"), "is damaged: line 1: mismatched tag"),
        ('class\ttype/scale\tname\nQ\tF\t"' + "x" * 11_000_000, "is damaged: field larger"),
    ],
    ids=["another table", "document type", "cut off", "deep", "wrong nesting", "long cell"],
)
def test_wrong_and_hostile_structures_are_refused(written, text, words):
    with pytest.raises(ResponseError, match=words):
        survey_of(written(text))


def test_an_unknown_encoding_is_refused(written):
    text = f'<?xml version="1.0" encoding="EBCDIC-9"?>{new_survey()}'
    with pytest.raises(ResponseError, match="its encoding is not known; save it as UTF-8"):
        survey_of(written(text))


def test_the_mark_at_the_beginning_of_a_text_structure_is_removed(written):
    text = "\ufeffclass\ttype/scale\tname\ttext\tlanguage\nQ\tY\tq1\tSure?\ten\n"
    column = survey_of(written(text, "survey.txt")).columns[0]
    assert (column.name, column.facts.labels[:2]) == ("q1", (("Y", "Yes"), ("N", "No")))
