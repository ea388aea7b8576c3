"""How a result names the instrument that it was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from intimacy_scales.instrument.shipped import released_versions

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
        Languages whose answers were pooled, each with its variant if it has one.
    text_digest
        `Instrument.text_digest`: what people were shown.
    variant
        Of a translation: which form gendered words have, where there are several.

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
    variant: str | None = field(default=None, compare=False)

    # what documents mean that were written before they had a name
    _gained: ClassVar[Mapping[str, Any]] = {
        "blanks_count": (), "language": None, "translation": None, "revision": 1, "pooled": (),
        "text_digest": None, "variant": None,
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
        """Id and version, with language and variant where it is not as the instrument was written."""
        told = f"{self.id} {self.version}"
        if self.translation is None:
            return f"{told} ({self.wording})" if self.pooled else told
        how = _TRANSLATED.get(self.translation, f"{self.translation} translation")
        revision = f", revision {self.revision}" if self.revision > 1 else ""
        return f"{told} ({self.wording}, {how}{revision})"

    @property
    def told_apart(self) -> str:
        """What `named` says, with the coding of the answers: how messages tell two instruments apart."""
        return f"{self.named}, coding by {self.coding}" if self.coding else self.named

    @property
    def wording(self) -> str:
        """Language and variant of what was answered, or those that were pooled; empty where none is recorded.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("scii-12", language="de", variant="feminine").ref.wording
        'de feminine'
        """
        if self.pooled:
            return f"{' and '.join(self.pooled)} pooled"
        return worded(self.language or "", self.variant)

    @property
    def called(self) -> str:
        """Id, with what tells it from the form of that id that `load` returns: language, variant, version.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("scii-24").ref.called, load("scii-24", version="0.2.0").ref.called
        ('scii-24', 'scii-24 0.2.0')
        """
        versions = released_versions(self.id)
        current = not versions or self.version == versions[-1]
        return self.id if current and self.translation is None and not self.pooled else self.named

    @property
    def load_call(self) -> str:
        """How a form of this id, version, language and variant is loaded, where it is shipped.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> print(load("scii-24", version="0.2.0").ref.load_call)
        load('scii-24', version='0.2.0')
        """
        if self.pooled:
            calls = (_load_call(self.id, None, *parted(wording)) for wording in self.pooled)
            return f"pool_languages({', '.join(calls)})"
        versions = released_versions(self.id)
        older = self.version if versions and self.version != versions[-1] else None
        language = None if self.translation is None else self.language
        return _load_call(self.id, older, language, self.variant)

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
            **({} if self.variant is None else {"variant": self.variant}),
        }


def worded(language: str, variant: str | None) -> str:
    """Return how a language and a variant of it are named together."""
    return language if variant is None else f"{language} {variant}"


def parted(wording: str) -> tuple[str, str | None]:
    """Return language and variant of what `worded` named; a language tag holds no blank."""
    language, _, variant = wording.partition(" ")
    return language, variant or None


def _load_call(name: str, version: str | None, language: str | None, variant: str | None) -> str:
    options = {"version": version, "language": language, "variant": variant}
    told = [f"{option}={given!r}" for option, given in options.items() if given is not None]
    return f"load({', '.join([repr(name), *told])})"


def hint_of_wordings(one: InstrumentRef, other: InstrumentRef) -> str:
    """Say why results of two wordings or versions are not taken together; nothing where neither differs."""
    if one.id != other.id:
        return ""
    if one.version != other.version:
        return (
            f": they are of versions {one.version} and {other.version}; compare(…, …) says whether answers "
            "to the one can be scored by the other"
        )
    if one.wording == other.wording:
        return ""
    return (
        f": they are of {one.wording} and {other.wording}. To take languages together on purpose, read all "
        "answers by pool_languages(load(…), load(…, language=…))"
    )
