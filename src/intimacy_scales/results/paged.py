"""The page of a result, and its text for papers: Markdown, HTML, PDF, LaTeX and Word."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, ClassVar

from intimacy_scales.errors import ResponseError
from intimacy_scales.results.pictures import AnyPicture
from intimacy_scales.results.tables import Bounded, Page, Paper


class Paged:
    """What a result that is displayed as a page can be written as.

    A class defines `page`; without it, a page has the lines of the display and the table of ``to_frame``.

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, simulate
    >>> alpha = cronbach_alpha("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
    >>> isinstance(alpha, Paged), "booktabs" in alpha.to_latex()
    (True, True)
    """

    __slots__: tuple[str, ...] = ()
    _all_in_notebooks: ClassVar[bool] = False  # or only the first table

    def page(self) -> Page:
        """Return what is displayed as data: title, facts, tables, cautions and sentence."""
        from intimacy_scales.results.default_page import default_page

        return default_page(self)

    def _bounded_columns(self) -> Bounded:
        """Return the columns of ``to_frame`` that cannot exceed 1 and whose names do not say so."""
        return ()

    def to_markdown(self) -> str:
        """Return a Markdown page: tables, cautions and sentence."""
        from intimacy_scales.results.markdown import markdown_page

        return markdown_page(self.page())

    def to_html(self, pictures: Sequence[AnyPicture] = ()) -> str:
        """Return a self-contained HTML page: tables, cautions, sentence, pictures.

        Parameters
        ----------
        pictures
            Pictures to show after the sentence, as of `couple_pictures`; or for each the content of an SVG or
            PNG file, the text for readers who do not see it, and the caption. They become part of the page.

        Returns
        -------
        str
            The page, which loads nothing. Reports hold ``to_dict()`` in it, as JSON with the id ``results``.

        Raises
        ------
        ResponseError
            A picture is neither SVG nor PNG, or has no text.
        """
        from intimacy_scales.results.html import html_page
        from intimacy_scales.results.pictures import as_pictures

        return html_page(self.page(), as_pictures(pictures), data=self._data_of_page())

    def to_pdf(
        self,
        path: str | os.PathLike[str] | IO[bytes],
        pictures: Sequence[AnyPicture] = (),
        *,
        paper: Paper = "A4",
    ) -> None:
        """Write a PDF file: tables, cautions, sentence, pictures.

        Parameters
        ----------
        path
            Path of the file, which is replaced; or an open binary file, such as an `io.BytesIO`.
        pictures
            As in `to_html`.
        paper
            ``A4`` or ``letter``. Pages are turned if a table needs it; tables that are wider are split.

        Raises
        ------
        MissingDependencyError
            WeasyPrint is not installed (extra ``pdf``), or the library Pango, which it needs.
        ResponseError
            The file cannot be written; ``paper`` or a picture is not valid.
        """
        from intimacy_scales.results.pdf import pdf_of_page
        from intimacy_scales.results.pictures import as_pictures

        write_document(pdf_of_page(self.page(), as_pictures(pictures, png=True), paper=paper), path)

    def _data_of_page(self) -> dict[str, Any] | None:
        """Return the figures that a page in HTML holds as JSON; None: it holds none."""
        return None

    def to_latex(self) -> str:
        r"""Return LaTeX text for ``\input``: tables, cautions and sentence.

        The document that takes it needs ``\usepackage{booktabs, threeparttable, adjustbox, rotating}``.
        """
        from intimacy_scales.results.latex import latex_page

        return latex_page(self.page())

    def to_docx(self, path: str | os.PathLike[str] | IO[bytes], pictures: Sequence[AnyPicture] = ()) -> None:
        """Write a Word document: tables, cautions, sentence, pictures.

        Parameters
        ----------
        path
            Path of the file, which is replaced; or an open binary file, such as an `io.BytesIO`.
        pictures
            As in `to_html`; Word displays PNG.

        Raises
        ------
        MissingDependencyError
            python-docx is not installed (extra ``word``).
        ResponseError
            The file cannot be written; a picture is SVG, or not valid.
        """
        from intimacy_scales.results.pictures import as_pictures
        from intimacy_scales.results.word import word_document

        write_document(word_document(self.page(), pictures=as_pictures(pictures, png=True)), path)

    def _repr_html_(self) -> str:
        from intimacy_scales.results.html import html_fragment

        return html_fragment(self.page(), main_only=not self._all_in_notebooks)


def write_document(content: bytes, path: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write the content of a file to a path, or to an open binary file.

    Raises
    ------
    ResponseError
        The file cannot be written.
    """
    if not isinstance(path, str | os.PathLike):
        path.write(content)
        return
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ResponseError(f"{path}: cannot be written: {error.strerror or error}") from None


class ReportPage(Paged):
    """What a report is written as: its page in HTML also holds its figures, for programs.

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> report = reliability_report("kmss", simulate("kmss", 60, rng=1).answers)
    >>> isinstance(report, ReportPage), 'type="application/json" id="results"' in report.to_html()
    (True, True)
    """

    __slots__: tuple[str, ...] = ()

    def _data_of_page(self) -> dict[str, Any]:
        data: dict[str, Any] = self.to_dict()  # type: ignore[attr-defined]  # results have it
        return data


def has_own_page(kind: type[Any]) -> bool:
    """Return whether a class defines its page, which notebooks then show."""
    return kind.page is not Paged.page
