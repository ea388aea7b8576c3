"""Pattern loadings of 24 items on six factors, sorted: simulated answers of 500 persons."""

from intimacy_scales import efa, simulate
from intimacy_scales.plots import loadings_heatmap

answers = simulate("scii-24", 500, rng=1).answers
axes = loadings_heatmap(efa("scii-24", answers, 6, n_starts=3), sort=True)
