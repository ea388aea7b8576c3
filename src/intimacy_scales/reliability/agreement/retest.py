"""Test-retest reliability, from the scores of the same persons on two occasions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.reading.frames import number_column, same_rows
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.reliability.agreement.icc import intraclass_corr
from intimacy_scales.reliability.agreement.limits import LimitsOfAgreement, limits_of_agreement
from intimacy_scales.reliability.agreement.retest_page import retest_page, retest_sentence
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.reliability.consistency.intervals import fisher_z
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.not_kept import NotKept, needed, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class RetestReliability(Result):
    """Test-retest reliability; ``float(result)`` gives the agreement, ICC(A,1).

    Attributes
    ----------
    n, n_left_out
        Persons with both scores, and persons with only one or none.
    r, r_p_value
        Pearson correlation, and the p value of the test that it is 0.
    agreement, consistency
        ICC(A,1), in which a change of the mean counts as error, and ICC(C,1), in which it does not.
    mean_before, mean_after, sd_before, sd_after
        Of the persons with both scores.
    mean_change, t, df, p_value
        Paired t test of the change.
    sem
        ``sd of changes / sqrt(2)``: standard error of measurement of one score, apart from a change of the
        mean (typical error; Hopkins, 2000).
    pairs
        (n, 2): the scores of the persons with both.

    Examples
    --------
    >>> result = test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2])
    >>> round(float(result), 3), round(result.sem, 3)
    (0.918, 0.532)
    """

    title: ClassVar[str] = "Retest agreement, ICC(A,1)"

    n: int
    n_left_out: int
    r: float
    r_p_value: float
    agreement: float
    consistency: float
    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float
    mean_change: float
    t: float
    df: int
    p_value: float
    sem: float
    pairs: NDArray[np.float64] = field(repr=False, compare=False)

    def __float__(self) -> float:
        return float(self.agreement)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the coefficients."""
        return tuple(few_persons(self.n))

    def confidence_interval(self, confidence_level: float = 0.95, *, of: str = "agreement") -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        of
            ``agreement`` (generalized interval) or ``consistency`` (F), as in `IntraclassCorrelation`;
            ``r`` (Fisher's z); or ``mean_change`` (t).

        Raises
        ------
        EstimationError
            ``of`` is not one of these.

        Notes
        -----
        ICC(A,1) takes occasions as a sample of occasions, so that its interval depends on how far their means
        may differ. The mean square of occasions has one degree of freedom with two occasions, whatever the
        number of persons: where means differ, the interval reaches far down, and more persons shorten it
        little. That of ICC(C,1), an F interval with n - 1 and n - 1 degrees of freedom, does shorten.

        The definition is the generalized interval (Weerahandi, 1993; Burdick, Borror & Montgomery, 2005):
        mean squares over independent chi-square variables with n - 1, 1 and n - 1 degrees of freedom. It is
        not the interval of Shrout and Fleiss (1979), psych's, which approximates the same by Satterthwaite's
        degrees of freedom and covers far less than 95 % where few occasions differ in level;
        `intraclass_corr` has it by
        ``confidence_interval(method="shrout-fleiss")``.

        Examples
        --------
        >>> result = test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2])
        >>> result.confidence_interval(of="r")
        <95% interval [.410, .991], Fisher z, n = 6>
        """
        check_level(confidence_level)
        if of in ("agreement", "consistency"):
            form = "ICC(A,1)" if of == "agreement" else "ICC(C,1)"
            in_document = (stored(self.pairs, "intervals") or {}).get(of)
            if in_document is not None and in_document.confidence_level == confidence_level:
                return cast(Interval, in_document)
            return intraclass_corr(needed(self.pairs), on_invalid="accept")[form].confidence_interval(
                confidence_level
            )
        if of == "mean_change":
            return self._change_interval(check_level(confidence_level))
        if of != "r":
            raise EstimationError(not_one_of("of", of, ("agreement", "consistency", "r", "mean_change")))
        low, high = fisher_z(self.r, self.n, check_level(confidence_level))
        return Interval(
            low=low, high=high, confidence_level=confidence_level, method="Fisher z", n=self.n, bounded=True
        )

    def to_r(self, path: str = "scores.csv", *, before: str = "before", after: str = "after") -> str:
        """Return an R script that computes these figures with psych::ICC and base R, from a CSV file.

        Parameters
        ----------
        path
            The CSV file that the script reads: a row for each person.
        before, after
            Its columns with the scores of both occasions.

        Examples
        --------
        >>> script = test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2]).to_r("retest.csv")
        >>> 'say("agreement", icc$ICC[2])' in script
        True
        """
        from intimacy_scales.reliability.agreement.r_script import retest_script

        return retest_script(self, path, before, after)

    def _change_interval(self, confidence_level: float) -> Interval:
        """Return the interval of the mean change, ``mean ± t sem sqrt(2 / n)``."""
        from scipy.special import stdtrit

        half_width = float(stdtrit(self.df, (1 + confidence_level) / 2)) * self.sem * math.sqrt(2 / self.n)
        return Interval(
            low=self.mean_change - half_width,
            high=self.mean_change + half_width,
            confidence_level=confidence_level,
            method="t",
            n=self.n,
        )

    def limits_of_agreement(self, level: float = 0.95, confidence_level: float = 0.95) -> LimitsOfAgreement:
        """Return the limits of agreement of the two occasions (Bland & Altman, 1986).

        Parameters
        ----------
        level
            Share of differences that the limits enclose.
        confidence_level
            Confidence level of the intervals of the limits and of the mean difference.

        Returns
        -------
        LimitsOfAgreement

        Examples
        --------
        >>> test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2]).limits_of_agreement().upper
        1.642...
        """
        return limits_of_agreement(needed(self.pairs), level, confidence_level)

    def sentence(self) -> str:
        """Return the sentences for a Results section: coefficients with 95 % intervals, change, and error.

        Examples
        --------
        >>> test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2]).sentence().partition(" (absolute")[0]
        'Test-retest reliability of the scores of 6 persons on two occasions was ICC(A,1) = .92, 95% CI [.12, .99]'
        """  # noqa: E501 - what the example prints
        return retest_sentence(self)

    def page(self) -> Page:
        """Return what is displayed as data: coefficients with intervals, means and change."""
        return retest_page(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with 95 % intervals, as plain values."""
        fields: dict[str, Any] = {n: plain(getattr(self, n)) for n in self.__slots__ if n != "pairs"}
        names = ("agreement", "consistency", "r", "mean_change")
        return fields | {
            "warnings": [*self.warnings],
            "intervals": {name: self.confidence_interval(of=name).to_dict() for name in names},
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("pairs",), warnings=Sequence[str], intervals=by_name(Interval))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> RetestReliability:
        not_kept = NotKept(
            cls.__name__, "the scores behind them", "compute it again from the scores of both occasions",
            {"intervals": values["intervals"]},
        )  # fmt: skip
        return made_of(cls, values, pairs=not_kept)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({n: [getattr(self, n)] for n in self.__slots__ if n != "pairs"})

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<Retest: ICC(A,1) = {apa(self.agreement, 3)} {self.confidence_interval()}, "
            f"r = {apa(self.r, 3)}, mean change {shown(self.mean_change)}, n = {self.n}{cautions}>"
        )


def paired(before: Any, after: Any, on_invalid: OnInvalid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two columns of scores of the same persons, checked.

    Raises
    ------
    EstimationError
        The columns differ in length, or are pandas Series whose indexes differ.
    ResponseError
        Scores that are not numbers, or that look like codes for missing scores.
    """
    if not same_rows(before, after):
        raise EstimationError(
            "before and after have different indexes, so their rows may be different persons; align them "
            "first, for example with before.align(after, join='inner')"
        )
    x, y = number_column(before, "before"), number_column(after, "after")
    if len(x) != len(y):
        raise EstimationError(
            f"before has {counted(len(x), 'person')} and after has {len(y)}; both need one score for "
            "each person, in the same order"
        )
    check_scores({"before": x, "after": y}, on_invalid)
    return x, y


def _pearson(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the Pearson correlation, limited to -1 and 1 against rounding error."""
    a, b = x - x.mean(), y - y.mean()
    r = float(a @ b) / math.sqrt(float(a @ a) * float(b @ b))
    return max(-1.0, min(1.0, r))


def _absolute_t(r: float, n: int) -> float:
    """Return the absolute t statistic of a correlation."""
    return abs(r) * math.sqrt((n - 2) / (1 - r * r)) if abs(r) < 1 else math.inf


def test_retest(before: Any, after: Any, *, on_invalid: OnInvalid = "raise") -> RetestReliability:
    """Compute reliability from the scores of the same persons on two occasions.

    Parameters
    ----------
    before, after
        Scores (n,) of the same persons in the same order; nan or null where missing.
    on_invalid
        ``"raise"``: an error if scores look like codes for missing scores (-99, 999 …). ``"accept"``: every
        number is taken as it is.

    Returns
    -------
    RetestReliability

    Raises
    ------
    EstimationError
        Fewer than three persons with both scores, equal scores of all persons on an occasion, or rows that
        do not match.
    ResponseError
        Scores that are not numbers, or that look like codes for missing scores.

    Notes
    -----
    A correlation does not reflect a change of the mean; agreement, ICC(A,1) of McGraw and Wong (1996), does.
    Report both, and the time between the two occasions.

    Examples
    --------
    >>> result = test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2])
    >>> round(result.r, 3), result.n
    (0.917, 6)
    """
    from scipy.special import stdtr

    x, y = paired(before, after, on_invalid)
    both = ~(np.isnan(x) | np.isnan(y))
    x_both, y_both = x[both], y[both]
    pairs = np.column_stack([x_both, y_both])
    n = len(pairs)
    if n < 3:  # with two persons, |r| is always 1
        raise EstimationError(
            f"{'1 person has' if n == 1 else f'{n} persons have'} both scores; at least three are needed"
        )
    sds = [float(np.std(column, ddof=1)) for column in pairs.T]
    if not min(sds) > 0:
        constant = "before" if not sds[0] > 0 else "after"
        raise EstimationError(
            f"all scores in {constant} are equal ({pairs[0, int(constant == 'after')]:g}); reliability needs "
            "scores that differ between persons"
        )
    change = y_both - x_both
    sd_of_change = float(change.std(ddof=1))
    iccs, r = intraclass_corr(pairs, on_invalid="accept"), _pearson(x_both, y_both)
    t = float(change.mean()) / (sd_of_change / math.sqrt(n)) if sd_of_change > 0 else math.nan
    return RetestReliability(
        n=n,
        n_left_out=len(x) - n,
        r=r,
        r_p_value=2 * float(stdtr(n - 2, -_absolute_t(r, n))),
        agreement=float(iccs["ICC(A,1)"]),
        consistency=float(iccs["ICC(C,1)"]),
        mean_before=float(x_both.mean()),
        mean_after=float(y_both.mean()),
        sd_before=sds[0],
        sd_after=sds[1],
        mean_change=float(change.mean()),
        t=t,
        df=n - 1,
        p_value=2 * float(stdtr(n - 1, -abs(t))),
        sem=sd_of_change / math.sqrt(2),
        pairs=pairs,
    )


setattr(test_retest, "__test__", False)  # noqa: B010 - pytest would take it for a test by its name
