"""Mean and SD of each scale in its possible range (simulated answers of 200 persons)."""

from intimacy_scales import score, simulate
from intimacy_scales.plots import score_ranges

scores = score("scii-24", simulate("scii-24", 200, missing=0.02, rng=1).answers)
axes = score_ranges(scores.summary())
