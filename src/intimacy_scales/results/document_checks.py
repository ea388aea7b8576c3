"""Whether the parts of a document that was read belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.errors import DocumentError, shortened
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.results.frozen import is_array
from intimacy_scales.results.result import Result

# a norm's language has the same name; then what `Fit` and its tests gained
ADDED_LATER = {*InstrumentRef._gained, "crmr", "n_in_test", "rmsea_not_close_p"}
ROUNDING = 1e-6  # beside the larger of two figures, or 1: one of them can come from another machine


def check_axes(results: Sequence[Result], where: str) -> None:
    """Raise where parts that share an axis have it in different lengths; see `Result._axes`.

    Parameters
    ----------
    results
        A result, or several whose axes are the same.
    where
        How messages name the document.
    """
    lengths: dict[str, tuple[str, int]] = {}
    for result in results:
        for name, axes in result._axes.items():
            part: Any = result
            for step in name.split("."):
                part = getattr(part, step, None)
            if part is None:  # as where nothing was found
                continue
            shape = part.shape if is_array(part) else (len(part),)
            if len(shape) != len(axes):
                raise DocumentError(f"{where}.{name}: {len(shape)} levels of arrays; {len(axes)} are needed")
            for axis, length in zip(axes, shape, strict=True):
                first, other = lengths.setdefault(axis, (name, length))
                if length != other:
                    raise DocumentError(f"{where}: {name} has {length} entries, and {first} has {other}")


def check_follows(made: Result, document: Mapping[str, Any], where: str) -> None:
    """Raise where a document holds a figure that does not follow from its others.

    Words are not compared: another version of this package may say the same in others.
    """
    _compare(made.to_dict(), document, where)


def _compare(ours: Any, theirs: Any, where: str) -> None:
    if isinstance(ours, str) and isinstance(theirs, str) and "Infinity" not in (ours, theirs):
        return
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping) and _same_names(ours, theirs):
        for name, part in theirs.items():
            _compare(ours[name], part, f"{where}.{name}")
    elif isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        if len(ours) == len(theirs):
            for i, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                _compare(one, other, f"{where}[{i}]")
        elif not all(isinstance(part, str) for part in (*ours, *theirs)):
            raise DocumentError(f"{where}: {len(theirs)} entries, and {len(ours)} follow from the others")
    elif not _alike(ours, theirs):
        raise DocumentError(
            f"{where}: {shortened(theirs)} does not follow from the other figures of the document, which "
            f"give {shortened(ours)}: it was changed after it was written"
        )


def _same_names(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Tell whether two have the same names, but for what documents of before did not record."""
    lacking = ours.keys() - theirs.keys()
    return theirs.keys() <= ours.keys() and lacking <= ADDED_LATER


def _alike(ours: Any, theirs: Any) -> bool:
    if ours == theirs:
        return True
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (ours, theirs))
    return numbers and abs(ours - theirs) <= ROUNDING * max(1.0, abs(ours), abs(theirs))


def check_same_names(parts: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> None:
    """Raise where parts of a document do not hold the scales or items that they should, equally long.

    Parameters
    ----------
    parts
        How messages name them → name → values of each person.
    names
        Those of the instrument.
    """
    for where, part in parts.items():
        if set(part) != set(names):
            other = sorted(set(part) ^ set(names))
            raise DocumentError(f"{where}: it should hold {', '.join(names)}; {', '.join(other)} differs")
    lengths = {len(values) for part in parts.values() for values in part.values() if is_array(values)}
    if len(lengths) > 1:
        where = " and ".join(parts)
        raise DocumentError(f"{where}: as many values are needed for each, not {sorted(lengths)}")
