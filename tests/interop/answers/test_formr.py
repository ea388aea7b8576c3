"""Results of formr: real files, the R of reverse-keyed items, and item tables in each format."""

import csv
import io
import json

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.interop.answers.declared_options import unlisted_notes
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "formr"
AGREE = {1: "strongly disagree", 2: "somewhat disagree", 3: "somewhat agree", 4: "strongly agree"}
RESULTS = [
    {"session": "a", "created": "2026-01-01", "modified": "x", "ended": "x", "calm_1": 4, "calm_2R": 1},
    {"session": "b", "created": "2026-01-02", "modified": None, "ended": None, "calm_1": "2", "calm_2R": 3},
]
ITEMS = [
    {"type": "mc agree", "name": "calm_1", "label": "I am **calm**", "choice1": "no", "choice2": "so so"},
    {"type": "rating_button 1,7,1", "name": "calm_2R", "label": "Tense", "choice1": "no", "choice2": "yes"},
    {"type": "note", "name": "thanks", "label": "Thank you"},
]


def religiousness(*reversing, labels=None, high=4):
    """Return a scale of the four items of the real file, some of them reverse-keyed."""
    names = ("religiousness_1", "religiousness_2R", "religiousness_3", "religiousness_4")
    keys = " ".join(f"-{name}" if name in reversing else name for name in names)
    scale = {"minimum": 1, "maximum": high} | ({"labels": labels} if labels else {})
    return form_of({"t": keys}, response_scale=scale, evidence=PUBLISHED)


@pytest.fixture
def written(tmp_path):
    def write(content, name="results.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@needs_samples
def test_real_results_keep_every_row_and_say_what_repeats():
    answers = read_answers(SAMPLES / "gods_results.json")
    report = answers.report
    assert (report.platform, report.n_rows, report.row_id) == ("formr", 14, "session")
    assert answers.metadata.columns.tolist() == ["session", "created", "modified", "ended"]
    assert "1 session in 14 rows began more than once; each is a row" in report.notes


@needs_samples
def test_a_value_outside_the_choices_is_named_and_stops_the_score():
    answers = read_answers(
        SAMPLES / "gods_results.json",
        religiousness("religiousness_2R"),
        structure=SAMPLES / "gods_items.json",
    )
    wrong = "religiousness_2R: 4 answers are not among its options (5); the options are 1, 2, 3, 4"
    assert wrong in answers.report.notes
    assert not any(note.startswith("prefer_1:") for note in answers.report.notes)
    assert any("prefer_1, prefer_2 are the labels of both ends" in note for note in answers.report.notes)
    with pytest.raises(InvalidResponsesError, match=r"item religiousness_2R: 5"):
        score(religiousness("religiousness_2R"), answers)


@needs_samples
def test_the_r_of_a_name_is_compared_with_the_key_and_not_used():
    path = SAMPLES / "gods_results.json"
    both = {
        name: religiousness(*names, high=5) for name, names in (("r", ["religiousness_2R"]), ("none", []))
    }
    agrees, contradicts = (read_answers(path, form).report for form in (both["r"], both["none"]))
    assert agrees.cautions == ()
    assert any("do not pass answers that it has reversed" in note for note in agrees.notes)
    assert contradicts.cautions == (
        "religiousness_2R: the file says that it is reverse-keyed, and in the instrument it is not so; the "
        "instrument's key is used",
    )
    first = {name: score(form, read_answers(path, form))["t"][0] for name, form in both.items()}
    assert first == {"none": (4 + 3 + 2 + 3) / 4, "r": (4 + 3 + 2 + 3) / 4}  # 3 is the middle of 1 to 5
    second = {name: score(form, read_answers(path, form))["t"][1] for name, form in both.items()}
    assert second == {"none": (1 + 5 + 1 + 1) / 4, "r": 1.0}


@needs_samples
def test_options_of_real_items_decide_what_codes_mean():
    upside_down = {5 - value: text for value, text in AGREE.items()}
    answers = read_answers(
        SAMPLES / "gods_results.json",
        religiousness(labels=upside_down),
        structure=SAMPLES / "gods_items.json",
    )
    assert answers.report.items[0].recode[:4] == (("1", 4), ("2", 3), ("3", 2), ("4", 1))


@pytest.mark.parametrize("kind", ["json", "csv", "semicolons"])
def test_results_in_each_format(written, kind):
    text = json.dumps(RESULTS) if kind == "json" else table(RESULTS)
    text = text.replace(",", ";") if kind == "semicolons" else text
    form = form_of({"t": "calm_1 -calm_2R"}, high=4, evidence=PUBLISHED)
    answers = read_answers(written(text, "results.csv"), form)
    assert answers.report.platform == "formr"
    assert score(form, answers).to_frame().to_dict("list") == {"session": ["a", "b"], "t": [4.0, 2.0]}


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx", "sheets"])
def test_item_tables_in_each_format(written, tmp_path, kind):
    if kind == "json":
        items = [{**item, "choices": {"1": item.get("choice1"), "2": item.get("choice2")}} for item in ITEMS]
        structure = written({"name": "s", "items": items}, "items.json")
    elif kind == "csv":
        structure = written(table(ITEMS), "items.csv")
    else:
        structure = tmp_path / "items.xlsx"
        write_items(structure, with_lists=kind == "sheets")
    answers = read_answers(written(RESULTS), structure=structure)
    calm, tense = answers.columns["calm_1"], answers.columns["calm_2R"]
    assert (calm.question, calm.labels) == ("I am **calm**", (("1", "no"), ("2", "so so")))
    assert tense.labels == (("1", "no"), ("7", "yes"))
    assert (calm.is_reversed, tense.is_reversed) == (False, True)
    assert "calm_1: 1 answer is not among its options (4); the options are 1, 2" in answers.report.notes


def write_items(path, *, with_lists):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "survey"
    names = ["type", "name", "label", "showif", *([] if with_lists else ["choice1", "choice2"])]
    sheet.append(names)
    for item in ITEMS:
        kind, _, rest = item["type"].partition(" ")
        kind = f"{kind} {rest} ends" if kind.startswith("rating") else item["type"]
        sheet.append([kind if name == "type" else item.get(name) for name in names])
    if with_lists:
        lists = book.create_sheet("choices")
        lists.append(["list_name", "name", "label"])
        for row in (("agree", 1, "no"), ("agree", 2, "so so"), ("ends", 1, "no"), ("ends", 2, "yes")):
            lists.append(row)
    book.save(path)


def test_an_item_table_is_not_answers(written, tmp_path):
    for name, text in (
        ("i.json", json.dumps({"items": [*ITEMS, {"choices": {}, "type": "a", "name": "b"}]})),
        ("i.csv", table(ITEMS)),
    ):
        with pytest.raises(
            ResponseError, match="is an item table of formr, which has questions and no answers"
        ):
            read_answers(written(text, name))
    write_items(tmp_path / "items.xlsx", with_lists=True)
    with pytest.raises(ResponseError, match="is an item table of formr"):
        read_answers(tmp_path / "items.xlsx")


def test_an_item_table_of_another_survey_is_refused(written):
    structure = written(table([dict(item, name=f"x{item['name']}") for item in ITEMS]), "items.csv")
    with pytest.raises(ResponseError, match="none of its items has a column"):
        read_answers(written(RESULTS), structure=structure)


def test_near_misses_are_plain(written):
    plain = written("session,created,calm_1\na,2026,3\n", "plain.csv")
    with open_file(plain) as file:
        assert file.facts.platform == "delimited text"
    with open_file(written([{"session": 1, "created": 2, "q": 3}])) as file:
        assert file.facts.platform == "JSON"


def test_values_are_hidden_where_asked(written):
    structure = written(table(ITEMS), "items.csv")
    with open_file(written(RESULTS), structure=structure) as file:
        file.show_values = False
        list(file.batches(["calm_1"]))
        notes = unlisted_notes(file.facts, {})
        assert "calm_1: 1 answer is not among its options; the options are 1, 2" in notes


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_test_sessions_are_left_out(written, kind):
    rows = [
        {"session": name, "created": "x", "modified": "x", "ended": "x", "calm_1": n, "calm_2R": 1}
        for n, name in enumerate(["happyLlamaXXXxGfPn", "QusAufEXXXIizao", "a", "joyousCoyoteXXXB9"], start=1)
    ]
    path = written(rows) if kind == "json" else written(table(rows), "results.csv")
    form = form_of({"t": "calm_1 calm_2R"}, evidence=PUBLISHED)
    answers = read_answers(path, form)
    assert answers.rows.tolist() == [2, 3]
    assert score(form, answers)["t"].tolist() == [1.5, 2.0]
    assert [(part.why, part.first) for part in answers.report.left_out] == [
        ("test session (XXX in its name)", (1, 4))
    ]
    assert len(read_answers(path, form, all_rows=True)) == 4
