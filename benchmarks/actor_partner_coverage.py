"""How often intervals of actor and partner effects hold the true ones, on simulated couples.

Run from the root of a checkout:
python -m benchmarks.actor_partner_coverage [--samples 1000] [--couples 150] [--share 0.2]

For complete couples and for couples of which a share has one partner only, of exchangeable partners and of
partners in roles: the mean of estimates, and how many 95 % intervals hold the true effect. Then the same for
a predictor with measurement error, as it is and corrected by its reliability. Nothing is judged.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import Dyads, apim

SEED = 20_261
ALIKE = {"actor": (0.5, 0.5), "partner": (0.2, 0.2), "sd": (1.0, 1.0)}
ROLES = {"actor": (0.5, 0.3), "partner": (0.2, 0.4), "sd": (1.0, 0.8)}
RELIABILITY = 0.7


def couples(rng: np.random.Generator, n: int, truth: Mapping[str, Any], share: float) -> pd.DataFrame:
    """Return scores of couples; x is measured with error in z."""
    x = 0.6 * rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 2))
    residuals = 0.5 * rng.normal(size=(n, 1)) + np.sqrt(0.75) * rng.normal(size=(n, 2))
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


def studied(
    n_samples: int, n: int, truth: Mapping[str, Any], share: float, options: Mapping[str, Any]
) -> None:
    """Print the mean and the coverage of each effect over samples."""
    roles, rng = truth is ROLES, np.random.default_rng(SEED)
    predictor = options.get("predictor", "x")
    chosen = {name: value for name, value in options.items() if name != "predictor"}
    names = {name: {p: f"{name}_{p}" for p in "ab"} for name in ("y", predictor)}
    held: dict[str, list[tuple[float, bool]]] = {}
    for _ in range(n_samples):
        role = {"a": "role_a", "b": "role_b"} if roles else None
        dyads = Dyads.of_scores(couples(rng, n, truth, share), names, role=role)
        for effect in apim(dyads, "y", predictor, **chosen).effects:
            if effect.kind in ("actor", "partner"):
                true = truth[effect.kind]["ab".index(effect.role) if effect.role else 0]
                inside = true in effect.confidence_interval()
                held.setdefault(f"{effect.kind} {effect.role or 'alike'} ({true})", []).append(
                    (effect.estimate, inside)
                )
    for name, rows in held.items():
        estimates, covered = np.array(rows, dtype=float).T
        print(f"  {name:22} mean {estimates.mean():.3f}  coverage {100 * covered.mean():.1f} %")


def main() -> None:
    """Print all studies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--couples", type=int, default=150)
    parser.add_argument("--share", type=float, default=0.2, help="of couples with one partner")
    chosen = parser.parse_args()
    corrected = {"error": "corrected", "reliability": {"z": RELIABILITY, "y": 1}}
    for truth, kind in ((ALIKE, "exchangeable"), (ROLES, "roles")):
        for share in (0.0, chosen.share):
            print(f"{kind}, {100 * share:.0f} % with one partner")
            studied(chosen.samples, chosen.couples, truth, share, {})
        for title, options in (("as it is", {}), ("corrected", corrected)):
            print(f"{kind}, predictor with reliability {RELIABILITY}, {title}")
            studied(chosen.samples, chosen.couples, truth, 0.0, {"predictor": "z", **options})


if __name__ == "__main__":
    main()
