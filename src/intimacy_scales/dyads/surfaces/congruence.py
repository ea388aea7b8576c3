"""The congruence checklist: which conditions of a congruence effect a surface meets."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Sense = Literal["broad", "strict"]
# Figure, its condition, the sense it is needed for, and what it says (Humberg, Nestler & Back, 2019, Figure 3
# and R script)
_CONDITIONS: tuple[tuple[str, str, Sense, str], ...] = (
    ("p10", "= 0", "broad", "the ridge of the surface starts on the line of congruence"),
    ("p11", "= 1", "broad", "the ridge runs parallel to the line of congruence"),
    ("a4", "< 0", "broad", "the outcome falls the more partners differ"),
    ("a3", "= 0", "broad", "it falls alike whichever partner is higher"),
    ("a1", "= 0", "strict", "equal scores have the same outcome whether high or low: no linear trend"),
    ("a2", "= 0", "strict", "equal scores have the same outcome whether high or low: no curvature"),
)
FIGURES = tuple(condition[0] for condition in _CONDITIONS)


@result_class
class CongruenceCondition(Result):
    """One condition of the checklist.

    Attributes
    ----------
    figure
        The figure of the surface: ``p10``, ``p11``, ``a4``, ``a3``, ``a1`` or ``a2``.
    condition
        ``= 0``, ``= 1`` or ``< 0``. The first two are met where the interval includes the value, the
        third where the whole interval is below 0.
    sense
        ``broad``: needed for any congruence effect. ``strict``: needed in addition for one in the strict
        sense.
    meaning
        What it says of the surface.
    estimate
        The figure.
    interval
        Its interval.
    met
        Whether it is met. A condition whose figure is undefined is not.

    Examples
    --------
    >>> interval = Interval(low=-0.3, high=-0.1, confidence_level=0.95, method="wald", n=150)
    >>> CongruenceCondition(
    ...     figure="a4", condition="< 0", sense="broad", meaning="the outcome falls the more partners differ",
    ...     estimate=-0.2, interval=interval, met=True,
    ... )
    <a4 < 0: met, -0.200 [-0.300, -0.100]>
    """

    figure: str
    condition: str
    sense: Sense
    meaning: str
    estimate: float
    interval: Interval
    met: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        why = f" (undefined: {self.interval.reason})" if self.interval.reason else ""
        return (
            f"<{self.figure} {self.condition}: {'met' if self.met else 'not met'}, {shown(self.estimate)} "
            f"{self.interval}{why}>"
        )


@result_class
class CongruenceChecklist(Result):
    """Whether a surface shows that similar partners have the highest outcome (Humberg, Nestler & Back, 2019).

    Attributes
    ----------
    partner
        Whose surface; None for both alike.
    conditions
        The conditions, those of the broad sense first.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, response_surface
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> checklist = response_surface(dyads, "caring", "trust").surface().congruence()
    >>> checklist.broad, checklist.strict
    (False, False)
    """

    partner: str | None
    conditions: tuple[CongruenceCondition, ...]

    @property
    def broad(self) -> bool:
        """Whether all conditions of the broad sense are met: congruence counts, whatever else does."""
        return all(condition.met for condition in self.conditions if condition.sense == "broad")

    @property
    def strict(self) -> bool:
        """Whether all conditions are met: nothing but congruence counts."""
        return all(condition.met for condition in self.conditions)

    @property
    def conclusion(self) -> str:
        """What follows, in words."""
        if self.strict:
            return (
                "a congruence effect in the strict sense: the outcome depends on nothing but how alike "
                "partners are"
            )
        unmet = [
            f"{condition.figure} {condition.condition}" for condition in self.conditions if not condition.met
        ]
        if self.broad:
            return (
                "a congruence effect in the broad sense: the outcome is highest where partners are alike, "
                f"and also depends on their level (not met: {', '.join(unmet)})"
            )
        needed = [
            f"{condition.figure} {condition.condition}"
            for condition in self.conditions
            if condition.sense == "broad" and not condition.met
        ]
        return f"no evidence of a congruence effect (not met: {', '.join(needed)})"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each condition."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("figure", "condition", "sense", "estimate")
        columns: dict[str, Sequence[Any]] = {n: [getattr(c, n) for c in self.conditions] for n in names}
        ends = {
            "low": [c.interval.low for c in self.conditions],
            "high": [c.interval.high for c in self.conditions],
        }
        words = {"met": [c.met for c in self.conditions], "meaning": [c.meaning for c in self.conditions]}
        return pandas_frame(columns | ends | words)

    def to_dict(self) -> dict[str, Any]:
        """Return conditions and conclusion as plain values."""
        return {
            "partner": self.partner,
            "conditions": plain(self.conditions),
            "broad": self.broad,
            "strict": self.strict,
            "conclusion": self.conclusion,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, broad=bool, strict=bool, conclusion=str)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CongruenceChecklist:
        if tuple(condition.figure for condition in values["conditions"]) != FIGURES:
            raise ValueError(f"conditions should be those of {', '.join(FIGURES)}")
        return made_of(cls, values)

    def __repr__(self) -> str:
        whose = "" if self.partner is None else f" ({self.partner})"
        lines = [f"<Congruence{whose}: {self.conclusion}", *(f"  {repr(c)[1:-1]}" for c in self.conditions)]
        return "\n".join(lines) + ">"


def checklist_of(
    partner: str | None,
    figures: Mapping[str, CoupleEstimate],
    interval_of: Callable[[str], Interval],
) -> CongruenceChecklist:
    """Return the checklist of a surface from its figures, by name, and their intervals."""
    return CongruenceChecklist(partner=partner, conditions=tuple(_conditions(figures, interval_of)))


def _conditions(
    figures: Mapping[str, CoupleEstimate], interval_of: Callable[[str], Interval]
) -> Iterator[CongruenceCondition]:
    """Yield each condition with its figure."""
    for name, condition, sense, meaning in _CONDITIONS:
        interval = interval_of(name)
        if math.isnan(interval.low):
            met = False
        elif condition == "< 0":
            met = interval.high < 0
        else:
            met = float(condition.removeprefix("= ")) in interval
        yield CongruenceCondition(
            figure=name, condition=condition, sense=sense, meaning=meaning,
            estimate=figures[name].estimate, interval=interval, met=met,
        )  # fmt: skip
