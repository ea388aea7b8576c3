"""What is known about an instrument's scores, with the findings of one's own study, and what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.evidence import STEPS, Finding, Step, missing_to_validate
from intimacy_scales.instrument.loading import load
from intimacy_scales.late import late_module
from intimacy_scales.results.paged import write_document
from intimacy_scales.results.result import Result, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted
from intimacy_scales.validity.study_findings import PLAIN_NUMBERS, findings_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


class Property(NamedTuple):
    """A step of the evidence, as COSMIN names it, and what provides findings of it.

    Attributes
    ----------
    cosmin
        The measurement property of COSMIN (Mokkink et al., 2018).
    functions
        What provides findings.
    """

    cosmin: str
    functions: str


PROPERTIES: dict[Step, Property] = {
    "content": Property("content validity: relevance, comprehensiveness", "content_validity"),
    "response processes": Property(
        "content validity: comprehensibility", "interviews with respondents, as a Finding"
    ),
    "pilot": Property("content validity: a first sample answers", "item_analysis"),
    "items": Property("structural validity: each item with its scale", "reliability_report"),
    "structure": Property("structural validity", "structure_report"),
    "reliability": Property(
        "internal consistency, reliability, measurement error", "reliability_report, test_retest"
    ),
    "invariance": Property("cross-cultural validity, measurement invariance", "invariance"),
    "validity": Property(
        "criterion validity, hypotheses about other measures", "known_groups, mtmm, cutoff_search"
    ),
    "change": Property("responsiveness", "minimal_important_change"),
    "norms": Property("interpretability", "Norm.from_scores, regression_norm"),
}


class KnownStep(NamedTuple):
    """One step of the evidence in a report.

    Attributes
    ----------
    step, title, cosmin
        Id and name of the step, and the property of COSMIN that it belongs to.
    known
        A line for each finding, in the order of the file; empty where nothing is known.
    n_added
        How many of them this report added.
    functions
        What provides findings.

    Examples
    --------
    >>> from intimacy_scales.validity import evidence_report
    >>> step = evidence_report("ras").steps[5]
    >>> step.step, len(step.known), step.functions
    ('reliability', 2, 'reliability_report, test_retest')
    """

    step: str
    title: str
    cosmin: str
    known: tuple[str, ...]
    n_added: int
    functions: str


@result_class
class EvidenceReport(Result):
    """What is known about the scores of an instrument, in the order of COSMIN.

    Attributes
    ----------
    instrument
        Reference to the instrument with the findings.
    steps
        Every step of the evidence, known or not.
    n_findings
        Number of findings in the instrument, with those added; norms are not among them.
    added
        The findings that were added.
    missing
        What the status ``validated`` still needs; empty if nothing.
    form
        The instrument with the findings; `save` writes it to a file.

    Examples
    --------
    >>> from intimacy_scales.validity import evidence_report
    >>> report = evidence_report("ras")
    >>> [step.step for step in report.steps if step.known]
    ['pilot', 'reliability']
    >>> report.missing
    ('content', 'structure', 'validity')
    """

    instrument: InstrumentRef
    steps: tuple[KnownStep, ...]
    n_findings: int
    added: tuple[Finding, ...]
    missing: tuple[str, ...]
    form: Instrument = field(repr=False, compare=False)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The steps about which nothing is known."""
        return tuple(step.step for step in self.steps if not step.known)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the instrument with the findings to a TOML file, which `load_file` reads.

        Raises
        ------
        ResponseError
            The file cannot be written.
        """
        write_document(self.form.to_toml().encode(), path)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, without the instrument itself."""
        return {
            "instrument": self.instrument.to_dict(),
            "steps": [step._asdict() | {"known": [*step.known]} for step in self.steps],
            "n_findings": self.n_findings,
            "added": [finding.model_dump(mode="json", exclude_defaults=True) for finding in self.added],
            "missing": [*self.missing],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        from intimacy_scales.results.document_types import documented, many

        return documented(cls, without=("form",), added=many(dict[str, Any]))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> EvidenceReport:
        from intimacy_scales.results.documents import instrument_for, made_of

        form = instrument_for(values["instrument"], instrument)
        added = tuple(Finding.model_validate(finding) for finding in values["added"])
        return made_of(cls, {**values, "added": added}, form=form)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each step."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(
            {
                "step": [step.step for step in self.steps],
                "cosmin": [step.cosmin for step in self.steps],
                "n_findings": [len(step.known) for step in self.steps],
                "n_added": [step.n_added for step in self.steps],
                "known": ["; ".join(step.known) for step in self.steps],
                "functions": [step.functions for step in self.steps],
            }
        ).set_index("step")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the status ``validated`` still needs, and findings that no scoring key stands behind."""
        texts = []
        n_plain = sum(PLAIN_NUMBERS in (finding.of or "") for finding in self.form.evidence.findings)
        if n_plain:
            are = "is" if n_plain == 1 else "are"
            texts.append(
                f"{counted(n_plain, 'finding')} {are} of {PLAIN_NUMBERS}: scores may be made otherwise"
            )
        if self.missing:
            texts.append(f"for the status 'validated' it still needs: {'; '.join(self.missing)}")
        return tuple(texts)

    def page(self) -> Page:
        """Return what is displayed as data: a row for each step."""
        table = TextTable(
            title="Evidence by step",
            columns={
                "Step": [step.title for step in self.steps],
                "COSMIN": [step.cosmin for step in self.steps],
                "Known": ["; ".join(step.known) or "nothing" for step in self.steps],
                "Findings come from": [step.functions for step in self.steps],
            },
            note="Properties as COSMIN orders them (Mokkink et al., 2018; Prinsen et al., 2018).",
        )
        lines = self._lines()
        return Page(title=lines[0], facts=tuple(lines[1:2]), tables=(table,), warnings=self.warnings)

    def _lines(self) -> list[str]:
        added = f", {len(self.added)} of them added" if self.added else ""
        head = f"Evidence for {self.instrument.named}: {counted(self.n_findings, 'finding')}{added}"
        unknown = [step.title for step in self.steps if not step.known]
        return [head, f"nothing about {', '.join(unknown)}" if unknown else "something about every step"]

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(self._lines())}{cautions}>"


def evidence_report(
    instrument: Instrument | str | Path,
    *studies: Any,
    sample: str | None = None,
    source: str | None = None,
    replace: bool = False,
) -> EvidenceReport:
    """Write the findings of a study into an instrument, and report what is known and what is missing.

    Parameters
    ----------
    instrument
        The instrument, its id, or the path of its file.
    *studies
        Results with ``findings``, such as of `reliability_report`, `structure_report`, `invariance`,
        `content_validity` or `known_groups`; or findings, for those with another sample:
        ``content.findings(sample="7 experts", source=…)``.
    sample, source
        Who answered, and where the study is described, for results.
    replace
        Let new values replace those that are recorded for the same statistic, sample and source, which are
        an error otherwise.

    Returns
    -------
    EvidenceReport
        Its ``form`` is the instrument with the findings, and ``save`` writes it. To change the status, see
        `Instrument.with_evidence`.

    Raises
    ------
    InstrumentError
        A result is of another instrument, version, wording or scoring key, has no findings, or contradicts
        a recorded finding; experts did not judge all items; ``sample`` or ``source`` is missing.

    Notes
    -----
    Of experts who judged a whole bank, the findings are those of the instrument's items; the version of the
    bank is compared where it is a shipped one. Findings of a result that knows no instrument, such as of
    `known_groups` with plain columns or of `minimal_important_change`, say that they are of plain numbers,
    not tied to the scoring key. A result that was
    saved before results recorded the digest of their scoring key is compared by id, version and wording.

    Steps are in the order in which COSMIN rates them: content validity, internal structure, the remaining
    properties (Mokkink et al., 2018; Prinsen et al., 2018).

    Examples
    --------
    >>> from intimacy_scales import reliability_report, simulate
    >>> study = reliability_report("ras", simulate("ras", 200, rng=1).answers)
    >>> report = evidence_report("ras", study, sample="200 simulated persons", source="a simulation")
    >>> [finding.statistic for finding in report.added]
    ['item-total correlations from, to', 'alpha', 'omega total']
    """
    form = instrument if isinstance(instrument, Instrument) else load(instrument)
    new: list[Finding] = []
    for study in studies:
        for finding in findings_of(form, study, sample, source):
            if finding not in new and finding not in form.evidence.findings:
                _check_alone(finding, new)
                new.append(finding)
    form = _without_replaced(form, new, replace).with_evidence(new)
    known = {step.step: step.known for step in form.evidence_steps}
    steps = tuple(
        KnownStep(
            step,
            title,
            PROPERTIES[step].cosmin,
            known[step],
            sum(finding.step == step for finding in new),
            PROPERTIES[step].functions,
        )
        for step, title in STEPS.items()
    )
    return EvidenceReport(
        instrument=form.ref,
        steps=steps,
        n_findings=len(form.evidence.findings),
        added=tuple(new),
        missing=missing_to_validate(form.evidence.findings),
        form=form,
    )


def _check_alone(finding: Finding, others: Iterable[Finding]) -> None:
    """Raise if another finding has another value of the same statistic, sample and source."""
    other = next((other for other in others if _key(other) == _key(finding)), None)
    if other is not None:
        raise InstrumentError(
            f"two values of one statistic: {other} and {finding.value}; give each its own sample or source, "
            'as in report.findings(sample="…", source="…")'
        )


def _key(finding: Finding) -> tuple[Any, ...]:
    return finding.step, finding.statistic, finding.scale, finding.of, finding.sample, finding.source


def _without_replaced(form: Instrument, new: Iterable[Finding], replace: bool) -> Instrument:
    """Return the instrument without findings that new ones contradict; raise unless they may be replaced."""
    keys = {_key(finding): finding for finding in new}
    old = [finding for finding in form.evidence.findings if _key(finding) in keys]
    if old and not replace:
        raise InstrumentError(
            f"{form.id}: already records {old[0]}; the new value is {keys[_key(old[0])].value}. Pass "
            "replace=True to replace it, or another sample or source if both are right"
        )
    kept = tuple(finding for finding in form.evidence.findings if _key(finding) not in keys)
    evidence = form.evidence.model_copy(update={"findings": kept})
    return form.model_copy(update={"evidence": evidence}) if old else form
