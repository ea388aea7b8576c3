"""Retest reliability for people to read: the sentence of a paper, and tables with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, apa_p, counted, digits_for, shown

if TYPE_CHECKING:
    from intimacy_scales.reliability.agreement.retest import RetestReliability

_COEFFICIENTS = {
    "agreement": ("ICC(A,1)", "absolute agreement: a change of the mean counts as error"),
    "consistency": ("ICC(C,1)", "consistency: a change of the mean does not count"),
    "r": ("Pearson's r", "correlation of both occasions"),
}
_ONE_DF = (
    "Where the means of both occasions differ, the interval of ICC(A,1) reaches far down, however many the "
    "persons: it takes occasions as a sample, and two of them leave one degree of freedom for differences."
)


def retest_sentence(result: RetestReliability) -> str:
    """Return the sentences of a Results section."""
    figures = [
        f"{name} = {apa(getattr(result, field))}{_interval_text(result.confidence_interval(of=field))}"
        for field, (name, _) in _COEFFICIENTS.items()
    ]
    people = counted(result.n, "person")
    return " ".join(
        [
            f"Test-retest reliability of the scores of {people} on two occasions was {figures[0]} (absolute "
            f"agreement of single scores, two-way random effects), {figures[1]} (consistency), and "
            f"{figures[2]}.",
            *_change(result),
        ]
    )


def _interval_text(interval: Interval) -> str:
    return "" if interval.reason is not None else f", 95% CI [{apa(interval.low)}, {apa(interval.high)}]"


def _change(result: RetestReliability) -> Iterator[str]:
    """Yield the sentences on the change of the mean, on error, and on who is left out."""
    low, high = result.confidence_interval(of="mean_change")
    digits = digits_for(result.mean_change, low, high, least=2)
    change = f"The mean changed by {shown(result.mean_change, digits)}"
    if math.isfinite(result.t):
        ends = f"[{shown(low, digits)}, {shown(high, digits)}]"
        yield f"{change}, 95% CI {ends}, t({result.df}) = {shown(result.t, 2)}, {apa_p(result.p_value)}."
    else:
        yield f"{change} for every person."
    error = shown(result.sem, digits_for(result.sem, least=2))
    yield f"The standard error of measurement of one score was {error}."
    if result.n_left_out:
        yield f"{counted(result.n_left_out, 'person')} without both scores left out."


def retest_page(result: RetestReliability) -> Page:
    """Return coefficients with intervals, and means, as a page."""
    intervals = {field: result.confidence_interval(of=field) for field in _COEFFICIENTS}
    coefficients = {
        "Coefficient": [name for name, _ in _COEFFICIENTS.values()],
        "Estimate": [apa(getattr(result, field), 3) for field in _COEFFICIENTS],
        "95% CI": [
            "-" if interval.reason is not None else f"[{apa(interval.low, 3)}, {apa(interval.high, 3)}]"
            for interval in intervals.values()
        ],
        "Interval": [interval.method for interval in intervals.values()],
        "Meaning": [meaning for _, meaning in _COEFFICIENTS.values()],
    }
    frame = result.to_frame().drop(columns=["agreement", "consistency", "r", "r_p_value"])
    return Page(
        title=f"Retest reliability, {counted(result.n, 'person')}",
        tables=(
            TextTable(title="Coefficients", columns=coefficients, note=_ONE_DF),
            frame_table(frame, "Means and change"),
        ),
        warnings=tuple(result.warnings),
        sentence=result.sentence(),
    )
