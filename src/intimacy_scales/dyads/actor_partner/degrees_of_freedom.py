"""Degrees of freedom of t and F tests (Satterthwaite, 1946; Giesbrecht & Burns, 1985; Fai & Cornelius, 1996).

The variance of an estimate l'b is a function of the residuals' variances and covariances t. Treated as a
multiple of a chi-square, it has ``2 v^2 / Var(v)`` degrees of freedom, with ``Var(v) = g' I(t)^-1 g``, g the
derivatives of ``v = l' (X' V^-1 X)^-1 l``, and I the expected information of the restricted likelihood. For
the two regressions of exchangeable couples, this is the formula of Satterthwaite for a sum of two independent
variances.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.dyads.actor_partner.estimation import Estimates
from intimacy_scales.dyads.actor_partner.residuals import Structure, variance_parameters
from intimacy_scales.numerics.scaled_matrices import scaled_inverse
from intimacy_scales.numerics.tolerances import UNIDENTIFIED

_LEAST_WITH_MEAN = 2.0  # an F with no more degrees of freedom has no mean


class VarianceOfVariances:
    """How uncertain the sampling variances of coefficients are.

    Parameters
    ----------
    model, structure, estimates
        The model, what its residuals have in common, and its solution.
    """

    def __init__(self, model: ActorPartnerEquations, structure: Structure, estimates: Estimates) -> None:
        blocks, c = list(model.blocks()), estimates.working_covariance
        sums = [couples for couples, _ in blocks]
        parameters = variance_parameters(structure, sums, estimates.residual_covariances)
        inverses = [np.linalg.inv(matrix) for matrix in estimates.residual_covariances]
        ratios = [
            [
                inverse @ derivative
                for inverse, derivative in zip(inverses, parameter.derivatives, strict=True)
            ]
            for parameter in parameters
        ]

        def weighted(weights: Sequence[Floats]) -> Floats:
            """Return ``X' W X`` of all compositions."""
            result = np.zeros_like(c)
            for (couples, block), matrix in zip(blocks, weights, strict=True):
                result[block, block] = couples.weighted(matrix)
            return result

        first = [
            c @ weighted([r @ inverse for r, inverse in zip(ratio, inverses, strict=True)])
            for ratio in ratios
        ]
        information = np.empty((len(ratios), len(ratios)))
        for i, one in enumerate(ratios):
            for j, other in enumerate(ratios[: i + 1]):
                both = [a @ b for a, b in zip(one, other, strict=True)]
                second = weighted([ab @ inverse for ab, inverse in zip(both, inverses, strict=True)])
                information[i, j] = information[j, i] = 0.5 * (
                    _trace(sums, both) - 2 * float(np.sum(c * second)) + float(np.sum(first[i] * first[j].T))
                )
        self._inverse_information = _inverse_or_nan(information)
        to_terms = model.to_coefficients()
        self._derivatives = np.array([to_terms @ slope @ c @ to_terms.T for slope in first])
        self._covariance = to_terms @ c @ to_terms.T

    def degrees_of_freedom(self, weights: Floats) -> float:
        """Return the degrees of freedom of a linear combination (p,) of coefficients.

        They are nan for a combination that constraints fix, and where there are too few couples to tell how
        uncertain the residuals' variances are.
        """
        variance = float(weights @ self._covariance @ weights)
        if not variance > 0:
            return float("nan")
        slopes = self._derivatives @ weights @ weights
        return 2 * variance**2 / float(slopes @ self._inverse_information @ slopes)

    def of_joint_test(self, weights: Floats) -> float:
        """Return the denominator degrees of freedom of an F test of several combinations (r, p).

        The combinations are rotated into r uncorrelated ones with degrees of freedom v each; F has the mean
        ``E / r``, ``E = sum of v / (v - 2)``, which gives ``2 E / (E - r)`` (Fai & Cornelius, 1996).
        """
        eigenvalues, eigenvectors = np.linalg.eigh(weights @ self._covariance @ weights.T)
        rotated = eigenvectors.T @ weights
        each = np.array([self.degrees_of_freedom(row) for row in rotated[eigenvalues > 0]])
        if len(each) == 1 or np.ptp(each) < 1e-8 * each.max():
            return float(each.mean())
        total = float(np.sum(each[each > _LEAST_WITH_MEAN] / (each[each > _LEAST_WITH_MEAN] - 2)))
        return 2 * total / (total - len(each)) if total > len(each) else _LEAST_WITH_MEAN


def _inverse_or_nan(information: Floats) -> Floats:
    """Return the inverse of the information on variances; nan if it is singular."""
    sizes = np.sqrt(information.diagonal().clip(0))
    if not (sizes > 0).all() or np.linalg.eigvalsh(information / np.outer(sizes, sizes))[0] <= UNIDENTIFIED:
        return np.full_like(information, np.nan)
    return scaled_inverse(information)


def _trace(sums: Sequence[CoupleSums], matrices: Sequence[Floats]) -> float:
    return sum(couples.n * float(np.trace(matrix)) for couples, matrix in zip(sums, matrices, strict=True))
