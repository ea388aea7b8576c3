# # A diary
#
# Sixty simulated persons answer three questions on trust every evening for two weeks, and miss some evenings. How well do
# means over the weeks tell persons apart, and how well does one evening's score tell that evening from the person's others?

import warnings

from intimacy_scales import encode, score
from intimacy_scales.errors import UnvalidatedInstrumentWarning
from intimacy_scales.reliability import diary_reliability, two_level_omega
from intimacy_scales.simulation import simulate_diary

warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
diary = simulate_diary("scii-daily", 60, 14, between=0.6, missed=0.1, missing=0.01, rng=1)
answers = encode("scii-daily", diary.answers, keep=["person", "day"])
diary

from intimacy_scales.plots import diary_trajectories

days = score("scii-daily", diary.answers, keep=["person", "day"])
diary_trajectories(days, person="person", occasion="day", scale="trust", persons=[1, 2, 3, 4, 5, 6])

# ## Where the variance comes from

result = diary_reliability(answers, person="person", occasion="day", scale="trust")
result

# ## Between persons and within them
#
# Omega of a two-level factor model:

two_level_omega(answers, person="person", scale="trust")
