"""Moments as documents, and back: the sums of a study in JSON, from which every coefficient follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.moments.cross_products import Integers, PairSums
from intimacy_scales.moments.incomplete import AnsweredSums
from intimacy_scales.moments.item_moments import ItemMoments, check_capacity, no_moments
from intimacy_scales.results.document_types import Object
from intimacy_scales.results.documents import instrument_for, read

_DOCUMENT = Object(
    instrument=InstrumentRef,
    items=Sequence[str],
    n_persons=int,
    pairs=PairSums,
    n_complete=Mapping[str, int],
    complete=Mapping[str, PairSums],
    answered=Mapping[str, AnsweredSums],
    frequencies=Integers,
)


def document_of(moments: ItemMoments) -> dict[str, Any]:
    """Return moments as plain values: instrument, n, sums by name, and frequencies."""
    return {
        "instrument": moments.instrument.ref.to_dict(),
        "items": list(moments.instrument.item_ids),
        "n_persons": moments.n_persons,
        "pairs": _sums(moments.pairs),
        "n_complete": dict(moments.n_complete),
        "complete": {name: _sums(part) for name, part in moments.complete.items()},
        "answered": {name: _sums(part) for name, part in moments.answered.items()},
        "frequencies": moments.frequencies.tolist(),
    }


def _sums(part: PairSums | AnsweredSums) -> dict[str, Any]:
    """Return sums by name as lists; None for those that were not computed."""
    arrays = {name: getattr(part, name) for name in part.__slots__}
    return {name: None if array is None else array.tolist() for name, array in arrays.items()}


def moments_of(document: Any, instrument: Instrument | None) -> ItemMoments:
    """Return the moments that `document_of` wrote.

    Raises
    ------
    DocumentError
        A field is missing or unknown, or the instrument or its items are not those of the sums.
    """
    values = read(_DOCUMENT, document, "ItemMoments")
    form = instrument_for(values["instrument"], instrument)
    if list(values.pop("items")) != list(form.item_ids):
        raise DocumentError(f"ItemMoments.items: these are not the items of {form.ref}")
    moments = ItemMoments(**(values | {"instrument": form}))
    expected = dict(_arrays(no_moments(form)))
    for name, array in _arrays(moments):
        if name not in expected or array.shape != expected[name].shape:
            shape = f"the shape {expected[name].shape}" if name in expected else "no such sums"
            raise DocumentError(f"ItemMoments.{name}: its shape is {array.shape}; {form.ref} has {shape}")
        if array.min(initial=0) < 0 and "counts" in name:
            raise DocumentError(f"ItemMoments.{name}: a count is negative, {array.min()}")
    for name in ("n_complete", "answered"):
        scales = getattr(no_moments(form), name)
        if getattr(moments, name).keys() != scales.keys():
            raise DocumentError(
                f"ItemMoments.{name}: it has the scales {', '.join(getattr(moments, name))}; {form.ref} has "
                f"{', '.join(scales)}"
            )
    if moments.pairs.counts.max(initial=0) > moments.n_persons:
        raise DocumentError(
            f"ItemMoments: n_persons is {moments.n_persons}, but {moments.pairs.counts.max()} answered a "
            "pair of items"
        )
    check_capacity(form, moments.n_persons)
    return moments


def _arrays(moments: ItemMoments) -> Iterator[tuple[str, Integers]]:
    """Yield each array of sums with its name; in those of no persons, ``squares`` too where they are None."""
    yield "frequencies", moments.frequencies
    parts: dict[str, PairSums | AnsweredSums] = {"pairs": moments.pairs}
    parts |= {f"complete.{name}": part for name, part in moments.complete.items()}
    parts |= {f"answered.{name}": part for name, part in moments.answered.items()}
    for where, part in parts.items():
        for name in part.__slots__:
            array = getattr(part, name)
            if array is None and moments.n_persons == 0:
                array = part.counts  # type: ignore[union-attr] # only sums of pairs can be without squares
            if array is not None:
                yield f"{where}.{name}", array
