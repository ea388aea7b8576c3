"""The instrument: its identity, its files, and variants of it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, Self

from intimacy_scales.errors import (
    InstrumentError,
    UnknownInstrumentError,
    UnverifiedKeyWarning,
    level_outside,
)
from intimacy_scales.instrument.base import kept
from intimacy_scales.instrument.content import InstrumentContent
from intimacy_scales.instrument.digests import NOT_CONTENT, content_digest, key_digest, text_digest
from intimacy_scales.instrument.display import instrument_html
from intimacy_scales.instrument.document import Document, file_schema, name_response_scales
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.provenance import CONFIDENCES, Source
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.scale import MissingRule
from intimacy_scales.instrument.variants import on_another_range, with_missing_rule, without
from intimacy_scales.instrument.rewording import in_other_words


class Instrument(InstrumentContent):
    """A questionnaire: items, response scales, and the scales that score them.

    Attributes
    ----------
    id, version, title, description, language
        Identity. ``language`` is a BCP 47 tag such as ``en``.
    translation
        Of a translation: how far it has come, and of which wording it is one.
    pooled
        Languages whose answers are read together; `pool_languages` makes such an instrument.
    wording
        Who the items speak of: ``self``, ``partner``, or ``daily`` for a diary.
    instructions
        What the person who answers is told.
    safety
        What whoever gives it to people must take care of.
    counterpart
        Id of the form with the same item ids in another wording, such as that about the partner: answers
        to one are no answers to the other.
    constructs
        What it measures: ids such as ``trust``, by which the catalogue groups instruments.
    evidence, citations, license, norms, cutoffs
        Provenance. A file that does not say otherwise is a draft.
    codings
        Other ways in which its answers are known to be stored.
    coding
        The one of them that this instrument reads; None: stored values are the printed ones.
    choose_all
        Questions of which people choose all that apply, and when a blank of theirs counts as 0.
    items, scales
        In order. An item may serve several scales, or none.
    accepted
        Findings of the linter that the author explains.
    changes
        What each version changed.

    Examples
    --------
    >>> mood = Instrument.model_validate({
    ...     "id": "mood", "version": "1", "title": "Mood today",
    ...     "response_scale": {"minimum": 0, "maximum": 10},
    ...     "items": [{"id": "calm"}, {"id": "tense"}],
    ...     "scales": [{"id": "ease", "items": ["calm", "-tense"]}],
    ... })
    >>> mood.item("calm").response_scale.maximum, mood.scale("ease").keys[1].reverse
    (10, True)
    """

    @kept
    def digest(self) -> str:
        """sha256 of the canonical content, as 64 hexadecimal digits.

        The content is JSON with sorted keys and without fields that hold their default, so it is
        the same for TOML and JSON, on every machine, and for files written before a field existed.
        What is explained to the linter is left out, and what versions changed: it changes nothing that
        anyone answers.
        """
        return content_digest(self.model_dump(mode="json", exclude_defaults=True, exclude=NOT_CONTENT))

    @kept
    def key_digest(self) -> str:
        """sha256 of what scores depend on: two instruments that share it score all answers alike.

        It covers which answers of each item are read, and as what (range, step, points, scores, labels as
        they are compared, missing codes, blanks that count as 0), and how each scale is scored (items and
        their keys, parts of a composite, method, weights, rescaling, factor and offset, answers needed,
        proration). It leaves out wording, titles, evidence,
        norms and cut-offs, and the order of items and scales.

        Answers stored as numbers are scored alike by a form with other labels, but answers stored
        as labels are not: labels laid over a key by `with_texts` change the digest, wording does not.
        A translation has the digest of what it was translated from: its options are called otherwise, and
        each is read by its own instrument.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> worded = load("ios").with_texts({"ios_1": "Which picture shows the two of you?"})
        >>> worded.key_digest == load("ios").key_digest, worded.digest == load("ios").digest
        (True, False)
        """
        return key_digest(self)

    @kept
    def text_digest(self) -> str:
        """sha256 of what people are shown: language, instructions, and text and options of each item.

        Titles, keys and evidence are left out, and the order of items. Two persons who were shown the same
        words have the same text digest, whatever was made of their answers.

        Examples
        --------
        >>> from intimacy_scales import MissingRule, load
        >>> short = load("scii-12")
        >>> short.with_missing_rule(MissingRule(proportion=1)).text_digest == short.text_digest
        True
        """
        return text_digest(self)

    @kept
    def ref(self) -> InstrumentRef:
        """Id, version, digest, evidence status and what a reader must know, as results carry them."""
        return InstrumentRef(
            id=self.id,
            version=self.version,
            digest=self.digest,
            status=self.evidence.status,
            confidence=self.evidence.confidence,
            coding=self.coding,
            high_means=tuple((scale.id, scale.high_means) for scale in self.scales if scale.high_means),
            scales=len(self.scales),
            blanks_count=tuple(item for question in self.choose_all for item in question.items),
            language=self.language,
            translation=None if self.translation is None else self.translation.status,
            pooled=tuple(dict.fromkeys(part.named for part in self.pooled)),
            revision=1 if self.translation is None else self.translation.revision,
            text_digest=self.text_digest,
            variant=None if self.translation is None else self.translation.variant,
        )

    def to_dict(self) -> Document:
        """Return the content in the layout of instrument files."""
        return name_response_scales(self.model_dump(mode="json", exclude_defaults=True))

    def to_toml(self) -> str:
        """Return the content as TOML; loading it gives an equal instrument."""
        import tomli_w

        return tomli_w.dumps(self.to_dict())

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the content as JSON, a file of its own; loading it gives an equal instrument.

        Parameters
        ----------
        indent
            Blanks at each level; None: one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent) + "\n"

    @classmethod
    def json_schema(cls) -> Document:
        """Return the JSON Schema (2020-12) of instrument files."""
        return file_schema(cls.model_json_schema(mode="validation"))

    def with_missing_rule(self, rule: MissingRule) -> Self:
        """Return this instrument with another missing rule on each scale of items.

        Its digest differs, so that results say that another rule was used. Scales whose items differ in
        range need every answer, whatever the rule: a skipped one cannot be judged by the others.

        Parameters
        ----------
        rule
            For example ``MissingRule(proportion=1)``: complete answers only.

        Raises
        ------
        InstrumentError
            A count that some scale has not as many items for.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> strict = load("ras").with_missing_rule(MissingRule(proportion=1))
        >>> strict.scale("total").required
        7
        """
        return with_missing_rule(self, rule)

    def with_method(self, method: Literal["mean", "sum"]) -> Self:
        """Return this instrument with every scale of items scored as a mean, or as a sum.

        Norms and cut-offs are left out: they are in the units of the published score.

        Examples
        --------
        >>> from intimacy_scales import load, score
        >>> score(load("ras").with_method("sum"), {f"ras_{n}": 4 for n in range(1, 8)}).scores["total"]
        24.0
        """
        scales = [s if s.of else s.model_copy(update={"method": method}) for s in self.scales]
        if list(self.scales) == scales:
            return self
        return self.model_copy(update={"scales": scales, "norms": (), "cutoffs": ()})

    def with_response_scale(
        self,
        minimum: int | float,
        maximum: int | float,
        *,
        step: int | float = 1,
        items: str | Collection[str] | None = None,
        missing_codes: Iterable[int | float | str] | None = None,
        new_id: str | None = None,
        version: str | None = None,
    ) -> Self:
        """Return this instrument for answers that were given on another range than the published one.

        It is another instrument: reversed items are turned round within the new range, and scores are in
        its units. Norms, cut-offs and findings are of the published range and are left behind, as are
        labels of options. `Scores.pomp` puts scores of both ranges on 0 to 100; whether people answer
        alike on both, nobody knows.

        Parameters
        ----------
        minimum, maximum, step
            The range of the answers as they are stored.
        items
            Whose answers; None: all, which must have one range so far.
        missing_codes
            Stored values that mean "no answer" from now on; None: those so far, none of which may be an
            answer on the new range.
        new_id, version
            What it is called from now on; by default the id with the range, such as ``ras-1-to-7`` (and with
            another step, and a digest of ``items``), and the version as it is.

        Raises
        ------
        UnknownInstrumentError
            An id that is no item.
        InstrumentError
            No range, or one range for items that have several.

        Examples
        --------
        >>> from intimacy_scales import load, score
        >>> wider = load("ras").with_response_scale(1, 7)
        >>> wider.id, score(wider, {f"ras_{n}": 7 for n in range(1, 8)}).scores["total"]
        ('ras-1-to-7', 5.285714285714286)
        """
        return on_another_range(
            self,
            minimum,
            maximum,
            step=step,
            items=items,
            missing_codes=missing_codes,
            new_id=new_id,
            version=version,
        )

    def without_items(self, items: str | Collection[str], *, new_id: str, version: str) -> Self:
        """Return this instrument without some items, as an item analysis may advise.

        It is another instrument, so it has an id and version of its own. It is a draft: what was found
        of the whole, its norms and its cut-offs are left behind.

        Parameters
        ----------
        items
            Ids of the items that leave.
        new_id, version
            What it is called from now on.

        Raises
        ------
        UnknownInstrumentError
            An id that is no item.
        InstrumentError
            A scale would have no item left; names it.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> shorter = load("resilience").without_items(["res04"], new_id="resilience-10", version="0.1.0")
        >>> shorter.scale("adapting").items
        ('res01', 'res02', 'res03', 'res05', '-res06')
        """
        return without(self, items, new_id=new_id, version=version)

    def with_evidence(
        self,
        findings: Finding | Iterable[Finding],
        *,
        status: Literal["draft", "published", "validated"] | None = None,
        note: str | None = None,
        sources: Iterable[Source] = (),
    ) -> Self:
        """Return this instrument with what a study found added to its evidence.

        Parameters
        ----------
        findings
            One's own, or those that reports give: ``report.findings(sample="…", source="…")``.
        status, note
            In place of what the instrument says now. A note that was written for another status goes.
        sources
            Where the study is described; added to those there are. Without any, nothing is
            published or validated.

        Raises
        ------
        InstrumentError
            A draft would become published or validated without findings or sources.

        Examples
        --------
        >>> from intimacy_scales import load, reliability_report, simulate
        >>> report = reliability_report("ras", simulate("ras", 200, rng=1).answers)
        >>> found = report.findings(sample="200 simulated persons", source="a simulation")
        >>> load("ras").with_evidence(found).evidence.findings[-1].statistic
        'omega total'
        """
        added = (findings,) if isinstance(findings, Finding) else findings
        found = (*self.evidence.findings, *added)
        read = (*self.evidence.sources, *sources)
        if status in ("published", "validated") and not (found and read):
            raise InstrumentError(
                f"{self.id}: status={status!r} needs findings, and sources=[Source(title=…, where=…)] that "
                "say where they can be read"
            )
        evidence = self.evidence.model_copy(
            update={
                "findings": found,
                "sources": read,
                "status": status or self.evidence.status,
                "note": note or (self.evidence.note if status in (None, self.evidence.status) else None),
            }
        )
        return self.model_copy(update={"evidence": evidence})

    def with_norms(self, norms: Norm | Iterable[Norm]) -> Self:
        """Return this instrument with norms added; those of the same scale and sample are replaced.

        Parameters
        ----------
        norms
            One or several, for example what `Norm.from_scores` made of one's own sample.

        Raises
        ------
        ValueError
            A norm of another instrument or key, of no scale of this one, or beyond the range of its scores.
        """
        norms = (norms,) if isinstance(norms, Norm) else tuple(norms)
        for norm in norms:
            own = norm.instrument in (None, self.id)
            if own and norm.key_digest not in (None, self.key_digest):
                raise InstrumentError(f"{self.id}: {norm.of_another_key()}")
            if told := norm.of_another_language(self.translated_language):
                raise InstrumentError(f"{self.id}: {told}")
        added = {(norm.scale, norm.sample): norm for norm in (*self.norms, *norms)}
        return self.model_copy(update={"norms": tuple(added.values())})

    def with_texts(
        self,
        texts: Mapping[str, str],
        *,
        labels: Mapping[str, Mapping[int | float, str]] | None = None,
        instructions: str | None = None,
        language: str | None = None,
    ) -> Self:
        """Return this instrument with wording laid over its key, for forms and reports.

        The wording of most published instruments is protected: bring the form that you have
        permission to use. The library writes it to no folder of its own; `to_toml` and `to_json` of
        the result hold it.

        Parameters
        ----------
        texts
            Item id → wording, of every item that has none.
        labels
            Item id → value → text of the option, for forms, and for answers that are stored as texts.
        instructions
            What the person who answers is told.
        language
            BCP 47 tag of the wording, where it is another than so far. It is then a translation and a draft:
            norms, cut-offs and findings are of the other wording, and are left behind. Every item needs
            wording, and labels where it has some; instructions that are not given are left out.

        Raises
        ------
        UnknownInstrumentError
            An id that is no item.
        InstrumentError
            Items are left without wording, or with some in another language.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("ios").with_texts({"ios_1": "Which picture shows the two of you?"}).item("ios_1").text
        'Which picture shows the two of you?'
        """
        return in_other_words(self, texts, labels=labels, instructions=instructions, language=language)

    def with_coding(self, coding: str) -> Self:
        """Return this instrument for answers that were stored in another way than as printed.

        Some forms print the options of some items from high to low. Where software stored the
        position of the chosen option, those items run against the printed values, and their keys
        are turned round here: ``stored = minimum + maximum - printed``.

        Parameters
        ----------
        coding
            An id of `codings`, such as ``"position"``.

        Raises
        ------
        UnknownInstrumentError
            No such coding is known of this instrument.
        InstrumentError
            It is known only in part, or one is applied already.

        Warns
        -----
        UnverifiedKeyWarning
            Once an instrument, where it was read in one source only.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("qmi").codings, [coding.id for coding in load("rdas").codings]
        ((), ['position'])
        """
        if self.coding is not None:
            raise InstrumentError(f"{self.id} reads answers coded by {self.coding!r} already")
        known = {entry.id: entry for entry in self.codings}
        if coding not in known:
            others = f"known are {', '.join(known)}" if known else "none is known"
            raise UnknownInstrumentError(
                f"{self.id} has no coding {coding!r} beside the printed values; {others}"
            )
        found = known[coding]
        if not found.complete:
            raise InstrumentError(
                f"{self.id}: answers coded by {coding!r} cannot be scored: which items run against the "
                f"printed values is known only in part ({', '.join(found.flip)}, and others). "
                "Store the value printed beside the chosen option."
            )
        if coding not in self._variants:
            if found.confidence not in (None, "verified"):
                warnings.warn(
                    f"{self.id}: which items run against the printed values in answers coded by {coding!r} "
                    "was read in one source only. Compare it with the form",
                    UnverifiedKeyWarning,
                    stacklevel=level_outside(),
                )
            scales = [scale.turned(found.flip) for scale in self.scales]
            unsure = [c for c in (self.evidence.confidence, found.confidence) if c is not None]
            least = max(unsure, key=CONFIDENCES.index, default=None)
            self._variants[coding] = self.model_copy(
                update={
                    "scales": scales,
                    "coding": coding,
                    "evidence": self.evidence.model_copy(update={"confidence": least}),
                }
            )
        return self._variants[coding]

    @kept
    def _variants(self) -> dict[str, Self]:
        return {}

    def __repr__(self) -> str:
        scales = f"{len(self.items)} items, scales {', '.join(self.scale_ids)}"
        return f"<Instrument {self.ref}: {scales}; {self.evidence.summary(self.norms)}>"

    def _repr_html_(self) -> str:
        return instrument_html(self, self.ref)

    def __str__(self) -> str:
        return f"{self.title} ({self.ref})"
