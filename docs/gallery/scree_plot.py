"""Eigenvalues of 24 items and of unrelated items (parallel analysis): simulated answers of 500 persons."""

from intimacy_scales import parallel_analysis, simulate
from intimacy_scales.plots import scree_plot

answers = simulate("scii-24", 500, rng=1).answers
axes = scree_plot(parallel_analysis("scii-24", answers, n_iterations=50, rng=1))
