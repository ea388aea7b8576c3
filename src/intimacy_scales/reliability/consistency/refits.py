"""Bootstrap of what a model is fitted for: persons, or clusters, are drawn, and it is fitted again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.keyed import Floats, items_of
from intimacy_scales.numerics.progress import steps as told_steps
from intimacy_scales.reading.table import CodedResponses


def members_of(
    answers: CodedResponses, items: tuple[str, ...], missing: str, groups: NDArray[np.intp] | None
) -> list[NDArray[np.intp]]:
    """Return the rows of each unit that is drawn: persons with an answer that counts, or clusters of them."""
    columns = [answers.item_ids.index(item) for item in items]
    there = answers.codes[:, columns] != 0
    used = np.flatnonzero(there.all(axis=1) if missing == "listwise" else there.any(axis=1))
    if groups is None:
        return [used[i : i + 1] for i in range(len(used))]
    order = np.argsort(groups[used], kind="stable")
    return np.split(used[order], np.flatnonzero(np.diff(groups[used][order])) + 1)


def refitted(
    answers: CodedResponses,
    scale: str,
    items: tuple[str, ...],
    members: list[NDArray[np.intp]],
    estimate: Callable[[Floats], float],
    n_resamples: int,
    rng: np.random.Generator,
    what: str,
) -> Floats:
    """Return the estimate of each of many resamples; nan where the model could not be fitted.

    Parameters
    ----------
    answers, scale, items
        Whose answers are drawn, keyed, and in which order of items.
    members
        The rows of each unit.
    estimate
        What is made of the rows of a resample (n, k), nan where an answer is missing.
    n_resamples, rng
        How many, and their chance.
    what
        What is resampled, as a person would call it.
    """
    values, _ = keyed_answers(answers, scale)
    known = items_of(answers, scale)[1].ids
    rows = values[:, [known.index(item) for item in items]]
    found = np.full(n_resamples, np.nan)
    with one_blas_thread():
        for draw in told_steps(range(n_resamples), f"resampling {what}", n_resamples):
            chosen = rng.integers(0, len(members), len(members))
            found[draw] = estimate(rows[np.concatenate([members[i] for i in chosen])])
    return found
