"""Digests of what scores depend on, and of what people are shown."""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from intimacy_scales.instrument.numbers import exact
from intimacy_scales.instrument.numerals import NOT_ANSWERED, as_compared, spelled

if TYPE_CHECKING:
    from intimacy_scales.instrument.bank import ItemBank
    from intimacy_scales.instrument.content import InstrumentContent
    from intimacy_scales.instrument.response_scale import ResponseScale
    from intimacy_scales.instrument.scale import Scale
    from intimacy_scales.instrument.translation import TranslationFile


NOT_CONTENT = {"accepted", "changes"}  # fields that affect neither questions nor scores


def content_digest(content: dict[str, Any]) -> str:
    """Return sha256 of a document without defaults, for any order of its fields."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def codes_for_missing(declared: Iterable[int | float | str]) -> list[str]:
    """Return codes for missing answers in comparable form: numbers by value, texts as they are compared."""
    codes = set()
    for code in declared:
        number = spelled(code) if isinstance(code, str) else code
        if number is None or not math.isfinite(number):
            codes.add(as_compared(str(code)))
        else:
            codes.add(f"= {exact(number)}")
    return sorted(codes - NOT_ANSWERED)


def _answer_content(scale: ResponseScale) -> list[Any]:
    """Return which answers are allowed, and what each counts."""
    labels = sorted((as_compared(text), str(exact(value))) for value, text in scale.labels)
    ends = [str(exact(value)) for value in (scale.minimum, scale.maximum, scale.step)]
    missing = codes_for_missing((*scale.missing_codes, *scale.not_applicable))
    content: list[Any] = [*ends, labels, missing]
    if scale.points:
        content.append(["points", [str(exact(value)) for value in scale.points]])
    if scale.scores:
        content.append(["scores", [[str(exact(value)) for value in pair] for pair in scale.scores]])
    return content


def _scale_content(form: InstrumentContent, scale: Scale) -> list[Any]:
    """Return how a scale is scored; parts of a composite in their order, as digests have always had them."""
    prorated = scale.method == "sum" and form.prorates(scale)
    content: list[Any] = [scale.id, sorted(scale.items), scale.of, scale.method, scale.required, prorated]
    # only fields in use: keys without them keep the digests from before these fields existed
    if weights := sorted((item, str(weight)) for item, weight in scale.weights if weight != 1):
        content.append(["weights", weights])
    if scale.rescale is not None:
        content.append(["rescale", *map(str, scale.rescale)])
    if scale.is_moved:
        content.append(["times, plus", str(scale.multiply), str(scale.offset)])
    return content


def key_digest(form: InstrumentContent) -> str:
    """Return sha256 of what scores depend on; `Instrument.key_digest` describes it."""
    shared = {id(item.response_scale): item.response_scale for item in form.items}
    answers = {key: _answer_content(scale.translated_from or scale) for key, scale in shared.items()}
    content: dict[str, list[Any]] = {
        "items": sorted([item.id, answers[id(item.response_scale)]] for item in form.items),
        "scales": sorted(_scale_content(form, scale) for scale in form.scales),
    }
    if form.choose_all:
        rules = [[sorted(q.items), sorted(q.witnesses), q.shown is not None] for q in form.choose_all]
        content["choose_all"] = sorted(rules)
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _option_texts(scale: ResponseScale) -> list[Any]:
    """Return the texts of the options that a respondent is shown."""
    labels = [[str(exact(value)), _composed(text)] for value, text in scale.labels]
    return [labels, [_composed(code) for code in scale.not_applicable if isinstance(code, str)]]


def _composed(text: str | None) -> str | None:
    return None if text is None else unicodedata.normalize("NFC", text)


def _wording_digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def text_digest(form: InstrumentContent) -> str:
    """Return sha256 of what people are shown; `Instrument.text_digest` describes it."""
    if form.pooled:
        return _wording_digest(sorted([part.language, part.text_digest] for part in form.pooled))
    shared = {id(item.response_scale): item.response_scale for item in form.items}
    options = {key: _option_texts(scale) for key, scale in shared.items()}
    return _wording_digest(
        {
            "language": form.language,
            "instructions": _composed(form.instructions),
            "items": sorted(
                ([item.id, _composed(item.text), options[id(item.response_scale)]] for item in form.items),
                key=lambda entry: str(entry[0]),
            ),
        }
    )


def translation_digest(variants: Iterable[InstrumentContent]) -> str:
    """Return sha256 of what respondents are shown by a translated instrument, in all of its variants.

    Its status, its translators and its evidence are left out.
    """
    return _wording_digest(
        [
            [form.translation.variant, text_digest(form), form.translation.title, _composed(form.safety)]
            for form in variants
            if form.translation is not None
        ]
    )


def bank_text_digest(bank: ItemBank) -> str:
    """Return sha256 of all wordings of a bank's items, and of their options."""
    return _wording_digest(
        {
            "language": bank.language,
            "items": {
                item.id: [
                    *map(_composed, (item.text, item.partner_text, item.daily_text)),
                    _option_texts(item.response_scale),
                ]
                for item in bank.items
            },
        }
    )


def source_digest(source: InstrumentContent | ItemBank, file: TranslationFile) -> str:
    """Return sha256 of the present wording of what a file translates; the rest of its source is left out.

    Items that the file does not translate may be reworded, added or dropped.
    """
    items = {item.id: item for item in source.items}
    scales = {item.response_scale.id: item.response_scale for item in source.items}
    content: dict[str, Any] = {
        field: {name: _composed(getattr(items[name], field)) for name in texts if name in items}
        for field, texts in file.wordings().items()
        if texts
    }
    named = {*file.labels, *file.not_applicable}
    # with the range: on a wider one the same labels mean something else
    content["options"] = {
        name: [*(str(exact(value)) for value in scales[name].range), *_option_texts(scales[name])]
        for name in named
        if name in scales
    }
    for field in ("title", "instructions", "safety"):
        if getattr(file, field) is not None:
            content[field] = _composed(getattr(source, field, None))
    return _wording_digest(content)
