"""Means of both partners over all scales (simulated answers)."""

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads
from intimacy_scales.plots import partner_profiles

answers = simulate("scii-24", 300, couples=0.5, rng=1).answers
dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
axes = partner_profiles(dyads)
