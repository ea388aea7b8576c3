"""How a result names the instrument that it was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

_TRANSLATED = {"back-translated": "back-translated", "invariance-tested": "invariance tested"}
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
    language
        BCP 47 tag of the wording that was answered; ``mul`` where answers in several were pooled. None in
        documents from before it was recorded.
    translation
        Of a translation: how far it has come, such as ``forward``.
    revision
        Of a translation: which wording of it, as of its `TranslationFile`; documents name it above 1.
    pooled
        Languages whose answers were pooled.
    text_digest
        `Instrument.text_digest`: what people were shown.

    Notes
    -----
    The digest covers language and texts too, so that two references are compared by it.
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
    language: str | None = field(default=None, compare=False)
    translation: str | None = field(default=None, compare=False)
    revision: int = field(default=1, compare=False)
    pooled: tuple[str, ...] = field(default=(), compare=False)
    text_digest: str | None = field(default=None, compare=False)

    # what documents mean that were written before they had a name
    _gained: ClassVar[Mapping[str, Any]] = {
        "blanks_count": (), "language": None, "translation": None, "revision": 1, "pooled": (),
        "text_digest": None,
    }  # fmt: skip

    def __str__(self) -> str:
        told = ["DRAFT: not validated"] if self.status == "draft" else []
        told += [_UNSURE[self.confidence]] if self.confidence in _UNSURE else []
        told += [f"coding by {self.coding}"] if self.coding else []
        n = len(self.blanks_count)
        told += [f"a blank of {n} item{'s' * (n > 1)} counts as not chosen"] if n else []
        return ", ".join([self.named, *told, *self.directions()])

    @property
    def named(self) -> str:
        """Id and version, with the language where it is not the one in which the instrument was written."""
        told = f"{self.id} {self.version}"
        if self.pooled:
            return f"{told} ({' and '.join(self.pooled)} pooled)"
        if self.translation is None:
            return told
        how = _TRANSLATED.get(self.translation, f"{self.translation} translation")
        revision = f", revision {self.revision}" if self.revision > 1 else ""
        return f"{told} ({self.language}, {how}{revision})"

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
            "language": self.language,
            "translation": self.translation,
            **({"revision": self.revision} if self.revision > 1 else {}),
            "pooled": list(self.pooled),
            "text_digest": self.text_digest,
        }


def hint_of_languages(one: InstrumentRef, other: InstrumentRef) -> str:
    """Say how answers in two languages are taken together, or nothing where that is not what differs."""
    if (one.id, one.version) != (other.id, other.version) or one.language == other.language:
        return ""
    return (
        f": they are of {one.language} and {other.language}. To take languages together on purpose, read all "
        "answers by pool_languages(load(…), load(…, language=…))"
    )
