"""Pictures in pages: SVG or PNG, each with a text."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from intimacy_scales.errors import ResponseError
from intimacy_scales.results.html import html_page
from intimacy_scales.results.pictures import Picture, PictureFiles, as_pictures
from intimacy_scales.results.tables import Page, TextTable

PNG = b"\x89PNG\r\n\x1a\n rest"
PAGE = Page(title="T", tables=(TextTable(title="A", columns={"a": ["1"]}),), warnings=(), sentence="S.")


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "image/png"), ("<svg/>", "image/svg+xml"), (b"<?xml?>\n<svg>", "image/svg+xml")],
)
def test_the_content_says_its_kind(content: Any, kind: str) -> None:
    (picture,) = as_pictures([(content, "Text.", "")])
    head, _, data = picture.address.partition(";base64,")
    assert head == f"data:{kind}"
    assert base64.b64decode(data) == (content.encode() if isinstance(content, str) else content)
    text = html_page(PAGE, [picture])
    assert f'<figure><img src="{picture.address}" alt="Text."></figure>' in text
    assert text.index("<p>S.</p>") < text.index("<figure>")


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ((b"GIF89a", "Text.", ""), "picture 1 is neither SVG nor PNG"),
        ((PNG, " ", ""), "picture 1 has no text"),
        ((PNG, "Text."), "picture 1 is not valid; allowed: content of an SVG or PNG file"),
        (3, "picture 1 is not valid"),
        (Picture(content=b"", alt_text="Text.", caption=""), "neither SVG nor PNG"),
    ],
)
def test_other_pictures_are_refused(picture: Any, words: str) -> None:
    with pytest.raises(ResponseError, match=words):
        as_pictures([picture])


def test_a_page_without_pictures_is_as_before() -> None:
    assert "<figure>" not in html_page(PAGE)


def test_the_files_of_a_picture() -> None:
    drawn = PictureFiles(name="p", png=PNG, svg=b"<svg/>", data="a\n1\n", alt_text="Täxt.", caption="C")
    assert drawn.files() == {
        "p.csv": b"a\n1\n", "p.txt": "Täxt.\n".encode(), "p.png": PNG, "p.svg": b"<svg/>",
    }  # fmt: skip
    assert drawn.picture.kind == "svg"
