"""Evidence: how far an instrument has been studied, and what is not known about its scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Self

from pydantic import Field, StrictInt, field_validator, model_validator

from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.provenance import Confidence, Source
from intimacy_scales.messages import not_one_of

Step = Literal[
    "content", "response processes", "pilot", "items", "structure", "reliability", "invariance", "validity",
    "change", "norms",
]  # fmt: skip
Values = Number | tuple[Number, ...]

# In the order in which COSMIN rates the evidence for a measure: content, internal structure, what remains
# (Mokkink et al., 2018; Prinsen et al., 2018); norms help to read scores, and come last.
STEPS: dict[Step, str] = {
    "content": "content validity",
    "response processes": "how people understand the items",
    "pilot": "people have answered it",
    "items": "item analysis",
    "structure": "structure",
    "reliability": "reliability",
    "invariance": "the same measure in different groups",
    "validity": "relations with other measures",
    "change": "changes that matter",
    "norms": "norms",
}

# What the word "validated" needs, and the least n of each: Lynn (1986) asks for three experts or more, and
# COSMIN rated studies of fewer than 30 persons as poor (Terwee et al., 2012).
NEEDED_TO_VALIDATE: dict[Step, int] = {"content": 3, "structure": 30, "reliability": 30, "validity": 30}


class Finding(Part):
    """A result of a study about the scores.

    Attributes
    ----------
    step
        The step of a validation study that it belongs to.
    statistic
        Name of the statistic, such as ``alpha`` or ``retest correlation``.
    value
        One number, or several, which ``of`` or ``sample`` explains.
    scale
        Id of the scale, if the value describes one scale as this instrument scores it.
    of
        What the value describes, in words, if it is not just the scale.
    sample
        Who the respondents were, and how many where that is known.
    n
        Number of respondents, where that is known.
    source
        Where the value was read.
    confidence
        How surely it is known.

    Examples
    --------
    >>> print(Finding(step="reliability", statistic="alpha", value=0.86, scale="total", n=118,
    ...               sample="students in a relationship", source="Hendrick (1988)"))
    alpha 0.86 of total: students in a relationship, n = 118; Hendrick (1988)
    """

    step: Step
    statistic: Text
    value: Values | None = None
    scale: Id | None = None
    of: Text | None = None
    sample: Text
    n: StrictInt | None = Field(default=None, ge=2)
    source: Text
    confidence: Confidence | None = None

    @field_validator("step", mode="before")
    @classmethod
    def _one_of_the_steps(cls, step: object) -> object:
        if not isinstance(step, str) or step not in STEPS:
            raise ValueError(not_one_of("step", step, tuple(STEPS)))
        return step

    def __str__(self) -> str:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        value = ", ".join(format(v, "g") for v in values if v is not None)
        what = " ".join(filter(None, (self.statistic, value, f"of {self.of or self.scale or 'it'}")))
        sample_has_n = self.n is None or re.search(
            rf"(?<![\d,])(?:{self.n:,}|{self.n})(?![\d,]\d|\d)", self.sample
        )
        n = "" if sample_has_n else f", n = {self.n}"
        return f"{what}: {self.sample}{n}; {self.source}{_unsure(self.confidence)}"


def _unsure(confidence: Confidence | None) -> str:
    return "" if confidence in (None, "verified") else f", {confidence}"


class EvidenceStep(NamedTuple):
    """One step of a validation study, with what is known.

    Attributes
    ----------
    step, title
        Id and name of the step.
    known
        A line for each finding; empty where nothing is known.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> [step.step for step in load("scii-24").evidence_steps if not step.known][:3]
    ['content', 'response processes', 'pilot']
    """

    step: Step
    title: str
    known: tuple[str, ...]


class Evidence(Part):
    """How far the instrument has been studied.

    Attributes
    ----------
    status
        ``draft``: nobody has answered it yet; ``published``: described in a publication;
        ``validated``: its content, structure, reliability and relations with other measures have been studied
        in the population it is used with, and each has a finding with an n that suffices.
    confidence
        How surely the scoring key of a published instrument is known.
    note
        One sentence for the reader.
    findings
        Results of studies.
    sources
        Where the key and the other facts were read.

    Examples
    --------
    >>> print(Evidence(status="published", confidence="verified").summary())
    published, key verified; nothing is recorded here about its scores
    """

    status: Literal["draft", "published", "validated"] = "draft"
    confidence: Confidence | None = None
    note: Text | None = None
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _validated_by_findings(self) -> Self:
        missing = missing_to_validate(self.findings) if self.status == "validated" else ()
        if missing:
            raise ValueError(
                "status 'validated' needs findings of content, structure, reliability and validity "
                f"(relations with other measures), each with its n; missing: {'; '.join(missing)}. Add them, "
                "or write status 'published' or 'draft'"
            )
        return self

    def steps(self, norms: Iterable[Norm] = ()) -> tuple[EvidenceStep, ...]:
        """Return what is known, by the steps of a validation study, in order.

        Parameters
        ----------
        norms
            The norms of the instrument.
        """
        known: dict[Step, list[str]] = {step: [] for step in STEPS}
        for finding in self.findings:
            known[finding.step].append(str(finding))
        for norm in norms:
            source = f"; {norm.source}" if norm.source else ""
            known["norms"].append(f"{norm}{source}{_unsure(norm.confidence)}")
        if not known["pilot"] and any(known.values()):
            known["pilot"].append("see the samples below")
        elif not known["pilot"] and self.status != "draft":
            known["pilot"].append("described in a publication")
        return tuple(EvidenceStep(step, title, tuple(known[step])) for step, title in STEPS.items())

    @property
    def standing(self) -> str:
        """Status and confidence as the beginning of a line; empty for a draft, which is marked elsewhere."""
        if self.status == "draft":
            return ""
        return f"{self.status}, key {self.confidence}; " if self.confidence else f"{self.status}; "

    def summary(self, norms: Iterable[Norm] = ()) -> str:
        """Return one line: the first finding of each step, and the steps without findings.

        Parameters
        ----------
        norms
            The norms of the instrument.
        """
        steps = self.steps(norms)
        known = [_first_finding(step) for step in steps if step.known and step.step != "pilot"]
        missing = [step.title for step in steps if not step.known]
        if not known:
            unknown = "is known" if self.status == "draft" else "is recorded here"
            return f"{self.standing}nothing {unknown} about its scores"
        nothing = f"; nothing about {', '.join(missing)}" if missing else ""
        return f"{self.standing}recorded: {'; '.join(known)}{nothing}"


def missing_to_validate(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return what the status ``validated`` still needs, a text for each step.

    Examples
    --------
    >>> alpha = Finding(step="reliability", statistic="alpha", value=0.9, sample="friends", n=3, source="me")
    >>> missing_to_validate([alpha])[2]
    'reliability (n of at least 30; the largest is 3)'
    """
    return tuple(_lacking(step, findings) for step in NEEDED_TO_VALIDATE if _lacking(step, findings))


def _counts(finding: Finding) -> bool:
    """Return whether a finding has a value that is known surely enough."""
    return finding.value not in (None, ()) and finding.confidence != "unconfirmed"


def _lacking(step: Step, findings: Sequence[Finding]) -> str:
    """Return what is missing of one step, or an empty text."""
    of_step = [finding for finding in findings if finding.step == step and _counts(finding)]
    least = NEEDED_TO_VALIDATE[step]
    if not of_step:
        return step
    largest = max((finding.n for finding in of_step if finding.n is not None), default=None)
    if largest is None:
        return f"{step} (n of at least {least}; no finding has an n)"
    return "" if largest >= least else f"{step} (n of at least {least}; the largest is {largest})"


def _first_finding(step: EvidenceStep) -> str:
    """Return the first line of a step, and how many more there are."""
    more = f", and {len(step.known) - 1} more" if len(step.known) > 1 else ""
    return f"{step.title} [{step.known[0]}{more}]"
