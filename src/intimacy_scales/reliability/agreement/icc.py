"""Intraclass correlations: agreement and consistency of raters or occasions, and of groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError, UnknownNameError, values_as_asked
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.reading.frames import number_matrix
from intimacy_scales.reading.ids import check_no_ids
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.plain import accepts, check_numbers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.agreement.anova import (
    MeanSquares,
    agreement_interval,
    incomplete_mean_squares,
    mean_squares,
    one_way_interval,
    ratio,
    stepped_up,
)
from intimacy_scales.reliability.agreement.crossed import (
    CrossedData,
    Floats,
    one_way_components,
    two_way_components,
)
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares
from intimacy_scales.reliability.agreement.generalized import generalized_agreement_interval
from intimacy_scales.reliability.consistency.cautions import few_persons
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd

# Shrout & Fleiss → McGraw & Wong, psych, and what it is about
_FORMS = {
    "ICC(1,1)": ("ICC(1)", "ICC1", "agreement of single ratings, each person rated by other raters"),
    "ICC(2,1)": ("ICC(A,1)", "ICC2", "absolute agreement of single ratings by a sample of raters"),
    "ICC(3,1)": ("ICC(C,1)", "ICC3", "consistency of single ratings, apart from differences in level"),
    "ICC(1,k)": ("ICC(k)", "ICC1k", "agreement of mean ratings, each person rated by other raters"),
    "ICC(2,k)": ("ICC(A,k)", "ICC2k", "absolute agreement of mean ratings by a sample of raters"),
    "ICC(3,k)": ("ICC(C,k)", "ICC3k", "consistency of mean ratings; equals coefficient alpha of the raters"),
}
ICCInterval = Literal["generalized", "shrout-fleiss"]
_SHOWN = 6
_WITHOUT_IDS = (
    "leave out what is no rating, as by ratings.drop(columns=…) in pandas; where all columns are ratings, "
    'pass on_invalid="accept"'
)
_NO_SHARE = "persons differ so little that the variance it is a share of is not above 0"
_ALIASES = {alias: name for name, (other, psych, _) in _FORMS.items() for alias in (name, other, psych)}


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
        return self.estimate

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
        squares, used = self.squares, "F"
        k = squares.k_alone if self.name.startswith("ICC(1") else squares.k
        if self.reason or not math.isfinite(self.F):
            why = (
                self.reason
                or "raters agree wholly, or but for their level: there is no error to compare with"
            )
            return undefined_interval(confidence_level, "F", squares.n, why)
        if self.name.startswith("ICC(2") and method == "generalized":
            used, ends = "generalized", generalized_agreement_interval(squares, confidence_level)
        elif self.name.startswith("ICC(2"):
            single = self.estimate if self.name == "ICC(2,1)" else self._single_agreement()
            ends = agreement_interval(squares, single, confidence_level)
        else:
            ends = one_way_interval(self.F, k, (self.df1, self.df2), confidence_level)
        if self.name.endswith("k)"):
            ends = (stepped_up(ends[0], self.n_raters), stepped_up(ends[1], self.n_raters))
        if not all(map(math.isfinite, ends)) or ends[0] > ends[1]:
            why = "persons differ less than chance would make them: an end is not defined"
            return undefined_interval(confidence_level, "F", squares.n, why)
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
        )
        fields = {name: plain(getattr(self, name)) for name in names}
        return fields | {
            "n": self.squares.n,
            "warnings": [*self.warnings],
            "interval": self.confidence_interval().to_dict(),
        }

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
        raise UnknownNameError(f"there is no form {name!r}; there are {', '.join(_FORMS)}")

    def __iter__(self) -> Iterator[IntraclassCorrelation]:
        return iter(self.forms)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before they are used."""
        return tuple(few_persons(self.n_persons))

    def to_frame(self, confidence_level: float = 0.95, method: ICCInterval = "generalized") -> pd.DataFrame:
        """Return a pandas table, a row for each form, with intervals as `confidence_interval` makes them."""
        from intimacy_scales.results.frames import pandas_frame

        rows = []
        for form in self.forms:
            low, high = form.confidence_interval(confidence_level, method)
            rows.append(
                {
                    "form": form.name,
                    "also": form.mcgraw_wong,
                    "ICC": form.estimate,
                    "low": low,
                    "high": high,
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
            "components": plain(self.components),
            "warnings": [*self.warnings],
            "forms": [form.to_dict() for form in self.forms],
        }

    def _head(self) -> str:
        gaps = f", {self.n_missing} ratings missing" if self.n_missing else ""
        return (
            f"Intraclass correlations: {self.n_persons} persons, {self.n_raters} ratings "
            f"each ({', '.join(self.raters[:_SHOWN])}{', …' if len(self.raters) > _SHOWN else ''}){gaps}; "
            f"{self.method}"
        )

    def __repr__(self) -> str:
        table = self.to_frame().round(3).to_string()
        told = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self._head()}\n{table}{told}>"

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(float_format="{:.3f}".format, border=0, na_rep="-")
        told = "".join(f"<p>{escape(text)}</p>" for text in self.warnings)
        return f"<p>{escape(self._head())}</p>{table}{told}"


def _f_ratio(between: float, error: float) -> float:
    if error > 0:
        return between / error
    return math.inf if between > 0 else math.nan


def _of_incomplete(ratings: Floats) -> tuple[MeanSquares, dict[str, float]]:
    """Return mean squares of incomplete ratings by least squares, and components by restricted likelihood.

    Where nothing is left beside persons, or beside persons and raters, the likelihood rises for ever as
    the variance of it goes to 0; components are then what it leads to.
    """
    there = ~np.isnan(ratings)
    person, rater = np.nonzero(there)
    y = ratings[there][:, None]
    sums = crossed_squares(person, rater, y)
    if sums.df_rest < 1:
        raise EstimationError("so many ratings are missing that no degree of freedom is left for error")
    data, total, means = CrossedData(person, rater, y), float(y.var()), sums.person_means / (len(ratings) - 1)
    alone, within = one_way_components(data, total).tolist() if sums.within > 0 else (means, 0.0)
    if sums.rest > 0:
        persons, raters, error = two_way_components(data, total).tolist()
    elif sums.within > 0:
        persons, raters = sums.person_effects / sums.df_persons, sums.occasion_effects / sums.df_occasions
        error = 0.0
    else:
        persons, raters, error = means, 0.0, 0.0
    parts = {"person": persons, "rater": raters, "residual": error, "person alone": alone, "within": within}
    return incomplete_mean_squares(sums, there.sum(axis=1).astype(float)), parts


def _estimates(squares: MeanSquares, k: int, parts: dict[str, float] | None) -> dict[str, float]:
    """Return the six estimates, from components where there are any."""
    n = squares.n
    if parts is None:
        b, w, r, e = squares.between, squares.within, squares.raters, squares.error
        return {
            "ICC(1,1)": ratio(b - w, b + (k - 1) * w),
            "ICC(2,1)": ratio(b - e, b + (k - 1) * e + k * (r - e) / n),
            "ICC(3,1)": ratio(b - e, b + (k - 1) * e),
            "ICC(1,k)": ratio(b - w, b),
            "ICC(2,k)": ratio(b - e, b + (r - e) / n),
            "ICC(3,k)": ratio(b - e, b),
        }
    persons, raters, error = parts["person"], parts["rater"], parts["residual"]
    alone, within = parts["person alone"], parts["within"]
    return {
        "ICC(1,1)": ratio(alone, alone + within),
        "ICC(2,1)": ratio(persons, persons + raters + error),
        "ICC(3,1)": ratio(persons, persons + error),
        "ICC(1,k)": ratio(alone, alone + within / k),
        "ICC(2,k)": ratio(persons, persons + (raters + error) / k),
        "ICC(3,k)": ratio(persons, persons + error / k),
    }


@reads_answers
def intraclass_corr(
    ratings: Any, responses: Any = None, *, scale: str | None = None, **reading: Unpack[ReadingOptions]
) -> IntraclassCorrelations:
    """Compute the six intraclass correlations of Shrout and Fleiss.

    Parameters
    ----------
    ratings, responses
        A table of numbers, a row for each person and a column for each rater (or occasion, or
        partner): a DataFrame, or an array (n_persons, n_raters). nan or null where there is none. Or an
        instrument (or its id or `Path`) and a table of answers to it, or checked answers alone: the keyed
        items of a scale are then the raters.
    scale
        Of an instrument, as in `cronbach_alpha`.
    **reading
        How answers to an instrument are read, as in `encode`; of ratings only ``on_invalid="accept"``, to
        take every number as it is.

    Returns
    -------
    IntraclassCorrelations

    Raises
    ------
    EstimationError
        Fewer than two persons or raters, or ratings that are all alike.
    ResponseError
        Not a table of numbers; numbers that look like codes for missing answers, or columns that look
        like ids.

    Notes
    -----
    With complete ratings from the mean squares of persons (b), within persons (w), of raters (r) and
    error (e): ``ICC(1,1) = (b - w) / (b + (k - 1) w)``,
    ``ICC(2,1) = (b - e) / (b + (k - 1) e + k (r - e) / n)``, ``ICC(3,1) = (b - e) / (b + (k - 1) e)``
    and their forms for a mean of k (Shrout & Fleiss, 1979; McGraw &
    Wong, 1996). Where ratings are missing, from variance components by restricted likelihood.
    Persons without any rating do not count.

    F tests come from least squares, complete or not: for ICC(1), between persons over within persons, with
    n - 1 and N - n degrees of freedom of N ratings; for the others, ``F = (S_r - S_pr) / (n - c)`` over
    ``S_pr / (N - n - k + c)``, where S_r is the sum of squares that raters leave, S_pr what persons and
    raters leave, and c the number of parts of the design that no rating joins, 1 as a rule (Searle, 1971,
    ch. 7: persons adjusted for raters, "type III"). With complete ratings that is b / e. A ratio of
    components by restricted likelihood would be no F: these stop at 0, and half of all samples without
    differences between persons would have F = 1.

    Where raters agree but for their level, so that nothing is left, F is infinite and p 0; components are
    then the variances of persons' and of raters' effects, from differences within the parts of the design.

    Examples
    --------
    >>> import numpy as np
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(float(form), 2) for form in intraclass_corr(np.array(ratings))]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    matrix, raters = _rated(*_given(ratings, responses, scale, reading))
    n, k = matrix.shape
    n_missing = int(np.count_nonzero(np.isnan(matrix)))
    parts = None
    if n_missing:
        squares, parts = _of_incomplete(matrix)
        components = {name: parts[name] for name in ("person", "rater", "residual")}
    else:
        squares = mean_squares(matrix)
        components = {
            "person": (squares.between - squares.error) / k,
            "rater": (squares.raters - squares.error) / n,
            "residual": squares.error,
        }
    return IntraclassCorrelations(
        forms=_forms(squares, k, parts),
        n_persons=n,
        n_raters=k,
        raters=raters,
        n_missing=n_missing,
        components=components,
        method="reml" if n_missing else "anova",
    )


def _given(
    ratings: Any, responses: Any, scale: str | None, options: ReadingOptions
) -> tuple[Floats, Sequence[str]]:
    """Return ratings (n_persons, n_raters), nan where there is none, and the raters."""
    if responses is not None or isinstance(ratings, Instrument | str | Path | CodedResponses | ItemMoments):
        answers = coded_given(ratings, responses, options)
        name, items = items_of(answers, scale)
        return keyed_answers(answers, name)[0], items.ids
    if scale is not None:
        raise EstimationError(f"scale={scale!r} is of an instrument: pass it before the table")
    accept = accepts(options)
    with values_as_asked(accept.show_values):
        matrix, names = number_matrix(ratings, "ratings")
        if not accept:
            check_no_ids(names, matrix, _WITHOUT_IDS)
            check_numbers(names, matrix)
    return matrix, names


def _rated(matrix: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Return the ratings of persons and raters with any, and these raters."""
    there = ~np.isnan(matrix)
    kept: Floats = matrix[there.any(axis=1)][:, there.any(axis=0)]
    n, k = kept.shape
    if n < 2 or k < 2:  # noqa: PLR2004 - one does not vary
        raise EstimationError(f"{n} persons with ratings by {k} raters: at least two of both are needed")
    if np.nanmax(kept) == np.nanmin(kept):
        raise EstimationError("all ratings are alike: there is no variance to divide")
    return kept, tuple(
        name for name, any_of in zip(names, np.any(there, axis=0).tolist(), strict=True) if any_of
    )


def _forms(squares: MeanSquares, k: int, parts: dict[str, float] | None) -> tuple[IntraclassCorrelation, ...]:
    """Return the six forms with their tests."""
    from scipy.special import fdtrc

    values, forms = _estimates(squares, k, parts), []
    of_one_way = (_f_ratio(squares.between_alone, squares.within), squares.n - 1, squares.df_within)
    of_two_way = (_f_ratio(squares.between, squares.error), squares.df_between, squares.df_error)
    for name, (other, _, meaning) in _FORMS.items():
        f, df1, df2 = of_one_way if name.startswith("ICC(1") else of_two_way
        forms.append(
            IntraclassCorrelation(
                name=name,
                mcgraw_wong=other,
                meaning=meaning,
                estimate=values[name],
                F=f,
                df1=df1,
                df2=df2,
                p_value=float(fdtrc(df1, df2, f)) if math.isfinite(f) else 0.0 if f > 0 else math.nan,
                method="anova" if parts is None else "reml",
                n_raters=k,
                reason=_NO_SHARE if math.isnan(values[name]) else None,
                squares=squares,
            )
        )
    return tuple(forms)
