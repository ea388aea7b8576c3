"""Actor-partner models of complete couples, estimated without a search where partners are unconstrained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations, actor_partner_equations
from intimacy_scales.dyads.actor_partner.estimation import Method
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.dyads.actor_partner.ratio_profile import ratio_profile_interval
from intimacy_scales.dyads.actor_partner.resampling_couples import resampled_coefficients
from intimacy_scales.dyads.actor_partner.tests_of_paths import likelihood_ratio_test
from intimacy_scales.dyads.models.actor_partner_text import ActorPartnerText
from intimacy_scales.dyads.models.couple_table import CoupleTable
from intimacy_scales.dyads.models.effects import PartnerActorRatio
from intimacy_scales.dyads.models.paths import Correlation, Difference, Floats, PathEstimates
from intimacy_scales.errors import NotConvergedError
from intimacy_scales.results.interval import Interval


@dataclass(kw_only=True)
class ClosedFormEngine:
    """An actor-partner model of complete couples.

    Attributes
    ----------
    model
        The model and its sums over couples.
    result
        The fitted model.
    table
        The numbers.
    outcome
        Name of the outcome.
    text
        The same model with modelled predictors, as `sem` and lavaan read it.
    """

    model: ActorPartnerEquations
    result: ActorPartnerFit
    table: CoupleTable
    outcome: str
    text: ActorPartnerText
    fit: None = None
    improper: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def estimator(self) -> str:
        """``REML`` or ``ML``."""
        return self.result.method

    @cached_property
    def estimates(self) -> PathEstimates:
        """Estimates of paths and residuals."""
        result, model = self.result, self.model
        means, sds = self._moments()
        n_terms = len(model.terms)
        df = result.degrees_of_freedom if result.method == "REML" else np.full(n_terms, math.inf)
        # of the asymptotic distribution of a correlation of normal variables
        correlations = {
            sums.composition.name: Correlation(estimate=r, se=(1 - r * r) / math.sqrt(sums.n))
            for sums, r in zip(model.sums, result.residual_correlations.values(), strict=True)
        }
        return PathEstimates(
            terms=model.terms,
            values=result.coefficients,
            covariance=result.covariance,
            degrees_of_freedom=df,
            residual_sds=result.residual_sds,
            residual_correlations=correlations,
            r_squared=result.r_squared,
            means=means,
            sds=sds,
            shares={
                cell: sums.n / model.n / len(sums.composition.cells)
                for sums in model.sums
                for cell in sums.composition.cells
            },
        )

    def _moments(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
        """Return means, minus the model's centres, and standard deviations (divisor n) in each cell."""
        variables = self.model.variables
        names = (self.outcome, *variables.predictors)
        means: dict[str, dict[str, float]] = {name: {} for name in (*names, *variables.covariates)}
        sds: dict[str, dict[str, float]] = {name: {} for name in means}
        kinds = None if self.table.composition is None else np.array(self.table.composition)
        for sums in self.model.sums:
            rows = slice(None) if kinds is None else kinds == sums.composition.name
            shared = {
                name: self.table.columns[self.table.couples[name]][rows] for name in variables.covariates
            }
            for number, cell in enumerate(sums.composition.cells):
                variances = sums.squares[number] / sums.persons_per_cell
                for name, mean, variance in zip(names, sums.means[number], variances, strict=True):
                    means[name][cell], sds[name][cell] = float(mean), math.sqrt(variance)
                for name, numbers in shared.items():
                    means[name][cell], sds[name][cell] = float(numbers.mean()), float(numbers.std())
        return means, sds

    def degrees_of_freedom(self, weights: Floats) -> float:
        """Return those of the t test of a linear combination (p,) of coefficients; infinite with ML."""
        if self.result.method == "ML":
            return math.inf
        return self.result.variance_of_variances.degrees_of_freedom(weights)

    def difference(self, weights: Floats) -> Difference:
        """Return the test of constraints, rows of weights (r, p) each of which must sum up to 0."""
        try:
            narrower = fit(self.model, constraints=weights, method="ML")
        except NotConvergedError as error:
            rank = int(np.linalg.matrix_rank(weights))
            return Difference(chi_square=math.nan, df=rank, method="likelihood ratio", reason=str(error))
        test = likelihood_ratio_test(narrower, self.result.by_maximum_likelihood)
        return Difference(chi_square=test.statistic, df=test.df, method=test.method)

    def profile_interval(self, ratio: PartnerActorRatio, confidence_level: float) -> Interval:
        """Return the profile-likelihood interval of k; its n counts couples of the ratio's composition."""
        interval = ratio_profile_interval(self.result, ratio.predictor, confidence_level, cell=ratio.cell)
        return replace(interval, n=ratio.figure.n)

    def resampled_effects(
        self, positions: Sequence[int], n_resamples: int, rng: np.random.Generator
    ) -> Floats:
        """Return coefficients in resamples of couples (n_resamples, k)."""
        ordered = closed_form(self.table.in_label_order(), self.outcome, self.text, self.estimator)
        coefficients = resampled_coefficients(ordered.result, n_resamples, rng)
        return coefficients[:, list(positions)]


def closed_form(
    table: CoupleTable,
    outcome: str,
    text: ActorPartnerText,
    estimator: str,
) -> ClosedFormEngine:
    """Fit an actor-partner model to complete couples."""
    variables, compositions = text.variables, text.compositions
    numbers = None
    if table.composition is not None:
        names = [composition.name for composition in compositions]
        numbers = np.array([names.index(kind) for kind in table.composition])
    model = actor_partner_equations(
        table.both(outcome),
        {name: table.both(name) for name in variables.predictors},
        covariates={name: table.columns[table.couples[name]] for name in variables.covariates},
        interactions=variables.interactions,
        compositions=compositions,
        composition_of=numbers,
        centred=False,  # the table's numbers are centred where they should be
    )
    method: Method = "REML" if estimator == "REML" else "ML"
    result = fit(model, method=method)
    return ClosedFormEngine(model=model, result=result, table=table, outcome=outcome, text=text)
