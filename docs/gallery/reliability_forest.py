"""Alpha and omega of each scale and of the total, with 95 % intervals: simulated answers of 300 persons."""

from intimacy_scales import reliability_report, simulate
from intimacy_scales.plots import reliability_forest

report = reliability_report("scii-24", simulate("scii-24", 300, rng=1).answers)
axes = reliability_forest(report)
