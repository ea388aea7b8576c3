"""Sensitivity and specificity of every cut-off for couples in therapy: simulated answers of 240 persons."""

import numpy as np

from intimacy_scales import cutoff_search, score, simulate
from intimacy_scales.plots import roc_plot

table = simulate("ras", 240, couples=0.5, rng=1).answers
in_therapy = np.asarray(table["couple"]) % 3 == 0
for item in ("ras_1", "ras_2", "ras_3", "ras_5", "ras_6"):  # couples in therapy answer one point lower
    table[item] = np.where(in_therapy, np.maximum(table[item] - 1, 1), table[item])
table["place"] = np.where(in_therapy, "therapy", "community")
scores = score("ras", table, keep=["place", "couple"])
axes = roc_plot(
    cutoff_search(scores, "place", higher="community", detect="therapy", clusters="couple", rng=1)
)
