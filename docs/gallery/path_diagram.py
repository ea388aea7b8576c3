"""Path diagram of six correlated factors, standardized (simulated answers)."""

from intimacy_scales import Model, cfa, encode, simulate
from intimacy_scales.plots import path_diagram

answers = encode("scii-24", simulate("scii-24", 400, rng=1).answers)
result = cfa(Model.from_instrument("scii-24"), answers)
axes = path_diagram(result)
