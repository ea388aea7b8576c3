"""Cautions about the data of a report: names like roles, the same answers, numbers that look like codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.messages import values_as_asked

_FEWEST = 5  # couples, from which the same answers are no chance
_NEARLY_ALL = 0.95


def cautions_about_data(dyads: Dyads, scales: Sequence[str], variables: Iterable[str]) -> tuple[str, ...]:
    """Return what the data may be that they should not be.

    Parameters
    ----------
    dyads, scales
        The couples, and the scales to report.
    variables
        Outcome, predictors and covariates of the model.
    """
    return (*_named_by_roles(dyads), *_with_same_answers(dyads, scales), *_with_codes(dyads, variables))


def _named_by_roles(dyads: Dyads) -> Iterator[str]:
    """Yield a caution where the partners' names look like roles, but the partners have none.

    Names are words, or letters such as w and h; a and b, 1 and 2, or x and y are in a row, and no roles.
    """
    first, second = dyads.partners
    in_a_row = len(first) == len(second) == 1 and abs(ord(first) - ord(second)) == 1
    if not dyads.has_roles and first.isalpha() and second.isalpha() and not in_a_row:
        yield (
            f"partners are called {first} and {second}, but are exchangeable: if these are roles, by which "
            "partners are distinguished, pass role=True for a table with a row for each couple, or role=, "
            "the column of roles"
        )


def _with_same_answers(dyads: Dyads, scales: Sequence[str]) -> Iterator[str]:
    """Yield a caution for each scale on which partners answer alike in nearly all couples."""
    for name in scales:
        if dyads.form is not None and not dyads.form.scale(name).items:
            continue  # it follows from other scales
        of_items = dyads.answers is not None
        values = dyads.items(name) if of_items else dyads.scores[name][..., None]
        known = ~np.isnan(values)
        both = np.all(np.any(known, axis=2), axis=1)
        values, n = values[both], int(np.count_nonzero(both))
        if n < _FEWEST or not (values[:, 0] != values[0, 0]).any():
            continue  # where all couples answer alike, partners do too
        first, second = values[:, 0], values[:, 1]
        same = ((first == second) | (np.isnan(first) & np.isnan(second))).all(axis=1)
        n_same = int(np.count_nonzero(same))
        if n_same >= _NEARLY_ALL * n:
            title = name if dyads.form is None else dyads.form.scale(name).title or name
            what = f"{'answers' if of_items else 'score'} in {n_same} of {n} couples"
            yield f"{title}: both partners have the same {what}: is this one partner's column twice?"


def _with_codes(dyads: Dyads, variables: Iterable[str]) -> Iterator[str]:
    """Yield a caution for each kept column of the model with numbers that look like codes."""
    with values_as_asked(dyads.show_values):
        for name in dict.fromkeys(variables):
            if name not in dyads.scale_ids and (caution := dyads.kept.code_caution(name)) is not None:
                yield caution
