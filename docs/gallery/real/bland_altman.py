"""Tension of 77 persons on two occasions (five items of the sai data of psychTools)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales.plots import bland_altman
from intimacy_scales.reliability import test_retest

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
table = pd.read_csv(data / "sai_vale.csv").set_index(["id", "time"])
tension = table[["tense", "upset", "anxious", "nervous", "jittery"]].mean(axis=1).unstack("time")
axes = bland_altman(test_retest(tension[1], tension[2]))
