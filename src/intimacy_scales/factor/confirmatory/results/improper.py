"""Solutions that no population could have."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.structure import Floats
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
    for group, label in enumerate(groups):
        where = "" if label is None else f" in group {label}"
        part, basis = solution.problem.groups[group], solution.at.bases[group]
        values = part.values(solution.at.values)
        items = basis.covariances.diagonal()
        for p, value in zip(solution.table.of_group(group), values, strict=True):
            if p.op != "~~" or p.lhs != p.rhs or value >= 0:
                continue
            if p.place[0] == "theta":
                share = value / items[p.place[1]]
                found.append(
                    f"the residual variance of {p.lhs}{where} is negative ({shown(float(value))}, "
                    f"{100 * share:.1f}% of its variance): a Heywood case"
                )
            else:
                found.append(f"the variance of {p.lhs}{where} is negative ({shown(float(value))})")
        found += _not_positive_definite(
            basis.latent_covariances, solution.table.model.latent, "factors", where
        )
        theta = part.structure.matrices(values)["theta"][:n_items, :n_items]
        if np.any(theta[~np.eye(len(theta), dtype=bool)]) and (theta.diagonal() >= 0).all():
            found += _not_positive_definite(theta, solution.table.model.observed, "residuals", where)
    return tuple(found)


def _not_positive_definite(
    covariances: Floats,
    names: Sequence[str],
    what: str,
    where: str,
) -> list[str]:
    variances = covariances.diagonal()
    if len(names) < 2 or not (variances > 0).all():  # noqa: PLR2004 - a correlation takes two
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
    tied = [names[i] for i in descending(share, _ALIKE) if share[i] > 0.3]  # noqa: PLR2004 - takes part
    return [
        f"the {_MATRICES[what]} covariance matrix{where} is not positive definite: the correlations of the "
        f"{what} belong to no population (smallest eigenvalue {values[0]:.3f}, mostly {', '.join(tied)})"
    ]
