"""One person's profile (PRQC; data of dySEM), with an item that was skipped."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import score
from intimacy_scales.plots import person_profile

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
wide = pd.read_csv(data / "prqcQ.csv")
first = wide.filter(like="prqc.1_").set_axis([f"prqc_{n}" for n in range(1, 19)], axis=1)
skipped_one = first[first.isna().sum(axis=1) == 1].iloc[0]
axes = person_profile(score("prqc", skipped_one.to_dict()))
