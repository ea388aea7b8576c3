"""Reliability and standard error of measurement of one score of couples."""

from __future__ import annotations

from typing import Any, Literal

from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, digits_for, shown

ScoreOfCouple = Literal["first", "second", "partner", "mean", "difference"]


@result_class
class ScoreReliability(Result):
    """Reliability and standard error of measurement of one score; ``float(result)`` gives omega.

    Attributes
    ----------
    score
        ``first`` or ``second`` partner's score; ``partner``, either of exchangeable partners' score;
        ``mean`` of both; or ``difference``, first less second.
    name
        Name of the score in displays: the name of the partner, for example.
    omega, omega_se
        Share of the true variance in the variance that the model implies, and its standard error.
    omega_observed
        Share of the true variance in the observed variance.
    omega_ignoring_covariances
        What omega would be if the residuals of both partners were independent, for comparison only.
    true_variance, error_variance, observed_variance
        In squared units of the score; divisor n.
    sem, sem_se
        Standard error of measurement, and the standard error of this estimate.
    reason
        Why omega is undefined; None if it is defined.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, couple_reliability
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> difference = couple_reliability(dyads, "trust")["difference"]
    >>> round(float(difference), 3), round(difference.sem, 3), difference.reason
    (0.635, 0.706, None)
    """

    score: ScoreOfCouple
    name: str
    omega: float
    omega_se: float
    omega_observed: float
    omega_ignoring_covariances: float
    true_variance: float
    error_variance: float
    observed_variance: float
    sem: float
    sem_se: float
    reason: str | None = None

    def __float__(self) -> float:
        return float(self.omega)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values; None where undefined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<{self.name}: undefined: {self.reason}>"
        sem = shown(self.sem, digits_for(self.sem, least=3))
        return f"<{self.name}: omega = {apa(self.omega, 3)}, SEM = {sem}>"
