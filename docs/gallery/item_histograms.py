"""Histograms of twelve items: simulated answers of 300 persons."""

from intimacy_scales import simulate
from intimacy_scales.plots import item_histograms

answers = simulate("scii-12", 300, missing=0.03, rng=1).answers
axes = item_histograms("scii-12", answers)
