"""Differences of actor and partner effects between roles, which are interactions with the role."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from intimacy_scales.dyads.actor_partner.terms import Composition, Kind, Variables
from intimacy_scales.dyads.effects_compared import effects_compared
from intimacy_scales.dyads.estimates import TestedFigure
from intimacy_scales.dyads.models.paths import PathEngine, weights_of
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import digits_for, shown


@result_class
class RoleDifference(TestedFigure, Result):
    """Difference of an effect between two roles, the first less the second; ``float(result)`` gives it.

    In a model of all persons with the roles coded 1/2 and -1/2, it is the interaction with the role.

    Attributes
    ----------
    kind, predictor, covariate, composition
        Which effect, as in `PathEffect`.
    roles
        The two roles.
    effects
        The effect on each of them.
    estimate, se, df
        Difference, standard error, and degrees of freedom of its t test.
    n
        Couples.

    Examples
    --------
    >>> RoleDifference(
    ...     kind="actor", predictor="trust", covariate=None, composition="", roles=("husband", "wife"),
    ...     effects=(0.5, 0.4), estimate=0.1, se=0.05, df=float("inf"), n=120,
    ... )
    <actor effect of trust, husband less wife: 0.100, SE 0.050>
    """

    kind: Kind
    predictor: str
    covariate: str | None
    composition: str
    roles: tuple[str, str]
    effects: tuple[float, float]
    estimate: float
    se: float
    df: float
    n: int

    @property
    def name(self) -> str:
        """The difference in words."""
        return f"{self._effect()}, {self.roles[0]} less {self.roles[1]}"

    def _effect(self) -> str:
        names = " x ".join(name for name in (self.predictor, self.covariate) if name is not None)
        where = f" in {self.composition} couples" if self.composition else ""
        return f"{self.kind} effect of {names}{where}"

    def sentence(self) -> str:
        """Return the difference in plain language."""
        digits = digits_for(*self.effects, self.se)
        first, second = self.roles
        comparison = effects_compared(self.effects, (f"on the {first}", f"on the {second}"), digits)
        return (
            f"The {self._effect()} {comparison}: difference {shown(self.estimate, digits)}, "
            f"{self.tested_text()}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in (*self.__slots__, "statistic", "p")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, statistic=float, p=float)

    def __repr__(self) -> str:
        digits = self.digits()
        return f"<{self.name}: {shown(self.estimate, digits)}, SE {shown(self.se, digits)}>"


def role_differences(
    engine: PathEngine, variables: Variables, compositions: tuple[Composition, ...], n_of: Mapping[str, int]
) -> Iterator[RoleDifference]:
    """Yield the difference of each actor and partner effect between the roles of each composition."""
    estimates = engine.estimates
    effects = [*((name, None) for name in variables.predictors), *variables.interactions]
    kinds: tuple[Kind, ...] = ("actor", "partner")
    for composition in compositions:
        if composition.roles is None:
            continue
        for predictor, covariate in effects:
            for kind in kinds:
                first, second = (
                    estimates.position(kind, cell, predictor, covariate) for cell in composition.cells
                )
                weights = weights_of(len(estimates.terms), {first: 1.0, second: -1.0})[0]
                variance = float(weights @ estimates.covariance @ weights)
                yield RoleDifference(
                    kind=kind,
                    predictor=predictor,
                    covariate=covariate,
                    composition=composition.name,
                    roles=composition.roles,
                    effects=(float(estimates.values[first]), float(estimates.values[second])),
                    estimate=float(weights @ estimates.values),
                    se=math.sqrt(max(variance, 0.0)),
                    df=engine.degrees_of_freedom(weights),
                    n=n_of[composition.name],
                )
