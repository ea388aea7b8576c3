"""Intraclass correlations as results: one form, and all six."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, get_args

from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.late import late_module
from intimacy_scales.reliability.agreement.anova import (
    MeanSquares,
    agreement_interval,
    one_way_interval,
    ratio,
    stepped_up,
)
from intimacy_scales.reliability.agreement.generalized import generalized_agreement_interval
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.results.document_types import documented, types_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, p_shown, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

# Shrout & Fleiss → McGraw & Wong, psych, and what it is about
FORMS = {
    "ICC(1,1)": ("ICC(1)", "ICC1", "agreement of single ratings, each person rated by other raters"),
    "ICC(2,1)": ("ICC(A,1)", "ICC2", "absolute agreement of single ratings by a sample of raters"),
    "ICC(3,1)": ("ICC(C,1)", "ICC3", "consistency of single ratings, apart from differences in level"),
    "ICC(1,k)": ("ICC(k)", "ICC1k", "agreement of mean ratings, each person rated by other raters"),
    "ICC(2,k)": ("ICC(A,k)", "ICC2k", "absolute agreement of mean ratings by a sample of raters"),
    "ICC(3,k)": ("ICC(C,k)", "ICC3k", "consistency of mean ratings, apart from differences in level"),
}
AS_ALPHA = "; equals coefficient alpha of the raters"  # of ICC(3,k) where all persons have all ratings
ICCInterval = Literal["generalized", "shrout-fleiss"]
_SHOWN = 6


def _figure(value: float) -> str:
    return "inf" if math.isinf(value) else shown(value)


_WRITTEN: dict[str, Callable[..., str]] = {"p": p_shown, "df1": "{:.6g}".format, "df2": "{:.6g}".format}
_ALIASES = {alias: name for name, (other, psych, _) in FORMS.items() for alias in (name, other, psych)}


@result_class
class IntraclassCorrelation(Result):
    """One intraclass correlation; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name, mcgraw_wong
        Its name after Shrout and Fleiss (1979), and after McGraw and Wong (1996).
    meaning
        What it is about.
    estimate
        The value. From mean squares, sampling error can take it below 0; by restricted likelihood it
        stops at 0.
    F, df1, df2, p_value
        Test that persons do not differ, which is exact for normal errors with missing ratings too.
    method
        ``anova`` or ``reml``.
    n_raters
        Ratings in a mean of k.
    reason
        Why it is not defined; None where it is.
    """

    name: str
    mcgraw_wong: str
    meaning: str
    estimate: float
    F: float
    df1: float
    df2: float
    p_value: float
    method: str
    n_raters: int
    reason: str | None = None
    squares: MeanSquares = field(repr=False)

    def __float__(self) -> float:
        return float(self.estimate)

    @property
    def n(self) -> int:
        """Persons."""
        return self.squares.n

    @property
    def title(self) -> str:
        """Its name, as the source of a standard error of measurement."""
        return self.name

    def confidence_interval(
        self, confidence_level: float = 0.95, method: ICCInterval = "generalized"
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            Of agreement, ICC(2,1) and ICC(2,k): ``generalized`` (Weerahandi, 1993; Burdick, Borror &
            Montgomery, 2005), or ``shrout-fleiss`` (1979), as other software has it: with two or three
            raters and 300 persons the latter holds far less than it says if raters differ in level
            (docs/explanation/improper-figures.md). The other forms have one interval, from F, by either
            name.

        With missing ratings it comes from the mean squares of `intraclass_corr` and the mean numbers of
        ratings in their expectations, and is approximate unless the correlation is 0. It can lie below 0
        as a whole where persons differ less than chance would make them; the estimate is then 0.
        """
        check_level(confidence_level)
        if method not in get_args(ICCInterval):
            raise EstimationError(f"method={method!r}: 'generalized' or 'shrout-fleiss'")
        squares = self.squares
        used = method if self.name.startswith("ICC(2") else "F"
        k = squares.k_alone if self.name.startswith("ICC(1") else squares.k
        if self.reason or not math.isfinite(self.F):
            why = (
                self.reason
                or "raters agree wholly, or but for their level: there is no error to compare with"
            )
            return undefined_interval(confidence_level, used, squares.n, why)
        if self.name.startswith("ICC(2") and method == "generalized":
            ends = generalized_agreement_interval(squares, confidence_level)
        elif self.name.startswith("ICC(2"):
            single = self.estimate if self.name == "ICC(2,1)" else self._single_agreement()
            ends = agreement_interval(squares, single, confidence_level)
        else:
            ends = one_way_interval(self.F, k, (self.df1, self.df2), confidence_level)
        if self.name.endswith("k)"):
            of_one, ends = ends, (stepped_up(ends[0], self.n_raters), stepped_up(ends[1], self.n_raters))
            if used == "generalized" and math.isfinite(of_one[0]) and math.isnan(ends[0]):
                why = f"n = {squares.n} leaves the agreement of means without a lower bound"
                return undefined_interval(confidence_level, used, squares.n, why)
        if not all(map(math.isfinite, ends)) or ends[0] > ends[1]:
            why = "persons differ less than chance would make them: an end is not defined"
            return undefined_interval(confidence_level, used, squares.n, why)
        return Interval(
            low=ends[0], high=ends[1], confidence_level=confidence_level, method=used, n=squares.n
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before it is used."""
        return tuple(few_persons(self.squares.n))

    def _single_agreement(self) -> float:
        return ratio(self.estimate, self.n_raters - (self.n_raters - 1) * self.estimate)

    def to_dict(self) -> dict[str, Any]:
        """Return the result with its 95 % interval, as plain values."""
        names = (
            "name",
            "mcgraw_wong",
            "meaning",
            "estimate",
            "F",
            "df1",
            "df2",
            "p_value",
            "method",
            "reason",
            "n_raters",
        )
        fields = {name: plain(getattr(self, name)) for name in names}
        return fields | {
            "squares": {name: plain(getattr(self.squares, name)) for name in types_of(MeanSquares)},
            "n": self.squares.n,
            "warnings": [*self.warnings],
            "interval": self.confidence_interval().to_dict(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, n=int, warnings=Sequence[str], interval=Interval)

    def __repr__(self) -> str:
        told = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<{self.name} = {shown(self.estimate)} {self.confidence_interval()}, {self.meaning}; "
            f"{self.squares.n} persons, {self.method}{told}>"
        )


@result_class
class IntraclassCorrelations(Result):
    """The six forms of Shrout and Fleiss; ``result["ICC(2,1)"]``, ``["ICC(A,1)"]`` or ``["ICC2"]``.

    Attributes
    ----------
    forms
        One result for each.
    n_persons, n_raters
        Rows with any rating, and columns.
    raters
        The columns that were taken for raters.
    n_missing
        Ratings that are missing in these rows.
    components
        Variance of persons, of raters, and what is left.
    method
        ``anova``: all persons have all ratings. ``reml``: some are missing.
    """

    forms: tuple[IntraclassCorrelation, ...]
    n_persons: int
    n_raters: int
    raters: tuple[str, ...]
    n_missing: int
    components: dict[str, float]
    method: str

    def __getitem__(self, name: str) -> IntraclassCorrelation:
        """Return one form."""
        wanted = _ALIASES.get(name)
        for form in self.forms:
            if form.name == wanted:
                return form
        raise UnknownNameError(f"there is no form {name!r}; there are {', '.join(FORMS)}")

    def __iter__(self) -> Iterator[IntraclassCorrelation]:
        return iter(self.forms)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before they are used."""
        return tuple(few_persons(self.n_persons))

    def to_frame(self, confidence_level: float = 0.95, method: ICCInterval = "generalized") -> pd.DataFrame:
        """Return a pandas table, a row for each form, with intervals as `confidence_interval` makes them.

        Parameters
        ----------
        confidence_level, method
            As of `IntraclassCorrelation.confidence_interval`; the column ``interval`` names the method that
            each interval is of.
        """
        from intimacy_scales.results.frames import pandas_frame

        rows = []
        for form in self.forms:
            interval = form.confidence_interval(confidence_level, method)
            rows.append(
                {
                    "form": form.name,
                    "also": form.mcgraw_wong,
                    "ICC": form.estimate,
                    "low": interval.low,
                    "high": interval.high,
                    "interval": interval.method,
                    "F": form.F,
                    "df1": form.df1,
                    "df2": form.df2,
                    "p": form.p_value,
                    "meaning": form.meaning,
                }
            )
        return pandas_frame({name: [row[name] for row in rows] for name in rows[0]}).set_index("form")

    def to_dict(self) -> dict[str, Any]:
        """Return all forms as plain values."""
        names = ("n_persons", "n_raters", "n_missing", "method")
        fields = {name: getattr(self, name) for name in names}
        return fields | {
            "raters": list(self.raters),
            "components": plain(self.components),
            "warnings": [*self.warnings],
            "forms": [form.to_dict() for form in self.forms],
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str])

    def _head(self) -> str:
        each = f"up to {self.n_raters}" if self.n_missing else f"{self.n_raters}"
        gaps = f", {counted(self.n_missing, 'rating')} missing" if self.n_missing else ""
        return (
            f"Intraclass correlations: {self.n_persons} persons, {each} ratings "
            f"each ({', '.join(self.raters[:_SHOWN])}{', …' if len(self.raters) > _SHOWN else ''}){gaps}; "
            f"{self.method}; 95% intervals by the method in the column interval"
        )

    def __repr__(self) -> str:
        table = self.to_frame().to_string(float_format=_figure, formatters=_WRITTEN)
        told = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self._head()}\n{table}{told}>"

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(float_format=_figure, formatters=_WRITTEN, border=0)
        told = "".join(f"<p>{escape(text)}</p>" for text in self.warnings)
        return f"<p>{escape(self._head())}</p>{table}{told}"
