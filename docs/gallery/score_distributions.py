"""Distribution of a score, with the published cut-off (simulated answers)."""

from intimacy_scales import score, simulate
from intimacy_scales.plots import score_distributions

scores = score("csi-16", simulate("csi-16", 300, rng=1).answers)
axes = score_distributions(scores)
