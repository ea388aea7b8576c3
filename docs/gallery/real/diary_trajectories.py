"""Positive affect of six persons over the prompts of a diary (gratitude data of lagnetw)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import Instrument, score
from intimacy_scales.plots import diary_trajectories

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data")
table = pd.read_csv(data / "gratitude_a.csv")
table["prompt"] = 10 * (table["dayno"] - 1) + table["beepno"]  # ten prompts a day
items = ["pa_1", "pa_2", "pa_3"]
form = Instrument.model_validate(
    {
        "id": "affect",
        "version": "1",
        "title": "Affect",
        "response_scale": {"minimum": 1, "maximum": 7},
        "items": [{"id": item} for item in items],
        "scales": [{"id": "positive", "title": "Positive affect", "items": items}],
    }
)
scores = score(form, table, keep=["subjnr", "prompt"])
axes = diary_trajectories(scores, person="subjnr", occasion="prompt", persons=[1, 3, 5, 8, 11, 13])
