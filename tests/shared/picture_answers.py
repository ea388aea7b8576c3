"""Answers that are hard to draw: many items, long names, few persons, items that nobody answered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales import CodedResponses, encode
from tests.shared.instruments import PUBLISHED, form_of

LONG_NAMES = [f"satisfaction_with_everything_in_the_relationship_{n:02d}" for n in range(1, 49)]


def rated(
    n_items: int,
    n_persons: int,
    *,
    high: int = 5,
    low: int = 1,
    missing: float = 0.0,
    names: Sequence[str] = (),
    unanswered: Sequence[int] = (),
    scales: int = 1,
    seed: int = 1,
) -> CodedResponses:
    """Return simulated answers that have one factor in common, to items of scales of equal length.

    ``missing`` is the share of answers that are missing at random, ``unanswered`` are positions of items that
    nobody answered. The second item of each scale is reverse-keyed.
    """
    rng = np.random.default_rng(seed)
    names = list(names) or [f"q{n + 1}" for n in range(n_items)]
    middle, spread = (low + high) / 2, (high - low) / 4
    values = rng.normal(size=(n_persons, 1)) + rng.normal(size=(n_persons, n_items))
    parts = np.array_split(np.arange(n_items), scales)
    keys = {}
    for number, part in enumerate(parts):
        reverse = part[1] if len(part) > 2 else None
        if reverse is not None:
            values[:, reverse] *= -1
        keys[f"s{number + 1}"] = " ".join(f"-{names[k]}" if k == reverse else names[k] for k in part)
    answers = np.clip(np.rint(middle + spread * values), low, high)
    answers[rng.random(answers.shape) < missing] = np.nan
    answers[:, list(unanswered)] = np.nan
    form = form_of(keys, items=names, low=low, high=high, evidence=PUBLISHED)
    return encode(form, answers, columns=names)
