"""The first argument of every statistic of couples."""

from __future__ import annotations

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type


def check_dyads(option: str, value: object) -> None:
    """Raise where an argument is not couples.

    Raises
    ------
    EstimationError
        Says how couples are made.
    """
    if not isinstance(value, Dyads):
        raise EstimationError(
            f"{option} is {a_type(value)}; allowed: couples, as made by Dyads.from_long, Dyads.from_wide or "
            "Dyads.of_scores"
        )


def couples_once(dyads: Dyads) -> Dyads:
    """Return couples if each is there once.

    Raises
    ------
    EstimationError
        The argument is not couples, or they answered on several occasions.
    """
    check_dyads("dyads", dyads)
    return dyads.one_occasion()
