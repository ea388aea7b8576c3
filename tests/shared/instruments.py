"""Small instruments, and answers that were checked by them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from intimacy_scales import (
    CodedResponses,
    Instrument,
    encode,
    pool_languages,
)

PUBLISHED = {"status": "published"}


def form_of(
    scales: Mapping[str, str | Mapping[str, Any]] | Sequence[Mapping[str, Any]],
    *,
    items: Iterable[str | Mapping[str, Any]] | None = None,
    low: Any = 1,
    high: Any = 5,
    step: Any = 1,
    **fields: Any,
) -> Instrument:
    """Return an instrument of a few items on one range.

    Scales are a mapping such as ``{"a": "q1 -q2", "total": {"of": ["a", "b"]}}``, or their documents. Items
    are ids or documents; by default those that the scales key, in their order. Other fields of the document
    are added, or replace the usual ones.
    """
    if isinstance(scales, Mapping):
        scales = [{"id": n} | ({"items": s.split()} if isinstance(s, str) else s) for n, s in scales.items()]
    if items is None:
        keys = [key for scale in scales for key in scale.get("items", [])]
        items = dict.fromkeys(key.removeprefix("-") for key in keys)
    document = {
        "id": "small",
        "version": "1",
        "title": "Small",
        "response_scale": {"minimum": low, "maximum": high, "step": step},
        "items": [{"id": item} if isinstance(item, str) else item for item in items],
        "scales": list(scales),
    }
    return Instrument.model_validate(document | fields)


def coded(x: Any, scales: Mapping[str, Any] | str | None = None, **points: float) -> CodedResponses:
    """Return checked answers (n, k) to items q1, q2 … from 1 to 7; by default one scale of all of them."""
    array = np.array(x, dtype=float)
    ids = [f"q{n + 1}" for n in range(array.shape[1])]
    named = {"a": scales or " ".join(ids)} if scales is None or isinstance(scales, str) else scales
    form = form_of(named, **{"high": 7, "evidence": PUBLISHED} | points)
    return encode(form, array[:, [ids.index(i) for i in form.item_ids]], columns=list(form.item_ids))


def pooled_quietly(*forms: Instrument) -> Instrument:
    """Return what pools forms in several languages, without the warning that it gives."""
    with warnings.catch_warnings(action="ignore"):
        return pool_languages(*forms)


def keys_of(form: Instrument) -> dict[str, tuple[str, ...]]:
    """Scale → its items with their signs, for scales of items."""
    return {
        scale.id: tuple(("-" if key.reverse else "") + key.item for key in scale.keys)
        for scale in form.scales
        if scale.keys
    }
