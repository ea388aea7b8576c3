"""What adds up: parts with ``+`` and ``sum()``, and as bytes between processes and machines."""

from __future__ import annotations

import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import intimacy_scales.instrument as models
from intimacy_scales.errors import DocumentError, shortened, shortened_text

_BEGINS = b"intimacy-scales sums 1 "
_LONGEST = 2**30  # of what is unpacked: the sums of the largest instruments take a tenth of it
_LONGEST_HEAD = 10_000


class Sums(ABC):
    """Whole-number sums over persons: those of parts add up to those of the whole, to the bit.

    As bytes they travel without pickle: JSON, compressed, behind a line that says what it is, of which
    instrument, and which version of this library wrote it.
    """

    __slots__: tuple[str, ...] = ()

    def __radd__(self, other: object) -> Self:
        """Let ``sum()`` add up: it begins with 0."""
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
        named = document.get("instrument") or {}
        head = {
            "kind": type(self).__name__,
            "instrument": f"{named['id']} {named['version']}" if "id" in named else None,
            "written_by": __version__,
        }
        text = json.dumps(document, allow_nan=False).encode()
        return _BEGINS + json.dumps(head).encode() + b"\n" + zlib.compress(text, 1)

    @classmethod
    def from_bytes(cls, data: bytes, *, instrument: models.Instrument | None = None) -> Self:
        """Return the sums that `to_bytes` wrote: equal to the bit, and they add up as before.

        Parameters
        ----------
        data
            What `to_bytes` returned.
        instrument
            As of `from_dict`.

        Raises
        ------
        DocumentError
            The bytes are no sums, are those of another kind (says of which), or are damaged.
        """
        from intimacy_scales.results.documents import parsed

        head, packed = _split(data)
        if head.get("kind") != cls.__name__:
            raise DocumentError(
                f"these bytes hold {_told(head)}: read them with {_short(head, 'kind')}.from_bytes"
            )
        unpacking = zlib.decompressobj()
        try:
            text = unpacking.decompress(packed, _LONGEST)
        except zlib.error as error:
            raise DocumentError(f"these bytes of {_told(head)} are damaged: {error}") from None
        if unpacking.unconsumed_tail:
            raise DocumentError(f"these bytes unpack to more than {_LONGEST:,}: no sums are so large")
        if not unpacking.eof or unpacking.unused_data:
            raise DocumentError(
                f"these bytes of {_told(head)} are {'cut off' if not unpacking.eof else 'followed by others'}"
            )
        return cls.from_dict(parsed(text, cls.__name__), instrument=instrument)


def _split(data: Any) -> tuple[dict[str, Any], bytes]:
    """Return what the first line says, and the bytes after it."""
    if not isinstance(data, bytes | bytearray | memoryview):
        raise DocumentError(f"{shortened(data)} is no bytes: give what to_bytes() returned")
    whole = bytes(data)
    line, end, packed = whole[:_LONGEST_HEAD].partition(b"\n")
    if not whole.startswith(_BEGINS) or not end:
        raise DocumentError(f"these {len(whole):,} bytes hold no sums: give what to_bytes() returned")
    try:
        head = json.loads(line[len(_BEGINS) :])
    except ValueError:
        head = None
    if not isinstance(head, dict):
        raise DocumentError("the first line of these bytes is damaged: give what to_bytes() returned")
    return head, packed + whole[_LONGEST_HEAD:]


def _told(head: Mapping[str, Any]) -> str:
    of = f" of {_short(head, 'instrument')}" if head.get("instrument") else ""
    return f"{_short(head, 'kind')}{of}, written by intimacy-scales {_short(head, 'written_by')}"


def _short(head: Mapping[str, Any], name: str) -> str:
    return shortened_text(head.get(name))
