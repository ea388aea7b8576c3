"""Answers to the four items about trust, as answered, with their wording: simulated answers of 300 persons."""

from intimacy_scales import simulate
from intimacy_scales.plots import likert_bars

answers = simulate("scii-24", 300, missing=0.03, rng=1).answers
axes = likert_bars("scii-24", answers, scale="trust", wording=True)
