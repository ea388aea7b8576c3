"""The variables of the actor-partner model of a report, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.arguments import as_names


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVariables:
    """What an actor-partner model is asked for.

    Attributes
    ----------
    outcome
        The outcome.
    predictors
        Variables of both partners.
    covariates
        Variables of couples.
    """

    outcome: str
    predictors: tuple[str, ...]
    covariates: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (self.outcome, *self.predictors, *self.covariates)


def asked_model(
    dyads: Dyads, outcome: str | None, predictors: str | Sequence[str], covariates: str | Sequence[str]
) -> ModelVariables | None:
    """Return the variables of the model, or None where none is asked for.

    What the answers do not allow is a reason in the report, and what nobody can have meant is an error.

    Raises
    ------
    EstimationError
        They do not make a model, these couples have no such variable, or a covariate does not vary.
    """
    names = names_of_option("predictors", predictors)
    shared = names_of_option("covariates", covariates)
    if outcome is None and not names and not shared:
        return None
    if outcome is None or not names:
        given, missing = ("outcome", "predictors") if outcome is not None else (
            "predictors" if names else "covariates", "outcome",
        )  # fmt: skip
        raise EstimationError(f"{given}= without {missing}=; an actor-partner model needs both of them")
    for option, name in (("outcome", outcome), *(("predictors", name) for name in names)):
        try:
            dyads.variable(name)
        except EstimationError as error:
            raise EstimationError(f"{option}={name!r}: {error}") from None
    for part, of_part in (("predictors", names), ("covariates", shared)):
        if outcome in of_part:
            raise EstimationError(f"outcome={outcome!r} is among the {part} too; leave it out there")
    for name in shared:
        _check_covariate(dyads, name, names)
    return ModelVariables(outcome=outcome, predictors=names, covariates=shared)


def names_of_option(option: str, given: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name or several as names, each once.

    Examples
    --------
    >>> names_of_option("predictors", "trust"), names_of_option("predictors", ["trust", "love", "trust"])
    (('trust',), ('trust', 'love'))
    """
    return tuple(dict.fromkeys(as_names(option, [given] if isinstance(given, str) else given, option)))


def _check_covariate(dyads: Dyads, name: str, predictors: Sequence[str]) -> None:
    """Raise where a covariate is no variable of couples, or is the same for all of them."""
    if name in predictors:
        raise EstimationError(f"{name!r} is among the predictors and the covariates; leave one of them out")
    if name in dyads.scale_ids:
        raise EstimationError(
            f"covariates={name!r} is a scale, on which each partner has a score; use it as a predictor"
        )
    numbers = dyads.couple_variable(name)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers) or not np.ptp(numbers) > 0:
        value = f"all are {numbers[0]:g}" if len(numbers) else "all are missing"
        raise EstimationError(f"covariates={name!r} does not vary between couples ({value}); leave it out")
