"""How a result names the instrument that it was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNSURE = {"single-source": "key read in one source", "unconfirmed": "key not confirmed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRef:
    """Which instrument a result was computed with, and what a reader of it must know.

    Attributes
    ----------
    id, version, digest, status
        As in the instrument.
    confidence
        Of a published instrument: how surely its key is known.
    coding
        How stored values relate to the printed ones, where that is another way than equal.
    high_means
        ``(scale, what a high score means)``, of scales where it is not more closeness.
    scales
        How many scales there are.
    blanks_count
        Items whose blanks count as 0, "not chosen", where a person saw the question.
    """

    id: str
    version: str
    digest: str
    status: str
    confidence: str | None = None
    coding: str | None = None
    high_means: tuple[tuple[str, str], ...] = ()
    scales: int = 0
    blanks_count: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = ["DRAFT: not validated"] if self.status == "draft" else []
        told += [_UNSURE[self.confidence]] if self.confidence in _UNSURE else []
        told += [f"coding by {self.coding}"] if self.coding else []
        n = len(self.blanks_count)
        told += [f"a blank of {n} item{'s' * (n > 1)} counts as not chosen"] if n else []
        return ", ".join([f"{self.id} {self.version}", *told, *self.directions()])

    def directions(self) -> list[str]:
        """Say what high scores mean, where it is not more closeness."""
        groups: dict[str, list[str]] = {}
        for scale, meaning in self.high_means:
            groups.setdefault(meaning, []).append(scale)
        return [
            f"high = {meaning}" if len(scales) == self.scales else f"high {' and '.join(scales)} = {meaning}"
            for meaning, scales in groups.items()
        ]

    def identity(self) -> dict[str, str]:
        """Return id, version, digest and status, for the rows of a table."""
        return {"id": self.id, "version": self.version, "digest": self.digest, "status": self.status}

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dictionary that JSON can hold."""
        meanings: Mapping[str, str] = dict(self.high_means)
        return {
            **self.identity(),
            "confidence": self.confidence,
            "coding": self.coding,
            "high_means": meanings,
            "scales": self.scales,
            **({"blanks_count": list(self.blanks_count)} if self.blanks_count else {}),
        }
