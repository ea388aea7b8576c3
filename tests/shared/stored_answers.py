"""Answers to ten items as they might be stored, with faults to plant: simulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales import CodingCheck, Instrument, check_coding
from tests.shared.instruments import form_of

ITEMS = [f"q{n}" for n in range(1, 11)]


def ten(low: int = 1, n_options: int = 5, *, reverse: int = 4, **fields: Any) -> Instrument:
    """An instrument of ten items, the last of which are reverse-keyed."""
    keys = [("-" if n >= 10 - reverse else "") + item for n, item in enumerate(ITEMS)]
    scale = {"id": "total", "items": keys}
    return form_of([scale], low=low, high=low + n_options - 1, **fields)


def options_of_ten(
    seed: int, n: int = 150, *, n_options: int = 5, reverse: int = 4, loading: float | None = None
) -> NDArray[np.int64]:
    """Options from 0 that n persons chose: a normal factor, loadings from .4 to .8, cut at thresholds."""
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(0.4, 0.8, 10) if loading is None else np.full(10, loading)
    latent = loadings * rng.normal(size=(n, 1)) + np.sqrt(1 - loadings**2) * rng.normal(size=(n, 10))
    cuts = np.linspace(-1.5, 1.5, n_options - 1)
    keyed = np.column_stack(
        [np.searchsorted(np.sort(cuts + rng.normal(0, 0.2, len(cuts))), column) for column in latent.T]
    )
    turned = np.arange(10) >= 10 - reverse
    return np.where(turned, n_options - 1 - keyed, keyed)


def check_of(form: Instrument, stored: Any, **reading: Any) -> CodingCheck:
    """The check of stored answers in an array, whose columns are in the order of the items."""
    return check_coding(form, np.asarray(stored), columns=list(form.item_ids), **reading)


def faults_of(check: CodingCheck) -> Mapping[str, set[str]]:
    """Hypothesis → all items to which the check says that it applies."""
    named: dict[str, set[str]] = {}
    for fault in check.faults:
        named.setdefault(fault.hypothesis, set()).update(fault.items)
    return named
