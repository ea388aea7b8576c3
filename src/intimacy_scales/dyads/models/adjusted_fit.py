"""Fit of models of exchangeable partners, which must not depend on who is called the first."""

from __future__ import annotations

import math
from typing import Any

from intimacy_scales.dyads.exchangeable_fit import ChiSquare, fit_against_isat
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, shown


@result_class
class AdjustedFit(Result):
    """Fit of a model of exchangeable partners, judged against the I-SAT and I-NULL models.

    Attributes
    ----------
    chi_square, df, p
        ``chi-square - chi-square of I-SAT`` and its degrees of freedom; p is nan without degrees of freedom.
    cfi, tli, rmsea
        From these, with I-NULL as the null model; rmsea is never below 0. nan where they are undefined.
    n
        Couples.
    reason
        Why CFI and TLI are undefined; None if they are defined.

    Notes
    -----
    The usual chi-square of such a model also counts the differences between partners, which depend on who is
    called the first (Olsen & Kenny, 2006).

    Examples
    --------
    >>> AdjustedFit(chi_square=12.5, df=3, p=0.006, cfi=0.939, tli=0.797, rmsea=0.17, n=110, reason=None)
    <adjusted chi-square(3) = 12.50, p = .006; CFI .939, RMSEA .170; n = 110>
    """

    chi_square: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    n: int
    reason: str | None

    def sentence(self) -> str:
        """Return the fit in plain language."""
        if not self.df:
            return "The model restricts nothing but the order of partners, so that its fit cannot be judged."
        indices = f", CFI = {apa(self.cfi, 3)}" if self.reason is None else ""
        return (
            f"Compared with exchangeable partners whose variables are freely related, chi-square({self.df}) "
            "= "
            f"{shown(self.chi_square, 2)}, {apa_p(self.p)}{indices}, RMSEA = {apa(self.rmsea, 3)} (I-SAT and "
            "I-NULL; "
            "Olsen & Kenny, 2006)."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        test = f"adjusted chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}"
        return f"<{test}; CFI {apa(self.cfi, 3)}, RMSEA {apa(self.rmsea, 3)}; n = {self.n}>"


def adjusted_fit(model: ChiSquare, *, isat: ChiSquare, inull: ChiSquare, n: int) -> AdjustedFit:
    """Return the fit of a model of exchangeable partners as a result."""
    fit = fit_against_isat(model, isat=isat, inull=inull, n=n)
    reason = None
    if not fit.baseline_chi_square > fit.baseline_df:
        reason = "the variables are hardly related, so that the null model fits"
    return AdjustedFit(
        chi_square=fit.chi_square,
        df=fit.df,
        p=fit.p_value,
        cfi=math.nan if reason else fit.cfi,
        tli=math.nan if reason or not fit.df else fit.tli,
        rmsea=fit.rmsea if fit.df else math.nan,
        n=n,
        reason=reason,
    )
