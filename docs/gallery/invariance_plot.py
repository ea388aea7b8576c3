"""Loadings of two groups, and those that are equal in both (simulated answers)."""

from intimacy_scales import encode, invariance, simulate
from intimacy_scales.plots import invariance_plot

answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
halves = ["first half"] * 200 + ["second half"] * 200
tested = invariance("trust =~ tru01 + tru04 + tru09 + tru11", answers, groups=halves)
axes = invariance_plot(tested)
