"""Scores before and after, with the band of no reliable change (simulated scores)."""

import numpy as np

from intimacy_scales.plots import reliable_change_plot
from intimacy_scales.reliability import reliable_change

rng = np.random.default_rng(1)
before = np.rint(rng.normal(45, 9, 80))
after = np.rint(before + rng.normal(6, 9, 80))
axes = reliable_change_plot(reliable_change(before, after, reliability=0.85, cutoff=55))
