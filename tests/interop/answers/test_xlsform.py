"""Submissions of KoBo and ODK: real files, groups, options in several languages, and forms in each format."""

import json

import openpyxl
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "xlsform"
AGREE = {1: "Disagree", 2: "Neutral", 3: "Agree"}
SURVEY = [
    ("type", "name", "label::English (en)", "label::Español (es)", "appearance", "calculation"),
    ("start", "start", None, None, None, None),
    ("begin group", "about_us", "About us", "Sobre nosotros", "table-list", None),
    ("select_one agree", "close_1", "We are close", "Somos cercanos", None, None),
    ("select one agree", "close_2", "We <b>talk</b>", "Hablamos", None, None),
    ("end group", None, None, None, None, None),
    ("select_multiple rooms or_other", "where", "Where?", "¿Dónde?", None, None),
    ("note", "thanks", "Thank you", "Gracias", None, None),
    ("begin_repeat", "children", "Children", "Hijos", None, None),
    ("integer", "age", "Age", "Edad", None, None),
    ("end_repeat", None, None, None, None, None),
    ("calculate", "total", None, None, None, "${close_1} + ${close_2}"),
]
CHOICES = [
    ("list_name", "name", "label::English (en)", "label::Español (es)"),
    ("agree", "no", "Disagree", "En desacuerdo"),
    ("agree", "mid", "Neutral", "Neutral"),
    ("agree", "yes", "Agree", "De acuerdo"),
    ("rooms", "home", "At home", "En casa"),
    ("rooms", "work", "At work", "En el trabajo"),
]
META = {"_id": 7, "_uuid": "u-7", "_submission_time": "2026-01-01T10:00:00"}
ANSWERS = {
    "about_us/close_1": "yes",
    "about_us/close_2": "no",
    "where": "home other",
    "where_other": "garden",
}
FORM = form_of(
    {"t": "close_1 close_2"}, response_scale={"minimum": 1, "maximum": 3, "labels": AGREE}, evidence=PUBLISHED
)


def rows_of(table):
    return [{n: v for n, v in zip(table[0], row, strict=True) if v is not None} for row in table[1:]]


@pytest.fixture
def written(tmp_path):
    def write(content, name="data.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def write_book(path, **sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture(params=["xlsx", "json", "document"])
def form_file(request, tmp_path, written):
    content = {"survey": rows_of(SURVEY), "choices": rows_of(CHOICES)}
    if request.param == "xlsx":
        return write_book(
            tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES, settings=[("form_title",), ("a",)]
        )
    return written(content if request.param == "json" else {"uid": "a", "content": content}, "form.json")


@needs_samples
@pytest.mark.parametrize(
    ("name", "n_columns", "row_id"),
    [
        ("customer_satisfaction", 9, "_uuid"),
        ("grouped_translated", 11, "_uuid"),
        ("literacy_test", 9, "_uuid"),
        ("select_one_legacy", 3, "meta/instanceID"),
    ],
)
def test_real_documents_with_form_and_submissions(name, n_columns, row_id):
    answers = read_answers(SAMPLES / f"kobo_{name}.json")
    report = answers.report
    assert (report.platform, report.n_rows, len(report.others), report.row_id) == (
        "KoBo",
        3,
        n_columns,
        row_id,
    )
    assert report.notes == ()


@needs_samples
def test_groups_and_languages_of_a_real_document():
    answers = read_answers(SAMPLES / "kobo_grouped_translated.json")
    chosen = answers.columns["external_characteristics/What_kind_of_symmetry_do_you_have"]
    assert (chosen.role, chosen.group) == ("choice", "External Characteristics")
    fluids = answers.columns["Do_you_have_body_flu_intracellular_space"]
    assert fluids.labels[:2] == (("yes", "Yes"), ("yes", "Sí"))
    assert answers.labels["Do_you_have_body_flu_intracellular_space"].tolist()[1:] == ["Yes", "No / Unsure"]
    assert answers.metadata["start"].notna().all()


@needs_samples
def test_real_submissions_are_scored_by_their_labels():
    labels = {0: "No", 1: "Yes"}
    scale = {"minimum": 0, "maximum": 1, "labels": labels}
    form = form_of({"t": "customer_enjoyment"}, response_scale=scale, evidence=PUBLISHED)
    answers = read_answers(SAMPLES / "kobo_customer_satisfaction.json", form)
    assert score(form, answers)["t"].tolist() == [1.0, 0.0, 0.0]


@needs_samples
@pytest.mark.parametrize("name", ["kobo_select_multiple.json", "or_other.xlsx"])
def test_real_forms_are_not_answers(name):
    with pytest.raises(ResponseError, match=r"is a form .* pass the submissions"):
        read_answers(SAMPLES / name)


@needs_samples
def test_an_old_workbook_is_refused_with_what_to_do(written):
    for how in (
        {"path": SAMPLES / "table-list.xls"},
        {"path": written([ANSWERS]), "structure": SAMPLES / "table-list.xls"},
    ):
        with pytest.raises(ResponseError, match=r"is an old Excel workbook \(.xls\); .*save it as .xlsx"):
            read_answers(**how)


def as_file(kind, tmp_path, written):
    """Return submissions as one of the files in which they arrive."""
    full = ANSWERS | META
    if kind == "list":
        return written([full])
    if kind == "page":
        return written({"count": 9, "next": "https://kobo.example/?start=1", "results": [full]})
    if kind == "csv":
        return written(",".join(full) + "\n" + ",".join(map(str, full.values())) + "\n", "data.csv")
    if kind == "semicolons":
        return written(
            ";".join(f'"{name}"' for name in full) + "\n" + ";".join(map(str, full.values())), "d.csv"
        )
    if kind == "xlsx":
        return write_book(
            tmp_path / "data.xlsx", Main=[tuple(full), tuple(full.values())], children=[("age", "_index")]
        )
    if kind == "odk":
        full = ANSWERS | {"SubmissionDate": "2026-01-01", "meta-instanceID": "u-7", "KEY": "u-7"}
        return written(",".join(full).replace("/", "-") + "\n" + ",".join(full.values()), "odk.csv")
    assert kind == "odata"
    nested = {"about_us": {"close_1": "yes", "close_2": "no"}, "where": "home other", "where_other": "garden"}
    return written({"value": [nested | {"__id": "u-7", "__system": {"submissionDate": "2026"}}]})


@pytest.mark.parametrize("kind", ["list", "page", "csv", "semicolons", "xlsx", "odk", "odata"])
def test_submissions_in_each_format(kind, tmp_path, written, form_file):
    path = as_file(kind, tmp_path, written)
    answers = read_answers(path, FORM, structure=form_file)
    report = answers.report
    assert report.platform == ("ODK" if kind.startswith("od") else "KoBo")
    assert [item.why for item in report.items] == ["its question has the name of the item"] * 2
    assert score(FORM, answers)["t"].tolist() == [2.0]
    assert str(answers.metadata[report.row_id].tolist()[0]) in ("u-7", "7")
    assert answers.columns["where"].role == "choice"
    assert answers.columns["where_other"].role == "text"
    assert any("one page of several (1 of 9 submissions" in note for note in report.notes) == (kind == "page")
    assert score_file(FORM, path, structure=form_file).n_persons == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx", "odk", "odata"])
def test_items_within_groups_without_a_form(kind, tmp_path, written):
    answers = read_answers(as_file(kind, tmp_path, written), FORM, recode={"yes": 3, "no": 1, "mid": 2})
    assert score(FORM, answers)["t"].tolist() == [2.0]


@pytest.mark.parametrize("prefix", ["", "About us/"])
def test_headers_and_cells_by_label(written, form_file, prefix):
    questions = f"{prefix}We are close,{prefix}We talk,Where?,Where?/At home,Where?/At work"
    header = f"start,{questions},_uuid,_submission_time"
    path = written(f"{header}\nx,De acuerdo,Disagree,At home,1,0,u,t\n", "labels.csv")
    answers = read_answers(path, FORM, structure=form_file)
    assert score(FORM, answers)["t"].tolist() == [2.0]
    box = answers.columns["Where?/At home"]
    assert (box.role, box.question, box.group) == ("choice", "At home", "Where?")


def test_options_next_to_what_was_chosen_are_choices_without_a_form(written):
    path = written("where,where/home,where/work,_uuid,_submission_time\nhome,1,0,u,t\n", "data.csv")
    known = read_answers(path).columns
    assert [known[name].role for name in ("where", "where/home", "where/work")] == [
        "unknown",
        "choice",
        "choice",
    ]
    assert known["where/home"].name is None


def test_a_form_describes_a_table_without_columns_of_the_platform(written, form_file):
    answers = read_answers(written("close_1,close_2,total\nyes,maybe,9\n", "plain.csv"), structure=form_file)
    assert answers.report.platform == "XLSForm"
    assert answers.columns["total"].formula == "${close_1} + ${close_2}"
    assert (
        "close_2: 1 answer is not among its options ('maybe'); the options are no, mid, yes"
        in answers.report.notes
    )


def test_codes_that_nothing_explains_are_asked_for(written, form_file):
    plain = form_of({"t": "close_1 close_2"}, high=3, evidence=PUBLISHED)
    path = written([META | {"close_1": "yes", "close_2": "no"}])
    with pytest.raises(
        ResponseError, match=r"no numbers for the options of close_1, close_2: .*recode={'no': …"
    ):
        read_answers(path, plain, structure=form_file)
    answers = read_answers(path, plain, structure=form_file, recode={"no": 1, "mid": 2, "yes": 3})
    assert score(plain, answers)["t"].tolist() == [2.0]


def test_a_code_that_no_label_explains_is_named(written, form_file):
    path = written([META | {"close_1": "maybe", "close_2": "no"}])
    with pytest.raises(InvalidResponsesError, match="maybe"):
        score(FORM, read_answers(path, FORM, structure=form_file))


def test_the_same_name_in_two_groups_is_not_an_item(written):
    path = written([META | {"a/close_1": "1", "b/close_1": "2", "close_2": "1"}])
    with pytest.raises(ResponseError, match="1 of 2 items of small has no column"):
        read_answers(path, FORM)
    answers = read_answers(path, FORM, columns={"close_1": "b/close_1", "close_2": "close_2"})
    assert score(FORM, answers)["t"].tolist() == [1.5]


@pytest.mark.parametrize("joint", ["/", "-"])
def test_the_names_of_items_in_different_groups_are_asked_for(written, joint):
    path = written(f"self{joint}close_1,partner{joint}close_2,_uuid,_submission_time\n1,3,u,t\n", "data.csv")
    with pytest.raises(ResponseError, match=f"close_1 in 'self{joint}', close_2 in 'partner{joint}'"):
        read_answers(path, FORM)


def test_repeats_are_neither_merged_nor_lost(written):
    path = written([META | ANSWERS | {"children": [{"children/age": "3"}, {"children/age": "5"}]}])
    answers = read_answers(path)
    assert json.loads(answers.table.column("children")[0]) == [{"children/age": "3"}, {"children/age": "5"}]
    assert any(note.startswith("1 column (children) hold lists of answers") for note in answers.report.notes)
    sheet = written(
        "age,_index,_parent_index,_submission__uuid,_submission__id\n3,1,1,u,7\n5,2,1,u,7\n", "children.csv"
    )
    repeats = read_answers(sheet).report
    assert (repeats.n_rows, repeats.row_id) == (2, "_index")
    assert any("rows are parts of submissions" in note for note in repeats.notes)


@pytest.mark.parametrize("parent", ["", "main"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_empty_columns_of_parents_do_not_make_repeats(tmp_path, written, kind, parent):
    names = ["close_1", "close_2", "_uuid", "_submission_time", "_index", "_parent_table_name"]
    rows = [["1", "3", f"u{n}", "2026-01-01", str(n), parent] for n in range(1, 4)]
    if kind == "xlsx":
        path = tmp_path / "data.xlsx"
        book = openpyxl.Workbook()
        for row in [names, *rows]:
            book.active.append([cell or None for cell in row])
        book.save(path)
    elif kind == "csv":
        path = written("".join(",".join(row) + "\n" for row in [names, *rows]), "data.csv")
    else:
        path = written([dict(zip(names, row, strict=True)) for row in rows])
    report = read_answers(path).report
    assert report.row_id == ("_index" if parent else "_uuid")
    assert any("rows are parts" in note for note in report.notes) == bool(parent)


def test_submissions_that_were_not_approved_are_kept_and_counted(written):
    rows = [META | {"q": 1, "_validation_status": {"label": label}} for label in ("Approved", "Not Approved")]
    report = read_answers(written([*rows, META | {"q": 2, "_validation_status": {}}])).report
    assert report.n_rows == 3
    assert report.notes == ("kept 1 submission with the validation status 'Not Approved'",)


def test_scores_of_a_grid_of_kobo(written):
    survey = [
        {"type": "begin_score", "name": "grid", "label": ["Rate us"], "kobo--score-choices": "agree"},
        {"type": "score__row", "name": "close_1", "label": ["Close"]},
        {"type": "end_score"},
    ]
    document = {
        "survey": survey,
        "choices": rows_of(CHOICES),
        "submissions": [META | {"grid/close_1": "yes"}],
    }
    facts = read_answers(written(document)).columns["grid/close_1"]
    assert (facts.group, facts.role, len(facts.labels)) == ("Rate us", "answer", 5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"survey": rows_of(SURVEY)[6:7]}, "none of its questions has a column"),
        ('{"survey": [{"type": "text", "name"', "is not JSON .*cut off"),
        ({"survey": [1, 2]}, "was not written by a platform whose structure is read"),
    ],
)
def test_a_wrong_form_is_refused(written, content, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written([{"q": 1}]), structure=written(content, "form.json"))


def test_a_form_with_too_many_options_is_refused(written):
    choices = [{"list_name": "l", "name": str(n)} for n in range(2_001)]
    survey = [{"type": "select_one l", "name": f"q{n}"} for n in range(501)]
    form = written({"survey": survey, "choices": choices}, "form.json")
    with pytest.raises(ResponseError, match="more than 300,000 options"):
        read_answers(written([{"q1": 1}]), structure=form)


def test_a_damaged_workbook_is_named(tmp_path, written):
    form = write_book(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES)
    form.write_bytes(form.read_bytes()[:2_000])
    with pytest.raises(ResponseError):
        read_answers(written([ANSWERS | META]), structure=form)


def test_near_misses_are_plain(written):
    for header in ("_uuid,kmss_1", "KEY,kmss_1", "start,end,_index,kmss_1"):
        n = header.count(",") + 1
        with open_file(written(f"{header}\n{','.join('1' * n)}\n", "plain.csv")) as file:
            assert file.facts.platform == "delimited text"


FORM_SHEETS = {
    "survey": [["type", "name", "label"], *(["select_one how", f"q{n}", f"Item {n}"] for n in (1, 2))],
    "choices": [["list_name", "name", "label"], ["how", "lo", "rarely"], ["how", "hi", "often"]],
}


def of_form(labels):
    scale = {"minimum": 1, "maximum": 2, "labels": dict(enumerate(labels, start=1))}
    return form_of({"t": "q1 q2"}, response_scale=scale, evidence=PUBLISHED)


def test_the_sheet_that_is_named_is_recognised(tmp_path):
    submissions = [
        ["q1", "q2", "_uuid", "_submission_time"],
        ["lo", "hi", "u-1", "2026"],
        ["hi", "hi", "u-2", "2026"],
    ]
    other = write_book(tmp_path / "notes.xlsx", Notes=[["x"], [1]], Main=submissions)
    named = read_answers(other, sheet="Main")
    assert (named.report.platform, named.report.row_id, len(named)) == ("KoBo", "_uuid", 2)
    assert read_answers(other, sheet=" main ").report.platform == "KoBo"
    assert read_answers(other).report.platform == "Excel workbook"  # the first sheet is another
    assert read_answers(other, sheet="Notes").report.platform == "Excel workbook"
    form = write_book(tmp_path / "form.xlsx", **FORM_SHEETS)
    described = read_answers(other, of_form(["rarely", "often"]), sheet="Main", structure=form)
    assert score(described.instrument, described)["t"].tolist() == [1.5, 2]
    with pytest.raises(ResponseError, match="has no sheet 'Mian'"):
        read_answers(other, sheet="Mian")


@pytest.mark.parametrize("order", [("survey", "choices", "Data"), ("Data", "survey", "choices")])
def test_a_workbook_with_its_form_is_read_by_it(order, tmp_path):
    submissions = [["q1", "q2", "_uuid", "_submission_time"], ["lo", "hi", "u-1", "2026"]]
    sheets = {name: {**FORM_SHEETS, "Data": submissions}[name] for name in order}
    path = write_book(tmp_path / "both.xlsx", **sheets)
    answers = read_answers(path, of_form(["rarely", "often"]), sheet="Data")
    assert score(answers.instrument, answers)["t"].tolist() == [1.5]
    with pytest.raises(ResponseError, match="is a form"):
        read_answers(path, sheet="survey")
    if order[0] == "Data":
        assert read_answers(path).report.platform == "KoBo"
    else:
        with pytest.raises(ResponseError, match="If answers are on sheet 'Data': sheet='Data'"):
            read_answers(path)


def test_a_sheet_that_is_called_survey_may_hold_answers(tmp_path):
    path = write_book(tmp_path / "plain.xlsx", Notes=[["x"], [1]], survey=[["q1", "q2"], ["1", "2"]])
    answers = read_answers(path, of_form(["a", "b"]), sheet="survey")
    assert answers.report.platform == "Excel workbook"
    assert score(answers.instrument, answers)["t"].tolist() == [1.5]
