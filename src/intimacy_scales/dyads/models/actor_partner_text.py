"""The text of an actor-partner model, in the syntax that `sem` and lavaan read.

Exchangeable couples have equal means, variances, paths, intercepts and residual variances, and covariances
that do not depend on which partner is which (Olsen & Kenny, 2006); couples in roles have all moments free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.terms import Composition, Term, Variables
from intimacy_scales.dyads.models.couple_table import Pair
from intimacy_scales.dyads.models.layout import cell_of
from intimacy_scales.dyads.models.names import Names

LabelOf = Callable[[Composition], str | None]
_LETTERS = {"actor": "a", "partner": "p", "covariate": "c", "intercept": "i"}


@dataclass(slots=True, kw_only=True)
class ActorPartnerText:
    """An actor-partner model as text.

    Attributes
    ----------
    variables
        Predictors, covariates and interactions.
    outcome
        The outcome's column, or factor, of each partner.
    partners
        Predictor, or product of a predictor and a covariate → its two columns or factors.
    couples
        Covariate → its column.
    compositions
        The kinds of couples, as groups.
    measurement
        Lines that relate columns to factors, where scores are measured with error.
    labels
        Names of parameters.
    """

    variables: Variables
    outcome: Pair
    partners: Mapping[str, Pair]
    couples: Mapping[str, str]
    compositions: tuple[Composition, ...]
    measurement: tuple[str, ...] = ()
    labels: Names = field(default_factory=Names)

    @property
    def terms(self) -> tuple[Term, ...]:
        """The coefficients, cell after cell."""
        cells = (cell for composition in self.compositions for cell in composition.cells)
        return tuple(term for cell in cells for term in self.variables.terms_of(cell))

    def label(self, term: Term) -> str:
        """Return the label of a coefficient."""
        parts = [name for name in (term.predictor, term.covariate) if name is not None]
        return self.labels.of(term, _LETTERS[term.kind], *parts, term.cell)

    def spread_label(self, cell: str) -> str:
        """Return the label of the residual variance in a cell."""
        return self.labels.of(("variance", cell), "v", cell)

    def bond_label(self, composition: Composition) -> str:
        """Return the label of the covariance of both partners' residuals."""
        return self.labels.of(("covariance", composition.name), "r", composition.name)

    def correlation_label(self, composition: Composition) -> str:
        """Return the name of the correlation of both partners' residuals."""
        return self.labels.of(("correlation", composition.name), "rho", composition.name)

    def text(self) -> str:
        """Return the whole model."""
        lines = [*self.measurement, *self._paths(), *self._residuals(), *self._predictors()]
        return "\n".join([*lines, *self._defined()])

    def constrained(self, weights: NDArray[np.float64]) -> str:
        """Return the model under constraints, rows of weights (r, p) each of which must sum up to 0."""
        lines = [self._constraint(row) for row in weights]
        return "\n".join([*self.measurement, *self._paths(), *self._residuals(), *self._predictors(), *lines])

    def _constraint(self, weights: NDArray[np.float64]) -> str:
        """Return a constraint, solved for a coefficient of the largest weight."""
        terms = self.terms
        first = int(np.argmax(np.abs(weights)))
        others = [
            f"{float(-weights[k] / weights[first])!r}*{self.label(terms[k])}"
            for k in np.flatnonzero(weights).tolist()
            if k != first
        ]
        return f"{self.label(terms[first])} == {' + '.join(others) or '0'}"

    def _by_group(self, label_of: LabelOf) -> str:
        """Return the prefix of a parameter with its label in each group; nothing if no label is needed."""
        labels = [label_of(composition) for composition in self.compositions]
        if None in labels:
            return ""
        return f"{labels[0]}*" if len(labels) == 1 else f"c({', '.join(map(str, labels))})*"

    def _of_term(self, kind: Any, place: int, *names: str) -> str:
        """Return the prefix of a coefficient of the partner in a place."""
        pair: tuple[str | None, str | None]
        pair = (None, None) if not names else (names[0], names[1] if len(names) > 1 else None)
        if kind == "covariate":
            pair = (None, names[0])
        return self._by_group(
            lambda composition: self.label(
                Term(kind=kind, cell=cell_of(composition, place), predictor=pair[0], covariate=pair[1])
            )
        )

    def _effects(self) -> Iterator[tuple[tuple[str, ...], Pair]]:
        """Yield the names of each predictor or product with its columns."""
        for name in self.variables.predictors:
            yield (name,), self.partners[name]
        for interaction in self.variables.interactions:
            yield interaction, self.partners[product_name(*interaction)]

    def _paths(self) -> list[str]:
        """Return the regression of each partner's outcome."""
        lines = []
        for place, outcome in enumerate(self.outcome):
            parts = []
            for names, columns in self._effects():
                parts.append(f"{self._of_term('actor', place, *names)}{columns[place]}")
                parts.append(f"{self._of_term('partner', place, *names)}{columns[1 - place]}")
            parts += [
                f"{self._of_term('covariate', place, name)}{self.couples[name]}"
                for name in self.variables.covariates
            ]
            lines.append(f"{outcome} ~ {' + '.join(parts)}")
        return lines

    def _residuals(self) -> list[str]:
        """Return intercepts, residual variances and the residual covariance."""
        first, second = self.outcome
        lines = [f"{first} ~~ {self._by_group(self.bond_label)}{second}"]
        for place, outcome in enumerate(self.outcome):
            lines.append(f"{outcome} ~ {self._of_term('intercept', place)}1")

            def spread(composition: Composition, place: int = place) -> str:
                return self.spread_label(cell_of(composition, place))

            lines.append(f"{outcome} ~~ {self._by_group(spread)}{outcome}")
        return lines

    def _shared(self, kind: str, place: int, *names: str) -> str:
        """Return the prefix of a moment that exchangeable partners share; nothing where no couples do."""
        if not any(composition.exchangeable for composition in self.compositions):
            return ""
        return self._by_group(
            lambda c: (
                self.labels.of((kind, names, c.name), kind, *names, c.name)
                if c.exchangeable
                else self.labels.of(
                    (kind, names, c.name, place), kind, *names, cell_of(c, place), f"{place + 1}"
                )
            )
        )

    def _predictors(self) -> list[str]:
        """Return means, variances and covariances of predictors and covariates."""
        predictors = list(self._effects())
        lines = []
        for names, columns in predictors:
            for place, column in enumerate(columns):
                lines.append(f"{column} ~ {self._shared('m', place, *names)}1")
                lines.append(f"{column} ~~ {self._shared('s', place, *names)}{column}")
                lines += [
                    f"{column} ~~ {self._shared('z', place, *names, name)}{self.couples[name]}"
                    for name in self.variables.covariates
                ]
            lines.append(f"{columns[0]} ~~ {columns[1]}")
        for (names, columns), (others, other_columns) in combinations(predictors, 2):
            for place, column in enumerate(columns):
                same, cross = (self._shared(kind, place, *names, *others) for kind in ("within", "between"))
                lines.append(f"{column} ~~ {same}{other_columns[place]}")
                lines.append(f"{column} ~~ {cross}{other_columns[1 - place]}")
        return lines + _free_moments([self.couples[name] for name in self.variables.covariates])

    def _defined(self) -> list[str]:
        """Return correlations of residuals, ratios k, and differences between roles."""
        lines = []
        for c in self.compositions:
            first, second = (self.spread_label(cell_of(c, place)) for place in (0, 1))
            lines.append(f"{self.correlation_label(c)} := {self.bond_label(c)}/sqrt({first}*{second})")
            for name in self.variables.predictors:
                by_kind = [
                    [self._term_label(kind, cell, name) for cell in c.cells] for kind in ("actor", "partner")
                ]
                for cell, actor, partner in zip(c.cells, *by_kind, strict=True):
                    lines.append(f"{self.labels.of(('k', cell, name), 'k', name, cell)} := {partner}/{actor}")
                if len(c.cells) > 1:
                    lines += [
                        f"{self.labels.of(('d', c.name, name, labels[0]), 'diff', labels[0])} := "
                        f"{' - '.join(labels)}"
                        for labels in by_kind
                    ]
        return lines

    def _term_label(self, kind: Any, cell: str, predictor: str) -> str:
        return self.label(Term(kind=kind, cell=cell, predictor=predictor))


def product_name(predictor: str, covariate: str) -> str:
    """Return the name of the product of two variables.

    Examples
    --------
    >>> product_name("trust", "years")
    'trust x years'
    """
    return f"{predictor} x {covariate}"


def _free_moments(columns: Sequence[str]) -> list[str]:
    """Return free means, variances and covariances."""
    lines = [line for column in columns for line in (f"{column} ~ 1", f"{column} ~~ {column}")]
    return lines + [f"{one} ~~ {other}" for one, other in combinations(columns, 2)]
