"""Every exception and warning of the library, and the record of one bad answer.

A message says what was wrong, the value seen, what is allowed, and what to do about it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from intimacy_scales.late import late_module

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


ProblemCode = Literal[
    "range", "step", "infinite", "number", "label", "boolean", "type", "recode", "name"
]  # fmt: skip
"""What is wrong with an answer: outside the range; between its steps; infinite; a text that is no number, or
no label; a truth value; of another type; not among the values that ``recode`` names; under the name of no
item."""

SHOW_VALUES = "INTIMACY_SCALES_SHOW_VALUES"
_LONGEST = 80
_SEVERAL = (list, tuple, dict, set, frozenset)
_LONGEST_NAME = 200  # letters of a name that another one is looked for


_asked_for: ContextVar[bool | None] = ContextVar("_asked_for", default=None)


def values_shown(asked: bool | None = None) -> bool:
    """Tell whether messages may hold answers and persons' ids.

    Parameters
    ----------
    asked
        What the caller said; None: what stands in `values_as_asked`, else what the environment variable
        ``INTIMACY_SCALES_SHOW_VALUES`` says, which hides them where it is 0, false, no or off.
    """
    asked = _asked_for.get() if asked is None else asked
    if asked is not None:
        return asked
    return os.environ.get(SHOW_VALUES, "").strip().casefold() not in ("0", "false", "no", "off")


@contextmanager
def values_as_asked(asked: bool | None) -> Iterator[None]:
    """Let messages made within hold values as the caller said; None: as before."""
    if asked is None:
        yield
        return
    token = _asked_for.set(asked)
    try:
        yield
    finally:
        _asked_for.reset(token)


def shortened(value: Any, longest: int = _LONGEST) -> str:
    """Return a value as messages show it: its `repr`, shortened; what has none is named by its kind.

    Examples
    --------
    >>> shortened("yes"), shortened("y" * 300, 10), shortened(10**5000)
    ("'yes'", "'yyyyyyyyyy'… (300 characters)", 'a number of more than 4300 digits')
    """
    if isinstance(value, str):
        return f"{value[:longest]!r}… ({len(value):,} characters)" if len(value) > longest else repr(value)
    try:
        text = _repr_of_several(value) if isinstance(value, _SEVERAL) else repr(value)
    except Exception as error:
        return _unwritten(value, error)
    return text if len(text) <= longest else f"{text[:longest]}…"


def _repr_of_several(value: Any) -> str:
    """Return the `repr` of the first few values of very many, or of the outer few lists of a deep nest."""
    from reprlib import Repr

    limits = Repr()
    limits.maxlevel, limits.maxstring, limits.maxother, limits.maxlong = 6, _LONGEST, _LONGEST, _LONGEST
    limits.maxlist = limits.maxtuple = limits.maxdict = limits.maxset = limits.maxfrozenset = _LONGEST
    return limits.repr(value)


def _unwritten(value: Any, error: Exception) -> str:
    """Say what a value is that has no text: its own way of writing it fails."""
    if isinstance(error, ValueError) and not isinstance(value, str):
        return f"a number of more than {sys.get_int_max_str_digits()} digits"
    return f"a value of type {type(value).__name__} that cannot be shown"


def shortened_text(value: Any, longest: int = _LONGEST) -> str:
    """Return a name or an id as messages show it, without quotes."""
    if isinstance(value, _SEVERAL):
        return shortened(value, longest)
    try:
        text = str(value)
    except Exception:
        return shortened(value, longest)
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text):,} characters)"


def level_outside() -> int:
    """Return the ``stacklevel`` at which a warning points at the caller of this library."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith("intimacy_scales"):
        frame, level = frame.f_back, level + 1
    return level


def nearest(name: object, known: Iterable[str], *, most: int = 1, alike: float = 0.6) -> list[str]:
    """Return the known names that one was probably meant to be, nearest first, without regard to case.

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


def suggest(name: object, known: Iterable[str], *, most: int = 1) -> str:
    """Return the end of a message that says what was probably meant; nothing where no name is near.

    Examples
    --------
    >>> suggest("Trst", ["trust", "mutuality"])
    "; did you mean 'trust'?"
    """
    near = nearest(name, known, most=most)
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""


def emptied(error: BaseException) -> None:
    """Take what was read out of another library's error, which stays with ours as its ``__context__``.

    ``from None`` hides that error in a traceback; it would still bring the text of a file to a log or pickle.
    """
    hanging: BaseException | None = error
    while hanging is not None:
        hanging.args = ()
        for name, value in vars(hanging).items():  # such as the document of a JSONDecodeError
            # blank, not gone: what pickles an error with those that led to it asks for them
            vars(hanging)[name] = type(value)() if type(value) in (str, bytes, int) else None
        if isinstance(hanging, UnicodeDecodeError):
            hanging.object = b""
        hanging = hanging.__cause__ or hanging.__context__


class IntimacyScalesError(Exception):
    """Base of every error that this library raises on purpose."""


class InstrumentError(IntimacyScalesError, ValueError):
    """An instrument, form or item bank is not valid; names the file and the field.

    Parameters
    ----------
    message
        The whole message.
    source
        The file (or other origin) that was read, if any.
    faults
        One line for each fault, each beginning with the path of the field.
    """

    def __init__(self, message: str, source: str | None = None, faults: Sequence[str] = ()) -> None:
        super().__init__(message, source, tuple(faults))
        self.source = source
        self.faults = tuple(faults)

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownNameError(IntimacyScalesError, KeyError):
    """There is nothing of that name; says what there is, or suggests a near name.

    It is a `KeyError`, and so a `LookupError`, as mappings raise it.
    """

    def __str__(self) -> str:  # a KeyError's own would quote the message
        return str(self.args[0]) if self.args else ""


class UnknownInstrumentError(InstrumentError, UnknownNameError):
    """No instrument, bank, item or scale of that id; suggests near names."""

    def __str__(self) -> str:
        return str(self.args[0])


class ResponseError(IntimacyScalesError, ValueError):
    """Answers cannot be read as answers to this instrument."""


class MissingColumnsError(ResponseError):
    """Items of the instrument have no column in the table.

    Parameters
    ----------
    message
        The whole message.
    missing
        Item ids without a column, in the instrument's order.
    suggestions
        Item id → the column of the table that was probably meant.
    """

    def __init__(
        self, message: str, missing: Sequence[str] = (), suggestions: dict[str, str] | None = None
    ) -> None:
        super().__init__(message, tuple(missing), dict(suggestions or {}))
        self.missing = tuple(missing)
        self.suggestions = dict(suggestions or {})

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseProblem:
    """One answer that could not be accepted, and why.

    Attributes
    ----------
    row
        Position of the person in the table, from 0; None for a single mapping.
    person
        The person's id, where ``person=`` named where it stands.
    column
        The column (or key of the mapping) in which the value stood.
    item
        The item it was read for.
    value
        The value as it was found.
    code
        The kind of problem, for programs: ``range``, ``step``, ``infinite``, ``number``, ``label``,
        ``boolean``, ``type``, ``recode`` or ``name``.
    reason
        What is wrong with it, in words.
    allowed
        What the item allows.
    suggestion
        What was probably meant, if anything is near.
    shown
        False where the value and the person's id were left out on purpose.
    """

    row: int | None
    person: Any
    column: str
    item: str
    value: Any
    code: ProblemCode
    reason: str
    allowed: str
    suggestion: str | None = None
    shown: bool = True

    @property
    def value_text(self) -> str:
        """The value as messages show it."""
        return shortened(self.value) if self.shown else "a value"

    def __str__(self) -> str:
        where = [] if self.row is None else [f"row {self.row}"]
        if self.person is not None:
            where.append(f"person {shortened_text(self.person)}")
        where.append(
            f"item {self.item}"
            if self.column == self.item
            else f"item {self.item} ({shortened(self.column)})"
        )
        hint = f"; {self.suggestion}" if self.suggestion else ""
        return f"{', '.join(where)}: {self.value_text} {self.reason}; allowed: {self.allowed}{hint}"


class ProblemTable(Protocol):
    """What an error needs of a collection of problems."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> ResponseProblem: ...
    def to_frame(self) -> pd.DataFrame:
        """Return them as a pandas table."""

    def to_dict(self) -> list[dict[str, Any]]:
        """Return them as dictionaries."""


class InvalidResponsesError(ResponseError):
    """Some answers are not answers to this instrument; carries every one of them.

    Parameters
    ----------
    message
        The first few problems, how many there are, and what to do.
    problems
        All of them, in the order of rows and items; of answers on an engine, examples of each kind.
    check
        Of answers on an engine, how many there are by item and kind; else None.
    """

    def __init__(self, message: str, problems: ProblemTable, check: Any = None) -> None:
        super().__init__(message, problems, check)
        self.problems = problems
        self.check = check

    def __str__(self) -> str:
        return str(self.args[0])

    def to_frame(self) -> pd.DataFrame:
        """Return all problems as a pandas table, one row for each bad cell."""
        return self.problems.to_frame()


class MissingDependencyError(IntimacyScalesError, ImportError):
    """An optional library is not installed; names the extra that brings it."""


class IntimacyScalesWarning(UserWarning):
    """Base of every warning of this library."""


class UnvalidatedInstrumentWarning(IntimacyScalesWarning):
    """The instrument is a draft: nobody has shown yet that its scores mean what they say."""


class UnverifiedKeyWarning(IntimacyScalesWarning):
    """The scoring key of a published instrument was not confirmed by a second source."""


class OverlappingBandsWarning(IntimacyScalesWarning):
    """Cut-off bands of one source share scores, so that a person there is told two different things."""


class LanguagesPooledWarning(IntimacyScalesWarning):
    """Answers in several languages are taken together, and nobody tested that they mean the same."""


class AnotherRangeWarning(IntimacyScalesWarning):
    """Nobody used an end of the range on any item, so that the answers were probably given on another."""


class NoNormsError(UnknownNameError):
    """Nothing is known that scores could be compared with; says what lacks and how to make it."""


class DocumentError(IntimacyScalesError, ValueError):
    """A document is not one that the result's ``to_dict`` wrote; says where and what it should hold."""


class EstimationError(IntimacyScalesError, ValueError):
    """What was asked for (a statistic, a plan, simulated answers) cannot be made of what was given."""


class ModelSyntaxError(EstimationError):
    """A model's text cannot be read; shows the line and points at the place.

    Parameters
    ----------
    message
        The whole message.
    line
        The line of the text, from 1.
    column
        The character of that line, from 1.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message, line, column)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return str(self.args[0])


class NotIdentifiedError(EstimationError):
    """A model's parameters cannot be told apart from these means and covariances; names them.

    Parameters
    ----------
    message
        The whole message.
    parameters
        The parameters that have no single value.
    """

    def __init__(self, message: str, parameters: Sequence[str] = ()) -> None:
        super().__init__(message, tuple(parameters))
        self.parameters = tuple(parameters)

    def __str__(self) -> str:
        return str(self.args[0])


class NotConvergedError(EstimationError):
    """An iterative estimate did not settle; says what to try."""


class KeyingWarning(IntimacyScalesWarning):
    """Items run against their key: they are named, never flipped."""


class SingleClustersWarning(IntimacyScalesWarning):
    """No cluster has two members, so that clusters say of nobody who belongs together."""


class CoverageWarning(IntimacyScalesWarning):
    """Nobody answered some items together: what is said of their covariances was not observed."""
