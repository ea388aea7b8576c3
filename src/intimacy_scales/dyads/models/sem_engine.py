"""Actor-partner models fitted by `sem`: incomplete couples, robust tests, and scores measured with error."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from intimacy_scales.dyads.actor_partner.terms import Composition
from intimacy_scales.dyads.models.actor_partner_text import ActorPartnerText
from intimacy_scales.dyads.models.couple_table import COMPOSITION, CoupleTable, Pair, check_enough
from intimacy_scales.dyads.models.effects import PartnerActorRatio
from intimacy_scales.dyads.models.layout import cell_of
from intimacy_scales.dyads.models.paths import Correlation, Difference, Floats, PathEstimates
from intimacy_scales.dyads.models.ratio_intervals import profile_interval
from intimacy_scales.errors import CoverageWarning, EstimationError, NotConvergedError
from intimacy_scales.factor.confirmatory.comparison import compare_models
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.factor.confirmatory.sem import sem
from intimacy_scales.results.interval import Interval


def fitted(text: str, table: CoupleTable, options: Mapping[str, Any]) -> SEMResult:
    """Fit a model of couples; all variables are modelled, so that incomplete couples count."""
    groups = None if table.composition is None else COMPOSITION
    check_enough(table)
    chosen = {"fixed_x": False, "means": True, "on_invalid": "accept", "groups": groups, **options}
    return sem(text, table.frame(), **chosen)


def refitted(text: str, table: CoupleTable, options: Mapping[str, Any]) -> SEMResult:
    """Fit another model to the same couples, without the warnings that the first one has given already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)
        return fitted(text, table, options)


def difference_of(wider: SEMResult, narrower: SEMResult) -> Difference:
    """Return the test of a model against another that it restricts."""
    df = narrower.fit.df - wider.fit.df
    if df <= 0:
        raise EstimationError("the models have the same degrees of freedom, so that nothing is tested")
    change = compare_models(wider, narrower).changes[0]
    return Difference(chi_square=change.chi_square_change, df=df, method=change.method, reason=change.reason)


@dataclass(kw_only=True)
class SemEngine:
    """An actor-partner model fitted by `sem`.

    Attributes
    ----------
    text
        The model.
    outcome
        Name of the outcome.
    table
        The numbers.
    options
        Options of `sem`, such as ``estimator``.
    result
        The fitted model.
    references
        Factor → the column that has its mean.
    """

    text: ActorPartnerText
    outcome: str
    table: CoupleTable
    options: Mapping[str, Any]
    result: SEMResult
    references: Mapping[str, str] = field(default_factory=dict)

    @property
    def estimator(self) -> str:
        """``ML`` or ``MLR``."""
        return self.result.estimator

    @property
    def fit(self) -> Fit:
        """Tests and indices of fit."""
        return self.result.fit

    @property
    def improper(self) -> tuple[str, ...]:
        """What is improper about the solution."""
        return self.result.improper

    @property
    def notes(self) -> tuple[str, ...]:
        """Cautions about standard errors and tests."""
        return self.result.notes

    @cached_property
    def estimates(self) -> PathEstimates:
        """Estimates of paths and residuals."""
        result, text = self.result, self.text
        rows = {row.label: row for row in result.parameters if row.label is not None and row.op != ":="}
        free = {p.label: p.free for p in result.solution.table.parameters if p.label is not None}
        labels = [text.label(term) for term in text.terms]
        positions = [free[label] for label in labels]
        means, sds = self._moments()
        spreads = {
            cell: rows[text.spread_label(cell)].estimate for c in text.compositions for cell in c.cells
        }
        explained = {cell: 1 - spreads[cell] / sds[self.outcome][cell] ** 2 for cell in spreads}
        return PathEstimates(
            terms=text.terms,
            values=np.array([rows[label].estimate for label in labels]),
            covariance=result.solution.covariance[np.ix_(positions, positions)],
            degrees_of_freedom=np.full(len(labels), math.inf),
            residual_sds={c: math.sqrt(v) if v > 0 else math.nan for c, v in spreads.items()},
            residual_correlations={c.name: self._correlation(c) for c in text.compositions},
            r_squared=explained,
            means=means,
            sds=sds,
            shares=self._shares(),
        )

    def _correlation(self, composition: Composition) -> Correlation:
        figure = self.result.defined[self.text.correlation_label(composition)]
        return Correlation(estimate=figure.estimate, se=figure.se)

    def _shares(self) -> dict[str, float]:
        """Return the share of each cell's persons."""
        shares = {}
        for composition, n in zip(
            self.text.compositions, self.result.group_n or (self.result.n,), strict=True
        ):
            for cell in composition.cells:
                shares[cell] = n / self.result.n / len(composition.cells)
        return shares

    def _moments(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
        """Return means and standard deviations of variables in each cell, as the model implies them."""
        text = self.text
        pairs: dict[str, Pair] = {self.outcome: text.outcome}
        pairs |= {name: text.partners[name] for name in text.variables.predictors}
        pairs |= {name: (column, column) for name, column in text.couples.items()}
        means: dict[str, dict[str, float]] = {name: {} for name in pairs}
        sds: dict[str, dict[str, float]] = {name: {} for name in pairs}
        for number, composition in enumerate(text.compositions):
            group = self.result.groups[number] if self.result.groups else None
            observed = self.result.implied_covariances(group)
            factors = self.result.factor_covariances(group)
            implied = self.result.implied_means(group)
            for name, columns in pairs.items():
                for place in range(len(composition.cells)):
                    column, cell = columns[place], cell_of(composition, place)
                    source = factors if column in self.references else observed
                    variance = float(source[column].to_numpy()[list(source.columns).index(column)])
                    means[name][cell] = implied[self.references.get(column, column)]
                    sds[name][cell] = math.sqrt(variance) if variance > 0 else math.nan
        return means, sds

    def degrees_of_freedom(self, weights: Floats) -> float:
        """Return infinity, as tests are normal."""
        del weights
        return math.inf

    def difference(self, weights: Floats) -> Difference:
        """Return the test of constraints, rows of weights (r, p) each of which must sum up to 0."""
        try:
            narrower = refitted(self.text.constrained(weights), self.table, self.options)
        except NotConvergedError as error:
            rank = int(np.linalg.matrix_rank(weights))
            return Difference(chi_square=math.nan, df=rank, method="likelihood ratio", reason=str(error))
        return difference_of(self.result, narrower)

    def profile_interval(self, ratio: PartnerActorRatio, confidence_level: float) -> Interval:
        """Return the profile-likelihood interval of k."""
        return profile_interval(self, ratio, confidence_level)

    def resampled_effects(
        self, positions: Sequence[int], n_resamples: int, rng: np.random.Generator
    ) -> Floats:
        """Return coefficients in resamples of couples (n_resamples, k), drawn within compositions."""
        labels = [self.text.label(self.text.terms[position]) for position in positions]
        text, options = self.text.constrained(np.zeros((0, 0))), {**self.options, "estimator": "ML"}
        effects = np.full((n_resamples, len(labels)), np.nan)
        table = self.table.in_label_order()
        for row in range(n_resamples):
            drawn = table.drawn(rng)
            try:
                result = refitted(text, drawn, options)
            except (EstimationError, NotConvergedError):
                continue
            by_label = {p.label: p.estimate for p in result.parameters}
            effects[row] = [by_label[label] for label in labels]
        return effects
