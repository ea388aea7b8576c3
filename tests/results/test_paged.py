"""Every result that notebooks show can be written as Markdown, HTML, LaTeX and Word."""

from __future__ import annotations

import io
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import intimacy_scales
from intimacy_scales.errors import ResponseError
from intimacy_scales.results.paged import Paged
from intimacy_scales.results.tables import Page
from tests.shared.result_examples import CLASSES, example

docx = pytest.importorskip("docx", reason="python-docx is not installed")
NOT_RESULTS = {"Instrument", "Catalogue", "PlotAxes"}  # what is answered, its catalogue, and pictures


def shown_classes() -> dict[str, type]:
    """Every class of the package that notebooks show as HTML."""
    found: dict[str, type] = {}
    for module in pkgutil.walk_packages(intimacy_scales.__path__, "intimacy_scales."):
        if not module.name.endswith("__main__"):
            for kind in vars(import_module(module.name)).values():
                if isinstance(kind, type) and kind.__module__.startswith("intimacy_scales."):
                    found |= {kind.__name__: kind} if hasattr(kind, "_repr_html_") else {}
    return found


def test_whatever_is_shown_in_a_notebook_has_the_writers() -> None:
    classes = shown_classes()
    assert len(classes) > 80
    assert {name for name, kind in classes.items() if not issubclass(kind, Paged)} == NOT_RESULTS
    own = {
        name for name, kind in classes.items() for written in ("to_latex", "to_docx") if written in vars(kind)
    }
    assert own == {"Paged", "PersonReport"}  # the latter adds its picture; no class copies them


@pytest.mark.parametrize("name", CLASSES)
def test_every_result_is_written_with_the_same_figures(name: str, tmp_path: Path) -> None:
    result = example(name)
    page = result.page()
    assert isinstance(page, Page)
    markdown, html, latex = result.to_markdown(), result.to_html(), result.to_latex()
    result.to_docx(file := io.BytesIO())
    document = docx.Document(file)
    assert (
        len(document.tables) == len(page.tables) == latex.count(r"\begin{tabular}") == html.count("<table>")
    )
    for table, grid in zip(page.tables, document.tables, strict=True):
        assert len(grid.rows) == len(table.rows) + 1 + bool(table.spans)
        assert len({len(texts) for texts in table.columns.values()}) == 1
    assert markdown.strip()
    assert "object at 0x" not in markdown
    assert not markdown.startswith(("# <", "# &lt;"))
    assert "nan" not in " ".join(c for t in page.tables for row in t.rows for c in row).split()


def test_a_path_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    result = example("CronbachAlpha")
    result.to_docx(tmp_path / "alpha.docx")
    assert docx.Document(tmp_path / "alpha.docx").tables
    with pytest.raises(ResponseError, match="cannot be written"):
        result.to_docx(tmp_path / "nowhere" / "alpha.docx")
