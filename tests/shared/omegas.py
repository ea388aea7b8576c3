"""Scales whose omega is known, and omega worked out from what `cfa` returns."""

from __future__ import annotations

import numpy as np

THREE = {"a": "q1 q2 q3", "b": "q4 q5 q6", "c": "q7 q8 q9", "t": {"of": ["a", "b", "c"]}}
WHOLE = {"low": -60, "high": 60}


def naive_omega(result, weights=None, observed=None):
    """w' (Sigma - Theta) w over w' Sigma w, from what `cfa` returns."""
    sigma, items = result.implied_covariances().to_numpy(), result.model.observed
    w = np.ones(len(items)) if weights is None else np.array(weights)
    unique = sum(w[i] ** 2 * result.parameters[f"{x} ~~ {x}"].estimate for i, x in enumerate(items))
    return (w @ sigma @ w - unique) / (w @ (sigma if observed is None else observed) @ w)


SHARED = {"a": "q1 q2 q3", "b": "q3 q4 q5", "t": {"of": ["a", "b"]}}
