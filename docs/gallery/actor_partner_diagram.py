"""Actor and partner effects of trust on commitment (simulated answers)."""

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.plots import actor_partner_diagram

answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
dyads = Dyads.from_long("scii-24", answers, couple="couple", role="partner")
axes = actor_partner_diagram(apim(dyads, "commitment", "trust"))
