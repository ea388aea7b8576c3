"""Corrected item-total correlations of 24 items, by scale: simulated answers of 300 persons."""

from intimacy_scales import reliability_report, simulate
from intimacy_scales.plots import item_total_lollipop

report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
axes = item_total_lollipop(report)
