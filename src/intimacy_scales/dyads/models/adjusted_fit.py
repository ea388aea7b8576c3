"""Fit of models of exchangeable partners, which must not depend on who is called the first."""

from __future__ import annotations

import math
from typing import Any

from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
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
    >>> adjusted_fit((30.0, 9), isat=(17.5, 6), inull=(178.1, 10), n=110)
    <adjusted chi-square(3) = 12.50, p = .006; CFI 0.939, RMSEA 0.170; n = 110>
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
            f"{self.chi_square:.2f}, {apa_p(self.p)}{indices}, RMSEA = {apa(self.rmsea, 3)} (I-SAT and "
            "I-NULL; "
            "Olsen & Kenny, 2006)."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        test = f"adjusted chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}"
        return f"<{test}; CFI {shown(self.cfi)}, RMSEA {shown(self.rmsea)}; n = {self.n}>"


def adjusted_fit(
    model: tuple[float, int], *, isat: tuple[float, int], inull: tuple[float, int], n: int
) -> AdjustedFit:
    """Return the fit of a model judged against I-SAT and I-NULL, each with its chi-square and df.

    ``chi' = chi - chi_ISAT``, ``df' = df - df_ISAT``, likewise for I-NULL; then ``CFI' = 1 - max(chi' - df',
    0) / max(chi'_NULL - df'_NULL, chi' - df', 0)``, ``TLI' = (chi'_NULL/df'_NULL - chi'/df') /
    (chi'_NULL/df'_NULL - 1)`` and ``RMSEA' = sqrt(max(chi' - df', 0) / (df' n))``.
    """
    chi_square, df = model[0] - isat[0], model[1] - isat[1]
    null, null_df = inull[0] - isat[0], inull[1] - isat[1]
    lost, lost_null = max(chi_square - df, 0.0), null - null_df
    reason = None
    if not lost_null > 0:
        reason = "the variables are hardly related, so that the null model fits"
    ratio = null / null_df if null_df > 0 else math.nan
    tli = math.nan if reason or not df else (ratio - chi_square / df) / (ratio - 1)
    return AdjustedFit(
        chi_square=chi_square,
        df=df,
        p=chi_square_p(chi_square, df),
        cfi=math.nan if reason else 1 - lost / max(lost_null, lost),
        tli=tli,
        rmsea=math.sqrt(lost / (df * n)) if df > 0 else math.nan,
        n=n,
        reason=reason,
    )
