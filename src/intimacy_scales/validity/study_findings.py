"""Findings of one study for an instrument: whether they are of that instrument, and what they are of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.instrument.loading import load_bank, shipped_banks
from intimacy_scales.messages import a_type, shortened
from intimacy_scales.validity.content_validity_result import ContentValidity

_DIGITS = 12  # of a digest in messages
PLAIN_NUMBERS = "plain numbers, not tied to the scoring key"


def findings_of(form: Instrument, study: Any, sample: str | None, source: str | None) -> Iterable[Finding]:
    """Return the findings of one study; parameters and errors as of `evidence_report`."""
    if isinstance(study, Finding):
        return (study,)
    if isinstance(study, list | tuple) and all(isinstance(finding, Finding) for finding in study):
        return study
    if not callable(getattr(study, "findings", None)):
        raise InstrumentError(
            f"{a_type(study)} has no findings; pass results that have, such as a reliability report, or "
            'Findings: Finding(step="response processes", statistic="items changed after interviews", '
            'value=2, sample="8 persons", n=8, source="…")'
        )
    if not sample or not source:
        missing = " and ".join(name for name, given in (("sample", sample), ("source", source)) if not given)
        raise InstrumentError(f"{missing}: say who answered, and where the study is described")
    for ref in _references(study):
        _check_same(form, ref)
    if isinstance(study, ContentValidity):
        _check_judged_version(form, study)
        study = _of_instrument(form, study)
    findings: tuple[Finding, ...] = study.findings(sample=sample, source=source)
    if isinstance(study, ContentValidity) or any(True for _ in _references(study)):
        return findings
    return _of_plain_numbers(form, findings)


def _of_plain_numbers(form: Instrument, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings of a result that knows no instrument, each with that fact; raise for unknown scales."""
    unknown = next((f.scale for f in findings if f.scale not in (None, *form.scale_ids)), None)
    if unknown is not None:
        raise InstrumentError(
            f"a result of plain numbers is of {shortened(unknown)}, which is not a scale of {form.id}; "
            f"allowed: {', '.join(form.scale_ids)}. Compute it from score({form.id!r}, …), or pass findings "
            "that name the scale, as in result.findings(…)"
        )
    return tuple(
        f.model_copy(update={"of": "; ".join(filter(None, (f.of or f.scale, PLAIN_NUMBERS))), "scale": None})
        for f in findings
    )


def _references(study: Any) -> Iterable[InstrumentRef]:
    """Yield the references to instruments of a result, or of the models that it compares."""
    models = getattr(study, "models", None)
    for part in (study, *(models.values() if isinstance(models, Mapping) else ())):
        ref = getattr(part, "instrument", None)
        if isinstance(ref, InstrumentRef):
            yield ref


def _check_same(form: Instrument, ref: InstrumentRef) -> None:
    """Raise if a result is of another instrument, another version, other texts, or another scoring key."""
    if (ref.id, ref.version) != (form.id, form.version):
        raise InstrumentError(
            f"a result is of {ref.id} {ref.version}, and the instrument is {form.id} {form.version}: "
            "findings about one version say nothing certain about another"
        )
    if ref.text_digest is not None and ref.text_digest != form.text_digest:
        raise InstrumentError(
            f"a result is of {ref.id} {ref.version} with other texts, such as in another language; pass the "
            "instrument that was answered"
        )
    if ref.key_digest is not None and ref.key_digest != form.key_digest:
        raise InstrumentError(
            f"a result is of {ref.told_apart} with another scoring key (key_digest "
            f"{ref.key_digest[:_DIGITS]}…) than that of the instrument, {form.ref.told_apart} (key_digest "
            f"{form.key_digest[:_DIGITS]}…): answers are read or scored differently, for example by another "
            "missing rule or method. Pass the instrument that the result was computed with, or compute it "
            "again with this one"
        )


def _check_judged_version(form: Instrument, content: ContentValidity) -> None:
    """Raise if experts judged another version of the bank, or of the form, than that of the items.

    The version of a bank is known where an item of the form has the text of that shipped bank.
    """
    if content.of == form.id:
        version = form.version
    elif content.of in shipped_banks():
        bank = load_bank(content.of)
        texts = {item.id: item.text for item in bank.items}
        if not any(item.text is not None and texts.get(item.id) == item.text for item in form.items):
            return
        version = bank.version
    else:
        return
    if content.version not in ("", version):
        raise InstrumentError(
            f"experts judged {content.of} {content.version}, and the items of {form.id} {form.version} are "
            f"of {content.of} {version}, whose texts may differ. Have that version judged; if the items are "
            'the same, record the findings under the version judged: content.findings(sample="…", source="…")'
        )


def _of_instrument(form: Instrument, content: ContentValidity) -> ContentValidity:
    """Return what experts judged about the items of the instrument; raise unless it is about all of them.

    Experts who judged a whole bank judged more items than a form has, and figures such as S-CVI belong to
    the items that they are of.
    """
    for kind, rows in content.judged_rows.items():
        judged = {row.item for row in rows if row.n}
        missing = [item for item in form.item_ids if item not in judged]
        if missing:
            known = "none" if len(missing) == len(form.items) else f"only {len(form.items) - len(missing)}"
            raise InstrumentError(
                f"experts judged {known} of the {len(form.items)} items of {form.id} in {kind}; not "
                f"{shortened(missing[0])}, for example. To record the findings all the same, name "
                'their bank: content.findings(sample="…", source="…")'
            )
    return content.of_items(form.item_ids)
