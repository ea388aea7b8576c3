"""Scores of three groups (simulated answers; the groups are made up)."""

from intimacy_scales import score, simulate
from intimacy_scales.plots import raincloud

answers = simulate("scii-24", 210, rng=1).answers
answers["lives"] = ["with partner", "near partner", "far away"] * 70
scores = score("scii-24", answers, keep=["lives"])
axes = raincloud(scores, "lives", scale="trust")
