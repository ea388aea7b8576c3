"""PDF files of pages, by WeasyPrint (extra ``pdf``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.messages import not_one_of
from intimacy_scales.results.html import html_document, html_page
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.tables import Page, Paper

PAPERS = ("A4", "letter")
_PANGO = (
    "WeasyPrint is installed, but cannot load Pango, which sets its texts ({why}); install it too: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 on Debian and Ubuntu, "
    "dnf install pango on Fedora, "
    "brew install pango on macOS, and on Windows with MSYS2: pacman -S mingw-w64-x86_64-pango"
)


def weasyprint() -> Any:
    """Import WeasyPrint and return it.

    Raises
    ------
    MissingDependencyError
        It is not installed, or cannot load the library Pango.
    """
    try:
        import weasyprint as library
    except ImportError as error:
        raise MissingDependencyError(
            "weasyprint is not installed: pip install 'intimacy-scales[pdf]'; it also needs the library "
            "Pango, which most Linux systems have"
        ) from error
    except OSError as error:  # a library in C is missing
        raise MissingDependencyError(_PANGO.format(why=str(error).split("\n")[0])) from error
    return library


def pdf_of_page(page: Page, pictures: Sequence[Picture] = (), *, paper: Paper = "A4") -> bytes:
    """Return a page as a PDF file, in which nothing is cut off.

    Parameters
    ----------
    page, pictures
        As in `html_page`.
    paper
        ``A4`` or ``letter``.

    Raises
    ------
    MissingDependencyError
        WeasyPrint or Pango is missing.
    ResponseError
        The paper is not one of these.
    """
    check_paper(paper)
    return _pdf_of(html_page(page, pictures, paper=paper))


def pdf_of_pages(pages: Sequence[Page], title: str, *, paper: Paper = "A4") -> bytes:
    """Return several pages as one PDF file.

    Parameters
    ----------
    pages, title
        As in `html_document`.
    paper
        ``A4`` or ``letter``.

    Raises
    ------
    MissingDependencyError
        WeasyPrint or Pango is missing.
    ResponseError
        The paper is not one of these.
    """
    check_paper(paper)
    return _pdf_of(html_document(pages, title, paper=paper))


def check_paper(paper: str) -> None:
    """Raise where the paper is not valid."""
    if paper not in PAPERS:
        raise ResponseError(not_one_of("paper", paper, PAPERS))


def _pdf_of(html: str) -> bytes:
    library = weasyprint()
    only_within = library.urls.URLFetcher(allowed_protocols=("data",))  # a page loads nothing
    document = library.HTML(string=html, url_fetcher=only_within)
    content: bytes = document.write_pdf(pdf_tags=True)
    return content
