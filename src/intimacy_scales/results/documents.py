"""Reading of documents: from JSON back to a result, with each value checked for its type."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, cast, get_args, get_origin

from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import nearest, shortened
from intimacy_scales.results.document_checks import check_axes, check_follows
from intimacy_scales.results.document_types import Object, Sort, Unless, document_types, sort_of, types_of
from intimacy_scales.results.frozen import is_array
from intimacy_scales.results.result import Kind, Result

_LARGEST_COUNT = 2**53
_LARGEST_FLOAT = sys.float_info.max
_INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}


def parsed(text: str | bytes, what: str) -> Any:
    """Return the content of a JSON text, or raise `DocumentError`."""
    if not isinstance(text, str | bytes | bytearray):
        raise DocumentError(f"{what}.from_json: {_how_to_read(text, what)}")

    def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping = dict(pairs)
        if len(mapping) < len(pairs):
            names = [name for name, _ in pairs]
            repeated = next(name for name in names if names.count(name) > 1)
            raise DocumentError(f"{what}: {shortened(repeated)} occurs twice in one object")
        return mapping

    try:
        return json.loads(text, object_pairs_hook=without_repeats)
    except DocumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{what}: {shortened(text)} is not JSON: {error}") from None


def _how_to_read(given: Any, what: str) -> str:
    """Return how to read a document that was passed in another form than its text."""
    kind = type(given).__name__
    if isinstance(given, PurePath):
        return f"pass the text of the file, not its path: {what}.from_json(path.read_bytes())"
    if hasattr(given, "read"):
        return f"pass the text of the file, not the file: {what}.from_json(file.read())"
    if isinstance(given, Mapping):
        return f"a {kind} is not a text: read it with {what}.from_dict(document)"
    return f"a value of type {kind} is not a text: pass what to_json() returned"


def checked(document: Any, types_by_name: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return a document that has all the names it needs, and no others.

    Raises
    ------
    DocumentError
        It is not a mapping, or names are missing or unknown.
    """
    if not isinstance(document, Mapping):
        raise DocumentError(
            f"{where}: {shortened(document)} is not a document; pass what to_dict() or to_json() returned"
        )
    missing = [
        name for name, kind in types_by_name.items() if name not in document and not isinstance(kind, Unless)
    ]
    if missing:
        raise DocumentError(f"{where}: {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    for name in document:
        if name not in types_by_name:
            near = nearest(str(name), list(types_by_name))
            hint = f"did you mean {near[0]!r}?" if near else f"its names are {', '.join(types_by_name)}"
            raise DocumentError(f"{where}: {shortened(name)} is not a name of such a document; {hint}")
    return document


def read(kind: Any, value: Any, where: str) -> Any:
    """Return a value of a document as the type that it should have.

    Raises
    ------
    DocumentError
        It is of another type; the message says where.
    """
    readers: dict[Sort, Callable[[Any, Any, str], Any]] = {
        "any": lambda _kind, value, _where: value,
        "object": _object,
        "either": _either,
        "literal": _literal,
        "single": _single,
        "array": _array,
        "mapping": _mapping,
        "pair": _pair,
        "sequence": _sequence,
        "part": _part,
    }
    return readers[sort_of(kind)](kind, value, where)


def _refuse(value: Any, allowed: str, where: str) -> Any:
    """Raise that a value is not what it should be."""
    raise DocumentError(f"{where}: {shortened(value)} is not {allowed}")


def _single(kind: Any, value: Any, where: str) -> Any:
    """Return a single value: a number, a text, a truth value or None."""
    if kind is float:
        if value is None:
            return math.nan
        if isinstance(value, str) and value in _INFINITE:
            return _INFINITE[value]
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST_FLOAT:
            return value  # a whole number stays one, as a table of results shows it
        return _refuse(value, "a number", where)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    allowed = {str: "a text", int: "a whole number", bool: "true or false", type(None): "null"}[kind]
    return _refuse(value, allowed, where)


def _object(kind: Any, value: Any, where: str) -> dict[str, Any]:
    """Return a mapping with the given names and types."""
    return _parts(kind.types, checked(value, kind.types, where), where)


def _parts(types: Mapping[str, Any], document: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the parts of a document by name, with a default for each that may be left out and is."""
    parts = {}
    for name, kind in types.items():
        if not isinstance(kind, Unless):
            parts[name] = read(kind, document[name], f"{where}.{name}")
        elif name in document:
            parts[name] = read(kind.kind, document[name], f"{where}.{name}")
        else:
            parts[name] = kind.nothing
    return parts


def _literal(kind: Any, value: Any, where: str) -> Any:
    allowed = get_args(kind)
    return value if value in allowed else _refuse(value, " or ".join(map(repr, allowed)), where)


def _either(kind: Any, value: Any, where: str) -> Any:
    """Return a value of a union of types, by the first type that fits."""
    kinds = get_args(kind)
    if value is None and type(None) in kinds:
        return None
    options = [option for option in kinds if option is not type(None)]
    if set(options) == {int, float}:  # whole numbers stay whole
        return value if type(value) is int else read(float, value, where)
    if isinstance(value, Mapping):  # last, so that its error is raised: the sort of part that has these names
        options.sort(
            key=lambda option: sort_of(option) == "part" and set(document_types(option)) == set(value)
        )
    for option in options[:-1]:
        try:
            return read(option, value, where)
        except DocumentError:
            continue
    return read(options[-1], value, where)


def _mapping(kind: Any, value: Any, where: str) -> Any:
    """Return a mapping of names to values of one type."""
    if not isinstance(value, Mapping):
        return _refuse(value, "an object", where)
    part_kind = get_args(kind)[1]
    return {name: read(part_kind, part, f"{where}.{name}") for name, part in value.items()}


def _sequence(kind: Any, value: Any, where: str) -> Any:
    """Return a tuple of values of one type."""
    if not isinstance(value, list | tuple):
        return _refuse(value, "an array", where)
    part_kind = get_args(kind)[0]
    return tuple(read(part_kind, part, f"{where}[{i}]") for i, part in enumerate(value))


def _pair(kind: Any, value: Any, where: str) -> Any:
    """Return a tuple of values, each of its own type."""
    part_kinds = get_args(kind)
    if not isinstance(value, list | tuple) or len(value) != len(part_kinds):
        return _refuse(value, f"an array of {len(part_kinds)}", where)
    return tuple(
        read(part_kind, part, f"{where}[{i}]")
        for i, (part_kind, part) in enumerate(zip(part_kinds, value, strict=True))
    )


def _array(kind: Any, value: Any, where: str) -> Any:
    """Return a numpy array of numbers or truth values."""
    import numpy as np

    dtype = get_args(kind)[-1]  # of NDArray[dtype], or of ndarray[shape, np.dtype[dtype]]
    dtype = get_args(dtype)[0] if get_origin(dtype) is np.dtype else dtype
    if get_origin(dtype) is not None or dtype in (np.integer, np.unsignedinteger, np.floating):
        dtype = np.int64 if "integer" in str(dtype) else np.float64
    element: type[Any] = int
    if np.issubdtype(dtype, np.floating):
        element = float
    elif dtype is np.bool_:
        element = bool

    def elements(part: Any) -> Any:
        if isinstance(part, list | tuple):
            return [elements(row) for row in part]
        return _single(element, part, where)

    if not isinstance(value, list | tuple):
        return _refuse(value, "an array", where)
    nested = elements(value)
    try:
        return np.array(nested, dtype=dtype)
    except (ValueError, OverflowError) as error:
        raise DocumentError(f"{where}: rows of unequal length, or numbers too large") from error


def _part(kind: Any, value: Any, where: str) -> Any:
    """Return a result, a reference to an instrument or another class that is part of a document."""
    if hasattr(kind, "_from_document"):
        return result_of(kind, value, None, where)
    document = checked(value, document_types(kind), where)
    if hasattr(kind, "from_dict"):  # parts of an instrument
        try:
            return kind.from_dict(document)
        except (TypeError, ValueError) as error:
            raise DocumentError(f"{where}: {error}") from error
    values = _parts(document_types(kind), document, where)
    if kind is InstrumentRef:
        values["high_means"] = tuple(values["high_means"].items())
    return kind(**values)


def result_of(kind: type[Result], document: Any, instrument: Any, where: str | None = None) -> Any:
    """Return the result that a document was written from.

    Parameters
    ----------
    kind
        Class of the result.
    document
        What its `to_dict` returned, or the same from JSON.
    instrument
        The instrument, for results that need one; None: looked up by its id and digest.
    where
        For a part of a document: its place, for messages.
    """
    place = where or kind.__name__
    try:
        values = _object(Object(**document_types(kind)), document, place)
    except RecursionError:
        raise DocumentError(f"{place}: nested too deeply") from None
    for name, value in values.items():
        is_count = (name == "n" or name.startswith("n_")) and isinstance(value, int)
        if is_count and not 0 <= value <= _LARGEST_COUNT:
            raise DocumentError(
                f"{place}.{name}: {shortened(value)} is not a count; allowed: whole numbers from 0 to 2^53"
            )
    if instrument is not None and where is None and isinstance(values.get("instrument"), InstrumentRef):
        instrument_for(values["instrument"], instrument)
    for name, axes in kind._axes.items():  # an empty JSON array does not show its number of axes
        if is_array(values.get(name)) and not values[name].size:
            values[name] = values[name].reshape((0,) * len(axes))
    try:
        result = kind._from_document(values, instrument)
        check_axes([result], place)
        if where is None:
            check_follows(result, document, place)
            repr(result)
    except DocumentError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError) as error:
        raise DocumentError(f"{place}: its parts do not fit together: {error}") from error
    return result


def made_of(kind: type[Kind], values: Mapping[str, Any], /, **others: Any) -> Kind:
    """Return a result whose fields are those of a document, which can hold further figures.

    Parameters
    ----------
    kind
        Class of the result.
    values
        Name → value in the document.
    **others
        Fields that the document does not hold, or has under another name.
    """
    return kind(
        **{name: others[name] if name in others else values[name] for name in types_of(cast(Any, kind))}
    )


def instrument_for(reference: InstrumentRef, instrument: Any) -> Any:
    """Return the instrument that a document names.

    Parameters
    ----------
    reference
        The document's reference to its instrument.
    instrument
        The instrument that the caller passed; None: the shipped one with that id.

    Raises
    ------
    DocumentError
        It is not the instrument with which the result was made, or no shipped instrument has that id.
    """
    from intimacy_scales.errors import UnknownInstrumentError
    from intimacy_scales.instrument.loading import as_instrument

    if instrument is not None:
        form = as_instrument(instrument)
    else:
        try:
            form = _shipped_as(reference)
        except UnknownInstrumentError as error:
            raise DocumentError(
                f"no instrument {reference.id!r} is shipped: pass it as instrument=, for example "
                "load_file(path)"
            ) from error
    if form.digest == reference.digest:
        check_reference(reference, form.ref)
    if form.digest != reference.digest:
        given = "the shipped one" if instrument is None else "the one passed"
        raise DocumentError(
            f"the document was written with {_with_digest(reference)}, and {given} is "
            f"{_with_digest(form.ref)}: {_what_to_pass(reference, form, is_given=instrument is not None)}"
        )
    return form


def check_reference(recorded: InstrumentRef, form: InstrumentRef) -> None:
    """Raise if a document's reference differs from the instrument that has its digest."""
    given_names = {name for name, nothing in recorded._gained.items() if getattr(recorded, name) != nothing}
    if recorded != form or any(getattr(recorded, name) != getattr(form, name) for name in given_names):
        raise DocumentError(
            f"the document has the digest of {form}, but another version, status, coding, key, language or "
            "wording: it was changed after it was written"
        )


def _with_digest(reference: InstrumentRef) -> str:
    """Return the name of an instrument with its language, variant and digest."""
    digest = f"digest {reference.digest[:12]}"
    name = reference.told_apart
    return f"{name[:-1]}; {digest})" if name.endswith(")") else f"{name} ({digest})"


def _what_to_pass(reference: InstrumentRef, form: Any, *, is_given: bool) -> str:
    """Return how to get the instrument of a document, which is not ``form``."""
    from intimacy_scales.errors import IntimacyScalesError

    try:
        is_shipped = is_given and _shipped_as(reference).digest == reference.digest
    except IntimacyScalesError:
        is_shipped = False
    if is_shipped:
        return f"leave instrument= out, or pass {reference.load_call}"
    advice = "pass the one it was written with as instrument="
    if reference.pooled:
        advice += f", which pool_languages made of {reference.id} in {' and '.join(reference.pooled)}"
    elif reference.told_apart != form.ref.told_apart:
        advice += f", {reference.told_apart}"
    return f"{advice}; keep an instrument as its file, or by to_json()"


def _shipped_as(reference: InstrumentRef) -> Any:
    """Return the shipped instrument that matches a reference best: its version, language, variant, or pool.

    Raises
    ------
    UnknownInstrumentError
        No shipped instrument has that id.
    """
    from intimacy_scales.errors import InstrumentError
    from intimacy_scales.instrument.loading import every_variant, load
    from intimacy_scales.instrument.pooling import pooled_again
    from intimacy_scales.instrument.reference import parted
    from intimacy_scales.instrument.shipped import released_versions

    form = load(reference.id)
    try:  # a language that is not shipped is a user's own
        if reference.pooled:
            wordings = map(parted, reference.pooled)
            return pooled_again([load(form.id, language=tag, variant=variant) for tag, variant in wordings])
        if reference.translation is not None and reference.language is not None:
            variants = every_variant(form.id, reference.version, reference.language, reference.revision)
            return next((variant for variant in variants if variant.digest == reference.digest), form)
    except InstrumentError:
        return form
    if form.digest != reference.digest and reference.version in released_versions(form.id):
        form = load(reference.id, version=reference.version)
    return form
