"""The most frequent patterns of missing answers: 2,800 persons answered 25 items of the IPIP (bfi, Revelle et al., 2010)."""

import os
from pathlib import Path

import pandas as pd

from intimacy_scales import Instrument
from intimacy_scales.plots import missing_patterns

data = Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data", "bfi.csv")
keys = {
    "agreeableness": ["-A1", "A2", "A3", "A4", "A5"],
    "conscientiousness": ["C1", "C2", "C3", "-C4", "-C5"],
    "extraversion": ["-E1", "-E2", "E3", "E4", "E5"],
    "neuroticism": ["N1", "N2", "N3", "N4", "N5"],
    "openness": ["O1", "-O2", "O3", "O4", "-O5"],
}
form = Instrument.model_validate(
    {
        "id": "bfi-25",
        "version": "1",
        "title": "25 items of the IPIP",
        "response_scale": {"minimum": 1, "maximum": 6},
        "items": [{"id": key.removeprefix("-")} for scale in keys.values() for key in scale],
        "scales": [{"id": name, "items": items} for name, items in keys.items()],
        "evidence": {"status": "published"},
    }
)
answers = pd.read_csv(data)
axes = missing_patterns(form, answers)
