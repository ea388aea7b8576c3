"""Result of a sample plan: the number of persons or couples, and the precision they give."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.numerics.tolerances import WHOLE_NUMBER
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Bounded
from intimacy_scales.results.wording import apa, counted, percent, shown, without_zero

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


def invited(needed: int, attrition: float) -> int:
    """Return the number to invite so that the number needed remains.

    Examples
    --------
    >>> invited(90, 0.1), invited(91, 0.1)
    (100, 102)
    """
    return math.ceil(needed / (1 - attrition) - WHOLE_NUMBER)


@result_class
class SamplePlan(Result):
    """A planned sample size; ``int(plan)`` gives the number of couples, or of persons without couples.

    Attributes
    ----------
    goal
        ``alpha``, ``partner_correlation`` or ``norm``.
    n_persons
        Smallest number of persons that suffices; with couples, both partners of each.
    n_couples
        Smallest number of couples; None if persons are not counted in couples.
    invite
        Number of persons, or of couples, to invite so that enough remain.
    interval
        The interval of a sample of this size whose estimate is the expected one; None for norms.
    probability
        Probability that the interval of a sample is at most as wide as requested; None for norms.
    standard_error
        Standard error of the norm in a sample of this size; None for intervals.
    design_effect
        Factor by which couples increase the number of persons needed; None if each person or couple counts
        as one.
    method
        Method of the interval, or the statistic of the standard error.
    assumptions
        Assumptions of the plan.
    note
        Why the number is larger than the requested precision needs, as norms need at least 30 persons; None
        if it is not.
    request
        The arguments: ``plan_sample_size(plan.goal, **plan.request)`` makes the same plan again.

    Examples
    --------
    >>> from intimacy_scales import plan_sample_size
    >>> plan = plan_sample_size("alpha", expected=0.85, n_items=8, width=0.10)
    >>> int(plan), plan.interval
    (84, <95% interval [.792, .892], bonett, n = 84>)
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
        """The unit that is counted and invited: ``person`` or ``couple``."""
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
        """Return a pandas table of one row, with nan for figures that do not apply."""
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

    def _bounded_columns(self) -> Bounded:
        return () if self.interval is None else ("low", "high", "width")

    def sentence(self) -> str:
        """Return the plan as text for the Method section of a paper."""
        note = f"{self.note[0].upper()}{self.note[1:]}." if self.note else ""
        return " ".join(part for part in (self._aim(), note, self._partners(), self._losses()) if part)

    def _sample(self) -> str:
        """Return the number of persons or couples as text."""
        if self.n_couples is None:
            return counted(self.n_persons, "person")
        both = "" if self.goal == "partner_correlation" else f" ({self.n_persons} persons)"
        return f"{counted(self.n_couples, 'couple')}{both}"

    def _aim(self) -> str:
        """Return the sentence about the sample and its precision."""
        request = self.request
        if self.interval is None:
            unit = "percentile points" if request["of"] == "percentile_rank" else "standard deviations"
            return (
                f"With {self._sample()}, the standard error of {self.method} is "
                f"{shown(self.standard_error)} {unit} (target: at most {request['standard_error']:g})."
            )
        what = (
            f"coefficient alpha of {request['n_items']} items"
            if self.goal == "alpha"
            else "the correlation between partners"
        )
        low, high = self.interval
        required = request["assurance"]
        assurance = "" if required is None else f" (target: at least {apa(required)})"
        return (
            f"With {self._sample()}, an estimate of {apa(request['expected'])} for {what} has the "
            f"{percent(self.interval.confidence_level)} interval {self.interval.ends(2)} "
            f"({self.method}), {apa(high - low, 3)} wide (target: at most "
            f"{without_zero(format(request['width'], 'g'))}); the probability that the interval of a "
            f"sample is this narrow is {apa(self.probability or 0.0)}{assurance}."
        )

    def _partners(self) -> str:
        """Return the sentence about partners, empty without a design effect."""
        if self.design_effect is None:
            return ""
        return (
            f"Partners' scores are expected to correlate {apa(self.request['partner_correlation'])} "
            f"(design effect {shown(self.design_effect, 2)})."
        )

    def _losses(self) -> str:
        """Return the sentence about attrition, empty without any."""
        lost = self.request["attrition"]
        if not lost:
            return ""
        return (
            f"With an expected attrition of {percent(lost)}, {counted(self.invite, self.unit)} are invited."
        )

    def __repr__(self) -> str:
        if self.interval is None:
            precision = f"standard error {shown(self.standard_error)} of {self.method}"
        else:
            precision = f"{percent(self.interval.confidence_level)} interval {self.interval}, {self.method}"
        lost = self.request["attrition"]
        invite = f"; invite {counted(self.invite, self.unit)}, {percent(lost)} lost" if lost else ""
        note = f"; {self.note}" if self.note else ""
        return f"<Plan for {self.goal}: {self._sample()}; {precision}{invite}{note}>"
