"""Checks that the parts of a document fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.tolerances import DOCUMENT_ROUNDING
from intimacy_scales.results.frozen import is_array
from intimacy_scales.results.result import Result

# names that older documents do not have: of instruments (and a norm's language), of `Fit` and its tests,
# of interpretations, of norms by covariates and of searches of cut-offs
ADDED_LATER = {
    *InstrumentRef._gained, "crmr", "n_in_test", "rmsea_not_close_p", "bounded",
    "around", "confidence_level", "sems", "straddles", "instrument", "auc_interval",
}  # fmt: skip


def check_axes(results: Sequence[Result], where: str) -> None:
    """Raise if parts that share an axis differ in its length; see `Result._axes`.

    Parameters
    ----------
    results
        A result, or several with the same axes.
    where
        The document's name in messages.
    """
    lengths: dict[str, tuple[str, int]] = {}
    for result in results:
        for name, axes in result._axes.items():
            part: Any = result
            for step in name.split("."):
                part = getattr(part, step, None)
            if part is None:
                continue
            shape = part.shape if is_array(part) else (len(part),)
            if len(shape) != len(axes):
                raise DocumentError(f"{where}.{name}: {len(shape)} levels of arrays; {len(axes)} are needed")
            for axis, length in zip(axes, shape, strict=True):
                first_name, first_length = lengths.setdefault(axis, (name, length))
                if length != first_length:
                    raise DocumentError(
                        f"{where}: {name} has {length} entries, and {first_name} has {first_length}; both "
                        "need the same number"
                    )


def check_follows(made: Result, document: Mapping[str, Any], where: str) -> None:
    """Raise if a document holds a figure that does not follow from its others.

    Texts are not compared, as another version of this package may word them differently.
    """
    _compare(made.to_dict(), document, where)


def _compare(computed: Any, given: Any, where: str) -> None:
    """Raise if a part of a document differs from the same part of the result that was made from it."""
    if isinstance(computed, str) and isinstance(given, str) and "Infinity" not in (computed, given):
        return
    if isinstance(computed, Mapping) and isinstance(given, Mapping) and _same_names(computed, given):
        for name, part in given.items():
            _compare(computed[name], part, f"{where}.{name}")
    elif isinstance(computed, list | tuple) and isinstance(given, list | tuple):
        if len(computed) == len(given):
            for i, (computed_part, given_part) in enumerate(zip(computed, given, strict=True)):
                _compare(computed_part, given_part, f"{where}[{i}]")
        elif not all(isinstance(part, str) for part in (*computed, *given)):
            raise DocumentError(
                f"{where}: {len(given)} entries, but the other figures of the document give {len(computed)}"
            )
    elif not _equal(computed, given):
        raise DocumentError(
            f"{where}: {shortened(given)} does not follow from the other figures of the document, which "
            f"give {shortened(computed)}: it was changed after it was written"
        )


def _same_names(computed: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Return whether the names are the same, apart from those that older documents do not have."""
    missing = computed.keys() - given.keys()
    return given.keys() <= computed.keys() and missing <= ADDED_LATER


def _equal(computed: Any, given: Any) -> bool:
    """Return whether two values are equal, numbers up to rounding error."""
    if computed == given:
        return True
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in (computed, given)):
        return False
    return bool(abs(computed - given) <= DOCUMENT_ROUNDING * max(1.0, abs(computed), abs(given)))


def check_same_names(parts: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> None:
    """Raise if parts of a document do not hold the scales or items of the instrument, all of one length.

    Parameters
    ----------
    parts
        Name of the part in messages → name of the scale or item → values of each person.
    names
        Names of the scales or items of the instrument.
    """
    for where, part in parts.items():
        if set(part) != set(names):
            differing = ", ".join(sorted(set(part) ^ set(names)))
            raise DocumentError(f"{where}: it should hold {', '.join(names)}; {differing} differs")
    lengths = {len(values) for part in parts.values() for values in part.values() if is_array(values)}
    if len(lengths) > 1:
        where = " and ".join(parts)
        raise DocumentError(f"{where}: each needs the same number of values, not {sorted(lengths)}")
