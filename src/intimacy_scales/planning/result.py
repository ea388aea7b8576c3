"""The number of persons or couples that a study needs, and what it buys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_ROUNDING = 1e-9


def invited(needed: int, attrition: float) -> int:
    """Return how many to invite so that those needed are left.

    Examples
    --------
    >>> invited(90, 0.1), invited(91, 0.1)
    (100, 102)
    """
    return math.ceil(needed / (1 - attrition) - _ROUNDING)


@result_class
class SamplePlan(Result):
    """How large a sample must be; ``int(plan)`` gives couples where couples are counted, else persons.

    Attributes
    ----------
    goal
        ``alpha``, ``partner_correlation`` or ``norm``.
    n_persons
        The fewest persons that are enough; with couples, both partners of each.
    n_couples
        The fewest couples; None where persons are not counted in couples.
    invite
        Persons, or couples where they are counted, to invite so that enough are left.
    interval
        The interval that a sample of this size has if its estimate is the expected one; None for norms.
    probability
        That the interval of a sample is as narrow as was wished; None for norms.
    standard_error
        Of the norm in a sample of this size; None for intervals.
    design_effect
        How many times as many persons are needed as if they were no couples; None where each person
        or couple counts as one.
    method
        The interval's, or what the standard error is of.
    assumptions
        What has to be true for it.
    note
        Why there are more than the wish alone would take: fewer than 30 persons make no norms. None
        where it alone decides.
    request
        The wish: ``plan_sample_size(plan.goal, **plan.request)`` makes the same plan again.
    """

    goal: str
    n_persons: int
    n_couples: int | None
    invite: int
    interval: Interval | None
    probability: float | None
    standard_error: float | None
    design_effect: float | None
    method: str
    assumptions: tuple[str, ...]
    request: Mapping[str, Any]
    note: str | None = None

    def __int__(self) -> int:
        return self.n_persons if self.n_couples is None else self.n_couples

    @property
    def unit(self) -> str:
        """What is counted and invited: ``person`` or ``couple``."""
        return "person" if self.n_couples is None else "couple"

    @property
    def width(self) -> float | None:
        """Width of the interval; None for norms."""
        return None if self.interval is None else self.interval.high - self.interval.low

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"unit": self.unit, "width": self.width}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, unit=str, width=float)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row, nan for what does not apply."""
        from intimacy_scales.results.frames import pandas_frame

        low, high = (math.nan, math.nan) if self.interval is None else self.interval
        figures = {
            "n_persons": self.n_persons,
            "n_couples": self.n_couples,
            "invite": self.invite,
            "low": low,
            "high": high,
            "width": self.width,
            "probability": self.probability,
            "standard_error": self.standard_error,
            "design_effect": self.design_effect,
        }
        columns = {name: [math.nan if value is None else value] for name, value in figures.items()}
        return pandas_frame({"goal": [self.goal], "method": [self.method], **columns}).set_index("goal")

    def sentence(self) -> str:
        """Return the plan in words, as for the Method section of a paper."""
        note = f"{self.note[0].upper()}{self.note[1:]}." if self.note else ""
        return " ".join(part for part in (self._aim(), note, self._partners(), self._losses()) if part)

    def _sample(self) -> str:
        if self.n_couples is None:
            return counted(self.n_persons, "person")
        both = "" if self.goal == "partner_correlation" else f" ({self.n_persons} persons)"
        return f"{counted(self.n_couples, 'couple')}{both}"

    def _aim(self) -> str:
        wish = self.request
        if self.interval is None:
            unit = "percentile points" if wish["of"] == "percentile_rank" else "standard deviations"
            return (
                f"With {self._sample()}, the standard error of {self.method} is "
                f"{shown(self.standard_error)} {unit} (wished: at most {wish['standard_error']:g})."
            )
        what = (
            f"coefficient alpha of {wish['n_items']} items"
            if self.goal == "alpha"
            else "the correlation between partners"
        )
        sure = "" if wish["assurance"] is None else f", wished: at least {apa(wish['assurance'])}"
        return (
            f"With {self._sample()}, an estimate of {apa(wish['expected'])} for {what} has the "
            f"{percent(self.interval.confidence_level)} interval [{apa(self.interval.low)}, "
            f"{apa(self.interval.high)}] ({self.method}), {shown(self.width)} wide (wished: at most "
            f"{wish['width']:g}); the probability that the interval is so narrow in a sample is "
            f"{apa(self.probability or 0.0)}{sure}."
        )

    def _partners(self) -> str:
        if self.design_effect is None:
            return ""
        return (
            f"Partners' scores are expected to correlate {apa(self.request['partner_correlation'])} "
            f"(design effect {self.design_effect:.2f})."
        )

    def _losses(self) -> str:
        lost = self.request["attrition"]
        return (
            f"Expecting to lose {percent(lost)}, {counted(self.invite, self.unit)} are invited."
            if lost
            else ""
        )

    def __repr__(self) -> str:
        if self.interval is None:
            reached = f"standard error {shown(self.standard_error)} of {self.method}"
        else:
            reached = f"{percent(self.interval.confidence_level)} interval {self.interval}, {self.method}"
        lost = self.request["attrition"]
        more = f"; invite {counted(self.invite, self.unit)}, {percent(lost)} lost" if lost else ""
        why = f"; {self.note}" if self.note else ""
        return f"<Plan for {self.goal}: {self._sample()}; {reached}{more}{why}>"
