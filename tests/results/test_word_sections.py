"""Pages of Word documents: each turned if its own tables need it, and pictures that fit on them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from intimacy_scales.plots.axes import axes_for, described
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.word import word_document

docx = pytest.importorskip("docx", reason="python-docx is not installed")


def page(n_columns: int) -> Page:
    columns = {"scale": ["trust"], **{f"column {k}": ["12.34"] for k in range(n_columns)}}
    return Page(title=f"{n_columns} columns", tables=(TextTable(title="Table", columns=columns),))


def read(content: bytes) -> Any:
    return docx.Document(BytesIO(content))


def test_only_pages_with_wide_tables_are_turned() -> None:
    document = read(word_document(page(2), page(14), page(15), page(1)))
    turned = [section.page_width > section.page_height for section in document.sections]
    assert turned == [False, True, False]
    assert len(read(word_document(page(14))).sections) == 1
    assert len(read(word_document(page(2), page(3))).sections) == 1


@pytest.mark.parametrize(("n_columns", "room"), [(2, 9.0), (14, 6.5)])
def test_a_tall_picture_fits_on_its_page_with_its_caption(n_columns: int, room: float, tmp_path: Any) -> None:
    axes = described(axes_for(None, 9.8), "A tall picture, 1.", {"x": [1]})
    content = axes.save(tmp_path / "tall.png").read_bytes()
    tall = Picture(content=content, alt_text="Tall.", caption="Tall.")
    (shape,) = read(word_document(page(n_columns), pictures=[tall])).inline_shapes
    assert shape.height.inches <= room - 0.9
    assert shape.width.inches / shape.height.inches == pytest.approx(5.2 / 9.8, rel=0.02)
