"""Advice where the first row of a table is probably a second header row, and not a person."""

from __future__ import annotations

from collections import Counter

from intimacy_scales.instrument import Instrument, as_number
from intimacy_scales.reading.advice import Offence, Remedy

_ADVICE = "All are texts in the first row, which may be a second header row, and not a person"


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
        f"{_ADVICE}: then leave it out, as by table.iloc[1:], or skiprows=[1] of pandas.read_csv.",
        f"{_ADVICE}: then take it as the header (--skip-rows 1), or delete it from the file",
        are_answers=True,
    )
