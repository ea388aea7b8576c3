"""Reliability of diaries from variance components of persons, occasions and items."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.clusters import Clusters, labelled_rows
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.reading.options import DiaryReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.agreement.crossed import Floats
from intimacy_scales.reliability.agreement.crossed_squares import parts_of_design, residual_df
from intimacy_scales.reliability.diary.diary_components import (
    anova_components,
    nested_components,
    reml_components,
)
from intimacy_scales.reliability.diary.diary_result import DiaryReliability, NestedComponents
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Method = Literal["reml", "anova"]


def _check_unique(person: NDArray[np.intp], occasion: NDArray[np.intp], table_rows: NDArray[np.intp]) -> None:
    """Raise if a person has two rows with the same occasion."""
    pairs, counts = np.unique(np.column_stack([person, occasion]), axis=0, return_counts=True)
    repeated = pairs[counts > 1]
    if len(repeated):
        rows = table_rows[(person == repeated[0, 0]) & (occasion == repeated[0, 1])]
        raise EstimationError(
            f"occasion: {len(repeated)} occasions of a person occur more than once, the first in rows "
            f"{', '.join(map(str, rows[:3]))}; give each occasion of a person its own number, for example "
            "10 * day + beep, or leave occasion out for nested components only"
        )


def _renumbered(positions: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.unique(positions, return_inverse=True)[1]


@reads_answers
def diary_reliability(
    answers: CodedResponses | Instrument | str | Path,
    responses: Any = None,
    *,
    person: Clusters,
    occasion: Clusters = None,
    scale: str | None = None,
    method: Method = "reml",
    **reading: Unpack[DiaryReadingOptions],
) -> DiaryReliability:
    """Compute reliability between persons and within persons from repeated answers.

    Parameters
    ----------
    answers, responses
        An instrument (or its id or `Path`) and a table of answers to it, as in `encode`, with a row for each
        person and occasion; or such answers already checked by `encode` alone.
    person
        Name of the column that identifies the person, or a label for each row.
    occasion
        Name of the column that identifies the occasion, or a label for each row, for example the day of the
        study, with the same labels for all persons. None: occasions are nested in persons, and RkF, R1R, RkR
        and Rc are undefined.
    scale
        As in `cronbach_alpha`.
    method
        ``reml``: restricted maximum likelihood; persons may miss occasions. ``anova``: mean squares, which
        needs every person on every occasion; estimates of components can be negative.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    DiaryReliability

    Raises
    ------
    EstimationError
        Fewer than two persons, occasions or items; an occasion of a person in two rows; ANOVA of an
        unbalanced diary.

    Notes
    -----
    Answers are ``y = mean + p + t + i + pt + pi + ti + e`` with random effects of person, occasion and item
    (Cranford et al., 2006; Shrout & Lane, 2012). Rows in which an item was skipped are left out and
    counted. Persons may miss occasions, as the likelihood does not need a balanced design. It is the product
    of the likelihoods of the occasions' means and of contrasts between items, so that no matrix larger than
    (n_occasions, n_occasions) is factored.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 40, 7, rng=1).answers
    >>> result = diary_reliability("scii-daily", days, person="person", occasion="day", scale="total")
    >>> result.n_persons, 0 < result.coefficients()["Rc"] < 1
    (40, True)
    """
    answers = coded_given(answers, responses, reading, person=person, occasion=occasion)
    if method not in get_args(Method):
        raise EstimationError(not_one_of("method", method, get_args(Method)))
    name, items = items_of(answers, scale)
    if not items.is_unweighted:
        raise EstimationError(
            f"the items of {name!r} do not count equally: they have weights, its parts differ in number of "
            "items, or it is a difference; pass a scale whose items count equally"
        )
    values, complete = keyed_answers(answers, name)
    who = _renumbered(labelled_rows(answers, person, "person")[complete])
    when = None
    if occasion is not None:
        when = labelled_rows(answers, occasion, "occasion")[complete]
        _check_unique(who, when, np.flatnonzero(complete))
        when = _renumbered(when)
    y, k = values[complete], len(items.ids)
    n_persons = int(who.max(initial=-1)) + 1
    per_person = np.bincount(who, minlength=1)
    n_occasions = int(per_person.max(initial=0)) if when is None else int(when.max(initial=-1)) + 1
    _check_enough(n_persons, n_occasions, k, y)
    _check_separable(who, when)
    balanced = when is not None and len(y) == n_persons * n_occasions
    components: dict[str, float] = {}
    if method == "anova":
        if when is None:
            raise EstimationError("method='anova' needs occasion=; without it, use method='reml'")
        if not balanced:
            raise EstimationError("method='anova' needs every person on every occasion; use method='reml'")
        components = anova_components(y, who, when)
    elif when is not None:
        components = reml_components(y, who, when)
    return DiaryReliability(
        instrument=answers.instrument.ref,
        scale=name,
        n_persons=n_persons,
        n_occasions=n_occasions,
        n_items=k,
        n_rows=len(y),
        n_left_out=int(np.count_nonzero(~complete)),
        balanced=balanced,
        method=method,
        components=components,
        nested=_nested(y, who, n_persons, fixed_items=False),
        nested_fixed_items=_nested(y, who, n_persons, fixed_items=True),
    )


def _check_separable(who: NDArray[np.intp], when: NDArray[np.intp] | None) -> None:
    """Raise if no degrees of freedom are left to separate persons, occasions and residual."""
    n_rows, n_persons = len(who), int(who.max()) + 1
    if n_rows <= n_persons:
        raise EstimationError(
            f"{n_rows} complete rows of {n_persons} persons: with one occasion each, differences between "
            "persons and between occasions cannot be separated"
        )
    if when is None:
        return
    n_occasions = int(when.max()) + 1
    if residual_df(n_rows, n_persons, n_occasions, parts_of_design(who, when)[0]) < 1:
        raise EstimationError(
            f"{n_rows} complete rows, {n_persons} persons and {n_occasions} occasions: persons share too few "
            "occasions to separate the two; label occasions in the same way for all persons, or leave "
            "occasion out for nested components only"
        )


def _check_enough(n_persons: int, n_occasions: int, k: int, y: Floats) -> None:
    """Raise if there are fewer than two persons, occasions or items, or no variance."""
    for count, what in ((n_persons, "person"), (n_occasions, "occasion"), (k, "item")):
        if count < 2:
            raise EstimationError(f"{counted(count, what)} with complete answers: at least two are needed")
    if not float(y.var()) > 0:
        raise EstimationError("all answers are equal: there is no variance between persons or occasions")


def _nested(y: Floats, who: NDArray[np.intp], n_persons: int, *, fixed_items: bool) -> NestedComponents:
    """Return the components with occasions nested in persons."""
    person, occasion, residual = nested_components(y, who, fixed_items=fixed_items)
    return NestedComponents(
        person=person,
        occasion=occasion,
        residual=residual,
        item_effect="fixed" if fixed_items else "none",
        n_items=y.shape[1],
        occasions_per_person=len(y) / n_persons,
    )
