"""Six persons over two weeks of a diary (simulated answers)."""

from intimacy_scales import score
from intimacy_scales.plots import diary_trajectories
from intimacy_scales.simulation import simulate_diary

days = simulate_diary("scii-daily", 6, 14, rng=1).answers
days = days.drop(index=[5, 6, 20]).reset_index(drop=True)  # days on which nobody answered
scores = score("scii-daily", days, keep=["person", "day"])
axes = diary_trajectories(scores, person="person", occasion="day", scale="total")
