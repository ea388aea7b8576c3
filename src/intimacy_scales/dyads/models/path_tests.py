"""Tests of hypotheses about paths: patterns of actor and partner effects, and differences between roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from intimacy_scales.dyads.actor_partner.terms import Composition, Variables
from intimacy_scales.dyads.actor_partner.tests_of_paths import PATTERNS
from intimacy_scales.dyads.models.paths import (
    Difference,
    Floats,
    PathEngine,
    PathEstimates,
    equal_rows,
    weights_of,
)
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, shown

_MEANINGS = {
    "actor_only": "the partner effect is 0",
    "partner_only": "the actor effect is 0",
    "couple": "actor and partner effect are equal",
    "contrast": "actor and partner effect are equal with opposite signs",
    "equal_actor_effects": "the actor effects are equal",
    "equal_partner_effects": "the partner effects are equal",
    "equal_paths": "all actor and partner effects are equal",
    "no_influence": "partners do not influence each other",
    "equal_influence": "both partners influence each other equally",
    "distinguishable": "means, variances and covariances of the variables are the same in both roles",
}


@result_class
class PathTest(Result):
    """A test of a hypothesis about an actor-partner model.

    Attributes
    ----------
    name
        ``actor_only``, ``partner_only``, ``couple``, ``contrast``: patterns of the effects of one predictor;
        ``equal_actor_effects``, ``equal_partner_effects``, ``equal_paths``: between roles or compositions;
        ``distinguishable``: whether roles tell partners apart at all.
    predictor, cell
        Of which effects; None and empty where the test is of all.
    chi_square, df, p
        The test; nan where it is undefined.
    method
        Name of the test.
    reason
        Why it is undefined; None if it is defined.

    Examples
    --------
    >>> test = PathTest(
    ...     name="couple", predictor="trust", cell="", chi_square=5.2, df=1, p=0.0226,
    ...     method="likelihood ratio", reason=None,
    ... )
    >>> test.sentence().partition("contradicted, ")[2]
    'chi-square(1) = 5.20, p = .023 (likelihood ratio).'
    """

    name: str
    predictor: str | None
    cell: str
    chi_square: float
    df: int
    p: float
    method: str
    reason: str | None

    @property
    def hypothesis(self) -> str:
        """What is tested."""
        where = ", ".join(filter(None, (self.predictor, self.cell)))
        return f"{_MEANINGS[self.name]} ({where})" if where else _MEANINGS[self.name]

    def sentence(self) -> str:
        """Return the test in plain language."""
        if self.reason is not None:
            return f"Whether {self.hypothesis} was not tested: {self.reason}."
        verdict = "is contradicted" if self.p < 0.05 else "is not contradicted"
        tested = f"chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)} ({self.method})"
        return f"That {self.hypothesis} {verdict}, {tested}."

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls)

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<{self.hypothesis}: undefined, {self.reason}>"
        return f"<{self.hypothesis}: chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}>"


def path_test(name: str, predictor: str | None, cell: str, difference: Difference) -> PathTest:
    """Return the test of a hypothesis from the loss of fit."""
    return PathTest(
        name=name,
        predictor=predictor,
        cell=cell,
        chi_square=difference.chi_square,
        df=difference.df,
        p=difference.p,
        method=difference.method,
        reason=difference.reason,
    )


def path_tests(
    engine: PathEngine, variables: Variables, compositions: Sequence[Composition]
) -> tuple[PathTest, ...]:
    """Return the tests of all hypotheses about paths that the model allows."""
    estimates = engine.estimates
    return tuple(
        path_test(name, predictor, cell, engine.difference(weights))
        for name, predictor, cell, weights in _hypotheses(estimates, variables, compositions)
    )


def _hypotheses(
    estimates: PathEstimates, variables: Variables, compositions: Sequence[Composition]
) -> Iterator[tuple[str, str | None, str, Floats]]:
    """Yield the name of each hypothesis, its predictor and cell, and its constraints."""
    p, cells = len(estimates.terms), [cell for c in compositions for cell in c.cells]
    for predictor in variables.predictors:
        for cell in cells:
            actor, partner = (estimates.position(kind, cell, predictor) for kind in ("actor", "partner"))
            for name, weights in PATTERNS.items():
                yield name, predictor, cell, weights_of(p, dict(zip((actor, partner), weights, strict=True)))
    if len(cells) == 1:
        return
    for predictor in variables.predictors:
        for kind in ("actor", "partner"):
            positions = [estimates.position(kind, cell, predictor) for cell in cells]
            yield f"equal_{kind}_effects", predictor, "", equal_rows(p, positions)
    rows = [
        equal_rows(p, [estimates.position(kind, cell, predictor, covariate) for cell in cells])
        for predictor, covariate in (
            *((name, None) for name in variables.predictors),
            *variables.interactions,
        )
        for kind in ("actor", "partner")
    ]
    yield "equal_paths", None, "", np.vstack(rows)
