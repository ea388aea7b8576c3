"""How far an instrument has been studied: what is known of its scores, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self

from pydantic import Field, StrictInt, model_validator

from intimacy_scales.instrument.base import Id, Number, Part, Text
from intimacy_scales.instrument.norm import Norm
from intimacy_scales.instrument.provenance import Confidence, Source

Step = Literal["pilot", "items", "structure", "reliability", "validity", "invariance", "norms"]
Values = Number | tuple[Number, ...]

# in the order in which a validation study proceeds
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
    """Something that a study found out about the scores.

    Attributes
    ----------
    step
        Which step of a validation study it belongs to.
    statistic
        Such as ``alpha``, or ``retest correlation``.
    value
        One number; or several, and ``of`` or ``sample`` says of what.
    scale
        The scale's id, where it is of one scale as this instrument scores it.
    of
        What it is of, in words, where that is not just the scale.
    sample
        Who they were, and how many where that is known.
    n
        How many persons, where that is known.
    source
        Where it was read.
    confidence
        How surely it is known.
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
        said = self.n is None or f"{self.n:,}" in self.sample or str(self.n) in self.sample
        n = "" if said else f", n = {self.n}"
        return f"{what}: {self.sample}{n}; {self.source}{_unsure(self.confidence)}"


def _unsure(confidence: Confidence | None) -> str:
    return "" if confidence in (None, "verified") else f", {confidence}"


class EvidenceStep(NamedTuple):
    """One step of the road to a validated instrument.

    Attributes
    ----------
    step, title
        Its id and its name.
    known
        What is known, a line each; empty where nothing is.
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
        ``validated``: its scores have been studied with the people it is used for.
    confidence
        Of a published instrument: how surely its scoring key is known.
    note
        One sentence for the reader.
    findings
        What studies found.
    sources
        Where the key and the other facts were read.
    """

    status: Literal["draft", "published", "validated"] = "draft"
    confidence: Confidence | None = None
    note: Text | None = None
    findings: tuple[Finding, ...] = ()
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _validated_by_something(self) -> Self:
        if self.status == "validated" and not self.findings:
            raise ValueError("status 'validated' needs findings: what was found, in whom, where to read it")
        return self

    def steps(self, norms: Iterable[Norm] = ()) -> tuple[EvidenceStep, ...]:
        """Return what is known at each step of a validation study, in its order.

        Parameters
        ----------
        norms
            Those of the instrument.
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
        """Status and confidence as the beginning of a line; nothing of a draft, which says so itself."""
        if self.status == "draft":
            return ""
        return f"{self.status}, key {self.confidence}; " if self.confidence else f"{self.status}; "

    def summary(self, norms: Iterable[Norm] = ()) -> str:
        """Say in one line what is known, the first figure of each step, and what is not.

        Parameters
        ----------
        norms
            Those of the instrument.
        """
        steps = self.steps(norms)
        known = [_first(step) for step in steps if step.known and step.step != "pilot"]
        missing = [step.title for step in steps if not step.known]
        if not known:
            unknown = "is known" if self.status == "draft" else "is recorded here"
            return f"{self.standing}nothing {unknown} of its scores"
        nothing = f"; nothing of {', '.join(missing)}" if missing else ""
        return f"{self.standing}recorded: {'; '.join(known)}{nothing}"


def _first(step: EvidenceStep) -> str:
    """Return the first line of a step, and how many more there are."""
    more = f", and {len(step.known) - 1} more" if len(step.known) > 1 else ""
    return f"{step.title} [{step.known[0]}{more}]"
