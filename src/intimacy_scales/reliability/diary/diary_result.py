"""Results of the reliability of diaries from variance components."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reliability.agreement.anova import ratio
from intimacy_scales.reliability.consistency.conditions import few_diarists
from intimacy_scales.reliability.diary.diary_components import SOURCES
from intimacy_scales.reliability.diary.diary_sentences import diary_sentence
from intimacy_scales.results.default_page import frame_table, frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_COEFFICIENTS = {
    "RkF": "differences between persons, mean of all occasions, occasions fixed",
    "R1R": "differences between persons on one random occasion",
    "RkR": "differences between persons, mean of random occasions",
    "Rc": "change of a person from occasion to occasion",
    "RkRn": "differences between persons, occasions nested in persons",
    "Rcn": "change within persons, occasions nested in persons",
    "Rcn fixed items": "the same; differences between item means do not count as error",
}


@result_class
class NestedComponents(Result):
    """Variance components of items nested in occasions nested in persons.

    Attributes
    ----------
    person, occasion, residual
        Variance between persons, between a person's occasions, and of single answers around these.
    item_effect
        ``none``: differences between item means add to the residual. ``fixed``: they do not.
    n_items, occasions_per_person
        Number of items, and mean number of occasions.

    Examples
    --------
    >>> NestedComponents(
    ...     person=0.6, occasion=0.2, residual=0.5, item_effect="none", n_items=5, occasions_per_person=7
    ... )
    <NestedComponents: person 0.600, occasion 0.200, residual 0.500; within .667, between .933>
    """

    person: float
    occasion: float
    residual: float
    item_effect: str
    n_items: int
    occasions_per_person: float

    @property
    def within(self) -> float:
        """Reliability of an occasion's score within persons, ``occasion / (occasion + residual / k)``."""
        return _share(self.occasion, self.residual / self.n_items)

    @property
    def between(self) -> float:
        """Reliability of a person's mean over the mean number of occasions."""
        return self.between_over(self.occasions_per_person)

    def between_over(self, n_occasions: float) -> float:
        """Return the reliability of a person's mean over a number of occasions."""
        error = self.occasion / n_occasions + self.residual / (n_occasions * self.n_items)
        return _share(self.person, error)

    @property
    def icc(self) -> float:
        """Share of the variance of single answers that is between persons."""
        return _share(self.person, self.occasion + self.residual)

    def to_dict(self) -> dict[str, Any]:
        """Return components and reliabilities as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {name: plain(getattr(self, name)) for name in ("within", "between", "icc")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, within=float, between=float, icc=float)

    def __repr__(self) -> str:
        return (
            f"<NestedComponents: person {shown(self.person)}, occasion {shown(self.occasion)}, residual "
            f"{shown(self.residual)}; within {apa(self.within, 3)}, between {apa(self.between, 3)}>"
        )


def _share(true: float, error: float) -> float:
    return ratio(true, true + error)


@result_class
class DiaryReliability(Result):
    """Reliability of a scale that persons answer on several occasions.

    Attributes
    ----------
    instrument, scale
        The instrument and the scale that was analyzed.
    n_persons, n_occasions, n_items, n_rows
        Numbers of persons, of different occasions, of items, and of complete rows.
    n_left_out
        Number of rows in which an item was skipped.
    balanced
        Whether every person answered on every occasion.
    method
        ``reml`` or ``anova``.
    components
        Variance of each source in `SOURCES`; empty if occasions are not shared by persons.
    nested
        Components with occasions nested in persons, without an item effect.
    nested_fixed_items
        The same with a fixed effect of each item.

    Examples
    --------
    >>> from intimacy_scales.reliability import diary_reliability
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 40, 7, rng=1).answers
    >>> result = diary_reliability("scii-daily", days, person="person", occasion="day", scale="total")
    >>> result.method, result.balanced, list(result.coefficients())[:4]
    ('reml', True, ['RkF', 'R1R', 'RkR', 'Rc'])
    """

    _all_in_notebooks: ClassVar[bool] = True

    instrument: InstrumentRef
    scale: str
    n_persons: int
    n_occasions: int
    n_items: int
    n_rows: int
    n_left_out: int
    balanced: bool
    method: str
    components: dict[str, float]
    nested: NestedComponents
    nested_fixed_items: NestedComponents

    def coefficients(self, n_occasions: float | None = None) -> dict[str, float]:
        """Return the generalizability coefficients (Cranford et al., 2006; Shrout & Lane, 2012).

        Parameters
        ----------
        n_occasions
            Number of occasions m that a person's mean is over; by default the mean number per person.

        Returns
        -------
        dict
            With p person, t occasion, i item, k items and m occasions, ``P = var_p + var_pi / k``:
            ``RkF = P / (P + var_e / km)``; ``R1R = P / (P + var_t + var_pt + var_e / k)``;
            ``RkR = P / (P + var_t / m + var_pt / m + var_e / km)``;
            ``Rc = var_pt / (var_pt + var_e / k)``; ``RkRn`` and ``Rcn`` from the nested components.
            The first four are nan if occasions are not shared by persons.

        Raises
        ------
        EstimationError
            ``n_occasions`` is not a number of at least 1.
        """
        m = self.nested.occasions_per_person if n_occasions is None else n_occasions
        if not isinstance(m, int | float) or m < 1:
            raise EstimationError(
                f"n_occasions={n_occasions!r} is not valid; allowed: a number of at least 1"
            )
        k, values = self.n_items, dict.fromkeys(_COEFFICIENTS, math.nan)
        if self.components:
            p, t, _, pt, pi, _, e = (self.components[source] for source in SOURCES)
            between = p + pi / k
            values["RkF"] = _share(between, e / (k * m))
            values["R1R"] = _share(between, t + pt + e / k)
            values["RkR"] = _share(between, t / m + pt / m + e / (k * m))
            values["Rc"] = _share(pt, e / k)
        values["RkRn"] = self.nested.between_over(m)
        values["Rcn"] = self.nested.within
        values["Rcn fixed items"] = self.nested_fixed_items.within
        return values

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using these figures."""
        return tuple(few_diarists(self.n_persons))

    def sentence(self) -> str:
        """Return a sentence for a Method section: data, method, and the coefficients that are defined.

        Examples
        --------
        >>> from intimacy_scales.reliability import diary_reliability
        >>> from intimacy_scales.simulation import simulate_diary
        >>> days = simulate_diary("scii-daily", 40, 7, rng=1).answers
        >>> nested = diary_reliability("scii-daily", days, person="person", scale="total")
        >>> nested.sentence().partition(": ")[2]
        "RkRn = .84 for persons' means over 7 occasions (nested in persons); Rcn = .76 for change within persons (items fixed)."
        """  # noqa: E501 - what the example prints
        return diary_sentence(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of the variance components, also as percentages of their sum."""
        from intimacy_scales.results.frames import pandas_frame

        variances = self.components or {
            "person": self.nested.person,
            "occasion in person": self.nested.occasion,
            "residual": self.nested.residual,
        }
        total = sum(variances.values())
        percent = [100 * v / total if total > 0 else math.nan for v in variances.values()]
        columns = {"source": list(variances), "variance": list(variances.values()), "percent": percent}
        return pandas_frame(columns).set_index("source")

    def to_dict(self) -> dict[str, Any]:
        """Return components, coefficients and counts as plain values; None for undefined values."""
        names = ("scale", "n_persons", "n_occasions", "n_items", "n_rows", "n_left_out", "balanced", "method")
        return {
            "instrument": self.instrument.to_dict(),
            **{name: getattr(self, name) for name in names},
            "components": plain(self.components),
            "coefficients": plain(self.coefficients()),
            "nested": self.nested.to_dict(),
            "nested_fixed_items": self.nested_fixed_items.to_dict(),
            "warnings": [*self.warnings],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, coefficients=Mapping[str, float], warnings=Sequence[str])

    def _head(self) -> str:
        """Return the line above the table."""
        left = f", {self.n_left_out} incomplete rows left out" if self.n_left_out else ""
        return (
            f"Diary reliability of {self.scale}: {counted(self.n_persons, 'person')}, "
            f"{counted(self.n_rows, 'answered occasion')}, "
            f"{counted(self.n_items, 'item')}{left}; "
            f"means over {self.nested.occasions_per_person:.4g} occasions; "
            f"{self.method}; {self.instrument}"
        )

    def __repr__(self) -> str:
        lines = [f"  {name} {apa(v, 3)}: {_COEFFICIENTS[name]}" for name, v in self.coefficients().items()]
        lines += [f"! {text}" for text in self.warnings]
        return f"<{self._head()}\n{frame_text(self.to_frame())}\n" + "\n".join(lines) + ">"

    def page(self) -> Page:
        """Return what is displayed as data: variance components, and coefficients with their meaning."""
        first, *rest = self._head().split("; ")
        values = self.coefficients()
        coefficients = {
            "Coefficient": list(values),
            "Value": [apa(value, 3) for value in values.values()],
            "Meaning": [_COEFFICIENTS[name] for name in values],
        }
        return Page(
            title=first,
            facts=tuple(rest),
            tables=(
                frame_table(self.to_frame(), "Variance components"),
                TextTable(title="Coefficients", columns=coefficients),
            ),
            warnings=tuple(self.warnings),
        )
