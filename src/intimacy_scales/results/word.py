"""Word documents of tables and pages, by python-docx (extra ``word``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.symbols import (
    Run,
    figure_cell,
    heading_runs,
    text_runs,
    with_unbroken_intervals,
)
from intimacy_scales.results.tables import Page, TextTable

if TYPE_CHECKING:
    from docx.document import Document

_FONT, _SIZE, _SMALL = "Times New Roman", 11, 9  # points
_ACROSS, _ALONG = 9.0, 6.5  # inches of text in a row: of a turned page, and of one that is not
_CHARACTER, _CAPITAL = 0.068, 0.095  # inches, of a character and of a capital in the small size
_PADDING = 0.16  # inches, at both sides of a cell
_MOST_WORDS = 40  # characters, from which a column of words is broken into lines
_CELL, _NOTE = "Table Cell", "Table Note"  # styles
_RULE = 6  # eighths of a point
_MARGIN = 1.0  # inches
_PICTURE = 5.2  # inches
_CAPTION = 1.0  # inches that the caption of a picture may need


def word_document(*pages: Page, pictures: Sequence[Picture] = ()) -> bytes:
    """Return pages as a Word document (.docx); pictures follow the sentence of the last one.

    Each has its title, facts, headed paragraphs, main table, warnings, sentence, and further tables. Tables
    are real tables of Word with three rules, their headings are repeated on each page, and pages with wide
    tables are turned. A numbered table has its number and its title above it, as in APA style.

    Raises
    ------
    MissingDependencyError
        python-docx is not installed.
    ResponseError
        A picture is SVG, which Word does not display.
    """
    document = _new_document()
    for number, page in enumerate(pages):
        turned = any(sum(_widths(table)) > _ALONG for table in page.tables)
        _turn(document, turned=turned, first=number == 0)
        shown = pictures if number == len(pages) - 1 else ()
        _add_page(document, page, _ACROSS if turned else _ALONG, shown)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _add_page(document: Document, page: Page, width: float, pictures: Sequence[Picture]) -> None:
    """Add a page, whose text is as wide as that, in inches."""
    paper = all(table.number is not None for table in page.tables) and page.tables
    if not paper and page.title:
        document.add_heading(_fit(page.title), level=1)
    for fact in page.facts:
        _paragraph(document, text_runs(fact))
    for section in page.sections:
        document.add_heading(_fit(section.heading), level=2)
        for text in section.paragraphs:
            _paragraph(document, text_runs(text))
    first, rest = page.tables[:1], page.tables[1:]
    for table in first:
        _add_table(document, table, width)
    for text in page.warnings:
        _paragraph(document, text_runs(text), style="List Bullet")
    for text in (page.sentence, page.legend if rest else ""):
        if text:
            _paragraph(document, text_runs(text))
    for number, picture in enumerate(pictures, start=1):
        _add_picture(document, picture, number, _ALONG if width == _ACROSS else _ACROSS)
    for table in rest:
        _add_table(document, table, width)


def python_docx() -> Any:
    """Import python-docx and return it.

    Raises
    ------
    MissingDependencyError
        It is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingDependencyError(
            "python-docx is not installed: pip install 'intimacy-scales[word]'"
        ) from error
    return docx


def _new_document() -> Document:
    docx = python_docx()
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    document: Document = docx.Document()
    for name in ("Normal", "Heading 1", "Heading 2"):
        style: Any = document.styles[name]
        style.font.name, style.font.color.rgb = _FONT, RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[key]
        for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(kind), _FONT)
    normal: Any = document.styles["Normal"]
    normal.font.size = Pt(_SIZE)
    for name in (_CELL, _NOTE):
        small: Any = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        small.base_style, small.font.size = normal, Pt(_SMALL)
        small.paragraph_format.space_before = small.paragraph_format.space_after = Pt(1)
    return document


def _turn(document: Document, *, turned: bool, first: bool) -> None:
    """Let what is added next stand on pages that are turned, or not."""
    from docx.enum.section import WD_ORIENT, WD_SECTION
    from docx.shared import Inches

    section = document.sections[-1]
    if not first:
        if (section.orientation == WD_ORIENT.LANDSCAPE) == turned:
            return
        section = document.add_section(WD_SECTION.NEW_PAGE)
    section.left_margin = section.right_margin = Inches(_MARGIN)
    section.top_margin = section.bottom_margin = Inches(_MARGIN)
    short, long = Inches(8.5), Inches(11)
    section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if turned else (short, long)


def _add_picture(document: Document, picture: Picture, number: int, height: float) -> None:
    """Add a picture with its text for readers who do not see it, and its caption.

    ``height`` is that of the text of a page, in inches, which no picture with its caption exceeds.
    """
    from docx.shared import Inches

    if picture.kind != "png":
        raise ResponseError(
            f"picture {number} is SVG, which Word does not display; pass the content of a PNG file, or what "
            "couple_pictures and other functions for pictures return"
        )
    across, along = (int.from_bytes(picture.content[place : place + 4], "big") for place in (16, 20))
    width = min(_PICTURE, (height - _CAPTION) * across / along)
    shape = document.add_picture(BytesIO(picture.content), width=Inches(width))
    shape._inline.docPr.set("descr", _fit(picture.alt_text))
    document.paragraphs[-1].paragraph_format.keep_with_next = bool(picture.caption) or None
    if picture.caption:
        _paragraph(document, text_runs(picture.caption), style=_NOTE)


def _add_table(document: Document, table: TextTable, width: float) -> None:
    """Add a table with its number, its title and its note."""
    if table.number is not None:
        _paragraph(document, [Run(f"Table {table.number}", False)], bold=True, keep=True)
    if table.title:
        titled = [Run(table.title, table.number is not None)]
        _paragraph(document, titled, bold=table.number is None, keep=True)
    _add_grid(document, table, width)
    note = [Run("Note.", True), Run(" ", False), *text_runs(table.note)] if table.note else []
    _paragraph(document, note, style=_NOTE)


def _add_grid(document: Document, table: TextTable, width: float) -> None:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Inches

    first = 1 if table.spans else 0  # the row of headings
    words = [number == 0 or wordy for number, wordy in enumerate(table.wordy)]
    grid = document.add_table(rows=first + 1 + len(table.rows), cols=len(table.columns))
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    widths = [Inches(inches) for inches in _fitted(_widths(table), width)]
    for column, inches in zip(grid.columns, widths, strict=True):
        column.width = inches
    rows = list(grid.rows)
    if table.spans:
        _fill(rows[0], [heading_runs(text) for text in _above(table)], widths)
        _repeat(rows[0])
        _merge_spans(rows[0], table)
    _fill(rows[first], [heading_runs(text) for text in table.shown_headings], widths, words)
    _repeat(rows[first])
    for row, texts in zip(rows[first + 1 :], table.rows, strict=True):
        cells = [t if is_word else figure_cell(t) for t, is_word in zip(texts, words, strict=True)]
        _fill(row, [[Run(text, False)] for text in cells], widths, words)
    for row, side in ((rows[0], "top"), (rows[first], "bottom"), (rows[-1], "bottom")):
        for cell in row.cells:
            _border(cell, side)


def _merge_spans(row: Any, table: TextTable) -> None:
    """Make one cell of the columns that share a heading, with a rule below it."""
    cells, at = row.cells, 0
    for text, n in table.spans:
        if text:
            cells[at].merge(cells[at + n - 1])
            _border(cells[at], "bottom")
        at += n


def _above(table: TextTable) -> list[str]:
    """Return the row of headings above others: each once, above the first of its columns."""
    return [cell for text, n in table.spans for cell in (text, *[""] * (n - 1))]


def _fill(
    row: Any, cells: Sequence[Iterable[Run]], widths: Sequence[Any], words: Sequence[bool] | None = None
) -> None:
    """Write the cells of a row: words at the left, figures at the right; without ``words`` all centred."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH as SIDE
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for place, (cell, runs, width) in enumerate(zip(row.cells, cells, widths, strict=True)):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph._p.style = _CELL.replace(" ", "")  # the id of the style: names are looked up, which is slow
        if words is None or not words[place]:
            paragraph.alignment = SIDE.CENTER if words is None else SIDE.RIGHT
        _add_runs(paragraph, runs)


def _repeat(row: Any) -> None:
    """Repeat a row of headings on every page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _border(cell: Any, side: str) -> None:
    """Draw a rule at the top or at the bottom of a cell."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    if borders.find(qn(f"w:{side}")) is None:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(_RULE)), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.insert(0, line) if side == "top" else borders.append(line)


def _paragraph(
    document: Document,
    runs: Iterable[Run],
    *,
    style: str | None = None,
    bold: bool = False,
    keep: bool = False,
) -> None:
    """Add a paragraph; ``keep`` it on the page of the next one."""
    from docx.shared import Pt

    paragraph = document.add_paragraph(style=style)
    paragraph.paragraph_format.keep_with_next = keep or None
    paragraph.paragraph_format.space_after = Pt(4 if keep else 8)
    _add_runs(paragraph, runs, bold=bold)


def _add_runs(paragraph: Any, runs: Iterable[Run], *, bold: bool = False) -> None:
    for text, italic in runs:
        part = paragraph.add_run(with_unbroken_intervals(_fit(text)))
        if italic:
            part.italic = True
        if bold:
            part.bold = True


def _fit(text: str) -> str:
    """Return a text without the characters that XML may not hold, on one line."""
    return "".join(c if c.isprintable() else " " for c in text if not _is_unfit(c))


def _is_unfit(character: str) -> bool:
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"


def _widths(table: TextTable) -> list[float]:
    """Return about how many inches each column takes; long words are broken into lines."""
    columns = zip(table.shown_headings, table.columns.values(), table.wordy, strict=True)
    widths = []
    for number, (heading, texts, wordy) in enumerate(columns):
        longest = max(map(_inches, texts), default=0.0)
        longest = min(_MOST_WORDS * _CHARACTER, longest) if number == 0 or wordy else longest
        in_heading = max(map(_inches, heading.split()), default=0.0)  # it is broken between its words
        widths.append(_PADDING + max(longest, in_heading))
    return widths


def _inches(text: str) -> float:
    return sum(_CAPITAL if c.isupper() else _CHARACTER for c in text)


def _fitted(widths: Sequence[float], available: float) -> list[float]:
    """Return widths that fit into a row."""
    total = sum(widths)
    return [width * min(1.0, available / total) for width in widths]
