"""Several texts and tables of a paper as one document."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import IO, TypeAlias

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import a_type
from intimacy_scales.papers.paper_text import PaperText
from intimacy_scales.papers.table import PaperTable
from intimacy_scales.results.paged import write_document
from intimacy_scales.results.tables import Page, Paper

Part: TypeAlias = PaperText | PaperTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """Texts and tables of a paper in their order; `manuscript` makes it.

    Attributes
    ----------
    parts
        Texts and tables. Tables are numbered from 1.

    Examples
    --------
    >>> from intimacy_scales import manuscript, methods_section, paper_table, reliability_report, simulate
    >>> report = reliability_report("ras", simulate("ras", 200, rng=1).answers)
    >>> paper = manuscript(methods_section(report), paper_table(report))
    >>> isinstance(paper, Manuscript), len(paper.parts)
    (True, 2)
    """

    parts: tuple[Part, ...]

    def pages(self) -> tuple[Page, ...]:
        """Return the page of each part, as data."""
        return tuple(part.page() for part in self.parts)

    def to_markdown(self) -> str:
        """Return the whole as Markdown."""
        return "\n".join(part.to_markdown() for part in self.parts)

    def to_latex(self) -> str:
        r"""Return the whole as LaTeX text for ``\input``, which needs the packages that a table needs."""
        return "\n".join(part.to_latex() for part in self.parts)

    def to_html(self) -> str:
        """Return the whole as a self-contained HTML page."""
        from intimacy_scales.results.html import html_document

        return html_document(self.pages(), title="Manuscript")

    def to_docx(self, path: str | os.PathLike[str] | IO[bytes]) -> None:
        """Write the whole as a Word document.

        Parameters
        ----------
        path
            Path of the file, which is replaced; or an open binary file, such as an `io.BytesIO`.

        Raises
        ------
        MissingDependencyError
            python-docx is not installed (extra ``word``).
        ResponseError
            The file cannot be written.
        """
        from intimacy_scales.results.word import word_document

        write_document(word_document(*self.pages()), path)

    def to_pdf(self, path: str | os.PathLike[str] | IO[bytes], *, paper: Paper = "A4") -> None:
        """Write the whole as a PDF file.

        Parameters
        ----------
        path
            Path of the file, which is replaced; or an open binary file, such as an `io.BytesIO`.
        paper
            ``A4`` or ``letter``. Pages are turned if a table needs it; tables that are wider are split.

        Raises
        ------
        MissingDependencyError
            WeasyPrint is not installed (extra ``pdf``), or the library Pango, which it needs.
        ResponseError
            The file cannot be written; ``paper`` is not valid.
        """
        from intimacy_scales.results.pdf import pdf_of_pages

        write_document(pdf_of_pages(self.pages(), "Manuscript", paper=paper), path)

    def __str__(self) -> str:
        return "\n\n".join(map(str, self.parts))


def manuscript(*parts: Part) -> Manuscript:
    """Return texts and tables of a paper as one document for Word, PDF, LaTeX, HTML or Markdown.

    Parameters
    ----------
    *parts
        What `methods_section`, `results_section` and `paper_table` return, in the order of the paper. Tables
        are numbered in this order, whatever number they had.

    Returns
    -------
    Manuscript
        With ``to_docx``, ``to_pdf``, ``to_latex``, ``to_html`` and ``to_markdown``; ``str()`` is plain text.

    Raises
    ------
    ResponseError
        No parts, or one that is neither a text nor a table for a paper.

    Examples
    --------
    >>> from intimacy_scales import methods_section, paper_table, reliability_report, simulate
    >>> report = reliability_report("ras", simulate("ras", 200, rng=1).answers)
    >>> paper = manuscript(methods_section(report), paper_table(report, number=None))
    >>> "# Method" in paper.to_markdown(), "Table 1" in paper.to_markdown()
    (True, True)
    """
    if not parts:
        raise ResponseError(
            "manuscript() was given nothing; pass what methods_section, results_section and paper_table "
            "return"
        )
    return Manuscript(parts=tuple(_numbered(parts)))


def _numbered(parts: Sequence[Part]) -> list[Part]:
    """Return the parts, with tables numbered in order."""
    numbers = count(1)
    numbered: list[Part] = []
    for place, part in enumerate(parts, start=1):
        if isinstance(part, PaperTable):
            numbered.append(replace(part, table=replace(part.table, number=next(numbers))))
        elif isinstance(part, PaperText):
            numbered.append(part)
        else:
            raise ResponseError(
                f"part {place} of the manuscript is {a_type(part)}; allowed: what methods_section, "
                "results_section and paper_table return"
            )
    return numbered
