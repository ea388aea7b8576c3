"""One simulated person's profile: error bars, and what skipped items leave possible."""

from intimacy_scales import encode, mcdonald_omega, score, simulate
from intimacy_scales.plots import person_profile
from intimacy_scales.reliability import measurement_error

sample = simulate("scii-24", 400, rng=1).answers
checked = encode("scii-24", sample)
scales = ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence")
sems = {scale: measurement_error(mcdonald_omega(checked, scale=scale)) for scale in scales}

answers = sample.iloc[0].to_dict() | dict.fromkeys(["tru01", "com01", "com05", "com09"])
axes = person_profile(score("scii-24", answers), sems=sems)
