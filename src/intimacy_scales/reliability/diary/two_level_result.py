"""What a factor model at each level says of a diary scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.reliability.diary.level_coefficients import Composite, LevelCoefficient, LevelOmega
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class EqualLoadings(Result):
    """Whether items load alike within and between persons, and the model in which they do.

    Attributes
    ----------
    loadings
        Of each item, at both levels; the factor's variance within persons is 1.
    between_variance
        Variance of the factor between persons.
    chi_square, df, p_value
        Likelihood ratio test against loadings that differ.
    improper
        Where a residual variance is negative in this model: ``item within persons``, or between.
    reason
        Why there is no such model; None where there is.
    """

    loadings: Mapping[str, float]
    between_variance: float
    chi_square: float
    df: int
    p_value: float
    improper: tuple[str, ...] = ()
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; None for what is not defined."""
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
        What was answered.
    n_persons, n_occasions, n_items, n_rows
        Persons, most occasions of a person, items, and answered occasions in all.
    n_left_out
        Rows in which an item was skipped.
    occasions_per_person
        Harmonic mean of the persons' numbers of occasions.
    variances
        Whether residual variances were ``free``, or held ``nonnegative``.
    log_likelihood, saturated_log_likelihood
        Of the model, and of covariances without structure; nan where there is none.
    chi_square, df, p_value
        Likelihood ratio test of the model; nan where df is 0.
    within, between
        Omega and alpha of occasions within persons, and of latent means of persons.
    person_means
        Omega of observed means of persons.
    overall
        Omega of observed scores of single occasions, if loadings are equal at both levels.
    equal_loadings
        Whether they are.
    composite
        The sums that omegas are made of, with their sampling covariances; None where there is no model.
    warnings
        What to know before these figures are used.
    reason
        Why there is no model; None where there is.
    """

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
        """What each coefficient is: its formula, of which scores, and from where."""
        return {name: coefficient.definition for name, coefficient in self.coefficients.items()}

    @property
    def icc1(self) -> float:
        """Share of the variance of the items' sum that lies between persons, as the model has it."""
        within, between = self.within.composite_variance, self.between.composite_variance
        return between / (between + within)

    @property
    def icc2(self) -> float:
        """How well observed means of persons tell their latent ones, whatever the items measure.

        ``between / (between + within / n)`` of the variances of the items' sum, with the harmonic mean
        of occasions; omega of person means is this times omega between.
        """
        within, between = self.within.composite_variance, self.between.composite_variance
        return between / (between + within / self.occasions_per_person)

    def person_means_over(self, n_occasions: float) -> LevelCoefficient:
        """Return the reliability of persons' means over so many occasions.

        Raises
        ------
        EstimationError
            Not a number of occasions.
        """
        number = isinstance(n_occasions, int | float) and not isinstance(n_occasions, bool)
        if not number or not 1 <= n_occasions < math.inf:
            raise EstimationError(f"n_occasions={n_occasions!r}: a number, at least 1")
        if self.composite is None:
            return self.person_means
        return self.composite.person_means(n_occasions)

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
        """Return everything as plain values; None for what is not defined."""
        fields = {n: plain(getattr(self, n)) for n in self.__slots__ if n != "composite"}
        whole = self.composite
        fields["composite"] = (
            None if whole is None else {n: plain(getattr(whole, n)) for n in whole.__slots__}
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
            f"Two-level omega of {self.scale}: {self.n_persons} persons, {self.n_rows} answered occasions "
            f"(harmonic mean {self.occasions_per_person:.4g}), {self.n_items} items{left}{fit}; "
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
        told = [f"! {text}" for text in self.warnings]
        return "<" + "\n  ".join([*self._lines(), *told]) + ">"

    def _repr_html_(self) -> str:
        head, *_, last = self._lines()
        table = self.to_frame().to_html(float_format="{:.3f}".format, border=0, na_rep="-")
        items = self.items_frame().to_html(float_format="{:.3f}".format, border=0) if self.composite else ""
        reasons = dict.fromkeys(c.reason for c in self.coefficients.values() if c.reason is not None)
        told = "".join(f"<li>{escape(text)}</li>" for text in (*reasons, *self.warnings))
        listed = f"<ul>{told}</ul>" if told else ""
        return f"<p>{escape(head)}</p>{table}{items}<p>{escape(last)}</p>{listed}"


def _test(chi_square: float, df: int, p: float) -> str:
    return f"chi-square({df}) = {chi_square:.2f}, p = {p:.3g}"


def likelihood_ratio(less: float, more: float, df: int) -> tuple[float, float]:
    """Return chi-square of two log likelihoods, and p."""
    from scipy.special import chdtrc

    if df < 1 or not math.isfinite(more - less):
        return math.nan, math.nan
    chi_square = max(2 * (more - less), 0.0)
    return chi_square, float(chdtrc(df, chi_square))
