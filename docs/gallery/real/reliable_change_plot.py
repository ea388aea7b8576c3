"""Reliable change of tension of 77 persons (five items of the sai data of psychTools; lower is better)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales.plots import reliable_change_plot
from intimacy_scales.reliability import reliable_change, test_retest

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
table = pd.read_csv(data / "sai_vale.csv").set_index(["id", "time"])
tension = table[["tense", "upset", "anxious", "nervous", "jittery"]].mean(axis=1).unstack("time")
retest = test_retest(tension[1], tension[2])
axes = reliable_change_plot(
    reliable_change(tension[1], tension[2], reliability=retest, higher_is_better=False)
)
