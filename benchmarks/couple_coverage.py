"""How often intervals of actor and partner effects, and of partners' correlations, hold the true ones.

Run from the root of a checkout: python -m benchmarks.coverage --of couples [--size smallest|full]

Couples are simulated: complete ones, and samples in which a fifth of the couples has one partner only;
partners that are exchangeable, and partners in roles. Then the same for a predictor that is measured with
error, as it is and corrected by its reliability. Nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads, apim

SIZES = {"smallest": 4, "full": 1000}
SEED = 20_261
COUPLES, ONE_PARTNER = 150, 0.2
ALIKE = {"actor": (0.5, 0.5), "partner": (0.2, 0.2), "sd": (1.0, 1.0)}
ROLES = {"actor": (0.5, 0.3), "partner": (0.2, 0.4), "sd": (1.0, 0.8)}
RESIDUAL_R, PREDICTOR_R = 0.25, 0.36
RELIABILITY = 0.7
CORRECTED = {"error": "corrected", "reliability": {"z": RELIABILITY, "y": 1}}
# partners, share of couples with one partner, predictor, and options of the model
SAMPLES: tuple[tuple[str, float, str, dict[str, Any]], ...] = (
    ("exchangeable", 0.0, "x", {}),
    ("exchangeable", ONE_PARTNER, "x", {}),
    ("in roles", 0.0, "x", {}),
    ("in roles", ONE_PARTNER, "x", {}),
    ("exchangeable", 0.0, "z", {}),
    ("exchangeable", 0.0, "z", CORRECTED),
    ("in roles", 0.0, "z", {}),
    ("in roles", 0.0, "z", CORRECTED),
)


def couples(rng: np.random.Generator, n: int, truth: Mapping[str, Any], share: float) -> pd.DataFrame:
    """Return scores of couples; x is measured with error in z."""
    x = np.sqrt(PREDICTOR_R) * rng.normal(size=(n, 1)) + np.sqrt(1 - PREDICTOR_R) * rng.normal(size=(n, 2))
    residuals = np.sqrt(RESIDUAL_R) * rng.normal(size=(n, 1)) + np.sqrt(1 - RESIDUAL_R) * rng.normal(
        size=(n, 2)
    )
    y = x * truth["actor"] + x[:, ::-1] * truth["partner"] + residuals * truth["sd"]
    z = x + np.sqrt(1 / RELIABILITY - 1) * rng.normal(size=(n, 2))
    columns = {
        f"{name}_{p}": v[:, k] for name, v in (("x", x), ("y", y), ("z", z)) for k, p in enumerate("ab")
    }
    table = pd.DataFrame(columns).assign(role_a="a", role_b="b")
    gone = rng.permutation(n)[: round(share * n)]
    for k, p in enumerate("ab"):
        table.loc[gone[k::2], [f"{name}_{p}" for name in "xyz"]] = np.nan
    return table


def figures(table: pd.DataFrame, kind: str, predictor: str, options: Mapping[str, Any]) -> Iterator[Any]:
    """Yield name, true value, estimate and interval of each effect, and of the residual correlation."""
    truth = ROLES if kind == "in roles" else ALIKE
    names = {name: {p: f"{name}_{p}" for p in "ab"} for name in ("y", predictor)}
    role = {"a": "role_a", "b": "role_b"} if kind == "in roles" else None
    model = apim(Dyads.of_scores(table, names, role=role), "y", predictor, **options)
    for effect in model.effects:
        if effect.kind in ("actor", "partner"):
            true = truth[effect.kind]["ab".index(effect.role) if effect.role else 0]
            whose = f" ({effect.role})" if effect.role else ""
            yield f"{effect.kind} effect{whose}", true, effect.estimate, effect.confidence_interval()
    if predictor == "x":  # error of the predictor goes into residuals
        rho = model.residual_correlations[0]
        yield "residual correlation", RESIDUAL_R, rho.estimate, rho.confidence_interval()


def study(n_samples: int) -> str:
    """Return the table."""
    lines = [
        f"{n_samples:,} simulated samples of {COUPLES} couples each.\n",
        "| partners | couples with one partner | predictor | figure | true | mean | coverage |",
        "|---|---:|---|---|---:|---:|---:|",
    ]
    for kind, share, predictor, options in SAMPLES:
        rng = np.random.default_rng(SEED)
        rows: dict[tuple[str, float], list[tuple[float, bool]]] = {}
        for _ in range(n_samples):
            table = couples(rng, COUPLES, ROLES if kind == "in roles" else ALIKE, share)
            for name, true, estimate, interval in figures(table, kind, predictor, options):
                rows.setdefault((name, true), []).append((estimate, true in interval))
        measured = "without error"
        if predictor == "z":
            measured = f"reliability {RELIABILITY}, {'corrected' if options else 'as it is'}"
        for (name, true), pairs in rows.items():
            estimates, held = np.array(pairs, dtype=float).T
            lines.append(
                f"| {kind} | {100 * share:.0f} % | {measured} | {name} | {true:g} | {estimates.mean():.3f} | "
                f"{100 * held.mean():.1f} % |"
            )
    return "\n".join(lines) + "\n"
