# # The reliability section of a paper
#
# From a table of answers to the sentence and the table that a paper prints. The answers are simulated.

import warnings

from intimacy_scales import reliability_report, simulate
from intimacy_scales.errors import UnvalidatedInstrumentWarning

warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
answers = simulate("scii-24", 300, couples=0.4, missing=0.02, rng=2).answers
report = reliability_report("scii-24", answers)
report

from intimacy_scales.plots import item_total_lollipop, reliability_forest

reliability_forest(report)

# ## The sentence

print(report.sentence())

# ## One scale, item by item

report["trust"].items

item_total_lollipop(report, scale="trust")

# `r_drop` is the correlation of an item with the rest of its scale; `alpha_if_dropped` is alpha without the item.
