"""Answers given to a fitted model → the scores of its factors."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, EstimationError, suggest, values_as_asked, values_shown
from intimacy_scales.factor.confirmatory.estimation.factor_weights import (
    Measured,
    ScoreMethod,
    determinacy_of,
    measured,
    scores_of,
    weights_of,
)
from intimacy_scales.factor.confirmatory.results.factor_scores import FactorDeterminacy, FactorScores
from intimacy_scales.factor.rows import Rows, groups_of_rows, read_rows
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.moments.answers import answers_of, needs_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.reading.frames import Table
from intimacy_scales.reading.kept import keep_columns
from intimacy_scales.reading.options import ReadingOptions, reading_of
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reading.undeclared_codes import accepts
from intimacy_scales.results.documents import instrument_for

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.results.result import CFAResult

_METHODS: tuple[str, ...] = get_args(ScoreMethod)


def factor_scores(
    result: CFAResult,
    responses: Any,
    *,
    method: ScoreMethod,
    groups: Hashable | Sequence[Any],
    instrument: Instrument | str | Path | None,
    options: ReadingOptions,
) -> FactorScores:
    """Return persons' scores on the factors of a model; see `CFAResult.factor_scores`."""
    models = _models(result, method)
    _check_means(models)
    read, kept = _read(result, responses, groups, instrument, options)
    with values_as_asked(options.get("show_values")):
        positions = _positions(result, read, groups)
    shape = (len(read.values), len(result.model.latent))
    values, errors = np.full(shape, np.nan), np.full(shape, np.nan)
    complete = ~np.isnan(read.values).any(axis=1)
    usable = complete | (result.missing == "fiml")
    with one_blas_thread():
        for g, model in enumerate(models):
            own = np.flatnonzero((positions == g) & usable)
            values[own], errors[own] = scores_of(model, read.values[own], method)
    return FactorScores(
        factors=result.model.latent,
        method=method,
        values=values,
        errors=errors,
        answered=np.count_nonzero(~np.isnan(read.values), axis=1),
        groups=result.groups,
        group=positions,
        determinacy=_determinacy(result, models, method),
        missing=result.missing,
        n_items=len(result.model.observed),
        instrument=result.instrument,
        kept=kept,
    )


def _models(result: CFAResult, method: ScoreMethod) -> list[Measured]:
    """Return each group's estimates; raise where they make no scores."""
    if method not in _METHODS:
        there = ", ".join(map(repr, _METHODS))
        raise EstimationError(f"method={method!r}: one of {there}{suggest(method, _METHODS)}")
    if result.model.paths:
        raise EstimationError(
            "the model has paths, and scores on factors are of measurement models: fit the factors alone by "
            "cfa(...), and take their scores"
        )
    n_items = len(result.model.observed)
    models = [measured(result.solution, g, n_items) for g in range(max(len(result.groups), 1))]
    if result.improper:
        raise EstimationError(
            f"the solution is improper, and has no factor scores: {'; '.join(result.improper)}. Change the "
            "model (fix a residual variance, leave an item or a factor out), and fit it again"
        )
    if method == "bartlett":
        _check_determined(result, models)
    return models


def _check_means(models: Sequence[Measured]) -> None:
    """Raise where the means of items, from which scores count, are not known."""
    if not any(model.means.any() for model in models):
        raise EstimationError(
            "the model was fitted to covariances without means, and scores count from the means of items: "
            "pass means= to covariances_as_sample, and fit it again"
        )


def _check_determined(result: CFAResult, models: Sequence[Measured]) -> None:
    """Raise where some factor has no Bartlett score even of persons who answered every item."""
    every = np.arange(len(result.model.observed))
    for model in models:
        errors = weights_of(model, every, "bartlett").errors
        without = [f for f, error in zip(result.model.latent, errors, strict=True) if np.isnan(error)]
        if without:
            raise EstimationError(
                f"method='bartlett': the items do not determine {', '.join(without)}: no item measures it, "
                "or not without other factors; use method='regression'"
            )


def _read(
    result: CFAResult,
    responses: Any,
    groups: Hashable | Sequence[Any],
    instrument: Instrument | str | Path | None,
    options: ReadingOptions,
) -> tuple[Rows, Table]:
    """Return answers to the model's items in its order, and the caller's table with its kept columns."""
    if isinstance(responses, ItemMoments | SampleMoments):
        raise needs_answers("a factor score")
    items = result.model.observed
    if result.instrument is None:
        if isinstance(responses, CodedResponses) or instrument is not None:
            raise EstimationError(
                "the model was fitted to a table of numbers without an instrument, whose items may not be "
                "keyed as an instrument keys them: pass such a table alone"
            )
        read = read_rows(responses, items, accept=accepts(options))
        assert read.beside.table is not None
        return read, keep_columns(read.beside.table, (), {"groups": groups})
    if isinstance(responses, CodedResponses):
        form: Any = responses.instrument
    else:
        form = _form_of(result.instrument, instrument)
    answers = answers_of(form, responses, reading_of(options), groups=groups)
    assert isinstance(answers, CodedResponses)
    if answers.instrument.digest != result.instrument.digest:
        raise EstimationError(
            f"the model was fitted to answers to {result.instrument}, and these are answers to "
            f"{answers.instrument.ref}: fit it to those too, or pass answers to the former"
        )
    assert answers.kept is not None
    return read_rows(answers, items), answers.kept


def _form_of(reference: InstrumentRef, instrument: Any) -> Instrument:
    """Return the instrument that a model's answers were to."""
    if instrument is not None:
        return as_instrument(instrument)
    try:
        form: Instrument = instrument_for(reference, None)
    except DocumentError:
        raise EstimationError(
            f"the model was fitted to answers to {reference}, which is not shipped as it was then: pass it "
            "as instrument=, or encode(instrument, table) instead of the table"
        ) from None
    return form


def _positions(result: CFAResult, read: Rows, groups: Hashable | Sequence[Any]) -> NDArray[np.int64]:
    """Return which of the model's groups each person is in."""
    if not result.groups:
        if groups is not None:
            raise EstimationError("groups: the model was fitted to one group; leave groups out")
        return np.zeros(len(read.values), dtype=np.int64)
    told = ", ".join(map(repr, result.groups)) if values_shown() else f"{len(result.groups)} others"
    if groups is None:
        raise EstimationError(
            f"the model has groups ({told}), which differ in its parameters: name the column, or pass a "
            "label for each row, groups="
        )
    labels = groups_of_rows(read, groups)
    unknown = [label for label in dict.fromkeys(labels) if label not in result.groups]
    if unknown:
        which = (
            f"group {unknown[0]!r}"
            if values_shown()
            else f"such group as that of row {labels.index(unknown[0])}"
        )
        raise EstimationError(f"groups: the model has no {which}; it has {told}")
    return np.array([result.groups.index(label) for label in labels], dtype=np.int64)


def _determinacy(
    result: CFAResult, models: Sequence[Measured], method: ScoreMethod
) -> tuple[FactorDeterminacy, ...]:
    labels: tuple[str | None, ...] = result.groups or (None,)
    rows = []
    for label, model in zip(labels, models, strict=True):
        pairs = zip(result.model.latent, *determinacy_of(model, method), strict=True)
        rows += [
            FactorDeterminacy(factor=name, group=label, rho=float(rho), validity=float(valid))
            for name, rho, valid in pairs
        ]
    return tuple(rows)


def factor_determinacy(result: CFAResult, method: ScoreMethod) -> tuple[FactorDeterminacy, ...]:
    """Return how far items tell what factors are; see `CFAResult.factor_determinacy`."""
    return _determinacy(result, _models(result, method), method)
