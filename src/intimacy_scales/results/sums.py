"""Base class of sums over persons, which add up with ``+`` and ``sum()`` and travel as bytes."""

from __future__ import annotations

import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import intimacy_scales.instrument as models
from intimacy_scales.errors import DocumentError
from intimacy_scales.messages import shortened, shortened_text

_MAGIC = b"intimacy-scales sums 1 "
_MOST_BYTES = 2**30  # unpacked: ten times the sums of the largest instruments
_MOST_BYTES_OF_HEADER = 10_000


class Sums(ABC):
    """Whole-number sums over persons: the sums of parts of a table add up exactly to those of the whole.

    As bytes they need no pickle: compressed JSON after a header line with the kind of sums, the instrument,
    and the version of this library that wrote them.
    """

    __slots__: tuple[str, ...] = ()

    def __radd__(self, other: object) -> Self:
        """Return the sums themselves when added to 0, with which ``sum()`` begins."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the sums as plain values."""

    @classmethod
    @abstractmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: models.Instrument | None = None) -> Self:
        """Return the sums that `to_dict` wrote."""

    def to_bytes(self) -> bytes:
        """Return the sums as bytes, for another process, machine or disk.

        Examples
        --------
        >>> from intimacy_scales import ItemMoments, item_moments
        >>> moments = item_moments("ras", [{f"ras_{n}": 4 for n in range(1, 8)}])
        >>> ItemMoments.from_bytes(moments.to_bytes()) == moments
        True
        """
        from intimacy_scales import __version__

        document = self.to_dict()
        instrument = document.get("instrument") or {}
        header = {
            "kind": type(self).__name__,
            "instrument": f"{instrument['id']} {instrument['version']}" if "id" in instrument else None,
            "written_by": __version__,
        }
        text = json.dumps(document, allow_nan=False).encode()
        return _MAGIC + json.dumps(header).encode() + b"\n" + zlib.compress(text, 1)

    @classmethod
    def from_bytes(cls, data: bytes, *, instrument: models.Instrument | None = None) -> Self:
        """Return the sums that `to_bytes` wrote, which are exactly equal and add up as before.

        Parameters
        ----------
        data
            The bytes that `to_bytes` returned.
        instrument
            As in `from_dict`.

        Raises
        ------
        DocumentError
            The bytes are not sums, are sums of another kind (which the message names), or are damaged.
        """
        from intimacy_scales.results.documents import parsed

        header, packed = _split(data)
        if header.get("kind") != cls.__name__:
            raise DocumentError(
                f"these bytes hold {_content(header)}; read them with {_short(header, 'kind')}.from_bytes"
            )
        unpacking = zlib.decompressobj()
        try:
            text = unpacking.decompress(packed, _MOST_BYTES)
        except zlib.error as error:
            raise DocumentError(f"these bytes of {_content(header)} are damaged: {error}") from None
        if unpacking.unconsumed_tail:
            raise DocumentError(f"these bytes unpack to more than {_MOST_BYTES:,}: no sums are so large")
        if not unpacking.eof or unpacking.unused_data:
            fault = "cut off" if not unpacking.eof else "followed by others"
            raise DocumentError(f"these bytes of {_content(header)} are {fault}")
        return cls.from_dict(parsed(text, cls.__name__), instrument=instrument)


def _split(data: Any) -> tuple[dict[str, Any], bytes]:
    """Return the header of the first line, and the bytes after it."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise DocumentError(f"{shortened(data)} is not bytes; pass what to_bytes() returned")
    given = bytes(data)
    line, end, packed = given[:_MOST_BYTES_OF_HEADER].partition(b"\n")
    if not given.startswith(_MAGIC) or not end:
        raise DocumentError(f"these {len(given):,} bytes are not sums; pass what to_bytes() returned")
    try:
        header = json.loads(line[len(_MAGIC) :])
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise DocumentError("the first line of these bytes is damaged; pass what to_bytes() returned")
    return header, packed + given[_MOST_BYTES_OF_HEADER:]


def _content(header: Mapping[str, Any]) -> str:
    """Return the kind of sums, the instrument and the version that wrote them, for messages."""
    instrument = f" of {_short(header, 'instrument')}" if header.get("instrument") else ""
    return f"{_short(header, 'kind')}{instrument}, written by intimacy-scales {_short(header, 'written_by')}"


def _short(header: Mapping[str, Any], name: str) -> str:
    return shortened_text(header.get(name))
