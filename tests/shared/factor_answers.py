"""Small instruments, and answers to them whose factors are known."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import hadamard

from intimacy_scales import CodedResponses, Instrument, encode

NAN = np.nan


def form_of(scales: dict[str, Any], *, low: float = 1, high: float = 7, step: float = 1) -> Instrument:
    """Scales such as ``{"a": "q1 -q2", "total": {"of": ["a", "b"]}}``."""
    listed = [{"id": n, **({"items": s.split()} if isinstance(s, str) else s)} for n, s in scales.items()]
    keys = [key for scale in listed for key in scale.get("items", [])]
    items = dict.fromkeys(key.removeprefix("-") for key in keys)
    points = {"minimum": low, "maximum": high, "step": step}
    document = {"id": "small", "version": "1", "title": "Small", "response_scale": points}
    document |= {"evidence": {"status": "published"}, "scales": listed, "items": [{"id": i} for i in items]}
    return Instrument.model_validate(document)


def coded(x: Any, scales: dict[str, Any] | str | None = None, **points: float) -> CodedResponses:
    """Answers (n, k) to items q1, q2 …; by default one scale of all of them."""
    array = np.array(x, dtype=float)
    ids = [f"q{n + 1}" for n in range(array.shape[1])]
    named = {"a": scales or " ".join(ids)} if scales is None or isinstance(scales, str) else scales
    form = form_of(named, **points)
    return encode(form, array[:, [ids.index(i) for i in form.item_ids]], columns=list(form.item_ids))


def good(n: int, k: int, seed: int = 0, *, gaps: float = 0.0, together: float = 1.0) -> Any:
    """Answers from 1 to 7 that go together; gaps: the share that is missing."""
    chance = np.random.default_rng(seed)
    x = np.clip(np.rint(4 + chance.normal(size=(n, k)) + together * chance.normal(size=(n, 1))), 1, 7)
    return np.where(chance.random((n, k)) < gaps, NAN, x)


def parts(n: int, sizes: tuple[int, ...], r: float = 0.5, seed: int = 0, *, gaps: float = 0.0) -> Any:
    """Answers from 1 to 7 to several scales whose factors correlate r."""
    chance, m = np.random.default_rng(seed), len(sizes)
    root = np.linalg.cholesky(np.full((m, m), r) + (1 - r) * np.eye(m))
    factors = np.repeat(chance.normal(size=(n, m)) @ root.T, sizes, axis=1)
    x = np.clip(np.rint(4 + 1.2 * factors + chance.normal(size=factors.shape)), 1, 7)
    return np.where(chance.random(x.shape) < gaps, NAN, x)


def exact(weights: Any) -> Any:
    """Whole numbers (64, k) whose covariance matrix is ``weights @ weights.T``, divided by n.

    Weights (k, m) are of unobserved variables that are uncorrelated in these 64 persons, each 1 or -1.
    """
    w = np.array(weights)
    return hadamard(64)[:, 1 : 1 + w.shape[1]] @ w.T
