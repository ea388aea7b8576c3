"""Improper solutions: negative variances, and covariance matrices that are not positive definite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Structure
from intimacy_scales.numerics.ties import descending, first_highest, members_of_space
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, NEGATIVE_EIGENVALUE
from intimacy_scales.results.wording import apa, shown

_MATRICES = {"factors": "latent", "residuals": "residual"}  # names of the covariance matrices


def improper_parts(
    solution: Solution, groups: Sequence[str | None], n_items: int | None = None
) -> tuple[str, ...]:
    """Return a phrase for each improper part of a solution; nothing where it is proper.

    Residuals are those of the first ``n_items`` observed variables; with None, of all.
    """
    parts: list[str] = []
    roles = roles_of(solution.table.model)
    for group, label in enumerate(groups):
        where = "" if label is None else f" in group {label}"
        part, basis = solution.problem.groups[group], solution.at.bases[group]
        values = part.values(solution.at.values)
        variances = basis.covariances.diagonal()
        for p, value in zip(solution.table.of_group(group), values, strict=True):
            if p.op != "~~" or p.lhs != p.rhs or value >= 0:
                continue
            if p.lhs in solution.table.model.observed:
                share = value / variances[solution.table.model.observed.index(p.lhs)]
                is_residual = p.lhs in roles.dependent | roles.measured
                what, case = ("residual variance", ": a Heywood case") if is_residual else ("variance", "")
                parts.append(
                    f"the {what} of {p.lhs}{where} is negative ({shown(float(value))}, "
                    f"{shown(100 * share, 1)}% of its variance){case}"
                )
            else:
                what = "residual variance" if p.lhs in roles.dependent else "variance"
                parts.append(f"the {what} of {p.lhs}{where} is negative ({shown(float(value))})")
        latent = solution.table.model.latent
        factors = basis.latent_covariances[: len(latent), : len(latent)]
        parts += _not_positive_definite(factors, latent, "factors", where)
        residual = _residual_covariances(part.structure, values)[:n_items, :n_items]
        if np.any(residual[~np.eye(len(residual), dtype=bool)]) and (residual.diagonal() >= 0).all():
            parts += _not_positive_definite(residual, solution.table.model.observed, "residuals", where)
    return tuple(parts)


def _residual_covariances(structure: Structure, values: Floats) -> Floats:
    """Return residual covariances of observed variables (p, p), measured or with paths."""
    matrices = structure.matrices(values)
    if not structure.standing:
        return matrices["theta"]
    items, factors = (list(side) for side in zip(*structure.standing, strict=True))
    residual: Floats = matrices["theta"].copy()
    residual[np.ix_(items, items)] += matrices["psi"][np.ix_(factors, factors)]
    return residual


def _not_positive_definite(
    covariances: Floats,
    names: Sequence[str],
    what: str,
    where: str,
) -> list[str]:
    """Return the phrase that a covariance matrix of factors or residuals is not positive definite, if so."""
    variances = covariances.diagonal()
    if len(names) < 2 or not (variances > 0).all():
        return []
    sds = np.sqrt(variances)
    correlations = covariances / np.outer(sds, sds)
    values, vectors = np.linalg.eigh(correlations)
    if values[0] > -NEGATIVE_EIGENVALUE:
        return []
    sizes = np.abs(correlations - np.eye(len(names)))
    first, second = divmod(first_highest(sizes.ravel()), len(names))
    if sizes[first, second] > 1:
        return [
            f"the correlation of the {what} {names[first]} and {names[second]}{where} is "
            f"{apa(float(correlations[first, second]), 3)}, so that the {_MATRICES[what]} covariance "
            "matrix is not positive definite"
        ]
    share = members_of_space(vectors[:, values <= values[0] + NEGATIVE_EIGENVALUE])
    involved = [names[i] for i in descending(share, EQUAL_SHARES) if share[i] > 0.3]
    return [
        f"the {_MATRICES[what]} covariance matrix{where} is not positive definite (smallest eigenvalue of "
        f"the correlations of the {what} {shown(float(values[0]))}, mostly {', '.join(involved)})"
    ]
