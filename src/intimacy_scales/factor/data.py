"""What a factor analysis is of: an instrument and its table, checked answers, moments, or plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.factor.confirmatory.model.model import Model, is_instrument_id
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.moments.answers import answers_given, answers_of
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.reading.frames import Table, is_rows, is_table, open_table
from intimacy_scales.reading.options import ReadingOptions, reading_of
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reading.undeclared_codes import CHECKED, Accepts, accepts

_EXAMPLE = "'trust =~ a + b + c'"


class Data(NamedTuple):
    """Answers, moments or a table of numbers; and whether such numbers are taken as they are."""

    data: Any
    accept: Accepts = CHECKED


def data_given(data: Any, responses: Any, options: ReadingOptions, **labels: Any) -> Data:
    """Return what an exploratory analysis is of.

    Parameters
    ----------
    data, responses
        An instrument (or its id or `Path`) and a table of answers to it; or checked answers, moments, or a
        table or array (n_persons, n_items) of numbers alone.
    options
        How the table is read; of a table of numbers only ``on_invalid``.
    **labels
        Options of the analysis, such as ``groups``, that may name columns of the table.
    """
    if isinstance(data, Instrument | str | Path) or responses is not None:
        return Data(answers_given(data, responses, options, **labels))
    return Data(_as_table(data) if isinstance(data, np.ndarray) else data, accepts(options))


def _as_table(array: Any) -> Table:
    """Return an array whose columns are called x1, x2 …, unless the items are named later."""
    if array.ndim != 2:  # persons by items
        raise ResponseError(f"an array of numbers is (n_persons, n_items); this one is {array.shape}")
    n, k = array.shape
    numbers = array.dtype.kind in "iuf"
    if n == k > 1 and numbers and np.allclose(array, array.T, equal_nan=True):
        raise EstimationError(
            "data is a symmetric array: of correlations or covariances make covariances_as_sample(matrix, "
            "n=..., names=...)"
        )
    return open_table(array, [f"x{i + 1}" for i in range(k)])


def data_of_model(
    model: Model | str | Instrument,
    data: Any,
    instrument: Instrument | str | Path | None,
    options: ReadingOptions,
    *,
    auxiliary: Sequence[str] = (),
    **labels: Any,
) -> Data:
    """Return what a model is fitted to; a table is checked where its instrument is known.

    Parameters
    ----------
    model, data
        As in `cfa`.
    instrument
        Whose answers the table holds, where the model is not the instrument itself.
    options
        How the table is read; of a table of numbers only ``on_invalid``.
    auxiliary
        Items, or columns of the table beside them.
    **labels
        Options of the analysis, such as ``groups``, that may name columns of the table.
    """
    form = instrument
    if form is None and (
        isinstance(model, Instrument) or (isinstance(model, str) and is_instrument_id(model))
    ):
        form = model
    checked = isinstance(data, CodedResponses | ItemMoments)
    if instrument is not None and not checked and not _is_plain_table(data):
        raise EstimationError("instrument= says whose answers a table holds; these are moments: leave it out")
    if form is not None and (_is_plain_table(data) or (instrument is not None and checked)):
        answered = as_instrument(form)
        beside = {f"auxiliary {name}": name for name in auxiliary if name not in answered.item_ids}
        reading = reading_of(options)
        answers = answers_of(answered, data, reading, **labels, **beside)
        return Data(answers, Accepts(show_values=reading.show_values))
    return Data(data, accepts(options))


def model_first(function: str, model: Any, data: Any) -> None:
    """Raise where a model or answers are missing, or come the other way round.

    Parameters
    ----------
    function
        Which function was called, for the message.
    model, data
        As they were given; None where nothing was.
    """
    answers = isinstance(model, CodedResponses | ItemMoments | SampleMoments)
    if not answers and not _is_plain_table(model):
        if data is None:
            raise EstimationError(
                f"{function}: there are no answers (data is None); pass them after the model, as in "
                f"{function}({_EXAMPLE}, table)"
            )
        return
    what = f"{type(model).__name__} holds answers" if answers else "the first argument is a table"
    own = isinstance(model, CodedResponses | ItemMoments)
    keys = f"its instrument, as in {function}(answers.instrument, answers), or " if own else ""
    if isinstance(data, Model | Instrument | str):
        keys, way = "", "the other way round: "
    else:
        way = "and no model says which items measure what: pass "
    raise EstimationError(
        f"{function}: {what}, {way}{keys}the model before the answers, as in {function}({_EXAMPLE}, answers)"
    )


def _is_plain_table(data: Any) -> bool:
    return is_table(data) or is_rows(data)
