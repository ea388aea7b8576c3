"""Models with paths, and data that they describe."""

from __future__ import annotations

import numpy as np
import pandas as pd

N = 240


def drawn(seed: int = 3, n: int = N) -> pd.DataFrame:
    """Predictors x and z, y1 and y2 that depend on each other and on them, m between, items of a factor."""
    rng = np.random.default_rng(seed)
    x = rng.normal(1, 1, n)
    z = rng.normal(2, 1, n) + 0.4 * x
    e = rng.normal(size=(2, n))
    y1 = (0.5 * x + 0.3 * (0.6 * z + e[1]) + e[0]) / (1 - 0.3 * 0.2)
    y2 = 0.6 * z + 0.2 * y1 + e[1]
    m = 0.4 * x - 0.2 * z + rng.normal(size=n)
    y = 0.5 * m + 0.3 * x + rng.normal(size=n)
    f = 0.5 * x + rng.normal(size=n)
    items = {f"i{k}": 0.8 * f + rng.normal(size=n) + k for k in range(1, 5)}
    return pd.DataFrame({"x": x, "z": z, "y1": y1, "y2": y2, "m": m, "y": y} | items)


DATA = drawn()
MEDIATION = "m ~ a*x + z\ny ~ b*m + c*x\nindirect := a*b\ntotal := indirect + c"
CIRCLE = "y1 ~ m1*y2 + x\ny2 ~ m2*y1 + z\ny1 ~~ y2\nonce := m1*m2"
FACTOR = "f =~ i1 + i2 + i3 + i4\nf ~ a*x + z\ny ~ b*f + m\nindirect := a*b"
DIRECT = "f =~ i1 + i2 + i3 + i4\nf ~ x\ni2 ~ z\ny ~ f + i3\ni4 ~~ y"
