"""Satisfaction of wives and husbands of 148 couples (Acitelli data of dyadr)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales.dyads import Dyads
from intimacy_scales.plots import partner_scatter

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
names = {"Satisfaction_A": "satisfaction"}
table = pd.read_csv(data / "acipair.csv").rename(columns=names)
dyads = Dyads.of_scores(table, list(names.values()), couple="CoupleID", role="Gender_A")
axes = partner_scatter(dyads, "satisfaction")
