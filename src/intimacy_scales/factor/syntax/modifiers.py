"""What may be said of a parameter before its variable: ``0.5*x``, ``NA*x``, ``a*x``, ``start(0.5)*x``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from intimacy_scales.factor.syntax.tokens import FREE, REFUSED, Cursor, Token, is_name

_BOUND = REFUSED["<"]
_REFUSED_FUNCTIONS = {
    "efa": "is an exploratory block, and in a model each loading is written: leave efa() out",
    "equal": "makes parameters equal: give them one label instead, a*x1 + a*x2",
    "lower": _BOUND,
    "upper": _BOUND,
    "prior": "is a Bayesian prior, and models here have none: start(0.5)*x says where to start",
    "rv": "is a random slope of a multilevel model, and models here are of one level: leave it out",
}
_UNQUOTED = "; a variable stands without quotes, and a column with other characters needs a new name"
_NO_NUMBERS = ("Inf", "inf", "NaN", "nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """What is said of one parameter in one group.

    Attributes
    ----------
    fixed
        Its value, where it is not estimated: ``0.5*x``.
    free
        Whether it was set free, ``NA*x``. A parameter of which this is not said may be free too.
    start
        Where its estimation starts: ``start(0.5)*x`` or ``0.5?x``.
    label
        Its name: ``a*x``, ``"a"*x`` or ``label("a")*x``. Parameters of one name are equal.
    """

    fixed: float | None = None
    free: bool = False
    start: float | None = None
    label: str | None = None

    def __str__(self) -> str:
        said = {"fixed at": self.fixed, "started at": self.start, "labelled": self.label}
        parts = [
            f"{word} {str(value).removesuffix('.0')}" for word, value in said.items() if value is not None
        ]
        return " and ".join([*parts, *(["free"] if self.free else [])]) or "not spoken of"


_NOTHING = Modifier()


def completed(earlier: Sequence[Modifier], later: Sequence[Modifier]) -> tuple[Modifier, ...]:
    """Return what two mentions of a parameter, which do not contradict each other, say together."""
    return tuple(
        Modifier(
            fixed=one.fixed if other.fixed is None else other.fixed,
            free=one.free or other.free,
            start=one.start if other.start is None else other.start,
            label=one.label if other.label is None else other.label,
        )
        for one, other in _group_by_group(earlier, later)
    )


def contradiction(earlier: Sequence[Modifier], later: Sequence[Modifier]) -> tuple[Modifier, Modifier] | None:
    """Return what two mentions of a parameter say that cannot both be, in the first such group."""
    for one, other in _group_by_group(earlier, later):
        same = all(
            old is None or new is None or old == new
            for old, new in ((one.fixed, other.fixed), (one.start, other.start), (one.label, other.label))
        )
        if not same or _holds_and_releases(one, other) or _holds_and_releases(other, one):
            return one, other
    return None


def modifier_follows(cursor: Cursor) -> bool:
    """Return whether a modifier, and not yet a variable, is next."""
    here = cursor.here
    return here.kind in ("number", "text") or here.is_("-", "+") or names_modifier(cursor)


def names_modifier(cursor: Cursor) -> bool:
    """Return whether a name is next that modifies, and is no variable."""
    return cursor.here.kind == "name" and cursor.after.is_("*", "?", "(")


def take_modifier(cursor: Cursor) -> tuple[Modifier, ...]:
    """Read one modifier and its ``*`` or ``?``; return one for all groups, or one for each."""
    begin = cursor.here
    called = begin.text if cursor.after.is_("(") else ""
    if called in ("start", "label"):
        cursor.take()
        cursor.take()
        entries = _entries(cursor)
        cursor.take_operator(")", f"')' to close {called}(")
        made = _starts(cursor, entries) if called == "start" else _labels(cursor, entries)
    else:
        entries = _entries(cursor)
        made = _starts(cursor, entries) if cursor.here.is_("?") else _values(cursor, entries)
    if not (cursor.here.is_("*") or (cursor.here.is_("?") and called not in ("start", "label"))):
        hint = _UNQUOTED if begin.kind == "text" else ""
        raise cursor.unexpected(f"'*' and a variable after a modifier, as in 0.5*x or a*x{hint}")
    if not any(modifier != _NOTHING for modifier in made):
        raise cursor.error(f"a modifier that says nothing: leave it out, or write {FREE}*x", begin)
    cursor.take()
    return made


def refused_function(name: Token) -> str:
    """Return why a function cannot stand before a variable."""
    allowed = 'cannot stand here; allowed are start(0.5)*x, label("a")*x and c(a, b)*x'
    return f"{name.text}() {_REFUSED_FUNCTIONS.get(name.text, allowed)}"


class _Entry(NamedTuple):
    """A number, a label or NA (None), and where it stands."""

    value: float | str | None
    token: Token


def _group_by_group(
    earlier: Sequence[Modifier], later: Sequence[Modifier]
) -> list[tuple[Modifier, Modifier]]:
    """Pair what is said of each group; one modifier speaks of all of them."""
    old, new = list(earlier) or [_NOTHING], list(later) or [_NOTHING]
    n_groups = max(len(old), len(new))
    old, new = (said * n_groups if len(said) == 1 else said for said in (old, new))
    return list(zip(old, new, strict=True))


def _holds_and_releases(one: Modifier, other: Modifier) -> bool:
    return one.fixed is not None and (other.free or other.start is not None)


def _entries(cursor: Cursor) -> list[_Entry]:
    """Read one value, or ``c(...)`` with one for each group."""
    if not (cursor.here.text == "c" and cursor.after.is_("(")):
        return [_entry(cursor)]
    cursor.take()
    cursor.take()
    entries = [_entry(cursor)]
    while cursor.here.is_(","):
        cursor.take()
        entries.append(_entry(cursor))
    cursor.take_operator(")", "',' and the value of the next group, or ')' to close c(")
    return entries


def _entry(cursor: Cursor) -> _Entry:
    token = cursor.here
    if token.kind == "number" or token.is_("-", "+"):
        return _Entry(cursor.take_number("a number"), token)
    if token.kind == "text":
        label = token.text[1:-1].strip()
        if label and (label == FREE or not is_name(label)):
            raise cursor.error(
                f"{token.text} is no label: a name of letters, digits, '.' and '_'{_UNQUOTED}", token
            )
        return _Entry(label, cursor.take())
    if token.kind != "name":
        raise cursor.unexpected(f"a number, {FREE} (free) or a label")
    if cursor.after.is_("("):
        raise cursor.error(refused_function(token), token)
    if token.text in _NO_NUMBERS:
        raise cursor.error(f"{token.text} is no value that a parameter can have; write a number", token)
    return _Entry(None if token.text == FREE else token.text, cursor.take())


def _values(cursor: Cursor, entries: list[_Entry]) -> tuple[Modifier, ...]:
    if any(isinstance(entry.value, str) for entry in entries):
        return _labels(cursor, entries)
    return tuple(
        Modifier(free=True) if value is None else Modifier(fixed=float(value)) for value, _ in entries
    )


def _labels(cursor: Cursor, entries: list[_Entry]) -> tuple[Modifier, ...]:
    for value, token in entries:
        if isinstance(value, float):
            raise cursor.error(
                f"saw the number {token.text} among labels: name groups with c(a, b)*x, and add "
                f"c({FREE}, 0.5)*x to fix one of them",
                token,
            )
    return tuple(Modifier(label=str(value)) if value else _NOTHING for value, _ in entries)


def _starts(cursor: Cursor, entries: list[_Entry]) -> tuple[Modifier, ...]:
    for value, token in entries:
        if isinstance(value, str):
            raise cursor.error(
                f"saw {token.text!r} where the number to start from should be, as in 0.5?x", token
            )
    return tuple(_NOTHING if value is None else Modifier(start=float(value)) for value, _ in entries)
