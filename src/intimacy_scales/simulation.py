"""Simulated answers from a known model: the one source of example, benchmark and study data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.numerics.normal_draws import correlated_normal, covariance_root, standard_normal
from intimacy_scales.reading.frames import pandas_frame, pandas_frame_of

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 65_536
_OUTERMOST = 1.8
_FEW_CUTS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """Simulated answers, and the truth that they were made from.

    Attributes
    ----------
    answers
        One row for each simulated person, one column for each item; with couples, ``couple`` and
        ``partner`` first. ``answers.attrs["simulated"]`` says what it is.
    true_scores
        The factor behind each scale, standardized, in the same rows; ``careless`` marks the persons
        who answered at random.
    instrument
        Whose items were answered.
    parameters
        Everything needed to make the same answers again.
    """

    answers: pd.DataFrame
    true_scores: pd.DataFrame
    instrument: InstrumentRef
    parameters: dict[str, Any]

    def __repr__(self) -> str:
        return f"<Simulation of {self.instrument}: {len(self.answers)} simulated persons, no real answers>"


def _check_share(name: str, value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"{name}={value!r} is not a share between 0 and 1")
    return float(value)


def _loadings(instrument: Instrument, loadings: float | Mapping[str, float]) -> NDArray[np.float64]:
    """Return each item's loading on the first scale that scores it, negative where reverse-keyed."""
    keyed: dict[str, float] = {}
    for scale in instrument.scales:
        for key in scale.keys:
            keyed.setdefault(key.item, -1.0 if key.reverse else 1.0)
    unknown = set(loadings) - set(instrument.item_ids) if isinstance(loadings, Mapping) else set()
    if unknown:
        raise ValueError(f"loadings names {sorted(unknown)[0]!r}, which is no item of {instrument.id}")
    left_out = set(keyed) - set(loadings) if isinstance(loadings, Mapping) else set()
    if left_out:
        raise ValueError(f"loadings names no loading for {sorted(left_out)[0]!r}; name every scored item")
    sizes = [
        loadings.get(item, 0.0) if isinstance(loadings, Mapping) else loadings if item in keyed else 0.0
        for item in instrument.item_ids
    ]
    for item, size in zip(instrument.item_ids, sizes, strict=True):
        if not -1 <= size <= 1:
            raise ValueError(f"the loading {size!r} of {item} is not between -1 and 1")
    return np.array([keyed.get(i, 1.0) * size for i, size in zip(instrument.item_ids, sizes, strict=True)])


def _correlations(n_factors: int, scale_correlations: float | ArrayLike) -> NDArray[np.float64]:
    given = np.asarray(scale_correlations, dtype=np.float64)
    phi = given if given.ndim else np.where(np.eye(n_factors, dtype=bool), 1.0, given)
    if phi.shape != (n_factors, n_factors) or not np.allclose(phi, phi.T) or not np.allclose(np.diag(phi), 1):
        raise ValueError(
            f"scale_correlations is one number or a symmetric ({n_factors}, {n_factors}) matrix with 1 "
            f"on its diagonal, in the order of the instrument's scales of items; got shape {phi.shape}"
        )
    return phi


def _root(covariance: NDArray[np.float64], what: str) -> NDArray[np.float64]:
    """Return a root of a covariance matrix, or raise where it is none."""
    root = covariance_root(covariance)
    if root is None:
        smallest = float(np.linalg.eigvalsh(covariance)[0])
        raise ValueError(f"{what} cannot exist together: the smallest eigenvalue is {smallest:.3g}")
    return root


def _partner_correlations(names: Sequence[str], couples: float | Mapping[str, float]) -> NDArray[np.float64]:
    unknown = set(couples) - set(names) if isinstance(couples, Mapping) else set()
    if unknown:
        raise ValueError(f"couples names {sorted(unknown)[0]!r}; the scales of items are {', '.join(names)}")
    r = np.array([couples.get(name, 0.0) if isinstance(couples, Mapping) else couples for name in names])
    if np.any((r < 0) | (r > 1)):
        raise ValueError(f"partner correlations {r.tolist()} are not all between 0 and 1")
    return r


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


def _thresholds(
    instrument: Instrument, thresholds: Sequence[float] | Mapping[str, Sequence[float]] | None
) -> list[NDArray[np.float64]]:
    """Return each item's cuts of its keyed latent response, one fewer than its points."""
    cuts = []
    for item in instrument.items:
        n = item.response_scale.n_points
        given = thresholds.get(item.id) if isinstance(thresholds, Mapping) else thresholds
        cut = _even_cuts(n) if given is None else np.asarray(given, dtype=np.float64)
        if cut.shape != (n - 1,) or np.any(np.diff(cut) < 0):
            raise ValueError(f"thresholds of {item.id} must be {n - 1} ascending numbers for its {n} points")
        cuts.append(cut)
    return cuts


def _even_cuts(n_points: int) -> NDArray[np.float64]:
    """Return cuts evenly spaced from -1.8 to 1.8; of two points, in the middle."""
    middle = n_points - 2
    return np.array([_OUTERMOST * (2 * n - middle) / max(middle, 1) for n in range(n_points - 1)])


def _cut(latent: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the thresholds that each latent response exceeds."""
    if len(cuts) > _FEW_CUTS:
        return np.searchsorted(cuts, latent)
    steps = np.zeros(len(latent), dtype=np.uint8)
    for edge in cuts:
        steps += latent > edge
    return steps.astype(np.intp)


def _answers(
    instrument: Instrument,
    factors: NDArray[np.float64],
    loadings: NDArray[np.float64],
    cuts: list[NDArray[np.float64]],
    missing: float,
    careless: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Return answers (n_items, n_persons), nan where missing."""
    owners: dict[str, int] = {}
    for position, scale in enumerate(s for s in instrument.scales if s.items):
        for key in scale.keys:
            owners.setdefault(key.item, position)
    values = [np.array(item.response_scale.values) for item in instrument.items]
    whole = not missing and all(v.dtype.kind == "i" for v in values)
    n = factors.shape[1]
    answers = np.empty((len(values), n), dtype=np.int64 if whole else np.float64)
    for index, item in enumerate(instrument.items):
        loading, points = loadings[index], values[index]
        factor, unique = factors[owners.get(item.id, 0)], math.sqrt(1 - loading * loading)
        for start in range(0, n, _BLOCK):
            rows = slice(start, start + _BLOCK)
            latent = standard_normal(rng, len(factor[rows]))
            latent *= unique
            latent += abs(loading) * factor[rows]
            steps = _cut(latent, cuts[index])
            if loading < 0:
                steps = len(points) - 1 - steps
            guess = careless[rows]
            if guess.any():
                steps[guess] = rng.integers(0, len(points), np.count_nonzero(guess))
            answers[index, rows] = points[steps]
            if missing:
                answers[index, rows][rng.random(len(steps)) < missing] = np.nan
    return answers


def simulate(
    instrument: Instrument | str,
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
        An `Instrument`, or the id or path of one.
    n
        Number of persons; even where they form couples.
    loadings
        Standardized loading of each item on the factor of its (first) scale, in the keyed
        direction: one for all, or by item. Items of no scale have none.
    scale_correlations
        Correlations of the factors: one for all, or a matrix in the order of the scales of items.
    thresholds
        Cuts of the keyed latent response, ascending, one fewer than points; for all items or by
        item. By default evenly spaced from -1.8 to 1.8; of two points, at 0.
    missing
        Share of answers that are missing, completely at random.
    careless
        Share of persons who answer at random.
    couples
        Correlation of partners' true scores, for all scales or by scale. Persons then come in pairs
        of rows. One partner's scale j and the other's scale k correlate
        ``phi[j, k] * (1 - sqrt((1 - r[j]) * (1 - r[k])))``.
    rng
        A seed or Generator.

    Returns
    -------
    Simulation
        Answers, true scores and parameters; whatever it holds is simulated.

    Raises
    ------
    ValueError
        Parameters out of range, or correlations that cannot exist together.

    Notes
    -----
    ``y* = loading * factor + sqrt(1 - loading**2) * noise``; the answer is the number of thresholds
    below ``y*``, turned round where the item is reverse-keyed. A seed gives the same answers, to the
    bit, on every machine: normal draws are quantiles (Wichura, 1988) of uniform ones.

    Examples
    --------
    >>> simulated = simulate("scii-12", 4, couples=0.4, rng=1)
    >>> simulated.answers[["couple", "partner", "tru01"]].shape
    (4, 3)
    """
    form = as_instrument(instrument)
    if not isinstance(n, int | np.integer) or n < 1 or (couples is not None and n % 2):
        raise ValueError(
            f"n={n!r}: a whole number, at least 1 person, and an even number where they form couples"
        )
    generator = np.random.default_rng(rng)
    names = [scale.id for scale in form.scales if scale.items]
    sizes = _loadings(form, loadings)
    phi = _correlations(len(names), scale_correlations)
    partners = None if couples is None else _partner_correlations(names, couples)
    cuts = _thresholds(form, thresholds)
    factors = _factors(n, phi, partners, generator)
    guessing = generator.random(n) < _check_share("careless", careless)
    answers = _answers(form, factors, sizes, cuts, _check_share("missing", missing), guessing, generator)

    pairs = {} if couples is None else {"couple": np.arange(n) // 2 + 1, "partner": np.arange(n) % 2 + 1}
    frame = pandas_frame_of(answers, form.item_ids, first=pairs)
    truth = pandas_frame({**pairs, **dict(zip(names, factors, strict=True)), "careless": guessing})
    for table in (frame, truth):
        table.attrs["simulated"] = f"simulated answers to {form.ref}; nobody gave them"
    return Simulation(
        answers=frame,
        true_scores=truth,
        instrument=form.ref,
        parameters={
            "n": n,
            "loadings": dict(zip(form.item_ids, sizes.tolist(), strict=True)),
            "scale_correlations": phi.tolist(),
            "thresholds": {i: c.tolist() for i, c in zip(form.item_ids, cuts, strict=True)},
            "missing": missing,
            "careless": careless,
            "couples": None if partners is None else dict(zip(names, partners.tolist(), strict=True)),
            "rng": rng if isinstance(rng, int) else None,
        },
    )


def simulate_diary(
    instrument: Instrument | str,
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
    ValueError
        Parameters out of range, or correlations that cannot exist together.

    Examples
    --------
    >>> diary = simulate_diary("scii-daily", 3, 5, rng=1)
    >>> diary.answers.shape[0], list(diary.answers)[:2]
    (15, ['person', 'day'])
    """
    form = as_instrument(instrument)
    for name, count in (("n_persons", n_persons), ("n_occasions", n_occasions)):
        if not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"{name}={count!r}: a whole number, at least 1")
    generator = np.random.default_rng(rng)
    names = [scale.id for scale in form.scales if scale.items]
    sizes, cuts = _loadings(form, loadings), _thresholds(form, thresholds)
    phi, share = _correlations(len(names), scale_correlations), _check_share("between", between)
    person = np.repeat(np.arange(n_persons), n_occasions)
    lasting = _factors(n_persons, phi, None, generator)[:, person] * math.sqrt(share)
    factors = lasting + _factors(len(person), phi, None, generator) * math.sqrt(1 - share)
    kept = generator.random(len(person)) >= _check_share("missed", missed)
    person, day, factors = person[kept], np.tile(np.arange(n_occasions), n_persons)[kept], factors[:, kept]
    nobody = np.zeros(len(person), dtype=np.bool_)
    answers = _answers(form, factors, sizes, cuts, _check_share("missing", missing), nobody, generator)
    first = {"person": person + 1, "day": day + 1}
    frame = pandas_frame_of(answers, form.item_ids, first=first)
    truth = pandas_frame({**first, **dict(zip(names, factors, strict=True))})
    for table in (frame, truth):
        table.attrs["simulated"] = f"simulated answers to {form.ref}; nobody gave them"
    return Simulation(
        answers=frame,
        true_scores=truth,
        instrument=form.ref,
        parameters={
            "n_persons": n_persons,
            "n_occasions": n_occasions,
            "between": between,
            "missed": missed,
            "loadings": dict(zip(form.item_ids, sizes.tolist(), strict=True)),
            "scale_correlations": phi.tolist(),
            "thresholds": {i: c.tolist() for i, c in zip(form.item_ids, cuts, strict=True)},
            "missing": missing,
            "rng": rng if isinstance(rng, int) else None,
        },
    )
