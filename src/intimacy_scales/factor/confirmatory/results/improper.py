"""Solutions that no population could have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Structure
from intimacy_scales.numerics.ties import descending, first_highest, members_of_space
from intimacy_scales.results.wording import shown

_ROUNDING = 1e-8
_MATRICES = {"factors": "latent", "residuals": "residual"}  # what their covariance matrix is called
_ALIKE = 1e-4  # shares in what belongs to no population


def improper_parts(
    solution: Solution, groups: Sequence[str | None], n_items: int | None = None
) -> tuple[str, ...]:
    """Return what is improper about a solution, in words; nothing where it is proper.

    Of the residuals of the first ``n_items`` observed variables; None: of all.
    """
    found: list[str] = []
    roles = roles_of(solution.table.model)
    for group, label in enumerate(groups):
        where = "" if label is None else f" in group {label}"
        part, basis = solution.problem.groups[group], solution.at.bases[group]
        values = part.values(solution.at.values)
        items = basis.covariances.diagonal()
        for p, value in zip(solution.table.of_group(group), values, strict=True):
            if p.op != "~~" or p.lhs != p.rhs or value >= 0:
                continue
            if p.lhs in solution.table.model.observed:
                share = value / items[solution.table.model.observed.index(p.lhs)]
                residual = p.lhs in roles.dependent | roles.measured
                what, case = ("residual variance", ": a Heywood case") if residual else ("variance", "")
                found.append(
                    f"the {what} of {p.lhs}{where} is negative ({shown(float(value))}, "
                    f"{100 * share:.1f}% of its variance){case}"
                )
            else:
                what = "residual variance" if p.lhs in roles.dependent else "variance"
                found.append(f"the {what} of {p.lhs}{where} is negative ({shown(float(value))})")
        latent = solution.table.model.latent
        factors = basis.latent_covariances[: len(latent), : len(latent)]
        found += _not_positive_definite(factors, latent, "factors", where)
        left = _left_over(part.structure, values)[:n_items, :n_items]
        if np.any(left[~np.eye(len(left), dtype=bool)]) and (left.diagonal() >= 0).all():
            found += _not_positive_definite(left, solution.table.model.observed, "residuals", where)
    return tuple(found)


def _left_over(structure: Structure, values: Floats) -> Floats:
    """Return residual covariances of observed variables (p, p): of items, and beside paths."""
    matrices = structure.matrices(values)
    if not structure.standing:
        return matrices["theta"]
    items, factors = (list(side) for side in zip(*structure.standing, strict=True))
    left: Floats = matrices["theta"].copy()
    left[np.ix_(items, items)] += matrices["psi"][np.ix_(factors, factors)]
    return left


def _not_positive_definite(
    covariances: Floats,
    names: Sequence[str],
    what: str,
    where: str,
) -> list[str]:
    variances = covariances.diagonal()
    if len(names) < 2 or not (variances > 0).all():  # a correlation takes two
        return []
    sds = np.sqrt(variances)
    correlations = covariances / np.outer(sds, sds)
    values, vectors = np.linalg.eigh(correlations)
    if values[0] > -_ROUNDING:
        return []
    apart = np.abs(correlations - np.eye(len(names)))
    one, other = divmod(first_highest(apart.ravel()), len(names))
    if apart[one, other] > 1:
        return [
            f"the correlation of the {what} {names[one]} and {names[other]}{where} is "
            f"{correlations[one, other]:.3f}, so that the {_MATRICES[what]} covariance "
            "matrix is not positive definite"
        ]
    share = members_of_space(vectors[:, values <= values[0] + _ROUNDING])
    tied = [names[i] for i in descending(share, _ALIKE) if share[i] > 0.3]  # takes part
    return [
        f"the {_MATRICES[what]} covariance matrix{where} is not positive definite: the correlations of the "
        f"{what} belong to no population (smallest eigenvalue {values[0]:.3f}, mostly {', '.join(tied)})"
    ]
