"""One person's answers in a mapping → codes and problems, in plain Python (no numpy)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument.texts import letters
from intimacy_scales.messages import shortened, shortened_text, values_shown
from intimacy_scales.reading.answers import MISSING, NOT_APPLICABLE, PROBLEM, AnswerKey
from intimacy_scales.reading.columns import as_spelled, check_width, look_alikes
from intimacy_scales.reading.explanations import Explanation
from intimacy_scales.reading.kinds import is_of

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument, ResponseScale


class BadCell(NamedTuple):
    """A value that was not accepted, where it was, and why."""

    item: str
    column: str
    value: Any
    explanation: Explanation
    scale: ResponseScale
    misplaced: bool = False


class ReadSheet(NamedTuple):
    """One person's answers as they were read.

    Attributes
    ----------
    codes
        One for each item; `MISSING` where there is no valid answer.
    problems
        Values that were not accepted.
    not_applicable
        Items that do not apply to the person, by their answer.
    """

    codes: list[int]
    problems: list[BadCell]
    not_applicable: tuple[str, ...]


def as_sheet(responses: Any, show_values: bool | None = None) -> Mapping[Any, Any] | None:
    """Return one person's answers as a mapping, or None where ``responses`` is something else."""
    if type(responses) is dict or isinstance(responses, Mapping):  # `type` is faster for a dict
        return responses
    if is_of(responses, "pandas", "Series"):
        twice = responses.index[responses.index.duplicated()]
        if len(twice):
            label = repr(twice[0]) if values_shown(show_values) else "one of its labels"
            raise ResponseError(f"the Series has more than one value under {label}")
        return dict(responses.items())  # one row of a table
    return None


def is_stray(key: AnswerKey, value: Any, in_place: Any) -> bool:
    """Tell whether a value under a look-alike name would be lost: the item itself has no answer in place."""
    missing = (MISSING, NOT_APPLICABLE)
    return key.decode(in_place) in missing and key.decode(value) not in missing


def stray_explanation(name: Hashable, wanted: Hashable) -> Explanation:
    """Explain that a name is not an item's, and which item was probably meant, even if both look the same."""
    difference = ""
    if isinstance(name, str) != isinstance(wanted, str):
        difference = f": it is of type {type(name).__name__}, not {type(wanted).__name__}"
    elif isinstance(name, str) and not name.isascii() and str(wanted).isascii():
        difference = f": it is written with {letters(name)}"
    return Explanation(
        "name",
        f"is under a name that is not an item{difference}",
        f"the name {wanted!r}",
        f"did you mean {wanted!r}?",
    )


def _stray_cells(
    instrument: Instrument,
    keys: Sequence[AnswerKey],
    names: Sequence[Hashable],
    responses: Mapping[Any, Any],
) -> list[BadCell]:
    """Return answers under names that resemble those of items without an answer."""
    positions = {item: index for index, item in enumerate(instrument.item_ids)}
    cells = []
    for name, item in look_alikes(names, instrument.item_ids, responses).items():
        value, index = responses[name], positions[item]
        if is_stray(keys[index], value, responses.get(names[index])):
            explanation = stray_explanation(name, names[index])
            cells.append(BadCell(item, str(name), value, explanation, keys[index].scale, misplaced=True))
    return cells


def read_sheet(
    instrument: Instrument,
    keys: Sequence[AnswerKey],
    names: Sequence[Hashable],
    responses: Mapping[Any, Any],
) -> ReadSheet:
    """Look up every answer of one person.

    Parameters
    ----------
    instrument, keys, names
        The instrument, and for each item its answer key and its name in the mapping.
    responses
        Name → answer. An absent item was skipped; other names are ignored, unless they resemble the
        name of an absent item.

    Raises
    ------
    ResponseError
        The mapping has no item of the instrument, it has too many keys, or its keys fit another version of
        the instrument better.
    """
    check_width(len(responses), "the mapping has {} keys")
    names = as_spelled(names, responses)
    codes: list[int] = []
    problems: list[BadCell] = []
    not_applicable: list[str] = []
    n_present = 0
    for item, key, name in zip(instrument.item_ids, keys, names, strict=True):
        if name not in responses:
            codes.append(MISSING)
            continue
        n_present += 1
        value = responses[name]
        code = key.decode(value)
        if code == PROBLEM:
            explanation = key.explain(value)
            problems.append(BadCell(item, str(name), value, explanation, key.scale))
            code = MISSING
        if code == NOT_APPLICABLE:
            not_applicable.append(item)
            code = MISSING
        codes.append(code)
    if n_present < len(responses):
        if 0 < n_present < len(names) and tuple(names) == instrument.item_ids:
            from intimacy_scales.reading.other_wording import check_version

            check_version(instrument, responses)
        problems += _stray_cells(instrument, keys, names, responses)
    if not responses:
        raise ResponseError(
            f"the mapping is empty: it has no item of {instrument.ref.called}. For a person who answered "
            f"nothing, pass an item without an answer, such as {{{shortened(names[0])}: None}}"
        )
    if not n_present and not problems:
        shown_keys = ", ".join(map(shortened, list(responses)[:5]))  # ids, if these are several persons
        if not values_shown():
            shown_keys = f"{len(responses):,} others"
        raise ResponseError(
            f"the mapping has no item of {instrument.ref.called}: its keys are {shown_keys}; "
            f"the items are {', '.join(map(shortened_text, names[:5]))} …"
        )
    return ReadSheet(codes, problems, tuple(not_applicable))
