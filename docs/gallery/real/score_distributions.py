"""Relationship quality of 118 couples (PRQC; data of dySEM): most scores are near the ceiling."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import score
from intimacy_scales.plots import score_distributions

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
wide = pd.read_csv(data / "prqcQ.csv")
partners = [
    wide.filter(like=f"prqc.{p}_").set_axis([f"prqc_{n}" for n in range(1, 19)], axis=1) for p in (1, 2)
]
axes = score_distributions(score("prqc", pd.concat(partners, ignore_index=True)))
