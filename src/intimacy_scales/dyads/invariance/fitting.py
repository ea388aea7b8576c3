"""Fits of models of both partners to the same moments of the answers, which are read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.enough_couples import check_enough_couples
from intimacy_scales.dyads.invariance.models import PairedItems
from intimacy_scales.dyads.left_out import left_out_of_models
from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.confirmatory.comparison import DifferenceTest, FitChange, fit_change
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.fitting import (
    FitOptions,
    check_samples,
    check_scaling,
    fitted_parts,
    warn_of_coverage,
)
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.result import CFAResult
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
_FEWEST_ITEMS = 3


@dataclass(frozen=True, kw_only=True)
class BothPartners:
    """The answers of both partners to a scale, as moments, and how models are fitted to them.

    Attributes
    ----------
    pair
        Names of items and partners.
    sample
        Moments of the first partner's items, followed by those of the second partner's.
    left_out
        Why couples are left out → how many.
    sds
        (2, n_items): standard deviations of the answers that are used; where partners are exchangeable, those
        of both together, twice.
    options
        Options of every fit.
    """

    pair: PairedItems
    sample: SampleMoments
    left_out: Mapping[str, int]
    sds: Floats
    options: FitOptions

    def fit(self, model: Model, name: str) -> CFAResult:
        """Fit a model; where that fails, the error names the model."""
        sample = self.sample.of(model.observed)  # in the order of the model's variables
        try:
            parts = fitted_parts(model, [sample], **self.options)
        except NotConvergedError as error:
            raise NotConvergedError(f"{self.pair.scale}, the {name} model: {error}") from None
        return CFAResult(**parts)


def both_partners(
    dyads: Dyads, scale: str, missing: MissingAnswers, options: FitOptions, *, distinguishable: bool
) -> BothPartners:
    """Return the moments of both partners' answers to a scale, checked.

    Raises
    ------
    EstimationError
        Fewer than three items; answers to which no model can be fitted; options that exclude each other.
    """
    answers = dyads.items(scale)
    pair = PairedItems(scale=scale, items=dyads.item_ids(scale), partners=dyads.partners)
    k = len(pair.items)
    if k < _FEWEST_ITEMS:
        raise EstimationError(
            f"{scale} has {counted(k, 'item')}, and a factor of both partners needs at least "
            f"{_FEWEST_ITEMS}; use a scale with more items"
        )
    rows = np.ascontiguousarray(answers.reshape(len(answers), 2 * k))
    answered = ~np.isnan(rows)
    used = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    more = ", or missing='fiml', which uses incomplete answers" if answered.any(axis=1).sum() > 2 * k else ""
    check_enough_couples(
        int(used.sum()), 2 * k, f"use a scale with fewer items{more}, or collect more answers"
    )
    sample = of_rows(rows, pair.observed, missing, instrument=dyads.instrument)
    discrepancy = discrepancy_of(options["estimator"], rule_of([sample]))
    check_samples([sample], discrepancy)
    warn_of_coverage([sample])
    check_scaling([sample], discrepancy, options["scaling"])
    assert sample.rows is not None  # moments of rows keep them
    sds = np.nanstd(sample.rows, axis=0, ddof=1).reshape(2, k)
    if not distinguishable:
        sds = np.tile(_common_sds(sample.rows.reshape(-1, 2, k)), (2, 1))
    left_out = left_out_of_models(len(rows) - int(used.sum()), missing)
    return BothPartners(pair=pair, sample=sample, left_out=left_out, sds=sds, options=options)


def _common_sds(answers: Floats) -> Floats:
    """Return standard deviations of the answers of exchangeable partners (n, 2, k) to each item (k,).

    The partners of a couple are added first, so that swapping them changes no bit.
    """
    n = (~np.isnan(answers)).sum(axis=(0, 1))
    means = np.nansum(answers, axis=1).sum(axis=0) / n
    squares = np.nansum((answers - means) ** 2, axis=1).sum(axis=0)
    return np.asarray(np.sqrt(squares / (n - 1)))


def changes_between(models: Mapping[str, CFAResult], method: DifferenceTest) -> tuple[FitChange, ...]:
    """Return the loss of fit of each model compared with the one before it."""
    return tuple(
        fit_change(a, b, before=x, name=y, method=method) for (x, a), (y, b) in pairwise(models.items())
    )
