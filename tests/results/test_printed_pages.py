"""Pages on paper, A4 and Letter: every heading and every figure is on a sheet, and nothing is cut off."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales.errors import MissingDependencyError
from intimacy_scales.results.html import html_page
from intimacy_scales.results.paper_layout import paper_layout
from intimacy_scales.results.pdf import pdf_of_page, weasyprint
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.tables import Page, Section, TextTable
from tests.shared.html_pages import HtmlPage
from tests.shared.sample_reports import KINDS, sample_report

pypdf = pytest.importorskip("pypdf", reason="pypdf, which reads PDF files, is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SHEETS = {"A4": (595, 842), "letter": (612, 792)}  # points
_SIGNS = {"\u2212": "-", "\u2014": "-", "\u00a0": " "}


COLUMNS = {f"loading {n}": [f"{n}.{row:03d}" for row in range(30)] for n in range(100, 145)}
NAMES = [f"a long name of item number {row}" for row in range(30)]
WIDE = Page(
    title="Wide",
    tables=(TextTable(title="Loadings", columns={"item": NAMES, **COLUMNS}),),
    sentence="A sentence. " * 30,
)


@cache
def documents() -> dict[str, str]:
    """Return one document for upright and one for turned paper, each with the pages that are printed so.

    Pages are without pictures, whose texts are not those of the page. They share a document as each start of
    a browser takes a second.
    """
    found: dict[str, str] = {}
    for text in [*(str(sample_report(kind)[0].to_html(())) for kind in KINDS), html_page(WIDE)]:
        side = re.search(r"@page \{ size: (\w+)", text)[1]  # type: ignore[index]
        main = text[text.index("<main>") : text.index("</main>") + 7]
        found[side] = found[side].replace("</body>", f"{main}</body>") if side in found else text
    return found


def printed_by_chromium(html: str, paper: str, folder: Path) -> bytes:
    """Print as the dialog of a browser does, on a paper that its user chose."""
    sized = re.sub(r"(@page \{ size: )(portrait|landscape)", rf"\1{paper} \2", html)
    assert sized != html
    (folder / "page.html").write_text(sized, encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
        f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer",
        f"--print-to-pdf={folder / 'page.pdf'}", (folder / "page.html").as_uri(),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / "page.pdf").read_bytes()


def check_printed(content: bytes, page: HtmlPage, paper: str) -> None:
    """Check that sheets have the size of the paper, with all texts of tables on them, within their edges."""
    texts, sheets = [], pypdf.PdfReader(BytesIO(content)).pages
    for sheet in sheets:
        width, height = float(sheet.mediabox.width), float(sheet.mediabox.height)
        assert sorted((width, height)) == pytest.approx(sorted(SHEETS[paper]), abs=2)
        parts: list[str] = []

        def visit(
            text: str, outer: list[float], inner: list[float], *_: Any, parts: list[str] = parts,
            width: float = width, height: float = height,
        ) -> None:  # fmt: skip
            parts.append(text)
            if text.strip():
                x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
                y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
                assert 0 <= x <= width, text
                assert 0 <= y <= height, text

        sheet.extract_text(visitor_text=visit)
        texts.append("".join(parts))
    printed = packed(" ".join(texts))
    for table in page.all("table"):
        for cell in [*table.all("th"), *table.all("td")]:
            assert packed(cell.text) in printed, cell.text
    for part in page.all("h1", "h2", "p", "li"):
        for word in part.text.split():
            assert packed(word) in printed, word


def packed(text: str) -> str:
    """Return a text without spaces and with plain signs, as lines are broken anywhere on paper."""
    for sign, plain in _SIGNS.items():
        text = text.replace(sign, plain)
    return re.sub(r"\s+", "", text)


def right_edge(content: bytes, folder: Path) -> list[tuple[float, float]]:
    """Return for each sheet its width and how far to the right its words go, by pdftotext."""
    (folder / "sheets.pdf").write_bytes(content)
    command = ["pdftotext", "-bbox", str(folder / "sheets.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    edges = []
    for sheet in text.split("<page ")[1:]:
        width = float(re.search(r'width="([\d.]+)"', sheet)[1])  # type: ignore[index]
        edges.append((width, max(map(float, re.findall(r'xMax="([\d.]+)"', sheet)), default=0.0)))
    return edges


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("paper", SHEETS)
@pytest.mark.parametrize("side", ["portrait", "landscape"])
def test_a_browser_prints_every_column(side: str, paper: str, tmp_path: Path) -> None:
    html = documents()[side]
    content = printed_by_chromium(html, paper, tmp_path)
    check_printed(content, HtmlPage(html), paper)
    if shutil.which("pdftotext"):
        assert all(edge <= width - 20 for width, edge in right_edge(content, tmp_path))


def without_pango(call: Callable[[], bytes]) -> bytes:
    """Return what a call does, or skip where WeasyPrint or Pango is missing."""
    try:
        return call()
    except MissingDependencyError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(("kind", "paper"), [("structure", "A4"), ("reliability", "letter")])
def test_weasyprint_prints_every_column(kind: str, paper: Any, tmp_path: Path) -> None:
    page = sample_report(kind)[0].page()
    content = without_pango(lambda: pdf_of_page(page, paper=paper))
    check_printed(content, HtmlPage(html_page(page)), paper)
    if shutil.which("pdftotext"):
        assert all(edge <= width - 20 for width, edge in right_edge(content, tmp_path))


PICTURE = Picture(
    content=b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="420"><path d="M9 9h9v9"/></svg>',
    alt_text="A square",
    caption="A square that is drawn.",
)


@pytest.mark.parametrize(("paper", "n_sentences"), [("A4", 20), ("letter", 68)])
def test_the_heading_of_pictures_is_on_the_sheet_of_the_first(paper: Any, n_sentences: int) -> None:
    """Three pictures are higher than a sheet that is turned for a wide table."""
    columns = {"item": ["a"], **{f"loading {n}": ["1.234"] for n in range(16)}}
    sentence = "A sentence that is long enough to see. " * n_sentences
    page = Page(title="A page", tables=(TextTable(title="Loadings", columns=columns),), sentence=sentence)
    sheets = pypdf.PdfReader(BytesIO(printed_with(page, [PICTURE] * 3, paper))).pages
    texts = [packed(sheet.extract_text()) for sheet in sheets]
    (place,) = [n for n, text in enumerate(texts) if "Pictures" in text]
    assert place > 0 and len(sheets) > 2
    assert "Asquarethatisdrawn" in texts[place]


def printed_with(page: Page, pictures: list[Picture], paper: Any) -> bytes:
    return without_pango(lambda: pdf_of_page(page, pictures, paper=paper))


FIGURES = "alpha was .88 [.86, .90], p = .045, chi-square(2) = 1,234.56, r = -.32 in version 0.3.0"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")
@pytest.mark.parametrize("by", ["WeasyPrint", "Chromium"])
def test_no_line_ends_within_a_figure(by: str, tmp_path: Path) -> None:
    """Words in narrow columns and in paragraphs, which begin with more and more letters."""
    cells = [f"{'x' * n} {FIGURES}" for n in range(1, 15)]
    numbers = [f"row {n}" for n in range(1, 15)]
    table = TextTable(title="Words", columns={"row": numbers, "a": cells, "b": cells})
    sections = (Section(heading="Text", paragraphs=tuple(f"{cell}, {cell}" for cell in cells)),)
    page = Page(title="Figures", sections=sections, tables=(table,))
    if by == "Chromium":
        if CHROMIUM is None:
            pytest.skip("there is no Chromium on this machine")
        content = printed_by_chromium(html_page(page), "A4", tmp_path)
    else:
        content = printed_with(page, [], "A4")
    (tmp_path / "page.pdf").write_bytes(content)
    command = ["pdftotext", "-bbox", str(tmp_path / "page.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.findall(r'yMin="([\d.]+)"[^>]*>([^<]*)</word>', text)
    lines = {place for place, _ in found}
    assert len(lines) > 50  # columns are narrow
    for (place, word), (next_place, next_word) in pairwise(found):
        if word.startswith("[.86") or word in ("=", "[.86,"):
            assert next_place == place, (word, next_word)
    words = [word.strip(",").replace("\u2212", "-") for _, word in found]
    for figure in (".88", ".045", "1,234.56", "-.32", "0.3.0"):
        assert words.count(figure) == 4 * len(cells), figure


def test_a_report_as_pdf_has_its_pictures_and_its_title(tmp_path: Path) -> None:
    report, pictures = sample_report("score")
    without_pango(lambda: weasyprint() and b"")
    report.to_pdf(tmp_path / "report.pdf", pictures, paper="letter")
    (first, *_) = pypdf.PdfReader(tmp_path / "report.pdf").pages
    assert len(first.images) == len(pictures) == 1
    assert packed(report.title) in packed(first.extract_text())
    assert float(first.mediabox.width) == pytest.approx(
        792 if paper_layout(report.page().tables).landscape else 612
    )
