"""Reliability of diaries from variance components of persons, occasions and items."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.clusters import Clusters, labelled_rows
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.reading.options import DiaryReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.agreement.anova import ratio
from intimacy_scales.reliability.agreement.crossed import Floats
from intimacy_scales.reliability.agreement.crossed_squares import parts_of_design, residual_df
from intimacy_scales.reliability.consistency.conditions import few_diarists
from intimacy_scales.reliability.diary.diary_components import (
    SOURCES,
    anova_components,
    nested_components,
    reml_components,
)
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

Method = Literal["reml", "anova"]


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


def _check_unique(person: NDArray[np.intp], occasion: NDArray[np.intp], table_rows: NDArray[np.intp]) -> None:
    """Raise if a person has two rows with the same occasion."""
    pairs, counts = np.unique(np.column_stack([person, occasion]), axis=0, return_counts=True)
    repeated = pairs[counts > 1]
    if len(repeated):
        rows = table_rows[(person == repeated[0, 0]) & (occasion == repeated[0, 1])]
        raise EstimationError(
            f"occasion: {len(repeated)} occasions of a person occur more than once, the first in rows "
            f"{', '.join(map(str, rows[:3]))}; give each occasion of a person its own number, for example "
            "10 * day + beep, or leave occasion out for nested components only"
        )


def _renumbered(positions: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.unique(positions, return_inverse=True)[1]


@reads_answers
def diary_reliability(
    answers: CodedResponses | Instrument | str | Path,
    responses: Any = None,
    *,
    person: Clusters,
    occasion: Clusters = None,
    scale: str | None = None,
    method: Method = "reml",
    **reading: Unpack[DiaryReadingOptions],
) -> DiaryReliability:
    """Compute reliability between persons and within persons from repeated answers.

    Parameters
    ----------
    answers, responses
        An instrument (or its id or `Path`) and a table of answers to it, as in `encode`, with a row for each
        person and occasion; or such answers already checked by `encode` alone.
    person
        Name of the column that identifies the person, or a label for each row.
    occasion
        Name of the column that identifies the occasion, or a label for each row, for example the day of the
        study, with the same labels for all persons. None: occasions are nested in persons, and RkF, R1R, RkR
        and Rc are undefined.
    scale
        As in `cronbach_alpha`.
    method
        ``reml``: restricted maximum likelihood; persons may miss occasions. ``anova``: mean squares, which
        needs every person on every occasion; estimates of components can be negative.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    DiaryReliability

    Raises
    ------
    EstimationError
        Fewer than two persons, occasions or items; an occasion of a person in two rows; ANOVA of an
        unbalanced diary.

    Notes
    -----
    Answers are ``y = mean + p + t + i + pt + pi + ti + e`` with random effects of person, occasion and item
    (Cranford et al., 2006; Shrout & Lane, 2012). Rows in which an item was skipped are left out and
    counted. Persons may miss occasions, as the likelihood does not need a balanced design. It is the product
    of the likelihoods of the occasions' means and of contrasts between items, so that no matrix larger than
    (n_occasions, n_occasions) is factored.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 40, 7, rng=1).answers
    >>> result = diary_reliability("scii-daily", days, person="person", occasion="day", scale="total")
    >>> result.n_persons, 0 < result.coefficients()["Rc"] < 1
    (40, True)
    """
    answers = coded_given(answers, responses, reading, person=person, occasion=occasion)
    if method not in get_args(Method):
        raise EstimationError(not_one_of("method", method, get_args(Method)))
    name, items = items_of(answers, scale)
    if not items.is_unweighted:
        raise EstimationError(
            f"the items of {name!r} do not count equally: they have weights, its parts differ in number of "
            "items, or it is a difference; pass a scale whose items count equally"
        )
    values, complete = keyed_answers(answers, name)
    who = _renumbered(labelled_rows(answers, person, "person")[complete])
    when = None
    if occasion is not None:
        when = labelled_rows(answers, occasion, "occasion")[complete]
        _check_unique(who, when, np.flatnonzero(complete))
        when = _renumbered(when)
    y, k = values[complete], len(items.ids)
    n_persons = int(who.max(initial=-1)) + 1
    per_person = np.bincount(who, minlength=1)
    n_occasions = int(per_person.max(initial=0)) if when is None else int(when.max(initial=-1)) + 1
    _check_enough(n_persons, n_occasions, k, y)
    _check_separable(who, when)
    balanced = when is not None and len(y) == n_persons * n_occasions
    components: dict[str, float] = {}
    if method == "anova":
        if when is None:
            raise EstimationError("method='anova' needs occasion=; without it, use method='reml'")
        if not balanced:
            raise EstimationError("method='anova' needs every person on every occasion; use method='reml'")
        components = anova_components(y, who, when)
    elif when is not None:
        components = reml_components(y, who, when)
    return DiaryReliability(
        instrument=answers.instrument.ref,
        scale=name,
        n_persons=n_persons,
        n_occasions=n_occasions,
        n_items=k,
        n_rows=len(y),
        n_left_out=int(np.count_nonzero(~complete)),
        balanced=balanced,
        method=method,
        components=components,
        nested=_nested(y, who, n_persons, fixed_items=False),
        nested_fixed_items=_nested(y, who, n_persons, fixed_items=True),
    )


def _check_separable(who: NDArray[np.intp], when: NDArray[np.intp] | None) -> None:
    """Raise if no degrees of freedom are left to separate persons, occasions and residual."""
    n_rows, n_persons = len(who), int(who.max()) + 1
    if n_rows <= n_persons:
        raise EstimationError(
            f"{n_rows} complete rows of {n_persons} persons: with one occasion each, differences between "
            "persons and between occasions cannot be separated"
        )
    if when is None:
        return
    n_occasions = int(when.max()) + 1
    if residual_df(n_rows, n_persons, n_occasions, parts_of_design(who, when)[0]) < 1:
        raise EstimationError(
            f"{n_rows} complete rows, {n_persons} persons and {n_occasions} occasions: persons share too few "
            "occasions to separate the two; label occasions in the same way for all persons, or leave "
            "occasion out for nested components only"
        )


def _check_enough(n_persons: int, n_occasions: int, k: int, y: Floats) -> None:
    """Raise if there are fewer than two persons, occasions or items, or no variance."""
    for count, what in ((n_persons, "person"), (n_occasions, "occasion"), (k, "item")):
        if count < 2:
            raise EstimationError(f"{counted(count, what)} with complete answers: at least two are needed")
    if not float(y.var()) > 0:
        raise EstimationError("all answers are equal: there is no variance between persons or occasions")


def _nested(y: Floats, who: NDArray[np.intp], n_persons: int, *, fixed_items: bool) -> NestedComponents:
    """Return the components with occasions nested in persons."""
    person, occasion, residual = nested_components(y, who, fixed_items=fixed_items)
    return NestedComponents(
        person=person,
        occasion=occasion,
        residual=residual,
        item_effect="fixed" if fixed_items else "none",
        n_items=y.shape[1],
        occasions_per_person=len(y) / n_persons,
    )
