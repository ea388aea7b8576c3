"""Differences between two occasions, with limits of agreement (simulated scores)."""

import numpy as np

from intimacy_scales.plots import bland_altman
from intimacy_scales.reliability import test_retest

rng = np.random.default_rng(1)
true = rng.normal(50, 10, 150)
before, after = (np.rint(true + rng.normal(shift, 5, 150)) for shift in (0, 2))
axes = bland_altman(test_retest(before, after))
