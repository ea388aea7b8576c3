"""Pictures in pages: SVG or PNG, with the text for readers who do not see them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.errors import ResponseError

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG_WITHIN = 2000  # bytes, in which an SVG file names itself
_KINDS = {"png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    r"""A picture in a page.

    Attributes
    ----------
    content
        The content of an SVG or PNG file.
    alt_text
        What it shows, in words.
    caption
        What stands under it.

    Examples
    --------
    >>> picture = Picture(content=b"<svg/>", alt_text="Nothing.", caption="")
    >>> picture.kind, picture.address
    ('svg', 'data:image/svg+xml;base64,PHN2Zy8+')
    """

    content: bytes
    alt_text: str
    caption: str

    @property
    def kind(self) -> str | None:
        """``png`` or ``svg``; None for anything else."""
        if self.content.startswith(_PNG):
            return "png"
        return "svg" if b"<svg" in self.content[:_SVG_WITHIN] else None

    @property
    def address(self) -> str:
        """The picture itself as an address, for a page that loads nothing."""
        return f"data:{_KINDS[self.kind or 'png']};base64,{b64encode(self.content).decode('ascii')}"


def as_pictures(pictures: Sequence[AnyPicture], *, png: bool = False) -> tuple[Picture, ...]:
    """Return pictures, checked.

    Parameters
    ----------
    pictures
        Pictures, or what they are made of.
    png
        Take the PNG of pictures that come as several files.

    Raises
    ------
    ResponseError
        A picture is neither SVG nor PNG, or has no text.
    """
    return tuple(_checked(picture, place, png=png) for place, picture in enumerate(pictures, start=1))


def _checked(picture: AnyPicture, place: int, *, png: bool) -> Picture:
    if isinstance(picture, PictureFiles):
        picture = picture.png_picture if png else picture.picture
    if not isinstance(picture, Picture):
        try:
            content, alt_text, caption = picture
            content = content.encode() if isinstance(content, str) else bytes(content)
        except (TypeError, ValueError):
            raise ResponseError(
                f"picture {place} is not valid; allowed: content of an SVG or PNG file, its text, and its "
                "caption"
            ) from None
        picture = Picture(content=content, alt_text=str(alt_text), caption=str(caption))
    if picture.kind is None:
        raise ResponseError(
            f"picture {place} is neither SVG nor PNG; pass the content of such a file, as by "
            "Path('plot.svg').read_bytes()"
        )
    if not picture.alt_text.strip():
        raise ResponseError(
            f"picture {place} has no text for readers who do not see it; describe it in words"
        )
    return picture


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFiles:
    """A picture as files: in both formats, with its text and its data.

    Attributes
    ----------
    name
        Name of the files, without an ending.
    png, svg
        Content of these files.
    data
        The numbers that are drawn, as CSV text.
    alt_text, caption
        As in `Picture`.
    """

    name: str
    png: bytes
    svg: bytes
    data: str
    alt_text: str
    caption: str

    @property
    def picture(self) -> Picture:
        """The picture for a page."""
        return Picture(content=self.svg, alt_text=self.alt_text, caption=self.caption)

    @property
    def png_picture(self) -> Picture:
        """The picture for what cannot display SVG, such as Word."""
        return Picture(content=self.png, alt_text=self.alt_text, caption=self.caption)

    def files(self) -> dict[str, bytes]:
        """Return name → content of each file."""
        texts = {".csv": self.data, ".txt": f"{self.alt_text}\n"}
        return {f"{self.name}{ending}": text.encode() for ending, text in texts.items()} | {
            f"{self.name}.png": self.png,
            f"{self.name}.svg": self.svg,
        }


AnyPicture = Picture | PictureFiles | tuple[str | bytes, str, str]
