"""Options of reading answers, checked and held in one value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

from intimacy_scales import instrument as instruments  # its names load at first use
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import a_type, not_one_of, suggest
from intimacy_scales.reading.answer_keys import ItemMeanings, answer_keys, split_meanings
from intimacy_scales.reading.answers import AnswerKey, MissingCode
from intimacy_scales.reading.columns import ColumnMap

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument

OnInvalid = Literal["raise", "missing", "accept"]
_ON_INVALID = ("raise", "missing")

Function = TypeVar("Function", bound=Callable[..., Any])


class MeaningOptions(TypedDict, total=False):
    """The options of `Reading` that say what answers mean."""

    missing_codes: MissingCode | Sequence[MissingCode] | Mapping[str, Any]
    recode: Mapping[Any, Any] | None
    coding: str | None
    show_values: bool | None


class CoupleReadingOptions(MeaningOptions, total=False):
    """The options of `Reading` as keywords of a function that says itself which columns are whose."""

    on_invalid: OnInvalid
    allow_missing_items: bool


class AnswerOptions(MeaningOptions, total=False):
    """The options of `Reading` that say where the answers are and what they mean."""

    columns: ColumnMap


class SheetReadingOptions(AnswerOptions, total=False):
    """The options of `Reading` as keywords of a function that scores single mappings."""

    person: Hashable


class DiaryReadingOptions(AnswerOptions, total=False):
    """The options of `Reading` as keywords of a function with another meaning of ``person``."""

    on_invalid: OnInvalid
    allow_missing_items: bool
    keep: Sequence[Hashable]


class ReadingOptions(DiaryReadingOptions, total=False):
    """The options of `Reading` as keywords of a public function."""

    person: Hashable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a table of answers, or one person's answers, are read.

    Attributes
    ----------
    columns
        Where the answers are: item id → column, or a pattern such as ``"q{n}"`` (``{n}``: the
        item's position from 1; ``{item}``: its id), or the `Path` of a .toml or .json file with the
        mapping. For an array: the item ids in the order of its columns.
    missing_codes
        Values or texts that mean "no answer", in addition to those that the instrument declares; or a mapping
        from item to such values.
    recode
        Value or text as it was stored → the answer that it stands for, or None for no answer. All
        entries are applied at once. An entry item → mapping is the recoding of that item, in addition to what
        is said for all.
    on_invalid
        ``"raise"``: one error that names every bad cell. ``"missing"``: the same list in
        ``problems``, and those cells count as missing.
    person
        The column (or key) that holds persons' ids, for messages.
    allow_missing_items
        For tables: treat items without a column as skipped by everyone.
    coding
        How the answers were stored, if not as the value printed next to the chosen option: the id of
        one of the instrument's `codings`, such as ``"position"``.
    show_values
        Whether errors and problems contain the values that were not accepted, and persons' ids; False where
        messages go to a log that must not hold answers. None: True unless the environment variable
        ``INTIMACY_SCALES_SHOW_VALUES`` is 0.
    keep
        Columns of the table to keep: they come first in frames of scores, and can be named as clusters
        (``clusters="couple"``). No other column is kept, and no result refers to the table. The index of a
        pandas table is kept too, because frames are returned with it and labels are matched by it.
    by_item
        Item → its own missing codes and recoding, taken from ``missing_codes`` and ``recode``.

    Examples
    --------
    >>> reading = reading_of({"missing_codes": -99, "columns": "q{n}"})
    >>> reading.missing_codes, reading.on_invalid
    ((-99,), 'raise')
    """

    columns: ColumnMap = None
    missing_codes: tuple[MissingCode, ...] = ()
    recode: tuple[tuple[Any, Any], ...] = ()
    on_invalid: OnInvalid = "raise"
    person: Hashable = None
    allow_missing_items: bool = False
    coding: str | None = None
    show_values: bool | None = None
    keep: tuple[Hashable, ...] = ()
    by_item: ItemMeanings = ()

    @property
    def is_usual(self) -> bool:
        """Whether answers are under the ids of their items and mean what the instrument declares."""
        return self is AS_THEY_ARE or (
            self.columns is self.coding is self.person is None
            and not (self.missing_codes or self.recode or self.by_item or self.keep)
        )

    def keys(self, form: Instrument) -> tuple[AnswerKey, ...]:
        """Return the answer key of every item of a form."""
        return answer_keys(form, self.missing_codes, self.recode, self.by_item)

    def form(self, instrument: Instrument | str | Path) -> Instrument:
        """Return the instrument with the coding in which the answers were stored."""
        form = instruments.as_instrument(instrument)
        return form if self.coding is None else form.with_coding(self.coding)


AS_THEY_ARE = Reading()
_NAMES = tuple(field.name for field in fields(Reading) if field.name != "by_item")
_KNOWN = frozenset(_NAMES)
OF_NUMBERS = ("on_invalid", "show_values")  # options of a table of numbers without an instrument
_OF_SHEETS = frozenset(SheetReadingOptions.__annotations__)
_PUBLIC: dict[CodeType, Callable[..., Any]] = {}


def reading_of(options: ReadingOptions | DiaryReadingOptions | CoupleReadingOptions) -> Reading:
    """Return the options of a public function, checked.

    Raises
    ------
    TypeError
        An option does not exist; suggests the one that was probably meant.
    ResponseError
        The value of an option is not valid.
    """
    if not options:
        return AS_THEY_ARE
    given: Any = options
    check_known(given)
    on_invalid = given.get("on_invalid", "raise")
    if on_invalid == "accept":
        raise ResponseError(
            "on_invalid='accept' is for tables of numbers without an instrument; with an instrument every "
            "answer is checked; allowed: 'raise', or 'missing' to treat bad ones as missing"
        )
    if on_invalid not in _ON_INVALID:
        raise ResponseError(not_one_of("on_invalid", on_invalid, _ON_INVALID))
    if "missing_codes" in given or "recode" in given:
        codes, recode, by_item = split_meanings(given.get("missing_codes"), given.get("recode"))
        given = given | {"missing_codes": codes, "recode": recode, "by_item": by_item}
    if not isinstance(given.get("person"), Hashable):
        raise ResponseError(
            f"person is {a_type(given['person'])}; pass the name of the column with persons' ids"
        )
    if "keep" in given:
        given = given | {"keep": as_keep(given["keep"])}
    if isinstance(given.get("columns"), Path):
        from intimacy_scales.reading.columns_file import columns_of_file

        given = given | {"columns": columns_of_file(given["columns"])}
    return Reading(**given)


def reading_of_sheets(options: SheetReadingOptions) -> Reading:
    """Return the checked options of a function of many mappings; raises the errors of `reading_of`."""
    given: Any = options
    check_known(given, _OF_SHEETS)
    return reading_of(given)


def as_keep(keep: Any) -> tuple[Hashable, ...]:
    """Return names of columns, each once.

    Raises
    ------
    ResponseError
        ``keep`` is not a list of names.
    """
    if isinstance(keep, str):
        return (keep,)
    if isinstance(keep, Mapping) or not isinstance(keep, Iterable):
        raise ResponseError(f"keep={keep!r} is not valid; pass a list of column names")
    names = tuple(keep)
    if not all(isinstance(name, Hashable) for name in names):
        raise ResponseError(f"keep={keep!r} is not valid; pass a list of column names")
    return tuple(dict.fromkeys(names))


def check_known(options: Iterable[str], known: Collection[str] = _KNOWN) -> None:
    """Raise where an option is not known.

    ``known`` are the options of reading answers that the calling function has.

    Raises
    ------
    TypeError
        Names the options of the public function that was called, and the one that was probably meant.
    """
    unknown = [name for name in options if name not in known]
    if not unknown:
        return
    called = _called()
    names = (
        _NAMES if called is None else tuple(n for n in inspect.signature(called).parameters if n != "self")
    )
    place = "reading answers" if called is None else f"{called.__name__}()"
    hint = suggest(unknown[0], names)
    listed = ", ".join(names)
    if "data" in names:  # the answers may be a table of numbers without an instrument
        needed = [name for name in names if name in _KNOWN and name not in OF_NUMBERS]
        anyway = [name for name in names if name not in needed]
        listed = f"{', '.join(anyway)}; with an instrument also {', '.join(needed)}"
    raise TypeError(f"{unknown[0]!r} is not an option of {place}; allowed: {listed}{hint}")


def called_name() -> str | None:
    """Return the name of the public function that the user called, for messages; None where none is known."""
    called = _called()
    return None if called is None else called.__name__


def _called() -> Callable[..., Any] | None:
    """Return the public function that the user called, found in the stack of calls; used for errors only."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code in _PUBLIC:
            return _PUBLIC[frame.f_code]
        frame = frame.f_back
    return None


def refuse_reading(reading: Reading) -> None:
    """Raise where options of reading are given for answers that were already read.

    Raises
    ------
    ResponseError
        Says to which function they must be passed.
    """
    given = {
        "columns": reading.columns is not None,
        "person": reading.person is not None,
        "allow_missing_items": reading.allow_missing_items,
        "keep": reading.keep,
        "missing_codes": reading.missing_codes
        or any(meaning.missing_codes for _, meaning in reading.by_item),
        "recode": reading.recode or any(meaning.recode for _, meaning in reading.by_item),
        "on_invalid": reading.on_invalid != "raise",
        "show_values": reading.show_values is False,
    }
    named = [f"{name}=" for name, is_given in given.items() if is_given]
    if named:
        raise ResponseError(f"these answers were checked before: pass {' and '.join(named)} to encode()")


def reads_answers(function: Function) -> Function:
    """Show the options of `Reading` one by one in the signature of a function that takes them."""
    return _with_options_shown(function, ReadingOptions.__annotations__)


def reads_sheets(function: Function) -> Function:
    """Show the `SheetReadingOptions` one by one in the signature of a function that takes them."""
    return _with_options_shown(function, SheetReadingOptions.__annotations__)


def _with_options_shown(function: Function, options: Mapping[str, Any]) -> Function:
    """Return a function whose signature lists options of `Reading` in place of ``**reading``."""
    signature = inspect.signature(function)
    shown = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    added = [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=options[option.name].__forward_arg__,
        )
        for option in fields(Reading)
        if option.name in options and option.name not in signature.parameters
    ]
    _PUBLIC[function.__code__] = function
    function.__signature__ = signature.replace(parameters=[*shown, *added])  # type: ignore[attr-defined]  # help() reads it
    return function
