"""Workbooks whose cells are not what they seem: formulas without values, shifted rows, damage."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from intimacy_scales import load, simulate
from intimacy_scales.errors import ResponseError
from intimacy_scales.files import formulas
from intimacy_scales.interop import open_answers, reliability_file, score_file, structure_file

RAS = load("ras")
HEADER = ["id", *RAS.item_ids]


def workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def mean(path: Path, **options: Any) -> float:
    return score_file(RAS, path, **options).summary.scales[0].mean


@pytest.mark.parametrize("formula", ["=B2", "=1+1", '=IF(A2>0,"5",4)', "=SUM(A2:A3)"])
def test_a_formula_without_a_value_is_no_skipped_answer(tmp_path: Path, formula: str) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, [1, 5, 4, 3, 2, 1, 2, 3], [2, 3, formula, 3, 3, 3, 3, 3])
    with pytest.raises(ResponseError, match=r"cell C3 \(ras_2\) holds a formula .* open it in Excel"):
        mean(path)


def test_formulas_in_columns_that_nobody_asked_for_do_no_harm(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [*HEADER, "note"], [1, *[3] * 7, "=B2"], ["=B2", *[3] * 7, None])
    assert mean(path) == 3
    with pytest.raises(ResponseError, match=r"cell A3 \(id\)"):
        mean(path, keep=["id"])


def computed(path: Path) -> None:
    """Give every formula a value, as Excel does when it saves."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets"):
                data = data.replace(b"<v></v>", b"<v>4</v>").replace(b"<v />", b"<v>4</v>")
            new.writestr(name, data)
    path.write_bytes(made.getvalue())


def test_computed_formulas_count_as_their_values(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, [1, *["=2+2"] * 7])
    computed(path)
    assert mean(path) == pytest.approx((5 * 4 + 2 * 2) / 7)


@pytest.mark.parametrize("chunk", [50, 1000, 4096])
def test_a_sheet_is_searched_to_its_end_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(formulas, "_CHUNK", chunk)
    rows = [[n, *[3] * 7] for n in range(300)]
    rows[-1][7] = "=A1"
    path = workbook(tmp_path / "a.xlsx", HEADER, *rows)
    with pytest.raises(ResponseError, match="cell H301"):
        mean(path)


@pytest.mark.parametrize("surplus", [0, 0.0, False, 1, "x"])
def test_a_row_with_more_values_than_columns_is_refused(tmp_path: Path, surplus: Any) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, [2, None, 5, 4, 3, 2, 1, 5, surplus])
    with pytest.raises(ResponseError, match="line 2 has 9 fields, the header 8"):
        mean(path)


@pytest.mark.parametrize("surplus", [None, "", "  "])
def test_empty_cells_after_the_last_column_are_none(tmp_path: Path, surplus: Any) -> None:
    assert mean(workbook(tmp_path / "a.xlsx", HEADER, [2, *[3] * 7, surplus])) == 3


def test_damage_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", HEADER, [1, *[3] * 7])
    whole = path.read_bytes()
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name.endswith("workbook.xml") else data)
    for broken in (whole[:400], made.getvalue()):
        path.write_bytes(broken)
        with pytest.raises(ResponseError, match="workbook"):
            mean(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ResponseError, match="is a folder; name a file in it"):
        mean(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.csv", '<table border="1" class="dataframe">\n<tr><td>1</td></tr></table>', "a web page"),
        ("a.qsf", '{"SurveyEntry": {"SurveyID": "SV_1"}, "SurveyElements": []}', "JSON in one piece"),
        (
            "a.json",
            '{"resourceType": "Questionnaire", "item": [{"linkId": "1"}]}\n',
            "JSON in one piece",
        ),
    ],
)
def test_pages_and_nested_json_are_no_answers(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ResponseError, match=words):
        mean(tmp_path / name)


def test_columns_may_be_separated_by_bars(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("|".join(HEADER) + "\n1|5|4|3|2|1|2|3\n", encoding="utf-8")
    assert mean(tmp_path / "a.txt") == pytest.approx((5 + 4 + 3 + 4 + 1 + 2 + 3) / 7)


def test_files_may_be_named_by_texts(tmp_path: Path) -> None:
    source, output = str(tmp_path / "a.csv"), str(tmp_path / "o.csv")
    rows = simulate("ras", 60, rng=1).answers
    rows.to_csv(source, index=False)
    assert score_file("ras", source, output=output).written
    assert Path(output).is_file()
    with open_answers(source) as file:
        assert file.names == list(RAS.item_ids)
    for read in (reliability_file, structure_file):
        report = read("ras", source, output=str(tmp_path / "r.json"))
        assert report.n_persons == 60
        assert (tmp_path / "r.json").is_file()
