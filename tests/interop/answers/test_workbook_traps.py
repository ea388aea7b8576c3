"""Traps of workbooks: each is read right, or refused with the right words. All cells are made up."""

import datetime
import re
import zipfile

import pytest
from openpyxl import Workbook

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, MissingColumnsError, ResponseError
from intimacy_scales.interop import read_answers
from intimacy_scales.jobs import score_file
from tests.shared.commands import printed
from tests.shared.workbooks import SHEET, changed

NAMES = ["id", "kmss_1", "kmss_2", "kmss_3"]


@pytest.fixture
def book_of(tmp_path):
    """Return a function that writes a workbook, and changes its sheet or workbook before."""

    def write(*rows, change=None, names=NAMES):
        book = Workbook()
        for row in [names, *rows] if names else rows:
            book.active.append(row)
        if change is not None:
            change(book)
        book.save(tmp_path / "f.xlsx")
        return tmp_path / "f.xlsx"

    return write


def totals(path, **options):
    """Return the scores of a workbook, by both doors."""
    frame = score("kmss", read_answers(path, "kmss", **options))["total"].tolist()
    out = path.parent / "scores.csv"
    score_file("kmss", path, output=out, **options)
    assert [float(line.split(",")[-1]) for line in out.read_text().splitlines()[1:]] == frame
    return frame


def refused(path, words, **options):
    """Check that both doors refuse a cell with these words."""
    with pytest.raises(InvalidResponsesError) as raised:
        score("kmss", read_answers(path, "kmss", **options))
    assert words in str(raised.value)
    report = score_file("kmss", path, **options)
    assert words in str(report.first_problems[0]) + f"; {report.first_problems[0].suggestion}"


def test_two_sheets_that_both_fit_are_named(book_of):
    def second(book):
        for row in (NAMES, ["a", 5, 5, 5]):
            book.create_sheet("Main").append(row) if row is NAMES else book["Main"].append(row)

    path = book_of(["a", 1, 2, 3], change=second)
    with pytest.raises(ResponseError, match="sheets 'Sheet' and 'Main' all have these columns; choose one"):
        read_answers(path, "kmss")
    assert totals(path, sheet="Main") == [15]


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_taken_and_named_where_they_alone_fit(book_of, state):
    def hide(book):
        sheet = book.create_sheet("Raw")
        sheet.append(NAMES)
        sheet.append(["a", 5, 5, 5])
        sheet.sheet_state = state

    assert totals(book_of(["a", 1, 2, 3], change=hide)) == [6]
    path = book_of(["x", 1], names=None, change=hide)
    if state == "hidden":
        with pytest.raises(MissingColumnsError, match="Sheet 'Raw' has all of these columns: sheet='Raw'"):
            read_answers(path, "kmss")
    assert totals(path, sheet="Raw") == [15]


def test_a_title_above_the_header_and_merged_groups_of_columns(book_of):
    def merge(book):
        book.active.merge_cells("B2:D2")

    path = book_of(["Results of 2026"], ["", "Marriage"], NAMES, ["a", 1, 2, 3], names=None, change=merge)
    with pytest.raises(MissingColumnsError, match=r"seem to be in row 3: skip_rows=2\."):
        read_answers(path, "kmss")
    assert "--skip-rows 2" in printed("score", path, "-i", "kmss", code=2)
    assert totals(path, skip_rows=2) == [6]


def test_merged_names_of_columns_leave_one_without_a_name(book_of):
    path = book_of(["a", 1, 2, 3], names=["id", "kmss_1", None, "kmss_3"])
    with pytest.raises(MissingColumnsError, match="kmss_2"):
        read_answers(path, "kmss")


@pytest.mark.parametrize("cells", ["B3:C3", "C2:C3"])
def test_merged_answers_are_refused(book_of, cells):
    path = book_of(["a", 1, 2, 3], ["b", 4, 5, 6], change=lambda book: book.active.merge_cells(cells))
    for read in (lambda: read_answers(path, "kmss"), lambda: score_file("kmss", path)):
        with pytest.raises(ResponseError, match=rf"merged cells .*\({cells}\).*Unmerge them"):
            read()


def test_merged_cells_elsewhere_do_no_harm(book_of):
    path = book_of(["a", 1, 2, 3], [None, 4, 5, 6], change=lambda book: book.active.merge_cells("A2:A3"))
    assert totals(path) == [6, 15]


@pytest.mark.parametrize(
    "cell", [datetime.date(2026, 5, 1), datetime.datetime(2026, 5, 1, 3), datetime.time(5)]
)
def test_a_date_is_not_an_answer(book_of, cell):
    words = "not a number or a text; allowed: 1 to 7; spreadsheets turn answers such as 1-5 into dates"
    refused(book_of(["a", cell, 2, 3]), words)


def test_a_number_in_the_format_of_a_date_is_named(book_of):
    def format_as_date(book):
        book.active["B2"].number_format = "dd.mm.yyyy"

    refused(book_of(["a", 5, 2, 3], change=format_as_date), "this is the number 5 in the format of a date")


@pytest.mark.parametrize(("value", "shown"), [(0.05, "5%"), (1.0, "100%"), (1, "100%"), (0.125, "12.5%")])
@pytest.mark.parametrize("kind", ["0%", "0.00%", '0.0"x"%'])
def test_percentages_are_refused_as_they_are_shown(book_of, value, shown, kind):
    def format_as_percentage(book):
        book.active["B2"].number_format = kind

    refused(
        book_of(["a", value, 2, 3], change=format_as_percentage),
        f"'{shown}' is not a number; allowed: 1 to 7; a percentage: in a spreadsheet",
    )


def test_percentages_that_are_kept_stay_numbers(book_of, tmp_path):
    def format_as_percentage(book):
        book.active["A2"].number_format = "0%"

    path = book_of([0.5, 1, 2, 3], change=format_as_percentage)
    score_file("kmss", path, keep=["id"], output=tmp_path / "o.csv")
    assert (tmp_path / "o.csv").read_text().splitlines()[1] == "1,0.5,6.0"


def test_numbers_stored_as_text_are_numbers(book_of):
    assert totals(book_of(["a", "5", " 2 ", "3.0"], ["b", "4\u00a0", "2", 1])) == [10, 7]
    refused(book_of(["a", "3,0", "2", 1]), "is this a decimal comma?")


def test_empty_columns_and_rows_at_the_end_are_ignored(book_of):
    rows = [["a", 1, 2, 3, None, None], ["b", 3, 3, 3, " ", None], [None] * 6, ["", None, "", None]]
    path = book_of(*rows, names=[*NAMES, None, ""])
    scores = score("kmss", read_answers(path, "kmss"))
    assert scores["total"].tolist()[:2] == [6, 9]
    assert scores.answered[2:].sum() == 0
    words = "line 2 has 5 fields, the header 4; name every column in the first row"
    with pytest.raises(ResponseError, match=words):
        read_answers(book_of(["a", 1, 2, 3, "note"]), "kmss")


def test_truth_values_are_refused_and_can_be_recoded(book_of):
    path = book_of(["a", True, 2, 3], ["b", False, 2, 3])
    refused(
        path,
        "'TRUE' is not a number; allowed: 1 to 7; say what it stands for: recode={'TRUE'",
    )
    assert totals(path, recode={"kmss_1": {"TRUE": 7, "FALSE": 1}}) == [12, 6]


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?"])
def test_cells_with_errors_are_refused_and_can_be_declared(book_of, error):
    path = book_of(["a", error, 2, 4])
    refused(path, f"an error in a spreadsheet: correct the formula, or declare it: missing_codes=['{error}']")
    assert totals(path, missing_codes=[error]) == [9]


def test_formulas_without_a_value_are_refused(book_of):
    path = book_of(["a", "=1+1", 2, 3])
    with pytest.raises(ResponseError, match=r"has 1 formula without a value in columns that are read \(B2\)"):
        read_answers(path, "kmss")
    computed = changed(path, SHEET, lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>2</v>", xml))
    with zipfile.ZipFile(computed) as parts:
        assert b"<v>2</v>" in parts.read(SHEET)
    assert totals(computed) == [7]


def test_rows_that_a_filter_hides_are_read_and_counted(book_of):
    def hide(book):
        book.active.row_dimensions[3].hidden = True

    path = book_of(["a", 1, 2, 3], ["b", 7, 7, 7], change=hide)
    assert read_answers(path, "kmss").report.notes == ("1 row hidden in the sheet, and read",)
    assert totals(path) == [6, 21]
    assert "1 row hidden in the sheet, and read" in printed("inspect", path, "-i", "kmss")
