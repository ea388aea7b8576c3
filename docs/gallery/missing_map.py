"""Which answers are missing: simulated answers of 150 persons to 24 items, 6 % of them skipped at random."""

from intimacy_scales import simulate
from intimacy_scales.plots import missing_map

answers = simulate("scii-24", 150, missing=0.06, rng=1).answers
axes = missing_map("scii-24", answers)
