"""Paragraphs for a paper, and their texts in Markdown, HTML, LaTeX and Word."""

from __future__ import annotations

from dataclasses import dataclass

from intimacy_scales.results.paged import Paged
from intimacy_scales.results.tables import Page, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph with its heading.

    Attributes
    ----------
    heading
        For example ``Reliability``.
    text
        Sentences in APA style, as plain text.

    Examples
    --------
    >>> Paragraph(heading="Sample", text="Fifty respondents took part.").heading
    'Sample'
    """

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperText(Paged):
    """A section of a paper: a title, and paragraphs with headings.

    ``str(text)`` is plain text; `to_markdown`, `to_html`, `to_latex` and `to_docx` write it for a paper.

    Attributes
    ----------
    title
        ``Method`` or ``Results``.
    paragraphs
        In the order in which a paper has them.

    Examples
    --------
    >>> print(PaperText(title="Method", paragraphs=(Paragraph(heading="Sample", text="Fifty took part."),)))
    Method
    <BLANKLINE>
    Sample
    Fifty took part.
    """

    title: str
    paragraphs: tuple[Paragraph, ...]

    def __getitem__(self, heading: str) -> str:
        """Return the text under a heading; of several with the same heading, the first."""
        for part in self.paragraphs:
            if part.heading == heading:
                return part.text
        raise KeyError(f"{heading!r} is not a heading of this text; it has {', '.join(self.headings)}")

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings, in order."""
        return tuple(part.heading for part in self.paragraphs)

    def page(self) -> Page:
        """Return the section as the page that `to_markdown`, `to_html`, `to_latex` and `to_docx` write."""
        sections = tuple(Section(heading=part.heading, paragraphs=(part.text,)) for part in self.paragraphs)
        return Page(title=self.title, sections=sections)

    def __str__(self) -> str:
        parts = [self.title, *(f"{part.heading}\n{part.text}" for part in self.paragraphs)]
        return "\n\n".join(parts)
