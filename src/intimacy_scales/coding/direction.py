"""Evidence on the direction in which items run: correlations of items, and their means (arrays only).

A set of items is compared with the other items of its scale by the correlation of what both measure,

    rho = mean r between them / sqrt(mean r within the set * mean r within the others)

(Spearman, 1904, for sums of items). For a single item, the mean r within the set is taken to be that of the
others, so that rho is its loading in units of a usual loading. Three hypotheses say where rho lies:

    as keyed     density (1 + rho)^8 on -1 to 1, by which rho is most often near 1 and seldom below 0
    reversed     its mirror image, (1 - rho)^8
    unrelated    normal around 0 with standard deviation 0.2

The estimate is normal around rho with its sampling error; each hypothesis has the likelihood averaged over
its density, and their ratio is a Bayes factor (Kass & Raftery, 1995). Densities, rather than a test of rho =
0, keep a method factor of oppositely worded items (acquiescence), which lowers rho but seldom turns it, from
being taken for reversed answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Sets = NDArray[np.bool_]
Rows = NDArray[np.intp]

_POWER = 8  # of (1 + rho): a mean of 0.8 and 1 in 512 below 0
_UNRELATED_SD = 0.2
_RHO = np.linspace(-1, 1, 161)
_LEAST_R = 0.02  # mean correlation below which items measure nothing in common
_USUAL_SD = 0.12  # of item means within a scale, as a share of the range
_USUAL_DF = 6  # number of item means that this knowledge is worth
_MOST_BY_MEANS = 1.5  # log10, since items of one scale may differ for other reasons than their direction
LN10 = float(np.log(10))


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionEvidence:
    """Evidence that sets of items run against the others of their scale; one entry for each set.

    Attributes
    ----------
    rho, se
        Correlation of what the set and the others measure, and its sampling error.
    relation
        log10 Bayes factor of "reversed" over "as keyed" by the correlations.
    unrelated
        log10 Bayes factor of "unrelated" over "as keyed" by the correlations.
    means
        log10 likelihood ratio of "reversed" over "as keyed" by the items' means.
    """

    rho: Floats
    se: Floats
    relation: Floats
    unrelated: Floats
    means: Floats

    @property
    def reversed(self) -> Floats:
        """log10 Bayes factor of "reversed" over "as keyed"."""
        return self.relation + self.means


def direction_evidence(correlations: Floats, n: Floats, means: Floats, sets: Sets) -> DirectionEvidence:
    """Return the evidence that sets of items run against the others.

    Parameters
    ----------
    correlations
        (m, m): of the items in the direction of their keys.
    n
        (m,): number of persons behind the correlations of each item.
    means
        (m,): means of the keyed items, from 0 (lowest) to 1 (highest); nan where unknown.
    sets
        (B, m): which items belong to each set.
    """
    rho, se = _rho(correlations, n, sets)
    exponents = -0.5 * ((rho[:, None] - _RHO) / se[:, None]) ** 2
    density = np.exp(exponents - exponents.max(axis=1, keepdims=True))  # of many persons, all would be 0
    keyed = density @ _normed((1 + _RHO) ** _POWER)
    mirrored = density @ _normed((1 - _RHO) ** _POWER)
    apart = density @ _normed(np.exp(-0.5 * (_RHO / _UNRELATED_SD) ** 2))
    least = np.finfo(np.float64).tiny
    logs = [np.log10(np.maximum(likelihood, least)) for likelihood in (keyed, mirrored, apart)]
    return DirectionEvidence(
        rho=rho,
        se=se,
        relation=logs[1] - logs[0],
        unrelated=logs[2] - logs[0],
        means=means_evidence(means, sets),
    )


def _normed(weights: Floats) -> Floats:
    return np.asarray(weights / weights.sum())


def _rho(correlations: Floats, n: Floats, sets: Sets) -> tuple[Floats, Floats]:
    """Return the disattenuated correlation of each set with the others, and its sampling error.

    The error of the mean correlation between them is that of the covariance of two normal sums,
    ``sqrt((v_1 v_2 + c^2) / n)``; the errors of both mean correlations within are added by the delta method.
    Items that repeat each other leave no error in a sample; ``1 / n`` is taken to be the least.
    """
    inside = sets.astype(np.float64)
    outside = 1.0 - inside
    sizes, others = inside.sum(axis=1), outside.sum(axis=1)
    persons = np.einsum("bi,i->b", inside, n) / sizes
    sum_in = np.einsum("bi,ij,bj->b", inside, correlations, inside)
    sum_out = np.einsum("bi,ij,bj->b", outside, correlations, outside)
    across = np.einsum("bi,ij,bj->b", inside, correlations, outside)
    variances = np.maximum(sum_in, 0) * np.maximum(sum_out, 0)  # pairs of other persons can make one negative
    error = np.sqrt((variances + across**2) / persons)
    within_out, cv_out = _mean_r(sum_out, others, persons)
    within_in, cv_in = _mean_r(sum_in, sizes, persons)
    single = sizes == 1
    within_in = np.where(single, within_out, within_in)
    cv_in = np.where(single, cv_out, cv_in)
    scale = sizes * others * np.sqrt(within_in * within_out)
    rho = across / scale
    se = np.sqrt((error / scale) ** 2 + (rho / 2) ** 2 * (cv_in**2 + cv_out**2))
    return rho, np.maximum(se, 1 / persons)


def _mean_r(total: Floats, k: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the mean correlation within sets of ``k`` items, and its relative sampling error."""
    pairs = np.maximum(k * (k - 1), 1.0)
    error = total * np.sqrt(2 / n) / pairs
    mean = np.maximum((total - k) / pairs, np.maximum(error, _LEAST_R))
    return mean, np.minimum(error / mean, 1.0)


def means_evidence(means: Floats, sets: Sets) -> Floats:
    """Return the log10 likelihood ratio of "reversed" over "as keyed" by the means of items.

    Means of keyed items spread around that of their scale with a standard deviation of which 0.12 of the
    range is known beforehand, as surely as from six items. The mean of a set has then a t distribution around
    the mean of the others, at ``mean`` as keyed and at ``1 - mean`` if it was reversed. It counts 1.5 at
    most.
    """
    known = ~np.isnan(means)
    values = np.where(known, means, 0.0)
    inside, outside = (sets & known).astype(np.float64), (~sets & known).astype(np.float64)
    n_in, n_out = inside.sum(axis=1), outside.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_in, mean_out = inside @ values / n_in, outside @ values / n_out
        squares = np.einsum("bi,bi->b", outside, (values - mean_out[:, None]) ** 2)
        df = _USUAL_DF + np.maximum(n_out - 1, 0)
        scale = (_USUAL_DF * _USUAL_SD**2 + squares) / df * (1 + 1 / n_out)

        def log_t(mean: Floats) -> Floats:
            return np.asarray(-(df + 1) / 2 * np.log1p((mean - mean_out) ** 2 / (df * scale)))

        ratio = (log_t(1 - mean_in) - log_t(mean_in)) / LN10
    ratio = np.where(np.isnan(ratio), 0.0, ratio)
    return np.asarray(np.clip(ratio, -_MOST_BY_MEANS, _MOST_BY_MEANS))
