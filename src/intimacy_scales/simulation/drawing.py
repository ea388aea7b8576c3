"""Simulated answers from a known model, for examples, benchmarks and simulation studies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.late import late_module
from intimacy_scales.numerics.normal_draws import correlated_normal, covariance_root, standard_normal
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.frames import pandas_frame, pandas_frame_of
from intimacy_scales.results.wording import counted
from intimacy_scales.simulation.model import (
    AnswerModel,
    by_count,
    model_of,
    partner_correlations,
    share,
    whole_number,
)

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_BLOCK = 65_536
_FEW_CUTS = 16


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class Simulation:
    """Simulated answers, and the true scores and parameters that they come from.

    Attributes
    ----------
    answers
        One row for each simulated person (in a diary, for each day of a person) and one column for each
        item; with couples, ``couple`` and ``partner`` come first. ``answers.attrs["simulated"]`` marks the
        table as simulated.
    true_scores
        The factor behind each scale of items, standardized, in the same rows; ``careless`` marks persons who
        answered at random. A scale whose items all belong to scales before it, such as a total of the items
        of its subscales, has no factor of its own: its true score is the contribution of its items' factors
        to its score, standardized. A composite of scales has no column.
    instrument
        The instrument that was answered.
    parameters
        Arguments that give the same answers again; ``rng`` is the seed, or None if a Generator or nothing was
        passed.

    Examples
    --------
    >>> result = simulate("scii-12", 100, rng=1)
    >>> result
    <Simulation of scii-12 0.3.0, DRAFT: not validated: 100 simulated persons, no real answers>
    >>> result.true_scores.shape, result.parameters["rng"]
    ((100, 7), 1)
    """

    answers: pd.DataFrame
    true_scores: pd.DataFrame
    instrument: InstrumentRef
    parameters: dict[str, Any]

    def __repr__(self) -> str:
        rows = len(self.answers)
        persons = counted(rows, "simulated person")
        if "n_persons" in self.parameters:  # a diary
            persons = f"{counted(self.parameters['n_persons'], 'simulated person')}, {counted(rows, 'row')}"
        return f"<Simulation of {self.instrument}: {persons}, no real answers>"


def _root(covariance: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    """Return a root of a covariance matrix, or raise if it is not positive semidefinite."""
    root = covariance_root(covariance)
    if root is None:
        smallest = float(np.linalg.eigvalsh(covariance)[0])
        raise EstimationError(
            f"{what} are not positive semidefinite: the smallest eigenvalue of the factors' covariances is "
            f"{smallest:.3g}, and none may be below 0; make them more similar, or smaller"
        )
    return root


def _factors(
    n: int, phi: NDArray[np.float64], partners: NDArray[np.float64] | None, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw factor scores (n_factors, n); with partners, columns 2i and 2i + 1 are a couple.

    Between partners, factors j and k correlate ``cross = phi[j, k] * (1 - sqrt((1 - r[j]) * (1 - r[k])))``:
    ``r[j]`` on the same factor, ``phi[j, k] * r`` if all r are equal. Scores of partners are ``s + d`` and
    ``s - d``, with independent s of covariance ``(phi + cross) / 2`` and d of ``(phi - cross) / 2``.
    """
    if partners is None:
        return correlated_normal(rng, n, _root(phi, "these scale_correlations"))
    cross = phi * (1 - np.sqrt(np.outer(1 - partners, 1 - partners)))
    what = "these scale_correlations and couples"
    shared = correlated_normal(rng, n // 2, _root((phi + cross) / 2, what))
    difference = correlated_normal(rng, n // 2, _root((phi - cross) / 2, what))
    return np.stack([shared + difference, shared - difference], axis=2).reshape(len(phi), n)


def _cut(latent: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the number of thresholds that each latent response exceeds."""
    if len(cuts) > _FEW_CUTS:
        return np.searchsorted(cuts, latent)
    steps = np.zeros(len(latent), dtype=np.uint8)
    for edge in cuts:
        steps += latent > edge
    return steps.astype(np.intp)


def _answers(
    model: AnswerModel,
    factors: NDArray[np.float64],
    missing: float,
    careless: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Return answers (n_items, n_persons), nan where missing; ``careless`` (n_persons,) answer at random."""
    items = model.instrument.items
    options_by_item = [np.array(by_count(item.response_scale)) for item in items]
    all_whole = not missing and all(options.dtype.kind == "i" for options in options_by_item)
    n = factors.shape[1]
    answers = np.empty((len(items), n), dtype=np.int64 if all_whole else np.float64)
    for index, item in enumerate(items):
        loading, options = model.loadings[index], options_by_item[index]
        owner, noise_sd = model.owner.get(item.id), math.sqrt(1 - loading * loading)
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            at_random = careless[rows]
            latent = standard_normal(rng, len(at_random))
            latent *= noise_sd
            if owner is not None:
                latent += loading * factors[owner, rows]
            steps = _cut(latent, model.cuts[index])
            if item.id in model.reversed_items:
                steps = len(options) - 1 - steps
            if at_random.any():
                steps[at_random] = rng.integers(0, len(options), np.count_nonzero(at_random))
            answers[index, rows] = options[steps]
            if missing:
                answers[index, rows][rng.random(len(steps)) < missing] = np.nan
    return answers


def _simulation(
    model: AnswerModel,
    answers: NDArray[Any],
    first: Mapping[str, NDArray[Any]],
    true_scores: Mapping[str, NDArray[Any]],
    parameters: dict[str, Any],
) -> Simulation:
    """Return answers and true scores as tables that are marked as simulated."""
    form = model.instrument
    answer_table = pandas_frame_of(answers, form.item_ids, first=first)
    true_table = pandas_frame({**first, **true_scores})
    for table in (answer_table, true_table):
        table.attrs["simulated"] = f"simulated answers to {form.ref}; nobody gave them"
    model_parameters = {
        "loadings": dict(zip(form.item_ids, model.loadings.tolist(), strict=True)),
        "scale_correlations": model.correlations.tolist(),
        "thresholds": {i: c.tolist() for i, c in zip(form.item_ids, model.cuts, strict=True)},
    }
    return Simulation(
        answers=answer_table,
        true_scores=true_table,
        instrument=form.ref,
        parameters=model_parameters | parameters,
    )


def _seed(rng: Any) -> int | None:
    return int(rng) if isinstance(rng, int | np.integer) else None


def simulate(
    instrument: Instrument | str | Path,
    n: int,
    *,
    loadings: float | Mapping[str, float] = 0.7,
    scale_correlations: float | ArrayLike = 0.5,
    thresholds: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
    missing: float = 0.0,
    careless: float = 0.0,
    couples: float | Mapping[str, float] | None = None,
    rng: int | np.random.Generator | None = None,
) -> Simulation:
    """Simulate answers to an instrument from a normal factor model cut at thresholds.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    n
        Number of persons; even if they form couples.
    loadings
        Standardized loading of each item on the factor of the first scale that lists it, in the keyed
        direction: one for all, or a mapping from each scored item to its loading. Items that belong to no
        scale have none.
    scale_correlations
        Correlations of the factors: one for all, or a matrix in the order of the scales. Each scale that
        lists an item which no scale before it lists has a factor; a total of the items of its subscales has
        none, nor has a composite of scales.
    thresholds
        Cuts of the keyed latent response, ascending, one fewer than response options; for all items or by
        item. By default, and for items that a mapping leaves out, evenly spaced from -1.8 to 1.8; with two
        options, at 0.
    missing
        Share of answers that are missing, completely at random.
    careless
        Share of persons who answer at random.
    couples
        Correlation of partners on each factor: one for all, or by scale; 0 for scales that a mapping leaves
        out. Each couple then takes two consecutive rows. One partner's scale j and the other's scale k
        correlate ``phi[j, k] * (1 - sqrt((1 - r[j]) * (1 - r[k])))``.
    rng
        A seed (a whole number from 0) or a numpy Generator. By default, each call gives other answers: pass
        a seed for reproducible ones.

    Returns
    -------
    Simulation
        Answers, true scores and parameters, all of them simulated.

    Raises
    ------
    EstimationError
        Parameters out of range, names that are not items or factors, or correlations that are not positive
        semidefinite; it is a ValueError.

    Notes
    -----
    ``y* = loading * factor + sqrt(1 - loading**2) * noise``; the answer is the number of thresholds below
    ``y*``, reversed if the item is reverse-keyed (in the first scale that lists it). Options with listed
    scores are put in the order of these; the stored values are drawn. A seed gives exactly the same answers
    on every machine: normal draws are quantiles (Wichura, 1988) of uniform ones. The answers of n persons are
    not the first rows of those of more.

    Examples
    --------
    >>> simulated = simulate("scii-12", 4, couples=0.4, rng=1)
    >>> simulated.answers[["couple", "partner", "tru01"]].shape
    (4, 3)
    """
    form = as_instrument(instrument)
    n = whole_number("n", n, "person")
    if couples is not None and n % 2:
        raise EstimationError(f"n={n} is not valid with couples; allowed: an even number of persons")
    draws = generator(rng)
    missing_share, careless_share = share("missing", missing), share("careless", careless)
    model = model_of(form, loadings, scale_correlations, thresholds)
    partners = None if couples is None else partner_correlations(model, couples)
    factors = _factors(n, model.correlations, partners, draws)
    at_random = draws.random(n) < careless_share
    answers = _answers(model, factors, missing_share, at_random, draws)
    r = None if partners is None else dict(zip(model.factors, partners.tolist(), strict=True))
    return _simulation(
        model,
        answers,
        {} if couples is None else {"couple": np.arange(n) // 2 + 1, "partner": np.arange(n) % 2 + 1},
        {**model.true_scores(factors), "careless": at_random},
        {"n": n, "missing": missing_share, "careless": careless_share, "couples": r, "rng": _seed(rng)},
    )


def simulate_diary(
    instrument: Instrument | str | Path,
    n_persons: int,
    n_occasions: int,
    *,
    between: float = 0.5,
    missed: float = 0.0,
    loadings: float | Mapping[str, float] = 0.7,
    scale_correlations: float | ArrayLike = 0.5,
    thresholds: Sequence[float] | Mapping[str, Sequence[float]] | None = None,
    missing: float = 0.0,
    rng: int | np.random.Generator | None = None,
) -> Simulation:
    """Simulate a diary, in which the same persons answer on several days.

    Parameters
    ----------
    instrument, loadings, scale_correlations, thresholds, missing, rng
        As in `simulate`.
    n_persons, n_occasions
        Number of persons, and number of days on which each is asked.
    between
        Share of the variance of true scores that is between persons; the rest varies independently from day
        to day.
    missed
        Share of days on which a person does not answer; these have no row.

    Returns
    -------
    Simulation
        Answers and true scores with ``person`` and ``day``, both from 1, first.

    Raises
    ------
    EstimationError
        Parameters out of range, names that are not items or factors, or correlations that are not positive
        semidefinite; it is a ValueError.

    Examples
    --------
    >>> diary = simulate_diary("scii-daily", 3, 5, rng=1)
    >>> diary.answers.shape[0], list(diary.answers)[:2]
    (15, ['person', 'day'])
    """
    form = as_instrument(instrument)
    n_persons = whole_number("n_persons", n_persons, "person")
    n_occasions = whole_number("n_occasions", n_occasions, "day")
    draws = generator(rng)
    between_share, missed_share = share("between", between), share("missed", missed)
    missing_share = share("missing", missing)
    model = model_of(form, loadings, scale_correlations, thresholds)
    person = np.repeat(np.arange(n_persons), n_occasions)
    factors = _factors(n_persons, model.correlations, None, draws)[:, person] * math.sqrt(between_share)
    factors = factors + _factors(len(person), model.correlations, None, draws) * math.sqrt(1 - between_share)
    answered = draws.random(len(person)) >= missed_share
    day = np.tile(np.arange(n_occasions), n_persons)[answered]
    person, factors = person[answered], factors[:, answered]
    answers = _answers(model, factors, missing_share, np.zeros(len(person), dtype=np.bool_), draws)
    size = {"n_persons": n_persons, "n_occasions": n_occasions}
    shares = {"between": between_share, "missed": missed_share, "missing": missing_share}
    return _simulation(
        model,
        answers,
        {"person": person + 1, "day": day + 1},
        model.true_scores(factors),
        {**size, **shares, "rng": _seed(rng)},
    )
