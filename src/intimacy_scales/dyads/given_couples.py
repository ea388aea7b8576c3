"""The first argument of every statistic of couples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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


def label_order(dyads: Dyads) -> NDArray[np.intp]:
    """Return the places of couples in the order of their labels: numbers by size, others by their text.

    Draws from a seed then concern the same couples in whatever order the rows of a table are. Couples without
    labels are in the order of their rows.
    """
    return np.argsort(dyads.couple_labels.ranks()[dyads.pairs.couple], kind="stable")


def couples_in_order(dyads: Dyads) -> Dyads:
    """Return couples in the order of their labels, if each is there once; errors as of `couples_once`."""
    dyads = couples_once(dyads)
    order = label_order(dyads)
    return dyads if (np.diff(order) > 0).all() else dyads.chosen(order)
