"""The file of a report: which endings there are, and what is written for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.results.pictures import PictureFiles
from intimacy_scales.results.result import Result

Draw = Callable[[Any], Sequence[PictureFiles]]
ENDINGS = (".json", ".csv", ".md", ".html", ".docx", ".pdf")
WITH_PICTURES = (".html", ".docx", ".pdf")


def check_report_path(output: Path | None) -> None:
    """Raise if a report cannot be written to a path.

    Raises
    ------
    ResponseError
        The ending is not one of these, or the folder does not exist.
    MissingDependencyError
        What writes such files is not installed.
    """
    if output is None:
        return
    if output.suffix.lower() not in ENDINGS:
        raise ResponseError(f"{output}: the ending is not valid; allowed for reports: {', '.join(ENDINGS)}")
    if not output.parent.is_dir():
        raise ResponseError(f"{output}: there is no folder {output.parent}; create it first")
    check_writer(output.suffix)


def check_writer(ending: str) -> None:
    """Raise if what writes files with an ending is not installed, before anything is computed.

    Raises
    ------
    MissingDependencyError
        It is not installed.
    """
    if ending.lower() == ".docx":
        from intimacy_scales.results.word import python_docx

        python_docx()
    if ending.lower() == ".pdf":
        from intimacy_scales.results.pdf import weasyprint

        weasyprint()


def report_content(report: Any, ending: str, draw: Draw | None = None) -> bytes:
    """Return the content of the file of a report.

    Parameters
    ----------
    report
        A result with a page.
    ending
        One of `ENDINGS`.
    draw
        Function that draws the pictures of the report, for files that have pictures; None: without.
    """
    ending = ending.lower()
    if ending in WITH_PICTURES:
        return content_with_pictures(report, ending, () if draw is None else draw(report))
    texts: dict[str, Callable[[], str]] = {
        ".json": lambda: json_text(report), ".csv": report.to_csv, ".md": report.to_markdown
    }  # fmt: skip
    return texts[ending]().encode("utf-8", "backslashreplace")


def content_with_pictures(report: Any, ending: str, pictures: Sequence[PictureFiles]) -> bytes:
    """Return the content of the file of a report that has pictures."""
    if ending == ".html":
        return bytes(report.to_html(pictures).encode("utf-8", "backslashreplace"))
    file = BytesIO()
    (report.to_docx if ending == ".docx" else report.to_pdf)(file, pictures)
    return file.getvalue()


def json_text(report: Result) -> str:
    """Return a report as indented JSON text."""
    return report.to_json(indent=2) + "\n"
