"""Scores on the factors of a fitted model, from answers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor.confirmatory.estimation.factor_weights import (
    Measured,
    ScoreMethod,
    determinacy_of,
    measured,
    scores_of,
    weights_of,
    with_outcomes_as_items,
)
from intimacy_scales.factor.confirmatory.results.factor_scores import FactorDeterminacy, FactorScores
from intimacy_scales.factor.rows import Rows, groups_of_rows, read_rows
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.messages import not_one_of, values_as_asked, values_shown
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
            members = np.flatnonzero((positions == g) & usable)
            values[members], errors[members] = scores_of(model, read.values[members], method)
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
    """Return each group's estimates; raise where scores cannot be computed from them."""
    if method not in _METHODS:
        raise EstimationError(not_one_of("method", method, _METHODS))
    if not result.model.latent:
        raise EstimationError("factor scores need a model with factors, and all variables here are observed")
    n_items = len(result.model.observed)
    models = [measured(result.solution, g, n_items) for g in range(max(len(result.groups), 1))]
    if result.improper:
        raise EstimationError(
            f"factor scores need a proper solution, and this one is improper: {'; '.join(result.improper)}. "
            "Change the model (fix a residual variance, leave an item or a factor out), and fit it again"
        )
    if method == "bartlett":
        models = [_with_outcomes(result, model, g) for g, model in enumerate(models)]
        _check_determined(result, models)
    return models


def _with_outcomes(result: CFAResult, model: Measured, group: int) -> Measured:
    """Return the model in which observed variables that depend on factors measure them; raise if none is."""
    measures, unlike = with_outcomes_as_items(model, result.solution, group)
    if len(unlike):
        names = ", ".join(result.model.observed[k] for k in unlike)
        raise EstimationError(
            f"method='bartlett' needs items whose errors are independent of factors, and {names} depends on "
            "a factor and also predicts or covaries with other variables of the model; use "
            "method='regression'"
        )
    return measures


def _check_means(models: Sequence[Measured]) -> None:
    """Raise where the means of items, from which scores are deviations, are not known."""
    if not any(model.means.any() for model in models):
        raise EstimationError(
            "factor scores need the means of items, and the model was fitted to covariances without means; "
            "pass means= to covariances_as_sample, and fit it again"
        )


def _check_determined(result: CFAResult, models: Sequence[Measured]) -> None:
    """Raise where a factor has no Bartlett scores even for persons who answered every item."""
    every = np.arange(len(result.model.observed))
    for model in models:
        errors = weights_of(model, every, "bartlett").errors
        without = [f for f, error in zip(result.model.latent, errors, strict=True) if np.isnan(error)]
        if without:
            raise EstimationError(
                f"method='bartlett': the items do not determine {', '.join(without)}, as no item measures it "
                "separately from other factors; use method='regression'"
            )


def _read(
    result: CFAResult,
    responses: Any,
    groups: Hashable | Sequence[Any],
    instrument: Instrument | str | Path | None,
    options: ReadingOptions,
) -> tuple[Rows, Table]:
    """Return answers to the model's items in its order, and the kept columns of the caller's table."""
    if isinstance(responses, ItemMoments | SampleMoments):
        raise needs_answers("a factor score")
    items = result.model.observed
    if result.instrument is None:
        if isinstance(responses, CodedResponses) or instrument is not None:
            raise EstimationError(
                "the model was fitted to a table of numbers without an instrument, so that its items may be "
                "keyed differently from an instrument's; pass such a table alone"
            )
        read = read_rows(responses, items, accept=accepts(options))
        assert read.others.table is not None
        return read, keep_columns(read.others.table, (), {"groups": groups})
    if isinstance(responses, CodedResponses):
        form: Any = responses.instrument
    else:
        form = _form_of(result.instrument, instrument)
    if form.digest != result.instrument.digest:
        raise EstimationError(
            f"the model was fitted to answers to {result.instrument}, and these are answers to {form.ref}; "
            "pass answers to the former, or fit the model to the latter"
        )
    others = {f"variable {name}": name for name in items if name not in form.item_ids}
    answers = answers_of(form, responses, reading_of(options), groups=groups, **others)
    assert isinstance(answers, CodedResponses)
    assert answers.kept is not None
    return read_rows(answers, items, covariates=bool(others)), answers.kept


def _form_of(reference: InstrumentRef, instrument: Any) -> Instrument:
    """Return the instrument of the answers to which the model was fitted."""
    if instrument is not None:
        return as_instrument(instrument)
    try:
        form: Instrument = instrument_for(reference, None)
    except DocumentError:
        raise EstimationError(
            f"the model was fitted to answers to {reference}, which is not among the shipped instruments; "
            "pass it as instrument=, or pass encode(instrument, table) instead of the table"
        ) from None
    return form


def _positions(result: CFAResult, read: Rows, groups: Hashable | Sequence[Any]) -> NDArray[np.int64]:
    """Return the position of each person's group among those of the model."""
    if not result.groups:
        if groups is not None:
            raise EstimationError("groups: the model was fitted to one group; leave groups out")
        return np.zeros(len(read.values), dtype=np.int64)
    known = ", ".join(map(repr, result.groups)) if values_shown() else f"{len(result.groups)} others"
    if groups is None:
        raise EstimationError(
            f"groups is missing: the model has groups ({known}) with different parameters; name their "
            "column, or pass a label for each row"
        )
    labels = groups_of_rows(read, groups)
    unknown = [label for label in dict.fromkeys(labels) if label not in result.groups]
    if unknown:
        which = (
            f"group {unknown[0]!r}"
            if values_shown()
            else f"such group as that of row {labels.index(unknown[0])}"
        )
        raise EstimationError(f"groups: the model has no {which}; it has {known}")
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
    """Return how well items determine factors; see `CFAResult.factor_determinacy`."""
    return _determinacy(result, _models(result, method), method)
