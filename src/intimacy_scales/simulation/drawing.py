"""Simulated answers from a known model: the one source of example, benchmark and study data."""

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
    """Simulated answers, and the truth that they were made from.

    Attributes
    ----------
    answers
        One row for each simulated person (of a diary: for each day of a person), one column for each
        item; with couples, ``couple`` and ``partner`` first. ``answers.attrs["simulated"]`` says what it is.
    true_scores
        The factor behind each scale of items, standardized, in the same rows; ``careless`` marks the
        persons who answered at random. A scale all of whose items belong to scales before it, such as a
        total that lists the items of its subscales, has no factor of its own: its true score is what the
        factors of its items add to its score, standardized. A composite of scales has no column.
    instrument
        Whose items were answered.
    parameters
        What makes the same answers again, by the names of the arguments; ``rng`` is the seed, or None where
        there was none or a Generator.
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
    """Return a root of a covariance matrix, or raise where it is none."""
    root = covariance_root(covariance)
    if root is None:
        smallest = float(np.linalg.eigvalsh(covariance)[0])
        raise EstimationError(
            f"{what} cannot exist together: the smallest eigenvalue of the factors' covariances is "
            f"{smallest:.3g}, and none may be below 0; bring them nearer to each other or to 0"
        )
    return root


def _factors(
    n: int, phi: NDArray[np.float64], partners: NDArray[np.float64] | None, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw factor scores (n_factors, n); with partners, columns 2i and 2i + 1 are a couple.

    Between partners, factors j and k correlate ``phi[j, k] * (1 - sqrt((1 - r[j]) * (1 - r[k])))``:
    ``r[j]`` for one factor, ``phi[j, k] * r`` where all are equal. Sum and difference of partners are
    independent, so each is drawn on its own.
    """
    if partners is None:
        return correlated_normal(rng, n, _root(phi, "these scale_correlations"))
    cross = phi * (1 - np.sqrt(np.outer(1 - partners, 1 - partners)))
    what = "these scale_correlations and couples"
    shared = correlated_normal(rng, n // 2, _root((phi + cross) / 2, what))
    apart = correlated_normal(rng, n // 2, _root((phi - cross) / 2, what))
    return np.stack([shared + apart, shared - apart], axis=2).reshape(len(phi), n)


def _cut(latent: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the thresholds that each latent response exceeds."""
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
    """Return answers (n_items, n_persons), nan where missing."""
    items = model.instrument.items
    values = [np.array(by_count(item.response_scale)) for item in items]
    whole = not missing and all(v.dtype.kind == "i" for v in values)
    n = factors.shape[1]
    answers = np.empty((len(values), n), dtype=np.int64 if whole else np.float64)
    for index, item in enumerate(items):
        loading, points = model.loadings[index], values[index]
        owner, unique = model.owner.get(item.id), math.sqrt(1 - loading * loading)
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            guess = careless[rows]
            latent = standard_normal(rng, len(guess))
            latent *= unique
            if owner is not None:
                latent += loading * factors[owner, rows]
            steps = _cut(latent, model.cuts[index])
            if item.id in model.reversed_items:
                steps = len(points) - 1 - steps
            if guess.any():
                steps[guess] = rng.integers(0, len(points), np.count_nonzero(guess))
            answers[index, rows] = points[steps]
            if missing:
                answers[index, rows][rng.random(len(steps)) < missing] = np.nan
    return answers


def _simulation(
    model: AnswerModel,
    answers: NDArray[Any],
    first: Mapping[str, NDArray[Any]],
    truth: Mapping[str, NDArray[Any]],
    parameters: dict[str, Any],
) -> Simulation:
    """Return answers and truth as tables that say what they are."""
    form = model.instrument
    frame = pandas_frame_of(answers, form.item_ids, first=first)
    true_scores = pandas_frame({**first, **truth})
    for table in (frame, true_scores):
        table.attrs["simulated"] = f"simulated answers to {form.ref}; nobody gave them"
    of_the_model = {
        "loadings": dict(zip(form.item_ids, model.loadings.tolist(), strict=True)),
        "scale_correlations": model.correlations.tolist(),
        "thresholds": {i: c.tolist() for i, c in zip(form.item_ids, model.cuts, strict=True)},
    }
    return Simulation(
        answers=frame, true_scores=true_scores, instrument=form.ref, parameters=of_the_model | parameters
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
        Number of persons; even where they form couples.
    loadings
        Standardized loading of each item on the factor of the first scale that lists it, in the keyed
        direction: one for all, or a mapping from every scored item to its own. Items of no scale have
        none.
    scale_correlations
        Correlations of the factors: one for all, or a matrix in the order of the scales. There is a
        factor for each scale that lists an item which no scale before it lists; so a total that lists
        the items of its subscales has none, and neither has a composite of scales.
    thresholds
        Cuts of the keyed latent response, ascending, one fewer than points; for all items or by
        item. By default, and for items that a mapping leaves out, evenly spaced from -1.8 to 1.8; of
        two points, at 0.
    missing
        Share of answers that are missing, completely at random.
    careless
        Share of persons who answer at random.
    couples
        Correlation of partners on each factor: one for all, or by scale; scales that a mapping leaves
        out have 0. Persons then come in pairs of rows. One partner's scale j and the other's scale k
        correlate ``phi[j, k] * (1 - sqrt((1 - r[j]) * (1 - r[k])))``.
    rng
        A seed (a whole number from 0) or a numpy Generator. By default other answers at each call: pass
        a seed for whatever is to be shown again.

    Returns
    -------
    Simulation
        Answers, true scores and parameters; whatever it holds is simulated.

    Raises
    ------
    EstimationError
        Parameters out of range, names of no item or factor, or correlations that cannot exist together;
        it is a ValueError.

    Notes
    -----
    ``y* = loading * factor + sqrt(1 - loading**2) * noise``; the answer is the number of thresholds
    below ``y*``, turned round where the item is reverse-keyed (by the first scale that lists it). Options
    that are scored one by one stand in the order of what they count; what is stored is drawn. A seed
    gives the same answers, to the bit, on every machine: normal draws are quantiles (Wichura, 1988) of
    uniform ones. Fewer persons are not the first rows of more.

    Examples
    --------
    >>> simulated = simulate("scii-12", 4, couples=0.4, rng=1)
    >>> simulated.answers[["couple", "partner", "tru01"]].shape
    (4, 3)
    """
    form = as_instrument(instrument)
    n = whole_number("n", n, "person")
    if couples is not None and n % 2:
        raise EstimationError(f"n={n}: an even number, where persons form couples")
    chance = generator(rng)
    lost, guessed = share("missing", missing), share("careless", careless)
    model = model_of(form, loadings, scale_correlations, thresholds)
    partners = None if couples is None else partner_correlations(model, couples)
    factors = _factors(n, model.correlations, partners, chance)
    guessing = chance.random(n) < guessed
    answers = _answers(model, factors, lost, guessing, chance)
    r = None if partners is None else dict(zip(model.factors, partners.tolist(), strict=True))
    return _simulation(
        model,
        answers,
        {} if couples is None else {"couple": np.arange(n) // 2 + 1, "partner": np.arange(n) % 2 + 1},
        {**model.true_scores(factors), "careless": guessing},
        {"n": n, "missing": lost, "careless": guessed, "couples": r, "rng": _seed(rng)},
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
    """Simulate a diary: the same persons answer on many occasions.

    Parameters
    ----------
    instrument, loadings, scale_correlations, thresholds, missing, rng
        As in `simulate`.
    n_persons, n_occasions
        How many persons, and on how many days each is asked.
    between
        Share of the variance of true scores that lies between persons; the rest changes from day to
        day, independently.
    missed
        Share of days on which a person answers nothing; they have no row.

    Returns
    -------
    Simulation
        Answers and true scores with ``person`` and ``day``, both from 1, first.

    Raises
    ------
    EstimationError
        Parameters out of range, names of no item or factor, or correlations that cannot exist together;
        it is a ValueError.

    Examples
    --------
    >>> diary = simulate_diary("scii-daily", 3, 5, rng=1)
    >>> diary.answers.shape[0], list(diary.answers)[:2]
    (15, ['person', 'day'])
    """
    form = as_instrument(instrument)
    n_persons = whole_number("n_persons", n_persons, "person")
    n_occasions = whole_number("n_occasions", n_occasions, "day")
    chance = generator(rng)
    lasting, skipped, lost = share("between", between), share("missed", missed), share("missing", missing)
    model = model_of(form, loadings, scale_correlations, thresholds)
    person = np.repeat(np.arange(n_persons), n_occasions)
    factors = _factors(n_persons, model.correlations, None, chance)[:, person] * math.sqrt(lasting)
    factors = factors + _factors(len(person), model.correlations, None, chance) * math.sqrt(1 - lasting)
    kept = chance.random(len(person)) >= skipped
    person, day, factors = person[kept], np.tile(np.arange(n_occasions), n_persons)[kept], factors[:, kept]
    answers = _answers(model, factors, lost, np.zeros(len(person), dtype=np.bool_), chance)
    asked = {"n_persons": n_persons, "n_occasions": n_occasions}
    return _simulation(
        model,
        answers,
        {"person": person + 1, "day": day + 1},
        model.true_scores(factors),
        {**asked, "between": lasting, "missed": skipped, "missing": lost, "rng": _seed(rng)},
    )
