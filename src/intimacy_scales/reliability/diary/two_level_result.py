"""Results of a factor model at each level of a diary scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reliability.diary.diary_sentences import two_level_sentence
from intimacy_scales.reliability.diary.level_coefficients import Composite, LevelCoefficient, LevelOmega
from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa_p, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class EqualLoadings(Result):
    """Test of equal loadings within and between persons, and the model in which they are equal.

    Attributes
    ----------
    loadings
        Of each item, at both levels; the factor's variance within persons is 1.
    between_variance
        Variance of the factor between persons.
    chi_square, df, p_value
        Likelihood ratio test against the model with free loadings.
    improper
        Negative residual variances in this model, as ``item within persons`` or ``item between persons``.
    reason
        Why the model could not be fitted; None if it was.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> from intimacy_scales.reliability import two_level_omega
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> test = two_level_omega("scii-daily", days, person="person", scale="trust").equal_loadings
    >>> test.df, round(test.between_variance, 1)
    (2, 0.9)
    """

    loadings: Mapping[str, float]
    between_variance: float
    chi_square: float
    df: int
    p_value: float
    improper: tuple[str, ...] = ()
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; None for undefined values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<Equal loadings within and between persons: not defined: {self.reason}>"
        return (
            f"<Equal loadings within and between persons: {_test(self.chi_square, self.df, self.p_value)}; "
            f"variance of the factor between persons {shown(self.between_variance)}, within 1>"
        )


@result_class
class TwoLevelOmega(Result):
    """Reliability of a diary scale within and between persons, from a factor model at each level.

    Attributes
    ----------
    instrument, scale
        The instrument and the scale that was analyzed.
    n_persons, n_occasions, n_items, n_rows
        Numbers of persons, of occasions of the person with most, of items, and of complete rows.
    n_left_out
        Number of rows in which an item was skipped.
    occasions_per_person
        Harmonic mean of the persons' numbers of occasions.
    variances
        Whether residual variances were ``free`` or constrained to be ``nonnegative``.
    log_likelihood, saturated_log_likelihood
        Of the model, and of the saturated model; nan if it could not be fitted.
    chi_square, df, p_value
        Likelihood ratio test of the model; nan if df is 0.
    within, between
        Omega and alpha of occasions within persons, and of latent means of persons.
    person_means
        Omega of observed means of persons.
    overall
        Omega of observed scores of single occasions, which assumes equal loadings at both levels.
    equal_loadings
        Test of this assumption.
    composite
        Sums of parameters that the omegas are computed from, with their sampling covariances; None if the
        model could not be fitted.
    warnings
        Cautions about using these figures.
    reason
        Why the model could not be fitted; None if it was.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> from intimacy_scales.reliability import two_level_omega
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> result = two_level_omega("scii-daily", days, person="person", scale="trust")
    >>> result.n_persons, result.n_rows, list(result.coefficients)[:2]
    (80, 560, ['omega within', 'omega between'])
    """

    _all_in_notebooks: ClassVar[bool] = True

    instrument: InstrumentRef
    scale: str
    n_persons: int
    n_occasions: int
    n_items: int
    n_rows: int
    n_left_out: int
    occasions_per_person: float
    variances: str
    log_likelihood: float
    saturated_log_likelihood: float
    chi_square: float
    df: int
    p_value: float
    within: LevelOmega
    between: LevelOmega
    person_means: LevelCoefficient
    overall: LevelCoefficient
    equal_loadings: EqualLoadings
    composite: Composite | None
    warnings: tuple[str, ...]
    reason: str | None = None

    @property
    def coefficients(self) -> dict[str, LevelCoefficient]:
        """Every coefficient by name, with its definition."""
        omegas = (self.within.omega, self.between.omega, self.person_means, self.overall)
        return {c.coefficient: c for c in (*omegas, self.within.alpha, self.between.alpha)}

    @property
    def definitions(self) -> dict[str, str]:
        """Formula of each coefficient, the scores that it is the reliability of, and source."""
        return {name: coefficient.definition for name, coefficient in self.coefficients.items()}

    @property
    def icc1(self) -> float:
        """Share of the variance of the items' sum that is between persons, as the model implies."""
        within, between = self.within.composite_variance, self.between.composite_variance
        return between / (between + within)

    @property
    def icc2(self) -> float:
        """Reliability of observed means of persons as measures of their latent means, whatever items measure.

        ``between / (between + within / n)`` of the variances of the items' sum, with n the harmonic mean of
        the numbers of occasions; omega of person means is this times omega between.
        """
        within, between = self.within.composite_variance, self.between.composite_variance
        return between / (between + within / self.occasions_per_person)

    def person_means_over(self, n_occasions: float) -> LevelCoefficient:
        """Return the reliability of persons' means over a number of occasions.

        Raises
        ------
        EstimationError
            ``n_occasions`` is not a finite number of at least 1.

        Examples
        --------
        >>> from intimacy_scales.simulation import simulate_diary
        >>> from intimacy_scales.reliability import two_level_omega
        >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
        >>> result = two_level_omega("scii-daily", days, person="person", scale="trust")
        >>> result.person_means_over(14).estimate > result.person_means_over(7).estimate
        True
        """
        number = isinstance(n_occasions, int | float) and not isinstance(n_occasions, bool)
        if not number or not 1 <= n_occasions < math.inf:
            raise EstimationError(
                f"n_occasions={n_occasions!r} is not valid; allowed: a number of at least 1"
            )
        if self.composite is None:
            return self.person_means
        return self.composite.person_means(n_occasions)

    def sentence(self) -> str:
        """Return a sentence for a Method section: data, method, and omegas with 95 % intervals.

        Omegas of an improper solution are not reported.

        Examples
        --------
        >>> from intimacy_scales.simulation import simulate_diary
        >>> from intimacy_scales.reliability import two_level_omega
        >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
        >>> result = two_level_omega("scii-daily", days, person="person", scale="trust")
        >>> result.sentence().partition(": ")[2]
        "within persons, .64, 95% CI [.58, .69]; between persons, not reported (improper solution); for persons' means over 7 occasions, not reported (improper solution)."
        """  # noqa: E501 - what the example prints
        return two_level_sentence(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each coefficient and its 95 % interval."""
        from intimacy_scales.results.frames import pandas_frame

        rows = self.coefficients.values()
        ends = [c.confidence_interval() for c in rows]
        columns: dict[str, Any] = {"coefficient": list(self.coefficients)}
        columns |= {"estimate": [c.estimate for c in rows], "se": [c.standard_error for c in rows]}
        columns |= {"low": [i.low for i in ends], "high": [i.high for i in ends]}
        return pandas_frame(columns).set_index("coefficient")

    def items_frame(self) -> pd.DataFrame:
        """Return a pandas table with each item's loading and residual variance at both levels."""
        from intimacy_scales.results.frames import pandas_frame

        columns: dict[str, list[Any]] = {"item": list(self.within.loadings)}
        for level in (self.within, self.between):
            columns[f"loading {level.level}"] = list(level.loadings.values())
            columns[f"residual {level.level}"] = list(level.residual_variances.values())
        return pandas_frame(columns).set_index("item")

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain values; None for undefined values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__ if name != "composite"}
        composite = self.composite
        fields["composite"] = (
            None
            if composite is None
            else {name: plain(getattr(composite, name)) for name in composite.__slots__}
        )
        return fields | {"icc1": plain(self.icc1), "icc2": plain(self.icc2)}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, icc1=float, icc2=float)

    def _lines(self) -> list[str]:
        """Return the lines of the display."""
        left = f", {self.n_left_out} incomplete rows left out" if self.n_left_out else ""
        fit = "" if math.isnan(self.chi_square) else f"; {_test(self.chi_square, self.df, self.p_value)}"
        return [
            f"Two-level omega of {self.scale}: {counted(self.n_persons, 'person')}, "
            f"{counted(self.n_rows, 'answered occasion')} "
            f"(harmonic mean {self.occasions_per_person:.4g}), {counted(self.n_items, 'item')}{left}{fit}; "
            f"residual variances {self.variances}; {self.instrument}",
            *([] if self.reason is None else [f"omega is not defined: {self.reason}"]),
            *(
                repr(c)[1:-1]
                for c in self.coefficients.values()
                if self.reason is None or c.reason != self.reason
            ),
            *([] if self.reason is not None else [repr(self.equal_loadings)[1:-1]]),
        ]

    def __repr__(self) -> str:
        cautions = [f"! {text}" for text in self.warnings]
        return "<" + "\n  ".join([*self._lines(), *cautions]) + ">"

    def page(self) -> Page:
        """Return what is displayed as data: coefficients, and loadings at both levels."""
        head, *_, last = self._lines()
        first, *rest = head.split("; ")
        tables = [frame_table(self.to_frame(), "Coefficients", bounded=("estimate",))]
        if self.composite:
            tables.append(frame_table(self.items_frame(), "Items at both levels"))
        reasons = dict.fromkeys(c.reason for c in self.coefficients.values() if c.reason is not None)
        return Page(
            title=first,
            facts=(*rest, *([last] if last != head else [])),
            tables=tuple(tables),
            warnings=(*reasons, *self.warnings),
        )


def _test(chi_square: float, df: int, p: float) -> str:
    return f"chi-square({df}) = {shown(chi_square, 2)}, {apa_p(p)}"


def likelihood_ratio(constrained: float, free: float, df: int) -> tuple[float, float]:
    """Return chi-square and p of a likelihood ratio test, from the log likelihoods of nested models."""
    from scipy.special import chdtrc

    if df < 1 or not math.isfinite(free - constrained):
        return math.nan, math.nan
    chi_square = max(2 * (free - constrained), 0.0)
    return chi_square, float(chdtrc(df, chi_square))
