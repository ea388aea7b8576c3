"""Intercepts of neuroticism by gender (bfi of psychTools)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import invariance
from intimacy_scales.plots import invariance_plot

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
table = pd.read_csv(data / "bfi.csv")
table["gender"] = table["gender"].map({1: "men", 2: "women"})
tested = invariance("neuroticism =~ N1 + N2 + N3 + N4 + N5", table, groups="gender", on_invalid="accept")
axes = invariance_plot(tested, "intercepts")
