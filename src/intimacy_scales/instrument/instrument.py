"""The instrument: its identity, its files, and its variants."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Literal, Self

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.base import kept
from intimacy_scales.instrument.content import InstrumentContent
from intimacy_scales.instrument.digests import NOT_CONTENT, content_digest, key_digest, text_digest
from intimacy_scales.instrument.display import instrument_html
from intimacy_scales.instrument.document import Document, file_schema, name_response_scales
from intimacy_scales.instrument.evidence import Finding, missing_to_validate
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.provenance import Source
from intimacy_scales.instrument.reference import InstrumentRef
from intimacy_scales.instrument.rewording import with_wording
from intimacy_scales.instrument.scale import MissingRule
from intimacy_scales.instrument.variants import on_another_range, with_coding, with_missing_rule, without
from intimacy_scales.messages import counted, not_one_of


class Instrument(InstrumentContent):
    """A questionnaire: items, response scales, and the scales that score them.

    Attributes
    ----------
    id, version, title, description, language
        Identity. ``language`` is a BCP 47 tag such as ``en``.
    translation
        The status and the source of a translation; None for the original wording.
    pooled
        Languages whose answers are read together; `pool_languages` makes such an instrument.
    wording
        Whom the items are about: ``self``, ``partner``, or ``daily`` for a diary.
    instructions
        Instructions for the respondent.
    safety
        Precautions for the person who gives the instrument to respondents.
    counterpart
        Id of the form with the same item ids in another wording, for example about the partner. Answers to
        one form cannot be scored by the other.
    constructs
        The constructs that it measures: ids such as ``trust``, by which the catalogue groups instruments.
    evidence, citations, license, norms, cutoffs
        Provenance. Without a status, an instrument is a draft.
    codings
        Other known ways in which its answers may be stored.
    coding
        Id of the coding that this instrument reads; None: stored values are the printed ones.
    choose_all
        Choose-all-that-apply questions, and when their blanks count as 0.
    items, scales
        In order. An item may belong to several scales, or none.
    accepted
        Findings of the linter that the author explains.
    changes
        The changes that each version made.

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
        Explanations for the linter and the list of changes are left out, as they affect neither questions
        nor scores.
        """
        return content_digest(self.model_dump(mode="json", exclude_defaults=True, exclude=NOT_CONTENT))

    @kept
    def key_digest(self) -> str:
        """sha256 of what scores depend on: instruments with the same digest score all answers alike.

        It covers which answers of each item are allowed and what each counts (range, step, points, scores,
        labels as they are compared, missing codes, blanks that count as 0), and how each scale is scored
        (items and their keys, parts of a composite, method, weights, rescaling, factor and offset, answers
        needed, proration). It leaves out wording, titles, evidence, norms and cut-offs, and the order of
        items and scales.

        Answers stored as numbers are scored alike by a form with other labels, but answers stored
        as labels are not: labels that `with_texts` adds change the digest, wording does not.
        A translation has the digest of its original: its labels differ, but each instrument reads only
        answers in its own language.

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
        """sha256 of what respondents are shown: language, instructions, and text and options of each item.

        Titles, keys, evidence and the order of items are left out. Respondents who were shown the same
        words have the same text digest, however their answers are scored.

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
        """Reference for results: id, version, digest, evidence status, and cautions for the reader."""
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
            key_digest=self.key_digest,
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
            Spaces per level; None: one line.
        """
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent) + "\n"

    @classmethod
    def json_schema(cls) -> Document:
        """Return the JSON Schema (2020-12) of instrument files."""
        return file_schema(cls.model_json_schema(mode="validation"))

    def with_missing_rule(self, rule: MissingRule) -> Self:
        """Return this instrument with another missing rule on each scale of items.

        Its digest differs, so results show that another rule was used. Scales whose items differ in
        range need every answer under any rule: the other items do not indicate a missing answer.

        Parameters
        ----------
        rule
            For example ``MissingRule(proportion=1)``: complete answers only.

        Raises
        ------
        InstrumentError
            The rule's count exceeds the number of items of a scale.

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

        Norms and cut-offs are dropped: they are in the units of the published score.

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
        """Return this instrument for answers that were given on a range other than the published one.

        It is another instrument: reverse-keyed items are reversed within the new range, and scores are in
        its units. Norms, cut-offs, findings and labels of options belong to the published range and are
        dropped. `Scores.pomp` puts scores of both ranges on 0 to 100; whether people answer alike on both
        is unknown.

        Parameters
        ----------
        minimum, maximum, step
            The range of the answers as they are stored.
        items
            Ids of the items that were answered on it; None: all. These items must share one published range.
        missing_codes
            Stored values that mean "no answer"; None: those of the published scale, none of which may be an
            answer on the new range.
        new_id, version
            Id and version of the result. By default the id with the range, such as ``ras-1-to-7`` (followed
            by a step other than 1, and by a digest of ``items``), and the present version.

        Raises
        ------
        UnknownInstrumentError
            An id is not an item.
        InstrumentError
            The range is not valid, or the items have different ranges.

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
        """Return this instrument without some items, for example after an item analysis.

        It is another instrument, so it needs an id and version of its own. It is a draft: findings, norms and
        cut-offs of the whole instrument are dropped.

        Parameters
        ----------
        items
            Ids of the items to remove.
        new_id, version
            Id and version of the result.

        Raises
        ------
        UnknownInstrumentError
            An id is not an item.
        InstrumentError
            A scale would have no item left; the message names it.

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
        """Return this instrument with the findings of a study added to its evidence.

        Parameters
        ----------
        findings
            Findings of your own, or those of a report: ``report.findings(sample="…", source="…")``.
        status, note
            New status and note; None: as they are, but a note is dropped where the status changes.
        sources
            Where the study is described; added to the present sources. An instrument without sources cannot
            become published or validated.

        Raises
        ------
        InstrumentError
            The instrument would become published or validated without findings or sources, or validated
            without findings of content, structure, reliability and relations with other measures.

        Examples
        --------
        >>> from intimacy_scales import load, reliability_report, simulate
        >>> report = reliability_report("ras", simulate("ras", 200, rng=1).answers)
        >>> findings = report.findings(sample="200 simulated persons", source="a simulation")
        >>> load("ras").with_evidence(findings).evidence.findings[-1].statistic
        'omega total'
        """
        added = (findings,) if isinstance(findings, Finding) else findings
        all_findings = (*self.evidence.findings, *added)
        for finding in all_findings:
            if finding.scale is not None and finding.scale not in self.scale_ids:
                raise InstrumentError(f"findings: {not_one_of('scale', finding.scale, self.scale_ids)}")
        all_sources = (*self.evidence.sources, *sources)
        if status in ("published", "validated") and not (all_findings and all_sources):
            raise InstrumentError(
                f"{self.id}: status={status!r} needs findings, and sources=[Source(title=…, where=…)] that "
                "say where they can be read"
            )
        becomes_validated = (status or self.evidence.status) == "validated"
        if becomes_validated and (missing := missing_to_validate(all_findings)):
            raise InstrumentError(
                f"{self.id}: status='validated' needs findings of content, structure, reliability and "
                f"validity (relations with other measures), each with its n; missing: {'; '.join(missing)}. "
                f"evidence_report({self.id!r}) lists them"
            )
        evidence = self.evidence.model_copy(
            update={
                "findings": all_findings,
                "sources": all_sources,
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
            One or several, for example those that `Norm.from_scores` made from your own sample.

        Raises
        ------
        ValueError
            A norm belongs to another instrument, key or language, names an unknown scale, or lies beyond the
            range of the scores.
        """
        norms = (norms,) if isinstance(norms, Norm) else tuple(norms)
        for norm in norms:
            same_instrument = norm.instrument in (None, self.id)
            if same_instrument and norm.key_digest not in (None, self.key_digest):
                raise InstrumentError(f"{self.id}: {norm.of_another_key()}")
            if reason := norm.of_another_language(self.translated_language):
                raise InstrumentError(f"{self.id}: {reason}")
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
        """Return this instrument with wording added to its key, for forms and reports.

        The wording of most published instruments is protected: pass the wording that you have
        permission to use. The library does not store it anywhere; `to_toml` and `to_json` of the
        result contain it.

        Parameters
        ----------
        texts
            Item id → wording, for every item that has none.
        labels
            Item id → value → text of the option, for forms and for answers that are stored as texts.
        instructions
            Instructions for the respondent.
        language
            BCP 47 tag of the wording, if its language is new. The result is then a translation and a draft:
            norms, cut-offs and findings belong to the original wording and are dropped. Every item needs
            wording, and labels if the original has labels; without ``instructions`` it has none.

        Raises
        ------
        UnknownInstrumentError
            An id is not an item.
        InstrumentError
            Some items would have no wording, or wording in the original language.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("ios").with_texts({"ios_1": "Which picture shows the two of you?"}).item("ios_1").text
        'Which picture shows the two of you?'
        """
        return with_wording(self, texts, labels=labels, instructions=instructions, language=language)

    def with_coding(self, coding: str) -> Self:
        """Return this instrument for answers that were stored other than as the printed values.

        Some forms print the options of some items from high to low. Where software stored the
        position of the chosen option, ``stored = minimum + maximum - printed`` for those items, and
        their keys are reversed here.

        Parameters
        ----------
        coding
            An id of `codings`, such as ``"position"``.

        Raises
        ------
        UnknownInstrumentError
            The instrument has no such coding.
        InstrumentError
            The coding is known only in part, or a coding is applied already.

        Warns
        -----
        UnverifiedKeyWarning
            Once per instrument, if the coding was read in one source only.

        Examples
        --------
        >>> from intimacy_scales import load
        >>> load("qmi").codings, [coding.id for coding in load("rdas").codings]
        ((), ['position'])
        """
        if coding not in self._variants:
            self._variants[coding] = with_coding(self, coding)
        return self._variants[coding]

    @kept
    def _variants(self) -> dict[str, Self]:
        return {}

    def __repr__(self) -> str:
        scales = f"{counted(len(self.items), 'item')}, scales {', '.join(self.scale_ids)}"
        return f"<Instrument {self.ref}: {scales}; {self.evidence.summary(self.norms)}>"

    def _repr_html_(self) -> str:
        return instrument_html(self, self.ref)

    def __str__(self) -> str:
        return f"{self.title} ({self.ref})"
