"""A model and its observed moments as arrays, which a search can use."""

from __future__ import annotations

from collections.abc import Sequence

from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.problem import GroupPart, Problem
from intimacy_scales.factor.confirmatory.model.table import ParameterTable
from intimacy_scales.factor.sample import SampleMoments


def problem_of(
    table: ParameterTable, samples: Sequence[SampleMoments], discrepancy: Discrepancy | None = None
) -> Problem:
    """Return a model and its observed moments as arrays, to be fitted by maximum likelihood by default."""
    chosen = ML() if discrepancy is None else discrepancy
    groups = tuple(
        GroupPart(
            structure=layout.structure,
            moments=chosen.observed(sample, with_means=table.with_means),
            fixed=layout.fixed,
            free=layout.free,
            spread=layout.spread,
        )
        for layout, sample in zip(table.layouts, samples, strict=True)
    )
    in_units = chosen.for_groups([group.moments for group in groups])
    return Problem(groups=groups, n_free=table.n_free, discrepancy=in_units)
