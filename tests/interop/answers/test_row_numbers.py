"""Rows are numbered as in the file, from 1 below the header, wherever they are named."""

import csv
import json

import numpy as np
import pytest
from openpyxl import Workbook

from intimacy_scales.errors import InvalidResponsesError, PairingError, ResponseError
from intimacy_scales.interop import read_answers
from intimacy_scales.jobs import couple_report_file, reliability_file, score_file
from intimacy_scales.jobs.couples import read_couples
from tests.shared.instruments import PUBLISHED, form_of

ITEMS = ["q1", "q2", "q3"]
FORM = form_of(
    {"t": "q1 q2 q3"},
    response_scale={"minimum": 1, "maximum": 5, "missing_codes": [-8]},
    evidence=PUBLISHED,
)
# couple, person, three answers; the fifth has a bad cell, and a code that some files explain
PEOPLE = [
    ["c1", "a", 1, 2, 3],
    ["c1", "b", 1, 2, 3],
    ["c2", "c", 4, 4, 4],
    ["c2", "d", 5, 4, 5],
    ["c3", "e", 9, -99, 2],
    ["c3", "f", 2, 2, 2],
]
NAMES = ["couple", "person", *ITEMS]


def lines_of(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def text_of(rows, separator=","):
    return "\n".join(separator.join(map(str, row)) for row in rows) + "\n"


def quoted(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def csv_with_blank_rows(folder):
    rows = [NAMES, *PEOPLE[:2], [""] * 5, *PEOPLE[2:4], *PEOPLE[4:]]
    (folder / "f.csv").write_text(text_of(rows))
    return folder / "f.csv", {}, 6


def csv_with_blank_lines(folder):
    (folder / "f.csv").write_text(text_of([NAMES, *PEOPLE[:3]]) + "\n\n" + text_of(PEOPLE[3:]))
    return folder / "f.csv", {}, 7


def csv_with_rows_above(folder):
    (folder / "f.csv").write_text("Study of 2026\n\n" + text_of([NAMES, *PEOPLE]))
    return folder / "f.csv", {"skip_rows": 2}, 5


def csv_with_lines_in_cells(folder):
    rows = [[*NAMES, "note"], *([*row, "two\nlines"] for row in PEOPLE)]
    return quoted(folder / "f.csv", rows), {}, 5


def workbook(folder, above=()):
    book = Workbook()
    for row in [*above, NAMES, *PEOPLE[:2], [], [], *PEOPLE[2:]]:
        book.active.append(row)
    book.save(folder / "f.xlsx")
    return folder / "f.xlsx", {"skip_rows": len(above)} if above else {}, 7


def workbook_with_a_title(folder):
    return workbook(folder, above=[["Title"], []])


def json_lines(folder):
    lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in PEOPLE]
    (folder / "f.jsonl").write_text("\n".join(lines) + "\n")
    return folder / "f.jsonl", {}, 5


def json_lines_with_blank_ones(folder):
    lines = [json.dumps(dict(zip(NAMES, row, strict=True))) for row in PEOPLE]
    (folder / "f.jsonl").write_text("\n".join([*lines[:2], "", *lines[2:]]) + "\n")
    return folder / "f.jsonl", {}, 6


def json_list(folder):
    (folder / "f.json").write_text(json.dumps([dict(zip(NAMES, row, strict=True)) for row in PEOPLE]))
    return folder / "f.json", {}, 5


def qualtrics(folder, *, legacy=False, blank=False):
    rows = [[*row[:2], "0", "R", *row[2:]] for row in PEOPLE]
    preview = ["c9", "z", "1", "R", 1, 1, 1]
    names = [*NAMES[:2], "Status", "ResponseID" if legacy else "ResponseId", *ITEMS]
    texts = ["", "", "Status", "ResponseID", "One\nline?", "Two?", "Three?"]
    header = [names, texts]
    if legacy:
        header[1][1] = "ResponseSet"
    else:
        header.append([json.dumps({"ImportId": f"QID{n}"}) for n in range(7)])
    between = [[""] * 7] if blank else []
    path = quoted(folder / "f.csv", [*header, preview, *rows[:3], *between, preview, *rows[3:]])
    return path, {}, 8 if blank else 7


def qualtrics_legacy(folder):
    return qualtrics(folder, legacy=True)


def qualtrics_with_a_blank_row(folder):
    return qualtrics(folder, blank=True)


def redcap_events(folder):
    names = ["record_id", "redcap_event_name", "couple", "person", *ITEMS, "form_complete"]
    rows = []
    for number, row in enumerate(PEOPLE):
        rows.append([number, "start_arm_1", "", "", "", "", "", ""])
        rows.append([number, "week_arm_1", *row, 2])
    return quoted(folder / "f.csv", [names, *rows]), {}, 10


def limesurvey(folder):
    names = ["id", "submitdate", "lastpage", "startlanguage", *NAMES]
    rows = [[n, "2026-01-01 10:00:00", 1, "en", *row] for n, row in enumerate(PEOPLE)]
    return quoted(folder / "f.csv", [names, *rows]), {}, 5


FILES = [
    csv_with_blank_rows, csv_with_blank_lines, csv_with_rows_above, csv_with_lines_in_cells, workbook,
    workbook_with_a_title, json_lines, json_lines_with_blank_ones, json_list, qualtrics, qualtrics_legacy,
    qualtrics_with_a_blank_row, redcap_events, limesurvey,
]  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_every_message_and_table_has_the_row_of_the_file(kind, tmp_path):
    path, options, row = kind(tmp_path)
    options = {**options, "missing_codes": [-99]}
    bad, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    score_file(FORM, path, problems=bad, output=out, on_invalid="missing", person="person", **options)
    assert [line["row"] for line in lines_of(bad)] == [str(row)]
    by_person = {line["person"]: line["row"] for line in lines_of(out) if line["person"]}
    assert by_person["e"] == str(row)
    assert len(set(by_person.values())) == len([line for line in lines_of(out) if line["person"]])
    answers = read_answers(path, FORM, **options)
    frame = answers.to_frame()
    assert frame.index[frame["person"] == "e"].tolist() == [row]
    assert answers.labels.index.tolist() == answers.missing_reasons.index.tolist() == answers.rows.tolist()
    with pytest.raises(InvalidResponsesError) as raised:
        from intimacy_scales import score

        score(FORM, answers)
    assert [problem.row for problem in raised.value.problems] == [row - 1]


@pytest.mark.parametrize("kind", FILES)
def test_pairing_and_clusters_have_the_row_of_the_file(kind, tmp_path):
    path, options, row = kind(tmp_path)
    options = {**options, "missing_codes": [-99], "on_invalid": "missing"}
    labels = {"couple": "couple", "person": "person"}
    read = read_couples(FORM, path, **labels, **options)
    assert [problem.row for problem in read.dyads.problems] == [row - 1]
    # without the label of the couple of the person with the bad cell
    damaged(path)
    with pytest.raises(PairingError) as raised:
        read_couples(FORM, path, **labels, **options)
    assert [fault.rows for fault in raised.value.faults] == [(row - 1,)]
    faults = tmp_path / "faults.csv"
    with pytest.raises(PairingError):
        couple_report_file(FORM, path, faults=faults, **labels, **options)
    assert [line["row"] for line in lines_of(faults)] == [str(row)]
    with pytest.raises(ResponseError, match=rf"1 person without a cluster, the first in row {row} \(row 1"):
        reliability_file(FORM, path, clusters="couple", **options)


def damaged(path):
    """Remove the couple of the person e from a file, whatever its format."""
    if path.suffix == ".xlsx":
        from openpyxl import load_workbook

        book = load_workbook(path)
        for cells in book.active.iter_rows():
            if cells[1].value == "e":
                cells[0].value = None
        book.save(path)
        return
    text = path.read_text()
    for before, after in (("c3,e,", ",e,"), ('"couple": "c3", "person": "e"', '"couple": "", "person": "e"')):
        text = text.replace(before, after)
    path.write_text(text)


def test_wide_rows_of_couples(tmp_path):
    rows = [
        ["Status", "id", "w1", "w2", "w3", "h1", "h2", "h3"],
        ["Status", *[""] * 7],
        [json.dumps({"ImportId": f"QID{n}"}) for n in range(8)],
        ["1", "p", 1, 1, 1, 1, 1, 1],
        ["0", "c1", 1, 2, 3, 3, 2, 1],
        ["0", "c2", 1, 2, 3, 9, 2, 1],
        ["0", "c2", 2, 2, 4, 3, 2, 1],
    ]
    path = quoted(tmp_path / "f.csv", rows)
    options = {"partners": {"w": "w{n}", "h": "h{n}"}, "on_invalid": "missing"}
    dyads = read_couples(FORM, path, **options).dyads
    assert [(problem.row, problem.column) for problem in dyads.problems] == [(2, "h1")]
    assert list(dyads.couples) == [2, 3, 4]  # couples without a label: their rows
    with pytest.raises(PairingError) as raised:
        read_couples(FORM, path, couple="id", **options)
    assert [fault.rows for fault in raised.value.faults] == [(2, 3)]


def test_a_mirrored_couple_is_named_by_its_rows(tmp_path):
    people = np.random.default_rng(1).integers(1, 6, (40, 3)).tolist()
    couples = [[*people[n], *people[n + 20]] for n in range(20)]
    rows = [[0, *row] for row in [*couples, *([*row[3:], *row[:3]] for row in couples)]]
    header = [["Status", "w1", "w2", "w3", "h1", "h2", "h3"], ["Status", *[""] * 6]]
    header.append([json.dumps({"ImportId": f"QID{n}"}) for n in range(7)])
    path = quoted(tmp_path / "f.csv", [*header, [1, *[1] * 6], *rows])
    with pytest.raises(PairingError) as raised:
        read_couples(FORM, path, partners={"w": "w{n}", "h": "h{n}"})
    (fault,) = raised.value.faults
    assert (fault.code, fault.rows, fault.example) == ("double entry", tuple(range(1, 41)), (1, 21))


def test_labels_that_look_alike_are_named_by_their_rows(tmp_path):
    path, options, row = qualtrics(tmp_path)
    path.write_text(path.read_text().replace("c3,e,", "c3 ,e,"))
    with pytest.raises(ValueError, match=rf"\(row {row}\) and .*\(row {row + 1}\)"):
        reliability_file(FORM, path, clusters="couple", on_invalid="missing", **options)
