"""Simulated answers that R's values were computed from: files, not seeds (made by `simulated.R`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from intimacy_scales import CodedResponses, encode, load

# the version whose items R's values were made with; later versions ask other questions
SHORT_FORM = load("scii-24", version="0.2.0")


@cache
def simulated_answers(name: str) -> CodedResponses:
    """Return the answers to scii-24 0.2.0 named ``complete`` (400 persons) or ``gaps`` (300, 8 % missing)."""
    return encode(SHORT_FORM, pd.read_csv(Path(__file__).with_name(f"simulated-{name}.csv")))
