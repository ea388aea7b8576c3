"""Modifiers of a parameter, which precede its variable: ``0.5*x``, ``NA*x``, ``a*x``, ``start(0.5)*x``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from intimacy_scales.factor.syntax.tokens import FREE, REFUSED, Cursor, Token, is_name

_BOUND = REFUSED["<"]
_REFUSED_FUNCTIONS = {
    "efa": "is an exploratory block, and here each loading is written: leave efa() out",
    "equal": "makes parameters equal: give them one label instead, a*x1 + a*x2",
    "lower": _BOUND,
    "upper": _BOUND,
    "prior": "is a Bayesian prior, and models here have none: give a start value, start(0.5)*x",
    "rv": "is a random slope of a multilevel model, and models here have one level: leave it out",
}
_UNQUOTED = "; write variables without quotes, and rename columns with other characters"
_NOT_NUMBERS = ("Inf", "inf", "NaN", "nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Modifier:
    """The modifiers of one parameter in one group.

    Attributes
    ----------
    fixed
        The value at which it is fixed, ``0.5*x``; None if it is estimated.
    free
        Whether it is set free, ``NA*x``; a parameter may also be free by default.
    start
        Its start value: ``start(0.5)*x`` or ``0.5?x``.
    label
        Its label: ``a*x``, ``"a"*x`` or ``label("a")*x``. Parameters with the same label are equal.
    """

    fixed: float | None = None
    free: bool = False
    start: float | None = None
    label: str | None = None

    def __str__(self) -> str:
        values = {"fixed at": self.fixed, "started at": self.start, "labelled": self.label}
        parts = [
            f"{word} {str(value).removesuffix('.0')}" for word, value in values.items() if value is not None
        ]
        return " and ".join([*parts, *(["free"] if self.free else [])]) or "without a modifier"


_NOTHING = Modifier()


def completed(earlier: Sequence[Modifier], later: Sequence[Modifier]) -> tuple[Modifier, ...]:
    """Return two mentions of a parameter, which do not contradict each other, as one."""
    return tuple(
        Modifier(
            fixed=old.fixed if new.fixed is None else new.fixed,
            free=old.free or new.free,
            start=old.start if new.start is None else new.start,
            label=old.label if new.label is None else new.label,
        )
        for old, new in _group_by_group(earlier, later)
    )


def contradiction(earlier: Sequence[Modifier], later: Sequence[Modifier]) -> tuple[Modifier, Modifier] | None:
    """Return the modifiers of the first group in which two mentions of a parameter contradict each other."""
    for old, new in _group_by_group(earlier, later):
        agree = all(
            first is None or second is None or first == second
            for first, second in ((old.fixed, new.fixed), (old.start, new.start), (old.label, new.label))
        )
        if not agree or _fixes_and_frees(old, new) or _fixes_and_frees(new, old):
            return old, new
    return None


def modifier_follows(cursor: Cursor) -> bool:
    """Return whether a modifier is next, not a variable."""
    here = cursor.here
    return here.kind in ("number", "text") or here.is_("-", "+") or names_modifier(cursor)


def names_modifier(cursor: Cursor) -> bool:
    """Return whether the next name is a modifier, not a variable."""
    return cursor.here.kind == "name" and cursor.after.is_("*", "?", "(")


def take_modifier(cursor: Cursor) -> tuple[Modifier, ...]:
    """Read one modifier with its ``*`` or ``?``; return one for all groups, or one for each group."""
    begin = cursor.here
    function = begin.text if cursor.after.is_("(") else ""
    if function in ("start", "label"):
        cursor.take()
        cursor.take()
        entries = _entries(cursor)
        cursor.take_operator(")", f"')' to close {function}(")
        modifiers = _starts(cursor, entries) if function == "start" else _labels(cursor, entries)
    else:
        entries = _entries(cursor)
        modifiers = _starts(cursor, entries) if cursor.here.is_("?") else _values(cursor, entries)
    if not (cursor.here.is_("*") or (cursor.here.is_("?") and function not in ("start", "label"))):
        hint = _UNQUOTED if begin.kind == "text" else ""
        raise cursor.unexpected(f"'*' and a variable after a modifier, as in 0.5*x or a*x{hint}")
    if not any(modifier != _NOTHING for modifier in modifiers):
        raise cursor.error(f"an empty modifier: leave it out, or write {FREE}*x", begin)
    cursor.take()
    return modifiers


def refused_function(name: Token) -> str:
    """Return the message that a function cannot precede a variable, and why."""
    allowed = 'cannot stand here; allowed are start(0.5)*x, label("a")*x and c(a, b)*x'
    return f"{name.text}() {_REFUSED_FUNCTIONS.get(name.text, allowed)}"


class _Entry(NamedTuple):
    """A number, a label or NA (None), with its token."""

    value: float | str | None
    token: Token


def _group_by_group(
    earlier: Sequence[Modifier], later: Sequence[Modifier]
) -> list[tuple[Modifier, Modifier]]:
    """Return pairs of the modifiers of each group; a single one is for all groups."""
    old, new = list(earlier) or [_NOTHING], list(later) or [_NOTHING]
    n_groups = max(len(old), len(new))
    old, new = (modifiers * n_groups if len(modifiers) == 1 else modifiers for modifiers in (old, new))
    return list(zip(old, new, strict=True))


def _fixes_and_frees(first: Modifier, second: Modifier) -> bool:
    return first.fixed is not None and (second.free or second.start is not None)


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
                f"{token.text} is not a label, which has letters, digits, '.' and '_' only{_UNQUOTED}", token
            )
        return _Entry(label, cursor.take())
    if token.kind != "name":
        raise cursor.unexpected(f"a number, {FREE} (free) or a label")
    if cursor.after.is_("("):
        raise cursor.error(refused_function(token), token)
    if token.text in _NOT_NUMBERS:
        raise cursor.error(f"{token.text} is not a value that a parameter can have; write a number", token)
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
