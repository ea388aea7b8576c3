"""The most frequent patterns of missing answers: simulated answers of 300 persons to 12 items."""

from intimacy_scales import simulate
from intimacy_scales.plots import missing_patterns

answers = simulate("scii-12", 300, missing=0.05, rng=1).answers
axes = missing_patterns("scii-12", answers, most=12)
