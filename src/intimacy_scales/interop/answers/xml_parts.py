"""Safe reading of XML, part by part: no document types, entities or network, and limits of depth and size."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from xml.parsers import expat

from intimacy_scales.errors import ResponseError

_CHUNK = 1 << 16  # bytes
_DEEPEST = 64
_MOST_ELEMENTS = 300_000  # within one part
_LONGEST_TAG = 5_000_000
_MOST_CHARACTERS = 20_000_000  # of texts and attributes within one part


class Part:
    """An element of XML: its name and attributes without namespaces, its text, and the elements in it."""

    __slots__ = ("attributes", "name", "parts", "text")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text = ""
        self.parts: list[Part] = []

    def get(self, attribute: str) -> str:
        """Return an attribute; an empty text if it is absent."""
        return self.attributes.get(attribute, "")

    def within(self, name: str) -> Iterator[Part]:
        """Yield the elements of a name at any depth, in the order of the file."""
        for part in self.parts:
            if part.name == name:
                yield part
            yield from part.within(name)

    def text_of(self, name: str) -> str:
        """Return the text of the first element of a name directly in this one; empty without one."""
        return next((part.text for part in self.parts if part.name == name), "")


def xml_parts(
    path: Path, wanted: Collection[str], what: str, *, without_text: Collection[str] = ()
) -> Iterator[tuple[tuple[str, ...], Part]]:
    """Yield each outermost element of some names when it is complete, with the names of those around it.

    Parameters
    ----------
    path
        The file.
    wanted
        Names of elements, without their namespaces; other elements are passed over.
    what
        The file, for messages.
    without_text
        Names of elements whose texts are not kept, such as pictures.

    Raises
    ------
    ResponseError
        It is not well formed, declares a document type, or is nested too deeply or too large.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "survey.xml")
    ...     _ = file.write_text("<a><b n='1'>x<c>y</c></b><b n='2'/></a>")
    ...     [(around, part.get("n"), part.text) for around, part in xml_parts(file, {"b"}, "a survey")]
    [(('a',), '1', 'x'), (('a',), '2', '')]
    """
    reader = _PartReader(wanted, what, without_text)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                reader.parser.Parse(chunk)
                yield from reader.taken()
                if file.tell() - reader.parser.CurrentByteIndex > _LONGEST_TAG:
                    # the parser begins anew with each chunk at the tag that has not ended
                    raise ResponseError(
                        f"{what}: has a tag of more than {_LONGEST_TAG // 1_000_000} million characters; "
                        "get the file again from its source"
                    )
        reader.parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise ResponseError(
            f"{what}: is damaged: line {error.lineno}: {reason}; get the file again from its source"
        ) from None
    except (ValueError, LookupError) as error:  # an encoding that is unknown, or of several bytes
        if isinstance(error, ResponseError):
            raise
        raise ResponseError(f"{what}: its encoding is not known; save it as UTF-8") from None
    yield from reader.taken()


class _PartReader:
    """The handlers of a parser, which collect complete parts."""

    def __init__(self, wanted: Collection[str], what: str, without_text: Collection[str]) -> None:
        self._wanted, self._what, self._without_text = wanted, what, without_text
        self._around: list[str] = []  # names of the open elements that are not in a part
        self._open: list[Part] = []
        self._texts: list[list[str]] = []  # pieces of the text of each open part
        self._complete: list[tuple[tuple[str, ...], Part]] = []
        self._n_elements = self._n_characters = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def taken(self) -> list[tuple[tuple[str, ...], Part]]:
        """Return the parts that are complete, and forget them."""
        parts, self._complete = self._complete, []
        return parts

    def _refuse(self, *_declared: object) -> None:
        raise ResponseError(
            f"{self._what}: declares a document type (<!DOCTYPE …>), which may refer to other files and is "
            "not read; surveys are exported without one: get the file again from its source"
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._around) + len(self._open) >= _DEEPEST:
            raise ResponseError(
                f"{self._what}: is nested more than {_DEEPEST} levels deep; allowed: exports as their "
                "platform wrote them"
            )
        local = name.rpartition(" ")[2]
        if not self._open and local not in self._wanted:
            self._around.append(local)
            return
        part = Part(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        self._n_elements += 1
        self._count(sum(map(len, attributes.values())))
        if self._open:
            self._open[-1].parts.append(part)
        self._open.append(part)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        if not self._open:
            self._around.pop()
            return
        part = self._open.pop()
        part.text = "".join(self._texts.pop())
        if not self._open:
            self._complete.append((tuple(self._around), part))
            self._n_elements = self._n_characters = 0

    def _text(self, text: str) -> None:
        if self._open and self._open[-1].name not in self._without_text:
            self._count(len(text))
            self._texts[-1].append(text)

    def _count(self, n_characters: int) -> None:
        self._n_characters += n_characters
        if self._n_elements > _MOST_ELEMENTS or self._n_characters > _MOST_CHARACTERS:
            name = self._open[0].name if self._open else "element"
            raise ResponseError(
                f"{self._what}: one {name} holds more than {_MOST_ELEMENTS:,} elements or "
                f"{_MOST_CHARACTERS // 1_000_000} million characters, too many for a record or a question"
            )
