"""Parts of messages of errors and warnings: values, shortened or left out, and names that are near."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

SHOW_VALUES = "INTIMACY_SCALES_SHOW_VALUES"
_LONGEST = 80  # characters of a value that are shown
_COLLECTIONS = (list, tuple, dict, set, frozenset)
_LONGEST_NAME = 200  # characters; no near name is looked for where a name is longer


_requested: ContextVar[bool | None] = ContextVar("_requested", default=None)


def values_shown(asked: bool | None = None) -> bool:
    """Tell whether messages may contain answers and persons' ids.

    Parameters
    ----------
    asked
        What the caller asked for. None: what `values_as_asked` has set; where it has set nothing, the
        environment variable ``INTIMACY_SCALES_SHOW_VALUES``, which hides them if it is 0, false, no or off.
    """
    asked = _requested.get() if asked is None else asked
    if asked is not None:
        return asked
    return os.environ.get(SHOW_VALUES, "").strip().casefold() not in ("0", "false", "no", "off")


@contextmanager
def values_as_asked(asked: bool | None) -> Iterator[None]:
    """Show or hide values in all messages made inside the ``with`` block; None changes nothing."""
    if asked is None:
        yield
        return
    token = _requested.set(asked)
    try:
        yield
    finally:
        _requested.reset(token)


def shortened(value: Any, longest: int = _LONGEST) -> str:
    """Return a value as messages show it: its `repr`, shortened; its type where `repr` fails.

    Examples
    --------
    >>> shortened("yes"), shortened("y" * 300, 10), shortened(10**5000)
    ("'yes'", "'yyyyyyyyyy'… (300 characters)", 'a number of more than 4300 digits')

    Numbers and texts of numpy are shown as those of Python.
    """
    if isinstance(value, str):  # a text of numpy, too, as a text
        is_long = len(value) > longest
        return f"{value[:longest]!r}… ({len(value):,} characters)" if is_long else str.__repr__(value)
    try:
        text = _collection_repr(value) if isinstance(value, _COLLECTIONS) else repr(_plain_number(value))
    except Exception as error:
        return _without_repr(value, error)
    return text if len(text) <= longest else f"{text[:longest]}…"


def _plain_number(value: Any) -> Any:
    """Return a number of numpy as one of Python: -99, not np.int64(-99); any other value as it is."""
    dtype = getattr(value, "dtype", None)
    is_number = dtype is not None and getattr(value, "ndim", None) == 0 and dtype.kind in "biuf"
    return value.item() if is_number else value


def _collection_repr(value: Any) -> str:
    """Return the `repr` of a collection, cut after its first values and its outer levels."""
    from reprlib import Repr

    limits = Repr()
    limits.maxlevel, limits.maxstring, limits.maxother, limits.maxlong = 6, _LONGEST, _LONGEST, _LONGEST
    limits.maxlist = limits.maxtuple = limits.maxdict = limits.maxset = limits.maxfrozenset = _LONGEST
    return limits.repr(value)


def _without_repr(value: Any, error: Exception) -> str:
    """Describe a value whose own `repr` raised an error."""
    if isinstance(error, ValueError) and not isinstance(value, str):
        return f"a number of more than {sys.get_int_max_str_digits()} digits"
    return f"a value of type {type(value).__name__} that cannot be shown"


def first_of(names: Sequence[str], most: int = 6) -> str:
    """Return the first few of some names, and how many there are beyond them.

    Examples
    --------
    >>> first_of(["a", "b", "c"]), first_of(["a", "b", "c"], 2)
    ('a, b, c', 'a, b and 1 more')
    """
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def counted(n: int, what: str) -> str:
    """Return a number of things, with the plural where needed.

    Examples
    --------
    >>> counted(1, "person"), counted(2, "person")
    ('1 person', '2 persons')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def times(n: int) -> str:
    """Return how often something occurs.

    Examples
    --------
    >>> times(1), times(2), times(3), times(0)
    ('once', 'twice', '3 times', '0 times')
    """
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


def a_type(value: Any) -> str:
    """Return the type of a value with its article.

    Examples
    --------
    >>> a_type(5), a_type([]), a_type(None)
    ('an int', 'a list', 'None')
    """
    name = "None" if value is None else type(value).__name__
    article = "" if value is None else "an " if name[0] in "aeiouAEIO" or name.startswith("nd") else "a "
    return f"{article}{name}"


def shortened_text(value: Any, longest: int = _LONGEST) -> str:
    """Return a name or an id as messages show it, without quotes."""
    if isinstance(value, _COLLECTIONS):
        return shortened(value, longest)
    try:
        text = str(value)
    except Exception:
        return shortened(value, longest)
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"


def level_outside() -> int:
    """Return the ``stacklevel`` at which a warning points at the caller of this library.

    Functions of the standard library are no callers: a cached property is computed by `functools`.
    """
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and not _is_callers(str(frame.f_globals.get("__name__", ""))):
        frame, level = frame.f_back, level + 1
    return level


def _is_callers(module: str) -> bool:
    """Return whether a module belongs neither to this library nor to the standard library."""
    package = module.partition(".")[0]
    return package != "intimacy_scales" and package not in sys.stdlib_module_names


def nearest(name: object, known: Iterable[str], *, most: int = 1, alike: float = 0.6) -> list[str]:
    """Return the known names that were probably meant by a name, nearest first, ignoring case.

    Examples
    --------
    >>> nearest("Trst", ["trust", "mutuality"]), nearest("x", ["trust"])
    (['trust'], [])
    """
    import difflib

    if len(str(name)) > _LONGEST_NAME:
        return []
    by_folded = {other.casefold(): other for other in reversed(list(known))}
    near = difflib.get_close_matches(str(name).casefold(), by_folded, n=most, cutoff=alike)
    return [by_folded[folded] for folded in near]


def suggest(name: object, known: Iterable[str], *, most: int = 1, alike: float = 0.6) -> str:
    """Return "did you mean …?" as the end of a message; an empty text where no known name is near.

    Examples
    --------
    >>> suggest("Trst", ["trust", "mutuality"])
    "; did you mean 'trust'?"
    """
    near = nearest(name, known, most=most, alike=alike)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def not_one_of(
    option: str,
    value: object,
    allowed: Sequence[str] | Mapping[Any, str],
    *,
    note: str = "",
    alike: float = 0.6,
) -> str:
    """Return the message that an option has none of the values that are allowed, with the one probably meant.

    Parameters
    ----------
    option
        Its name.
    value
        The value that it has.
    allowed
        The values that it can have; a mapping says what each means.
    note
        What else the reader must know about the values.
    alike
        How similar the value that was probably meant must be; 1: apart from case, the same.

    Examples
    --------
    >>> not_one_of("missing", "FIML", ["listwise", "fiml"])
    "missing='FIML' is not valid; allowed: 'listwise', 'fiml'; did you mean 'fiml'?"
    >>> not_one_of("type", 3, {"C": "consistency", "A": "agreement"})
    "type=3 is not valid; allowed: 'C' (consistency), 'A' (agreement)"
    """
    meanings = allowed if isinstance(allowed, Mapping) else {}
    listed = ", ".join(f"{name!r} ({meanings[name]})" if name in meanings else repr(name) for name in allowed)
    hint = suggest(value, allowed, alike=alike) if isinstance(value, str) else ""
    return f"{option}={shortened(value)} is not valid; allowed: {listed}{note and '; '}{note}{hint}"


def emptied(error: BaseException) -> None:
    """Remove all values from another library's error, which stays with ours as its ``__context__``.

    ``from None`` hides that error in a traceback only: a log or a pickle would still hold text of the file.
    """
    current: BaseException | None = error
    while current is not None:
        current.args = ()
        for name, value in vars(current).items():  # such as the document of a JSONDecodeError
            # set to an empty value, not deleted: code that pickles the whole chain reads these attributes
            vars(current)[name] = type(value)() if type(value) in (str, bytes, int) else None
        if isinstance(current, UnicodeDecodeError):
            current.object = b""
        current = current.__cause__ or current.__context__
