"""Correlations of 24 keyed items in the order of their scales, with alpha of each: simulated answers of 400 persons."""

from intimacy_scales import reliability_report, simulate
from intimacy_scales.plots import correlation_heatmap

report = reliability_report("scii-24", simulate("scii-24", 400, rng=1).answers)
axes = correlation_heatmap(report)
