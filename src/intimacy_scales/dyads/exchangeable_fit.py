"""Fit of models of exchangeable partners, judged against the models I-SAT and I-NULL (arrays only).

The best model of exchangeable partners is not the saturated one, as its moments must not depend on which
partner is first: it is I-SAT, with equal means, variances and covariances. Its null model, I-NULL, has the
same means and variances, and no covariances (Olsen & Kenny, 2006). The usual chi-square of a model of
exchangeable partners also counts the differences between partners, which I-SAT counts as well.
"""

from __future__ import annotations

from typing import Protocol

from intimacy_scales.factor.confirmatory.estimation.fit import FitIndices, fit_indices


class ChiSquare(Protocol):
    """A chi-square and its degrees of freedom, such as those of a `Fit`."""

    @property
    def chi_square(self) -> float:
        """The chi-square."""

    @property
    def df(self) -> int:
        """Its degrees of freedom."""


def fit_against_isat(model: ChiSquare, *, isat: ChiSquare, inull: ChiSquare, n: int) -> FitIndices:
    """Return the indices of fit from ``chi - chi_ISAT`` and ``df - df_ISAT``, likewise of I-NULL.

    Parameters
    ----------
    model
        The usual test of a model of exchangeable partners.
    isat, inull
        Those of I-SAT and of I-NULL with the same variables.
    n
        Couples.
    """
    return fit_indices(
        chi_square=max(model.chi_square - isat.chi_square, 0.0),
        df=model.df - isat.df,
        baseline=inull.chi_square - isat.chi_square,
        baseline_df=inull.df - isat.df,
        n=n,
        n_groups=1,
    )
