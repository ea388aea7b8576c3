"""Evidence: how far an instrument has been studied, and what is not known about its scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

from pydantic import Field, StrictInt, model_validator

from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.provenance import Confidence, Source

Step = Literal["pilot", "items", "structure", "reliability", "validity", "invariance", "norms"]
Values = Number | tuple[Number, ...]

# in the order of a validation study
STEPS: dict[Step, str] = {
    "pilot": "people have answered it",
    "items": "item analysis",
    "structure": "structure",
    "reliability": "reliability",
    "validity": "relations with other measures",
    "invariance": "the same measure in different groups",
    "norms": "norms",
}


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

    def __str__(self) -> str:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        value = ", ".join(format(v, "g") for v in values if v is not None)
        what = " ".join(filter(None, (self.statistic, value, f"of {self.of or self.scale or 'it'}")))
        sample_has_n = self.n is None or f"{self.n:,}" in self.sample or str(self.n) in self.sample
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
    ['pilot', 'items', 'structure']
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
        ``validated``: its scores have been studied in the population it is used with.
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
    def _validated_by_something(self) -> Self:
        if self.status == "validated" and not self.findings:
            raise ValueError("status 'validated' needs findings: the statistics, the sample and the source")
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


def _first_finding(step: EvidenceStep) -> str:
    """Return the first line of a step, and how many more there are."""
    more = f", and {len(step.known) - 1} more" if len(step.known) > 1 else ""
    return f"{step.title} [{step.known[0]}{more}]"
