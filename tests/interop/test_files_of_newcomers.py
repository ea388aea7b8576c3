"""What happened to a new user with their own files ends well, on the command line and in Python."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from intimacy_scales import Instrument, score
from intimacy_scales.errors import InvalidResponsesError, MissingColumnsError, ResponseError
from intimacy_scales.interop import read_answers
from intimacy_scales.jobs import score_file
from tests.shared.commands import printed, run
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.qualtrics_exports import AGREE, export, survey_of

SIX = form_of({"t": "q1 q2 q3"}, evidence=PUBLISHED)
KMSS = form_of({"t": "kmss_1 kmss_2 kmss_3"}, evidence=PUBLISHED)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(form: Instrument) -> str:
    Path("form.toml").write_text(form.to_toml(), encoding="utf-8")
    return "form.toml"


def written(text: str, name: str = "answers.csv", encoding: str = "utf-8") -> Path:
    Path(name).write_text(text, encoding=encoding)
    return Path(name)


def both(form: Instrument, path: Path, *typed: Any, **reading: Any) -> list[dict[str, str]]:
    """Return the scores that the command line writes, which are those of Python."""
    done = run("score", path, "-i", saved(form), "-o", "scores.csv", *typed)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(Path("scores.csv").read_text(encoding="utf-8"))))
    python = score(form, read_answers(path, form, **reading))["t"]
    assert [float(row["t"] or "nan") for row in rows] == pytest.approx(python.tolist(), nan_ok=True)
    return rows


def refusals(form: Instrument, path: Path, *typed: Any, code: int = 2, **reading: Any) -> tuple[str, str]:
    """Return the words of the command line and of Python, which both refuse a file."""
    with pytest.raises((ResponseError, InvalidResponsesError, MissingColumnsError)) as caught:
        score(form, read_answers(path, form, **reading))
    return printed("score", path, "-i", saved(form), *typed, code=code), str(caught.value)


@pytest.mark.parametrize("text", ["1,2,6\n2,3,6\n2,2,6\n", "6,6,6\n1,2,3\n6,6,1\n", "1,2,0\n2,3,0\n3,3,0\n"])
def test_a_number_that_many_answered_is_never_advised_away(here: Path, text: str) -> None:
    path = written(f"q1,q2,q3\n{text}")
    for words in refusals(SIX, path, code=1):
        assert "missing-code" not in words and "missing_codes" not in words and "recode" in words
    report = score_file(SIX, path)
    assert report.likely_missing_code is None and report.n_problems >= 3
    with pytest.raises(InvalidResponsesError, match="recode") as caught:
        score(SIX, pd.read_csv(path))
    assert "missing_codes" not in str(caught.value)


def test_recodes_out_of_order_are_said_on_the_command_line(here: Path) -> None:
    path = written("q1,q2,q3\n1,6,2\n3,4,4\n6,6,1\n")
    codes = {1: 1, 6: 2, 2: 3, 3: 4, 4: 5}
    typed = [part for stored, answer in codes.items() for part in ("--recode", f"{stored}={answer}")]
    assert [float(row["t"]) for row in both(SIX, path, *typed, recode=codes)] == [2, 14 / 3, 5 / 3]


def test_a_label_that_is_nearly_one_is_an_alias_and_the_midpoint_is_no_missing_code(here: Path) -> None:
    form = form_of(
        {"t": "q1 q2 q3"}, response_scale={"minimum": 1, "maximum": 5, "labels": AGREE}, evidence=PUBLISHED
    )
    path = written(
        "q1,q2,q3\n" + "stronlgy disagree,neutral,neutral\n" * 4 + "strongly agree,neutral,neutral\n"
    )
    for words in refusals(form, path, code=1):
        assert "strongly disagree" in words and "recode" in words and "missing-code" not in words
    alias = "stronlgy disagree=strongly disagree"
    rows = both(form, path, "--recode", alias, recode=dict([alias.split("=")]))
    assert [float(row["t"]) for row in rows] == pytest.approx([7 / 3] * 4 + [11 / 3])
    other = written("q1,q2,q3\n" + "neither,strongly agree,neither\n" * 5)
    for words in refusals(form, other, code=1):
        assert "recode" in words
    assert [
        float(r["t"]) for r in both(form, other, "--recode", "neither=3", recode={"neither": 3})
    ] == pytest.approx([11 / 3] * 5)


@pytest.mark.parametrize("option", ["--columns", "--instrument", "--sheet", "--output"])
def test_an_option_given_twice_is_refused(here: Path, option: str) -> None:
    path = written("q1_A,q2_A,q3_A,q1_B,q2_B,q3_B\n1,1,1,5,5,5\n")
    words = printed("score", path, "-i", saved(SIX), option, "{item}_A", option, "{item}_B", code=2)
    assert (
        f"{option} is given {3 if option == '--instrument' else ''}".strip() in words
        and "takes one value" in words
    )


@pytest.mark.parametrize("pattern", ["{item}_{p}", "P{p}_{item}", "{item}.{p}"])
def test_both_partners_are_scored_under_their_names(here: Path, pattern: str) -> None:
    sides = ("1", "2") if pattern != "{item}_{p}" else ("A", "B")
    names = [pattern.replace("{p}", p).format(item=f"kmss_{n}") for p in sides for n in (1, 2, 3)]
    path = written(",".join(names) + "\n" + "2,2,2,5,5,5\n3,2,1,7,6,7\n1,4,6,2,5,7\n")
    done = run("score", path, "--yes", "-o", "scores.csv")
    assert done.exit_code == 0, done.output
    (first, *_) = csv.DictReader(io.StringIO(Path("scores.csv").read_text(encoding="utf-8")))
    scores = {name: value for name, value in first.items() if name.startswith("total")}
    assert list(scores.values()) == ["6.0", "15.0"] and all(any(p in name for p in sides) for name in scores)
    one = run("score", path, "-i", "kmss")
    assert one.exit_code == 2 and "pass the one that holds these items" in one.output


def test_ticked_boxes_are_counted_not_prorated(here: Path) -> None:
    scales = {"t": {"items": ["q1", "q2", "q3"], "method": "sum"}}
    path = written("id,q1,q2,q3\na,1,1,\nb,1,,\nc,1,1,1\n")
    plain = form_of(scales, low=0, high=1, evidence=PUBLISHED)
    assert [row["t"] for row in both(plain, path)] == ["", "", "3.0"]  # never 3 for one who ticked two
    assert "choose_all" in printed("score", path, "-i", saved(plain))
    boxes = form_of(scales, low=0, high=1, evidence=PUBLISHED, choose_all=[{"items": ["q1", "q2", "q3"]}])
    assert [row["t"] for row in both(boxes, path)] == ["2.0", "1.0", "3.0"]


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("n_lines", [1, 18, 120])
def test_header_rows_of_qualtrics_are_not_people(here: Path, n_lines: int, ids: bool) -> None:
    text = export((1, 2, 3), (4, 5, 5), ids=ids).replace(
        "How\nsatisfied?", "How" + "\n" * n_lines + "satisfied?"
    )
    path = written(text)
    rows = both(KMSS, path, "--on-invalid", "missing", on_invalid="missing")
    assert [(row["row"], row["ResponseId"], float(row["t"])) for row in rows] == [
        ("1", "R_0", 2.0),
        ("2", "R_1", pytest.approx(14 / 3)),
    ]
    assert "Qualtrics" in printed("inspect", path, "-i", saved(KMSS))


@pytest.mark.parametrize("ids", [True, False])
def test_header_rows_in_a_data_frame_are_named(here: Path, ids: bool) -> None:
    path = written(export((1, 2, 3), (4, 5, 5), ids=ids))
    frame = pd.read_csv(path)
    with pytest.raises(InvalidResponsesError, match=r"Qualtrics.*read_answers") as caught:
        score(KMSS, frame)
    assert "missing_codes" not in str(caught.value)
    n_rows = 2 if ids else 1
    assert f"table.iloc[{n_rows}:]" in str(caught.value)
    assert (
        score(KMSS, frame.iloc[n_rows:])["t"].tolist() == score(KMSS, read_answers(path, KMSS))["t"].tolist()
    )


def test_unknown_labels_are_not_taken_for_header_rows() -> None:
    frame = pd.DataFrame({"q1": ["often", "seldom"], "q2": ["never", "often"], "q3": ["seldom", "often"]})
    with pytest.raises(InvalidResponsesError) as caught:
        score(SIX, pd.concat([frame] * 3))
    assert "header" not in str(caught.value)


def test_a_code_for_no_basis_is_not_a_low_answer(here: Path) -> None:
    options, recodes = {1: "never had", 2: "low", 3: "high"}, {1: -1, 2: 1, 3: 5}
    written(survey_of(options, recodes), "survey.qsf")
    path = written(export((-1, 1, 5), (5, 5, -1)))
    for words in refusals(KMSS, path, code=1):
        assert "-1" in words
    rows = both(KMSS, path, "--missing-code", "-1", missing_codes=[-1])
    assert [float(row["t"]) for row in rows] == [3, 5]


def workbook(**sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save("answers.xlsx")
    return Path("answers.xlsx")


ITEMS = ["q1", "q2", "q3"]


def test_a_second_sheet_is_named(here: Path) -> None:
    path = workbook(Pilot=[ITEMS, [5, 5, 5]], Main=[ITEMS, [1, 1, 1]])
    for words in refusals(SIX, path):
        assert "'Pilot' and 'Main'" in words
    assert [row["t"] for row in both(SIX, path, "--sheet", "Main", sheet="Main")] == ["1.0"]


def test_the_sheet_that_has_the_items_is_named(here: Path) -> None:
    path = workbook(Codebook=[["name", "text"], ["q1", "x"]], Main=[ITEMS, [1, 1, 1]])
    for words in refusals(SIX, path):
        assert "Sheet 'Codebook' was read" in words and "Sheet 'Main' has all of these columns" in words
    assert "--sheet 'Main'" in printed("score", path, "-i", "form.toml", code=2)


@pytest.mark.parametrize("name", ["id", "ParticipantID", "person_id", "Subject ID", "vp_nr"])
def test_scores_can_be_joined_back(here: Path, name: str) -> None:
    path = written(f"{name},q1,q2,q3\na,1,2,5\n,,,\nb,2,3,5\n")
    rows = both(SIX, path)
    assert [(row["row"], row[name]) for row in rows if row["t"]] in (
        [("1", "a"), ("3", "b")],
        [("1", "a"), ("2", "b")],
    )
    given = both(SIX, path, "--keep", "q1")
    assert list(given[0]) == ["row", name, "q1", "t"]  # what is asked for comes next to it


def test_two_columns_of_ids_and_an_item_are_not_mixed_up(here: Path) -> None:
    path = written("id,id,q1,q2,q3\na,x,1,2,5\n")
    assert list(both(SIX, path)[0]) == ["row", "t"]


def test_a_semicolon_file_is_read_and_says_so(here: Path) -> None:
    path = written("q1;q2;q3\n1;2;3\n4;4;5\n")
    assert [float(row["t"]) for row in both(SIX, path)] == pytest.approx([2, 13 / 3])
    assert "separator: semicolon" in printed("inspect", path, "-i", "form.toml")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_german_labels_missing_texts_and_ids(here: Path, encoding: str) -> None:
    labels = {1: "stimmt nicht", 2: "stimmt wenig", 3: "teils/teils", 4: "stimmt eher", 5: "stimmt genau"}
    form = form_of(
        {"t": "nähe vertrauen -streit"},
        response_scale={"minimum": 1, "maximum": 5, "labels": labels, "missing_codes": [-99, "k. A."]},
        evidence=PUBLISHED,
    )
    path = written(
        "nähe;vertrauen;streit\nStimmt genau;stimmt eher;k. A.\n-99;STIMMT WENIG;stimmt nicht\n",
        "a.csv",
        encoding,
    )
    assert [float(row["t"]) for row in both(form, path)] == [4.5, 3.5]
    odd = written("nähe;vertrauen;streit\nteils - teils;stimmt eher;k. A.\n", "b.csv", encoding)
    for words in refusals(form, odd, code=1):
        assert "teils/teils" in words


def test_a_repeated_column_name_is_refused_and_not_the_first_taken(here: Path) -> None:
    path = written("q1,q1,q2,q3\n1,5,2,3\n")
    for words in refusals(SIX, path):
        assert "2 columns named 'q1'" in words


def test_names_in_brackets_are_found_by_a_map(here: Path) -> None:
    path = written("id,A[1],A[2],A[3]\n1,1,2,3\n")
    columns = {"q1": "A[1]", "q2": "A[2]", "q3": "A[3]"}
    written("".join(f'{item} = "{column}"\n' for item, column in columns.items()), "map.toml")
    assert [row["t"] for row in both(SIX, path, "--columns", "map.toml", columns=columns)] == ["2.0"]


@pytest.mark.parametrize("name", ["map.toml", "map.json"])
def test_python_takes_the_file_of_columns_that_the_command_line_takes(here: Path, name: str) -> None:
    columns = {"q1": "x", "q2": "y", "q3": "z"}
    content = (
        json.dumps(columns)
        if name.endswith("json")
        else "".join(f'{i} = "{c}"\n' for i, c in columns.items())
    )
    path = written("x,y,z\n1,2,3\n")
    written(content, name)
    assert [row["t"] for row in both(SIX, path, "--columns", name, columns=Path(name))] == ["2.0"]
    assert score(SIX, pd.read_csv(path), columns=Path(name))["t"].tolist() == [2.0]
    with pytest.raises(ResponseError, match=r"passed as columns=Path\('columns.toml'\)"):
        score(SIX, pd.read_csv(path), columns=name)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("map.toml", "q1 = q1_A\n", 'Texts stand in quotes; .* lines of item = "column"'),
        ("map.json", "{'q1': 'a'}", "Texts stand in quotes"),
        ("map.csv", "q1,q1_A\n", "the ending is not valid; allowed for a file of columns: .toml"),
        ("map.txt", "q1 q1_A\n", "the ending is not valid; allowed for a file of columns: .toml"),
        ("map.toml", "q1 = 3\n", 'must hold lines of item = "column"'),
    ],
)
def test_a_wrong_file_of_columns_says_what_is_allowed(
    here: Path, name: str, content: str, words: str
) -> None:
    path = written("q1_A,q2,q3\n1,2,3\n")
    written(content, name)
    with pytest.raises(ResponseError, match=words):
        score_file(SIX, path, columns=Path(name))
    assert run("score", path, "-i", saved(SIX), "--columns", name).exit_code == 2


def test_a_file_of_columns_that_is_absent_is_named(here: Path) -> None:
    with pytest.raises(ResponseError, match=r"columns no\.toml: cannot be read"):
        score_file(SIX, written("q1,q2,q3\n1,2,3\n"), columns=Path("no.toml"))


def test_a_decimal_comma_has_a_remedy(here: Path) -> None:
    form = form_of({"t": "q1 q2 q3"}, step=0.5, evidence=PUBLISHED)
    path = written('q1,q2,q3\n"1,5","2,5","3,0"\n')
    for words in refusals(form, path, code=1):
        assert "decimal comma" in words


def test_a_dictionary_given_as_answers_is_called_one(here: Path) -> None:
    from tests.shared.platform_exports import dictionary_text

    fields = [
        {"name": f"q{n}", "form": "f", "kind": "radio", "label": "Q", "choices": "1, a | 2, b"}
        for n in (1, 2, 3)
    ]
    for words in refusals(SIX, written(dictionary_text(*fields))):
        assert "is a data dictionary of REDCap, not answers" in words and "structure" in words


def test_a_long_header_is_not_printed_in_whole(here: Path) -> None:
    path = written(
        ",".join(f"A{n}. {'question ' * 30}" for n in range(60)) + "\n" + ",".join("1" * 60) + "\n"
    )
    for words in refusals(SIX, path):
        assert len(words) < 2_000


def test_a_path_in_place_of_answers_is_sent_to_what_reads_files(here: Path) -> None:
    path = written("q1,q2,q3\n1,2,3\n")
    for given in (path, str(path)):
        with pytest.raises(ResponseError, match=r"score_file|read_answers"):
            score(SIX, given)
