"""Loadings of both partners of couples, and what equal ones would be (simulated answers)."""

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, dyadic_invariance
from intimacy_scales.plots import invariance_plot

answers = simulate("scii-24", 400, couples=0.5, rng=2).answers
answers["role"] = answers["partner"].map({1: "wife", 2: "husband"})
dyads = Dyads.from_long("scii-24", answers, couple="couple", role="role")
tested = dyadic_invariance(dyads, "trust")
axes = invariance_plot(tested)
