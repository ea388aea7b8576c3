"""Whether a model of couples has enough of them: its persons are rows for `sem`, and couples here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from intimacy_scales.errors import EstimationError
from intimacy_scales.results.wording import counted


def check_enough_couples(n: int, n_variables: int, advice: str) -> None:
    """Raise where a model has as many variables as couples, so that their covariances are singular.

    Parameters
    ----------
    n, n_variables
        Couples that can be used, and variables of both partners and of couples.
    advice
        What to do about it.

    Raises
    ------
    EstimationError
        Says how many couples are needed.
    """
    if n <= n_variables:
        raise EstimationError(
            f"{counted(n, 'couple')} can be used, and a model of {n_variables} variables needs more than "
            f"{n_variables}; {advice}"
        )


def check_enough_of_each(compositions: Sequence[str], n_variables: int) -> None:
    """Raise where a composition of a mixed sample has too few couples.

    Parameters
    ----------
    compositions
        (n,): the composition of each couple that can be used.
    n_variables
        As in `check_enough_couples`.

    Raises
    ------
    EstimationError
        Says which composition it is, and which others have enough couples.
    """
    counts = Counter(compositions)
    few = [name for name, n in counts.items() if n <= n_variables]
    if not few:
        return
    ways = [
        f"choose other couples, as by dyads.of_composition({name!r})" for name in counts if name not in few
    ]
    if len(compositions) > n_variables:
        ways.append("count all partners as exchangeable (distinguishable=False)")
    raise EstimationError(
        f"{counted(counts[few[0]], f'{few[0]} couple')} can be used, and a model of {n_variables} variables "
        f"needs more than {n_variables} couples of each composition; "
        f"{', or '.join([*ways[:1], *ways[1:][-1:]]) or 'use fewer variables, or collect more answers'}"
    )
