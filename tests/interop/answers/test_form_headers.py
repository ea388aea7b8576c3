"""Google Forms and Microsoft Forms: questions as headers."""

import csv

import numpy as np
import openpyxl
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, MissingColumnsError
from intimacy_scales.interop.answers import read_answers
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLE = REAL_FILES / "google_forms" / "extraversion_raw_de.csv"
LABELS = {1: "stimmt nicht", 2: "stimmt kaum", 3: "stimmt eher", 4: "stimmt genau"}
QUESTIONS = {
    "a": "Ich bin gerne unter Leuten",
    "b": "Ich bin ein Einzelgänger.",
    "c": "Ich gehe auf Partys",
}


def form(**labels):
    items = [{"id": name, "text": text} for name, text in QUESTIONS.items()]
    scale = {"minimum": 1, "maximum": 4, **labels}
    return form_of({"t": "a -b c"}, items=items, response_scale=scale, evidence=PUBLISHED)


def extraversion(scale):
    """Return the instrument of the real file, with its ten questions as texts."""
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        questions = next(csv.reader(file))[2:12]
    items = [{"id": f"e{n}", "text": text.removesuffix(" (-)")} for n, text in enumerate(questions, start=1)]
    keys = " ".join(
        ("-" if text.endswith("(-)") else "") + f"e{n}" for n, text in enumerate(questions, start=1)
    )
    range_ = {"minimum": 1, "maximum": 4}
    return form_of(
        {"extra": scale | {"items": keys.split()}}, items=items, response_scale=range_, evidence=PUBLISHED
    )


@needs_samples
@pytest.mark.parametrize(("rule", "n", "mean"), [({}, 821, 2.892), ({"missing": {"count": 1}}, 822, 2.891)])
def test_a_real_german_form_has_the_numbers_of_its_authors(rule, n, mean):
    instrument = extraversion(rule)
    answers = read_answers(SAMPLE, instrument)
    assert answers.report.platform == "Google Forms"
    assert {item.why for item in answers.report.items} == {"its question is the text of the item"}
    scores = score(instrument, answers)["extra"]
    assert (len(scores), int(np.isfinite(scores).sum())) == (826, n)
    assert round(float(np.nanmean(scores)), 3) == mean


def header(platform):
    if platform == "google":
        return ["Zeitstempel", *(f"Aussagen [{text}]" for text in QUESTIONS.values()), "Kommentar"]
    return ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", *QUESTIONS.values(), "Hobbys"]


def rows(platform, answers):
    before = ["2026-01-01"] if platform == "google" else ["7", "2026-01-01", "2026-01-01", "anonymous", ""]
    return [before + list(row) + ["Lesen;Musik;"] for row in answers]


@pytest.mark.parametrize("platform", ["google", "microsoft"])
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_questions_as_headers_and_answers_as_labels(tmp_path, platform, ending):
    table = [
        header(platform),
        *rows(platform, [("stimmt genau", "Stimmt nicht", "stimmt eher"), ("", "", "")]),
    ]
    path = tmp_path / f"answers{ending}"
    if ending == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(table)
    else:
        book = openpyxl.Workbook()
        for row in table:
            book.active.append(row)
        book.save(path)
    answers = read_answers(path, form(labels=LABELS))
    assert [item.column for item in answers.report.items] == header(platform)[-4:-1]
    assert score(form(labels=LABELS), answers)["t"].tolist()[0] == pytest.approx((4 + 4 + 3) / 3)
    assert answers.report.row_id == ("ID" if platform == "microsoft" else None)


def test_several_choices_in_one_cell_are_no_answer_to_an_item(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text('Timestamp,a,b,c\nx,1,2,3\nx,"1, 2",2,3\n', encoding="utf-8")
    with pytest.raises(InvalidResponsesError, match="row 1, item a"):
        score(form(), read_answers(path, form()))


def test_a_mark_of_reversal_that_no_scale_shares_is_a_caution(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(
        f"Timestamp,{QUESTIONS['a']} (-),{QUESTIONS['b']} (R),3. {QUESTIONS['c']}?\nx,1,2,3\n",
        encoding="utf-8",
    )
    report = read_answers(path, form()).report
    assert report.cautions == (
        "a: its question is marked as reversed, and no scale of the instrument reverses it",
    )


@pytest.mark.parametrize(
    "names", ["time a b c", "a Timestamp b c", "ID Start b c", "Timestamp", "Start ID a", "ID a b c"]
)
def test_other_headers_are_plain_tables(tmp_path, names):
    path = tmp_path / "answers.csv"
    header_line = names.replace(" ", ",")
    path.write_text(f"{header_line}\n{','.join('1' for _ in names.split())}\n")
    assert read_answers(path).report.platform == "delimited text"


def test_a_question_that_two_columns_have_is_no_evidence(tmp_path):
    path = tmp_path / "answers.csv"
    text = QUESTIONS["a"]
    path.write_text(f"Timestamp,Before [{text}],After [{text}],b,c\nx,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(MissingColumnsError, match="1 of 3 items"):
        read_answers(path, form())


def test_a_first_column_called_timestamp_is_not_enough_to_be_google_forms(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("Timestamp,a,b,c\n2026-01-01,1,2,3\n", encoding="utf-8")
    answers = read_answers(path, form())
    assert answers.report.platform == "delimited text"
    assert score(form(), answers)["t"].round(6).tolist() == [2.333333]


def test_a_number_within_a_question_is_not_proposed_as_that_of_an_item(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text('Timestamp,"On a scale of 1-5, how close are you?"\n2026-01-01,4\n')
    one = form_of({"t": "a"}, items=[{"id": "a", "text": "How near are you?"}], evidence=PUBLISHED)
    with pytest.raises(MissingColumnsError) as raised:
        score(one, read_answers(path, one))
    assert "{n}" not in str(raised.value)


def test_a_guessed_encoding_is_named_where_no_column_has_the_texts(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_bytes("Я пою.;Я танцую.\n4;3\n".encode("cp1251"))
    items = [{"id": "a", "text": "Я пою."}, {"id": "b", "text": "Я танцую."}]
    song = form_of({"t": "a b"}, items=items, evidence=PUBLISHED)
    with pytest.raises(MissingColumnsError, match="encoding='cp1251' for Cyrillic"):
        score(song, read_answers(path, song))
    assert score(song, read_answers(path, song, encoding="cp1251"))["t"].tolist() == [3.5]


def test_a_short_id_within_a_word_is_not_proposed_as_an_item(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("Timestamp,Email,Name,Comment\n2026-01-01,x,y,z\n")
    with pytest.raises(MissingColumnsError) as raised:
        score(form(), read_answers(path, form()))
    assert "{item}" not in str(raised.value)
