"""Covariances of the residuals of two partners, and what different couples have in common (arrays only).

A structure turns the residuals' products of each composition into covariances that maximize the likelihood
given these products. Covariances are in the coordinates of the composition: outcomes of the two roles, or
sum and difference / sqrt(2) of exchangeable partners, for which they are diagonal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.tolerances import ROUNDING

Structure = Literal["free", "equal_variances", "one_correlation", "one_for_all"]
"""``free``: variances of each cell, a correlation of each composition. ``equal_variances``: a variance and a
correlation of each composition. ``one_correlation``: variances of each cell, one correlation for all couples.
``one_for_all``: one variance and one correlation."""

TO_SUMS = np.array([[1.0, 1.0], [1.0, -1.0]]) / math.sqrt(2)


def check_structure(structure: object) -> None:
    """Raise where the name of a structure is not valid."""
    if structure not in get_args(Structure):
        raise EstimationError(not_one_of("residuals", structure, get_args(Structure)))


def covariances_of(
    structure: Structure, sums: Sequence[CoupleSums], products: Sequence[Floats]
) -> list[Floats]:
    """Return the covariances (2, 2) of each composition, of the products of its residuals."""
    if structure == "free":
        return [_free(couples, product) for couples, product in zip(sums, products, strict=True)]
    if structure == "one_correlation":
        return _with_one_correlation(sums, products)
    in_sums = [
        _diagonal(product if couples.composition.exchangeable else TO_SUMS @ product @ TO_SUMS)
        for couples, product in zip(sums, products, strict=True)
    ]
    if structure == "one_for_all":
        pooled = np.sum(in_sums, axis=0) / sum(couples.n for couples in sums)
        diagonals = [pooled for _ in sums]
    else:
        diagonals = [product / couples.n for couples, product in zip(sums, in_sums, strict=True)]
    return [
        diagonal if couples.composition.exchangeable else TO_SUMS @ diagonal @ TO_SUMS
        for couples, diagonal in zip(sums, diagonals, strict=True)
    ]


def _free(couples: CoupleSums, products: Floats) -> Floats:
    return (_diagonal(products) if couples.composition.exchangeable else products) / couples.n


def _diagonal(products: Floats) -> Floats:
    return np.diag(products.diagonal())


def of_partners(couples: CoupleSums, products: Floats) -> Floats:
    """Return covariances or products as those of the two partners."""
    return TO_SUMS @ products @ TO_SUMS if couples.composition.exchangeable else products


def _with_one_correlation(sums: Sequence[CoupleSums], products: Sequence[Floats]) -> list[Floats]:
    """Return the covariances if all compositions have the same correlation.

    For a given correlation rho the likelihood is largest if the standard deviations of two roles are in the
    ratio of the roots of their products ``S11``, ``S22``, and ``variance = S_ii (1 - rho r) / (n (1 -
    rho^2))``, ``r = S12 / sqrt(S11 S22)``. What remains to be minimized is the sum of ``n (2 log(1 - rho r) -
    log(1 - rho^2))`` over compositions, whose derivative is the sum of ``2 n (rho - r) / ((1 - rho r) (1 -
    rho^2))``: it changes its sign once, between the smallest and the largest r.
    """
    from scipy.optimize import brentq

    numbers = np.array([couples.n for couples in sums], dtype=float)
    by_partner = [
        of_partners(couples, _diagonal(product) if couples.composition.exchangeable else product)
        for couples, product in zip(sums, products, strict=True)
    ]
    roots = [np.sqrt(product.diagonal()) for product in by_partner]
    if any(
        _singular(product) for product in by_partner
    ):  # likelihoods without bound: the caller refuses them
        return [_free(couples, product) for couples, product in zip(sums, products, strict=True)]
    correlations = np.array(
        [product[0, 1] / root.prod() for product, root in zip(by_partner, roots, strict=True)]
    )

    def slope(rho: float) -> float:
        """Return the derivative, times ``(1 - rho^2) / 2``."""
        return float(numbers @ ((rho - correlations) / (1 - rho * correlations)))

    low, high = float(correlations.min()), float(correlations.max())
    rho = low if low == high else float(brentq(slope, low, high, xtol=1e-16, rtol=1e-15))
    shape = np.array([[1.0, rho], [rho, 1.0]]) / (1 - rho * rho)
    covariances = []
    for couples, root, r in zip(sums, roots, correlations, strict=True):
        matrix = np.outer(root, root) * shape * (1 - rho * r) / couples.n
        covariances.append(
            _diagonal(TO_SUMS @ matrix @ TO_SUMS) if couples.composition.exchangeable else matrix
        )
    return covariances


def _singular(products: Floats) -> bool:
    """Return whether residuals of a partner are 0, or a multiple of those of the other."""
    size = float(products.diagonal().prod())
    return not size - float(products[0, 1]) ** 2 > ROUNDING * size


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceParameter:
    """The derivatives of the covariances of each composition by one of their parameters.

    Attributes
    ----------
    name
        What it is.
    derivatives
        (2, 2) for each composition, in its coordinates.
    """

    name: str
    derivatives: tuple[Floats, ...]


def variance_parameters(
    structure: Structure, sums: Sequence[CoupleSums], covariances: Sequence[Floats]
) -> list[VarianceParameter]:
    """Return the parameters of a structure; any parametrization gives the same degrees of freedom."""
    zero = np.zeros((2, 2))

    def of_one(position: int, name: str, matrix: Floats) -> VarianceParameter:
        derivatives = [matrix if number == position else zero for number in range(len(sums))]
        return VarianceParameter(name=name, derivatives=tuple(derivatives))

    if structure == "one_correlation":
        return _with_correlation(sums, covariances, of_one)
    parts = {"sum": np.diag([1.0, 0.0]), "difference": np.diag([0.0, 1.0])}
    if structure == "one_for_all":
        return [
            VarianceParameter(
                name=name,
                derivatives=tuple(
                    part if couples.composition.exchangeable else TO_SUMS @ part @ TO_SUMS for couples in sums
                ),
            )
            for name, part in parts.items()
        ]
    parameters = []
    for number, couples in enumerate(sums):
        if couples.composition.exchangeable:
            matrices = parts
        elif structure == "equal_variances":
            matrices = {name: TO_SUMS @ part @ TO_SUMS for name, part in parts.items()}
        else:
            off_diagonal = np.array([[0.0, 1.0], [1.0, 0.0]])
            matrices = {"first": parts["sum"], "second": parts["difference"], "covariance": off_diagonal}
        parameters += [of_one(number, name, matrix) for name, matrix in matrices.items()]
    return parameters


def _with_correlation(
    sums: Sequence[CoupleSums],
    covariances: Sequence[Floats],
    of_one: Callable[[int, str, Floats], VarianceParameter],
) -> list[VarianceParameter]:
    """Return the logarithms of standard deviations, and the correlation of all couples, as parameters."""
    parameters, by_correlation = [], []
    for number, (couples, matrix) in enumerate(zip(sums, covariances, strict=True)):
        partners = of_partners(couples, matrix)
        sds = np.sqrt(partners.diagonal())
        slope = sds.prod() * np.array([[0.0, 1.0], [1.0, 0.0]])
        if couples.composition.exchangeable:
            parameters.append(of_one(number, "sd", 2 * matrix))
            slope = _diagonal(TO_SUMS @ slope @ TO_SUMS)
        else:
            for role, name in enumerate(("first", "second")):
                part = np.zeros((2, 2))
                part[role] = partners[role]
                parameters.append(of_one(number, name, part + part.T))
        by_correlation.append(slope)
    return [*parameters, VarianceParameter(name="correlation", derivatives=tuple(by_correlation))]
