"""Actor and partner effects of seeing the partner well on satisfaction, 148 couples (Acitelli data of dyadr)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.plots import actor_partner_diagram

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
names = {"Satisfaction_A": "satisfaction", "OtherPos_A": "seeing the partner well"}
table = pd.read_csv(data / "acipair.csv").rename(columns=names)
dyads = Dyads.of_scores(table, list(names.values()), couple="CoupleID", role="Gender_A")
axes = actor_partner_diagram(apim(dyads, "satisfaction", "seeing the partner well"))
