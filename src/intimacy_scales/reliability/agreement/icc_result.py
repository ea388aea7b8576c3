"""Results of intraclass correlations: a single form, and all six."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, get_args

from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, suggest
from intimacy_scales.reliability.agreement.anova import (
    MeanSquares,
    agreement_interval,
    one_way_interval,
    ratio,
    stepped_up,
)
from intimacy_scales.reliability.agreement.generalized import generalized_agreement_interval
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.results.default_page import frame_table, frame_text
from intimacy_scales.results.document_types import Unless, documented, types_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

# Shrout & Fleiss's name → McGraw & Wong's name, psych's name, meaning
FORMS = {
    "ICC(1,1)": ("ICC(1)", "ICC1", "agreement of single ratings, each person rated by other raters"),
    "ICC(2,1)": ("ICC(A,1)", "ICC2", "absolute agreement of single ratings by a sample of raters"),
    "ICC(3,1)": ("ICC(C,1)", "ICC3", "consistency of single ratings, apart from differences in level"),
    "ICC(1,k)": ("ICC(k)", "ICC1k", "agreement of mean ratings, each person rated by other raters"),
    "ICC(2,k)": ("ICC(A,k)", "ICC2k", "absolute agreement of mean ratings by a sample of raters"),
    "ICC(3,k)": ("ICC(C,k)", "ICC3k", "consistency of mean ratings, apart from differences in level"),
}
AS_ALPHA = "; equals coefficient alpha of the raters"  # ICC(3,k) of complete ratings
ICCInterval = Literal["generalized", "shrout-fleiss"]
_RATERS_SHOWN = 6


_ALIASES = {alias: name for name, (wong, psych, _) in FORMS.items() for alias in (name, wong, psych)}


@result_class
class IntraclassCorrelation(Result):
    """One intraclass correlation; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name, mcgraw_wong
        Its name after Shrout and Fleiss (1979), and after McGraw and Wong (1996).
    meaning
        What the form measures.
    estimate
        The value. From mean squares it can be negative by sampling error; by restricted likelihood it is at
        least 0.
    F, df1, df2, p_value
        Test that persons do not differ; exact for normal errors, also with missing ratings.
    method
        ``anova`` or ``reml``.
    n_raters
        k: number of ratings in a mean rating.
    reason
        Why the coefficient is undefined; None where it is defined.
    squares
        The mean squares that tests and intervals come from.
    interval_warnings
        Why intervals are too narrow for ratings of this shape; empty where they are not.

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.reliability import intraclass_corr
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> agreement = intraclass_corr(np.array(ratings))["ICC(A,1)"]
    >>> agreement.name, round(float(agreement), 2), agreement.confidence_interval()
    ('ICC(2,1)', 0.29, <95% interval [.027, .745], generalized, n = 6>)
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
    interval_warnings: tuple[str, ...] = ()

    def __float__(self) -> float:
        return float(self.estimate)

    @property
    def n(self) -> int:
        """Number of persons."""
        return self.squares.n

    @property
    def title(self) -> str:
        """Name of the form, under which a standard error of measurement cites it."""
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
            For absolute agreement, ICC(2,1) and ICC(2,k): ``generalized`` (Weerahandi, 1993; Burdick,
            Borror & Montgomery, 2005), or ``shrout-fleiss`` (1979), which other software uses. With two or
            three raters who differ in level and 300 persons, the latter covers far less often than its
            confidence level (docs/explanation/improper-figures.md). The other forms have a single interval,
            from F, whichever method is named.

        Returns
        -------
        Interval
            With missing ratings it comes from the mean squares of `intraclass_corr` and the mean numbers of
            ratings in their expected values, and is approximate unless the correlation is 0. The whole
            interval can lie below 0 where persons differ less than expected by chance; the estimate by
            restricted likelihood is then 0.

        Examples
        --------
        >>> import numpy as np
        >>> from intimacy_scales.reliability import intraclass_corr
        >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
        >>> intraclass_corr(np.array(ratings))["ICC(C,1)"].confidence_interval(0.9)
        <90% interval [.412, .926], F, n = 6>
        """
        check_level(confidence_level)
        if method not in get_args(ICCInterval):
            raise EstimationError(not_one_of("method", method, get_args(ICCInterval)))
        squares = self.squares
        used = method if self.name.startswith("ICC(2") else "F"
        k = squares.k_alone if self.name.startswith("ICC(1") else squares.k
        if self.reason or not math.isfinite(self.F):
            why = self.reason or "raters agree perfectly, apart from their levels: the error variance is 0"
            return undefined_interval(confidence_level, used, squares.n, why)
        if self.name.startswith("ICC(2") and method == "generalized":
            ends = generalized_agreement_interval(squares, confidence_level)
        elif self.name.startswith("ICC(2"):
            icc = self.estimate
            if self.name == "ICC(2,k)":  # Spearman-Brown, solved for the agreement of single ratings
                icc = ratio(icc, self.n_raters - (self.n_raters - 1) * icc)
            ends = agreement_interval(squares, icc, confidence_level)
        else:
            ends = one_way_interval(self.F, k, (self.df1, self.df2), confidence_level)
        if self.name.endswith("k)"):
            single, ends = ends, (stepped_up(ends[0], self.n_raters), stepped_up(ends[1], self.n_raters))
            if used == "generalized" and math.isfinite(single[0]) and math.isnan(ends[0]):
                why = f"with n = {squares.n} the agreement of mean ratings has no lower bound"
                return undefined_interval(confidence_level, used, squares.n, why)
        if not all(map(math.isfinite, ends)) or ends[0] > ends[1]:
            why = "persons differ less than expected by chance: an end of the interval is undefined"
            return undefined_interval(confidence_level, used, squares.n, why)
        return Interval(
            low=ends[0],
            high=ends[1],
            confidence_level=confidence_level,
            method=used,
            n=squares.n,
            warnings=self.interval_warnings,
            bounded=True,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the coefficient."""
        return tuple(few_persons(self.squares.n))

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
        if self.interval_warnings:
            fields["interval_warnings"] = [*self.interval_warnings]
        return fields | {
            "squares": {name: plain(getattr(self.squares, name)) for name in types_of(MeanSquares)},
            "n": self.squares.n,
            "warnings": [*self.warnings],
            "interval": self.confidence_interval().to_dict(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        narrow = Unless(Sequence[str], nothing=())
        return documented(cls, n=int, warnings=Sequence[str], interval=Interval, interval_warnings=narrow)

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<{self.name} = {apa(self.estimate, 3)} {self.confidence_interval()}, {self.meaning}; "
            f"{counted(self.squares.n, 'person')}, {self.method}{cautions}>"
        )


@result_class
class IntraclassCorrelations(Result):
    """The six forms of Shrout and Fleiss; ``result["ICC(2,1)"]``, ``["ICC(A,1)"]`` or ``["ICC2"]``.

    Attributes
    ----------
    forms
        One result for each form.
    n_persons, n_raters
        Rows with any rating, and columns with any.
    raters
        Names of the columns of ratings.
    n_missing
        Number of missing ratings in these rows and columns.
    components
        Variances of persons and of raters, and the residual variance.
    method
        ``anova``: complete ratings. ``reml``: some are missing.

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.reliability import intraclass_corr
    >>> result = intraclass_corr(np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]]))
    >>> result.n_persons, result.n_raters, round(result["ICC(C,k)"].estimate, 2)
    (4, 4, 0.88)
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
        raise UnknownNameError(
            f"{name!r} is not a form of the ICC; allowed: {', '.join(FORMS)}{suggest(name, _ALIASES)}"
        )

    def __iter__(self) -> Iterator[IntraclassCorrelation]:
        return iter(self.forms)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the coefficients."""
        return (*few_persons(self.n_persons), *self.forms[0].interval_warnings)

    def to_r(self, path: str = "ratings.csv") -> str:
        """Return an R script that computes the six forms with psych::ICC, from a CSV file of ratings.

        Parameters
        ----------
        path
            The CSV file that the script reads: a row for each person, a column for each rater.

        Examples
        --------
        >>> import numpy as np
        >>> from intimacy_scales.reliability import intraclass_corr
        >>> result = intraclass_corr(np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]]))
        >>> "psych::ICC(x, lmer = FALSE)" in result.to_r("ratings.csv")
        True
        """
        from intimacy_scales.reliability.agreement.r_script import icc_script

        return icc_script(self, path)

    def to_frame(self, confidence_level: float = 0.95, method: ICCInterval = "generalized") -> pd.DataFrame:
        """Return a pandas table with a row for each form and its confidence interval.

        Parameters
        ----------
        confidence_level, method
            As in `IntraclassCorrelation.confidence_interval`; the column ``interval`` names the method of
            each interval.
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
        """Return the line above the table."""
        n_ratings = f"up to {self.n_raters}" if self.n_missing else f"{self.n_raters}"
        missing = f", {counted(self.n_missing, 'rating')} missing" if self.n_missing else ""
        raters = (
            f"{', '.join(self.raters[:_RATERS_SHOWN])}{', …' if len(self.raters) > _RATERS_SHOWN else ''}"
        )
        return (
            f"Intraclass correlations: {counted(self.n_persons, 'person')}, "
            f"{n_ratings} ratings each ({raters}){missing}; {self.method}; "
            f"95% intervals by the method in the column interval"
        )

    def __repr__(self) -> str:
        table = frame_text(self.to_frame())
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self._head()}\n{table}{cautions}>"

    def page(self) -> Page:
        """Return what is displayed as data."""
        table = frame_table(self.to_frame())
        first, *rest = self._head().split("; ")
        return Page(title=first, facts=tuple(rest), tables=(table,), warnings=tuple(self.warnings))
