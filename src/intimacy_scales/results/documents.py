"""Documents of results read: the way back from JSON to the result, each value checked for its type."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, cast, get_args, get_origin

from intimacy_scales.errors import DocumentError, nearest, shortened
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.results.document_checks import check_axes, check_follows
from intimacy_scales.results.document_types import Object, Sort, Unless, document_types, sort_of, types_of
from intimacy_scales.results.frozen import is_array
from intimacy_scales.results.result import Kind, Result

_MOST = 2**53
_LARGEST = sys.float_info.max
_ENDLESS = {"Infinity": math.inf, "-Infinity": -math.inf}


def parsed(text: str | bytes, what: str) -> Any:
    """Return what a JSON text holds, or raise `DocumentError`."""
    if not isinstance(text, str | bytes | bytearray):
        raise DocumentError(f"{what}.from_json: {_no_text(text, what)}")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise DocumentError(f"{what}: {shortened(twice)} stands there twice in one object")
        return found

    try:
        return json.loads(text, object_pairs_hook=once)
    except DocumentError:
        raise
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{what}: {shortened(text)} is no JSON: {error}") from None


def _no_text(given: Any, what: str) -> str:
    """Say how to read a document that is given as something else than its text."""
    kind = type(given).__name__
    if isinstance(given, PurePath):
        return f"give the text of the file, not its path: {what}.from_json(path.read_bytes())"
    if hasattr(given, "read"):
        return f"give the text of the file, not the file: {what}.from_json(file.read())"
    if isinstance(given, Mapping):
        return f"a {kind} is no text: read it with {what}.from_dict(document)"
    return f"a value of type {kind} is no text: give what to_json() returned"


def checked(document: Any, wanted: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return a document that has just the names that it should have.

    Raises
    ------
    DocumentError
        It is no mapping, or names lack or are unknown.
    """
    if not isinstance(document, Mapping):
        raise DocumentError(
            f"{where}: {shortened(document)} is no document; give what to_dict() or to_json() returned"
        )
    lacking = [n for n, kind in wanted.items() if n not in document and not isinstance(kind, Unless)]
    if lacking:
        raise DocumentError(f"{where}: {', '.join(lacking)} {'lacks' if len(lacking) == 1 else 'lack'}")
    for name in document:
        if name not in wanted:
            near = nearest(str(name), list(wanted))
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(wanted)}"
            raise DocumentError(f"{where}: there is no {shortened(name)} in such a document{hint}")
    return document


def read(kind: Any, value: Any, where: str) -> Any:
    """Return the value of one type that a document holds.

    Raises
    ------
    DocumentError
        It is of another type; says where.
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


def _refuse(value: Any, wanted: str, where: str) -> Any:
    raise DocumentError(f"{where}: {shortened(value)} is not {wanted}")


def _single(kind: Any, value: Any, where: str) -> Any:
    if kind is float:
        if value is None:
            return math.nan
        if isinstance(value, str) and value in _ENDLESS:
            return _ENDLESS[value]
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LARGEST:
            return value  # a whole number stays one, as a table of results shows it
        return _refuse(value, "a number", where)
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    wanted = {str: "a text", int: "a whole number", bool: "true or false", type(None): "null"}[kind]
    return _refuse(value, wanted, where)


def _object(kind: Any, value: Any, where: str) -> dict[str, Any]:
    found = checked(value, kind.types, where)
    return _parts(kind.types, found, where)


def _parts(types: Mapping[str, Any], found: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the parts of a document by name; of those that it left out, what stands for nothing."""
    parts = {}
    for name, of in types.items():
        if not isinstance(of, Unless):
            parts[name] = read(of, found[name], f"{where}.{name}")
        elif name in found:
            parts[name] = read(of.kind, found[name], f"{where}.{name}")
        else:
            parts[name] = of.nothing
    return parts


def _literal(kind: Any, value: Any, where: str) -> Any:
    allowed = get_args(kind)
    return value if value in allowed else _refuse(value, " or ".join(map(repr, allowed)), where)


def _either(kind: Any, value: Any, where: str) -> Any:
    kinds = get_args(kind)
    if value is None and type(None) in kinds:
        return None
    left = [one for one in kinds if one is not type(None)]
    if set(left) == {int, float}:  # whole numbers stay whole
        return value if type(value) is int else read(float, value, where)
    if isinstance(value, Mapping):  # of several sorts of parts, the one with these names tells what is wrong
        left.sort(key=lambda one: sort_of(one) == "part" and set(document_types(one)) == set(value))
    for one in left[:-1]:
        try:
            return read(one, value, where)
        except DocumentError:
            continue
    return read(left[-1], value, where)


def _mapping(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        return _refuse(value, "an object", where)
    of = get_args(kind)[1]
    return {name: read(of, part, f"{where}.{name}") for name, part in value.items()}


def _sequence(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, list | tuple):
        return _refuse(value, "an array", where)
    of = get_args(kind)[0]
    return tuple(read(of, part, f"{where}[{i}]") for i, part in enumerate(value))


def _pair(kind: Any, value: Any, where: str) -> Any:
    inner = get_args(kind)
    if not isinstance(value, list | tuple) or len(value) != len(inner):
        return _refuse(value, f"an array of {len(inner)}", where)
    return tuple(
        read(of, part, f"{where}[{i}]") for i, (of, part) in enumerate(zip(inner, value, strict=True))
    )


def _array(kind: Any, value: Any, where: str) -> Any:
    import numpy as np

    dtype = get_args(kind)[-1]  # of NDArray, or within np.dtype[…] of ndarray
    dtype = get_args(dtype)[0] if get_origin(dtype) is np.dtype else dtype
    if get_origin(dtype) is not None or dtype in (np.integer, np.unsignedinteger, np.floating):
        dtype = np.int64 if "integer" in str(dtype) else np.float64
    number = np.issubdtype(dtype, np.floating)

    def parsed(part: Any) -> Any:
        if isinstance(part, list | tuple):
            return [parsed(one) for one in part]
        single: type[Any] = float if number else bool if dtype is np.bool_ else int
        return _single(single, part, where)

    if not isinstance(value, list | tuple):
        return _refuse(value, "an array", where)
    numbers = parsed(value)
    try:
        return np.array(numbers, dtype=dtype)
    except (ValueError, OverflowError) as error:
        raise DocumentError(f"{where}: rows of unequal length, or numbers too large") from error


def _part(kind: Any, value: Any, where: str) -> Any:
    """Return a result, a reference or another part of its own kind."""
    if hasattr(kind, "_from_document"):
        return result_of(kind, value, None, where)
    found = checked(value, document_types(kind), where)
    if hasattr(kind, "from_dict"):  # parts of an instrument
        try:
            return kind.from_dict(found)
        except (TypeError, ValueError) as error:
            raise DocumentError(f"{where}: {error}") from error
    values = _parts(document_types(kind), found, where)
    if kind is InstrumentRef:
        values["high_means"] = tuple(values["high_means"].items())
    return kind(**values)


def result_of(kind: type[Result], document: Any, instrument: Any, where: str | None = None) -> Any:
    """Return the result that a document was written from.

    Parameters
    ----------
    kind
        Its class.
    document
        What its `to_dict` returned, or JSON made of it.
    instrument
        The instrument, for results that lead back to one; None: looked up by its id and digest.
    where
        How messages name the document.
    """
    told = where or kind.__name__
    try:
        values = _object(Object(**document_types(kind)), document, told)
    except RecursionError:
        raise DocumentError(f"{told}: nested too deeply") from None
    for name, value in values.items():
        if (name == "n" or name.startswith("n_")) and isinstance(value, int) and not 0 <= value <= _MOST:
            raise DocumentError(f"{told}.{name}: {shortened(value)} is no number of anything")
    if instrument is not None and where is None and isinstance(values.get("instrument"), InstrumentRef):
        instrument_for(values["instrument"], instrument)
    for name, axes in kind._axes.items():  # JSON does not tell how many axes nothing has
        if is_array(values.get(name)) and not values[name].size:
            values[name] = values[name].reshape((0,) * len(axes))
    try:
        made = kind._from_document(values, instrument)
        check_axes([made], told)
        if where is None:
            check_follows(made, document, told)
            repr(made)
    except DocumentError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, AssertionError) as error:
        raise DocumentError(f"{told}: its parts do not belong together: {error}") from error
    return made


def made_of(kind: type[Kind], values: Mapping[str, Any], /, **others: Any) -> Kind:
    """Return a result whose fields are those of a document, which holds other figures too.

    Parameters
    ----------
    kind
        Its class.
    values
        What its document holds.
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
        What the document says of it.
    instrument
        What the caller gave; None: the shipped one of that id.

    Raises
    ------
    DocumentError
        It is another than the one with which the result was made, or none of that id is shipped.
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
                f"no instrument {reference.id!r} is shipped: pass it as instrument=, such as load_file(path)"
            ) from error
    if form.digest == reference.digest:
        check_reference(reference, form.ref)
    if form.digest != reference.digest:
        given = "the shipped one" if instrument is None else "instrument"
        raise DocumentError(
            f"the document was written with {_with_digest(reference)}, and {given} is "
            f"{_with_digest(form.ref)}: {_what_to_pass(reference, form, is_given=instrument is not None)}"
        )
    return form


def check_reference(told: InstrumentRef, form: InstrumentRef) -> None:
    """Raise where a document says anything else of an instrument than the instrument of its digest does."""
    recorded = {name for name, nothing in told._gained.items() if getattr(told, name) != nothing}
    if told != form or any(getattr(told, name) != getattr(form, name) for name in recorded):
        raise DocumentError(
            f"the document has the digest of {form}, and another version, status, coding, language or "
            "wording: it was changed after it was written"
        )


def _with_digest(reference: InstrumentRef) -> str:
    """Name an instrument with its language, variant and digest."""
    told = f"digest {reference.digest[:12]}"
    named = reference.told_apart
    return f"{named[:-1]}; {told})" if named.endswith(")") else f"{named} ({told})"


def _what_to_pass(reference: InstrumentRef, form: Any, *, is_given: bool) -> str:
    """Say how the instrument of a document is found, which is not ``form``."""
    from intimacy_scales.errors import IntimacyScalesError

    try:
        is_shipped = is_given and _shipped_as(reference).digest == reference.digest
    except IntimacyScalesError:
        is_shipped = False
    if is_shipped:
        return f"leave instrument= out, or pass {reference.load_call}"
    told = "pass the one it was written with as instrument="
    if reference.pooled:
        told += f", which pool_languages made of {reference.id} in {' and '.join(reference.pooled)}"
    elif reference.told_apart != form.ref.told_apart:
        told += f", {reference.told_apart}"
    return f"{told}; keep an instrument as its file, or by to_json()"


def _shipped_as(reference: InstrumentRef) -> Any:
    """Return the shipped instrument that fits a reference best: its version, language and variant, or a pool.

    Raises
    ------
    UnknownInstrumentError
        None of that id is shipped.
    """
    from intimacy_scales.errors import InstrumentError
    from intimacy_scales.instrument.loading import every_variant, load
    from intimacy_scales.instrument.pooling import pooled_again
    from intimacy_scales.instrument.reference import parted
    from intimacy_scales.instrument.shipped import released_versions

    form = load(reference.id)
    try:  # languages that are not shipped are somebody's own
        if reference.pooled:
            wordings = map(parted, reference.pooled)
            return pooled_again([load(form.id, language=tag, variant=one) for tag, one in wordings])
        if reference.translation is not None and reference.language is not None:
            forms = every_variant(form.id, reference.version, reference.language, reference.revision)
            return next((one for one in forms if one.digest == reference.digest), form)
    except InstrumentError:
        return form
    if form.digest != reference.digest and reference.version in released_versions(form.id):
        form = load(reference.id, version=reference.version)
    return form
