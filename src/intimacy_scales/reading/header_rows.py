"""Advice where the first rows of a table are header rows of an export that were read as answers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from intimacy_scales.instrument import as_number
from intimacy_scales.reading.advice import Offence, Remedy

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.reading.problems import Problems

_IMPORT_ID = '{"ImportId"'  # the third header row of Qualtrics
_FEWEST = 3  # different texts in a row, from which it is a header rather than labels
_OF_FRAMES = "Read the file with read_answers(path), which knows them, or leave them out: "
_OF_FILES = "All are texts in the first row, which may be a second header row, and not a person"


def second_header(form: Instrument, offences: Counter[Offence], n_in_first_row: int) -> Remedy | None:
    """Return a remedy where all answers that were not accepted are texts in the first row; otherwise None.

    Parameters
    ----------
    form
        The instrument that was answered.
    offences
        How often each occurs.
    n_in_first_row
        How many of them are in the first row.
    """
    total = offences.total()
    if not total or n_in_first_row < total or total < max(2, len(form.items) / 2):
        return None
    if any(
        not isinstance(one.value, str) or one.meant is not None or as_number(one.value) is not None
        for one in offences
    ):
        return None
    return Remedy(
        f"{_OF_FILES}: then take it as the header (skip_rows=1), or delete it from the file.",
        f"{_OF_FILES}: then take it as the header (--skip-rows 1), or delete it from the file",
        are_answers=True,
    )


def header_rows_advice(problems: Problems, n_items: int) -> str:
    """Return what to do about header rows among the answers; an empty text where there are none.

    Exports of Qualtrics have two or three header rows, and a data frame takes the first alone for names.
    """
    columns = problems.columns
    if problems.offset or len(columns) < n_items:
        return ""
    first = [dict(zip(map(int, part.rows[:2]), part.values[:2], strict=True)) for part in columns]
    if all(str(cells.get(1, "")).startswith(_IMPORT_ID) for cells in first):
        return (
            "The first 2 rows are the question texts and ImportIds of an export of Qualtrics, not answers. "
            f"{_OF_FRAMES}table.iloc[2:] in pandas."
        )
    texts = [cells.get(0) for cells in first]
    recurs = any(text in list(part.values[1:]) for text, part in zip(texts, columns, strict=True))
    if len(set(map(str, texts))) < max(_FEWEST, n_items) or recurs or not all(_is_words(t) for t in texts):
        return ""
    return (
        "The first row holds another text for each item, like the second header row of some exports "
        f"(Qualtrics before 2017). {_OF_FRAMES}table.iloc[1:] in pandas."
    )


def _is_words(value: object) -> bool:
    return isinstance(value, str) and sum(character.isalpha() for character in value) > 1
