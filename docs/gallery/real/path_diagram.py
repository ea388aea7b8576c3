"""Five factors of 25 personality items (bfi of psychTools), standardized."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import cfa
from intimacy_scales.plots import path_diagram

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
table = pd.read_csv(data / "bfi.csv")
names = {
    "A": "agreeableness",
    "C": "conscientiousness",
    "E": "extraversion",
    "N": "neuroticism",
    "O": "openness",
}
model = "\n".join(
    f"{name} =~ " + " + ".join(f"{letter}{n}" for n in range(1, 6)) for letter, name in names.items()
)
axes = path_diagram(cfa(model, table, on_invalid="accept"))
