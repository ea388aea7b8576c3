"""Alpha of each scale without each of its items, next to alpha of all items: simulated answers of 300 persons."""

from intimacy_scales import reliability_report, simulate
from intimacy_scales.plots import alpha_if_dropped_lollipop

report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
axes = alpha_if_dropped_lollipop(report)
