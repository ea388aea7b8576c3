"""The reference by which a result names the instrument that it was computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from intimacy_scales.instrument.shipped import released_versions

_TRANSLATED = {"back-translated": "back-translated", "invariance-tested": "invariance tested"}
_UNCONFIRMED = {"single-source": "key read in one source", "unconfirmed": "key not confirmed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRef:
    """A reference to the instrument that a result was computed with, and cautions for the reader.

    Attributes
    ----------
    id, version, digest, status
        As in the instrument.
    confidence
        How surely the key of a published instrument is known.
    coding
        Id of the coding of the answers, if stored values differ from the printed ones.
    high_means
        ``(scale, what a high score means)``, for scales where it does not mean more closeness.
    scales
        Number of scales.
    blanks_count
        Items whose blanks count as 0, "not chosen", if a respondent saw the question.
    language
        BCP 47 tag of the wording that was answered; ``mul`` if answers in several languages were pooled. None
        in documents from before it was recorded.
    translation
        Status of a translation, such as ``forward``.
    revision
        Revision of a translation, as in its `TranslationFile`; documents contain it only above 1.
    pooled
        Languages whose answers were pooled, each with its variant if it has one.
    text_digest
        `Instrument.text_digest`: the digest of what respondents were shown.
    variant
        Variant of gendered words in a translation, where there are several.
    key_digest
        `Instrument.key_digest`: the digest of what scores depend on. None in documents from before it was
        recorded.

    Notes
    -----
    The digest covers language, texts and key too, so comparisons of references leave the later fields out.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> ref = load("ras").ref
    >>> ref.id, ref.status, ref.scales
    ('ras', 'published', 1)
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
    key_digest: str | None = field(default=None, compare=False)

    # fields that older documents do not have, with the value that such a document implies
    _gained: ClassVar[Mapping[str, Any]] = {
        "blanks_count": (), "language": None, "translation": None, "revision": 1, "pooled": (),
        "text_digest": None, "variant": None, "key_digest": None,
    }  # fmt: skip

    def scores_alike(self, other: InstrumentRef) -> bool:
        """Return whether two references are of the same texts and scoring key, whatever their evidence.

        Findings, status and norms are in the digest of an instrument, and change no score. References from
        before the digest of the key was recorded are compared by the digest of the instrument.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> from intimacy_scales.instrument.evidence import Finding
        >>> ras = load("ras")
        >>> finding = Finding(step="reliability", statistic="alpha", value=0.9, sample="we", source="us")
        >>> ras.ref.scores_alike(ras.with_evidence([finding]).ref), ras.ref.scores_alike(load("kmss").ref)
        (True, False)
        """
        if (self.id, self.version, self.coding) != (other.id, other.version, other.coding):
            return False
        if self.digest == other.digest:
            return True
        known = self.key_digest is not None and self.text_digest is not None
        return known and (self.key_digest, self.text_digest) == (other.key_digest, other.text_digest)

    def __str__(self) -> str:
        cautions = ["DRAFT: not validated"] if self.status == "draft" else []
        cautions += [_UNCONFIRMED[self.confidence]] if self.confidence in _UNCONFIRMED else []
        cautions += [f"coding by {self.coding}"] if self.coding else []
        n = len(self.blanks_count)
        cautions += [f"a blank of {n} item{'s' * (n > 1)} counts as not chosen"] if n else []
        return ", ".join([self.named, *cautions, *self.directions()])

    @property
    def named(self) -> str:
        """Id and version, with language and variant of a translation or a pool."""
        name = f"{self.id} {self.version}"
        if self.translation is None:
            return f"{name} ({self.wording})" if self.pooled else name
        status = _TRANSLATED.get(self.translation, f"{self.translation} translation")
        revision = f", revision {self.revision}" if self.revision > 1 else ""
        return f"{name} ({self.wording}, {status}{revision})"

    @property
    def told_apart(self) -> str:
        """The text of `named`, with the coding of the answers: distinguishes two instruments in messages."""
        return f"{self.named}, coding by {self.coding}" if self.coding else self.named

    @property
    def wording(self) -> str:
        """Language and variant of the wording that was answered, or all pooled ones; empty if not recorded.

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
        """Id, with language, variant and version where they differ from what ``load(id)`` returns.

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
        """The call that loads a shipped form of this id, version, language and variant.

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
        """Return what high scores mean, in words, where they do not mean more closeness."""
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
            "key_digest": self.key_digest,
            **({} if self.variant is None else {"variant": self.variant}),
        }


def worded(language: str, variant: str | None) -> str:
    """Return the name of a language together with a variant, such as ``de feminine``."""
    return language if variant is None else f"{language} {variant}"


def parted(wording: str) -> tuple[str, str | None]:
    """Return language and variant from a name that `worded` made; a language tag has no blank."""
    language, _, variant = wording.partition(" ")
    return language, variant or None


def _load_call(name: str, version: str | None, language: str | None, variant: str | None) -> str:
    options = {"version": version, "language": language, "variant": variant}
    arguments = [f"{option}={value!r}" for option, value in options.items() if value is not None]
    return f"load({', '.join([repr(name), *arguments])})"


def hint_of_wordings(first: InstrumentRef, second: InstrumentRef) -> str:
    """Return why results of two versions or languages cannot be combined; empty where neither differs."""
    if first.id != second.id:
        return ""
    if first.version != second.version:
        return (
            f": they belong to versions {first.version} and {second.version}; compare(…, …) reports whether "
            "answers to one can be scored by the other"
        )
    if first.wording == second.wording:
        return ""
    return (
        f": they belong to {first.wording} and {second.wording}. To combine languages on purpose, read all "
        "answers with pool_languages(load(…), load(…, language=…))"
    )
