# # Couples
#
# Both partners answered; the file has one row for each couple. The answers are simulated.

import warnings

from intimacy_scales import Dyads, apim, couple_report, simulate
from intimacy_scales.errors import UnvalidatedInstrumentWarning
from intimacy_scales.plots import actor_partner_diagram, partner_profiles, partner_scatter

warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
answers = simulate("scii-24", 240, couples=0.5, rng=4).answers
long = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
table = long.to_wide().rename(columns=lambda name: name.replace("_1", "_wife").replace("_2", "_husband"))
table = table.drop(columns=["partner_wife", "partner_husband"])
table.iloc[:3, :4]

# ## Pair the partners

columns = {"wife": "{item}_wife", "husband": "{item}_husband"}
dyads = Dyads.from_wide("scii-24", table, couple="couple", columns=columns, role=True)
dyads

# ## Look first

partner_scatter(dyads, "trust")

partner_profiles(dyads)

# ## Agreement, reliability, effects on each other

report = couple_report(dyads, outcome="commitment", predictors=["trust"])
report

# ## Actor and partner effects

model = apim(dyads, "commitment", "trust")
actor_partner_diagram(model)

print("\n".join(model.sentences()))
