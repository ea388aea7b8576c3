# # Do the answers support the scales?
#
# A confirmatory factor analysis of the model that the keys imply, rival models, and exploratory factors that know
# nothing of the keys. The answers are simulated from six factors.

import warnings

from intimacy_scales import Model, cfa, compare_models, encode, parallel_analysis, simulate, structure_report
from intimacy_scales.errors import UnvalidatedInstrumentWarning

warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
answers = simulate("scii-24", 400, couples=0.4, missing=0.02, rng=3).answers
report = structure_report("scii-24", answers, clusters="couple")
report

print(report.sentence())

# ## Rival models
#
# Six correlated factors against one factor:

coded = encode("scii-24", answers, keep=["couple"])
options = {"estimator": "MLR", "missing": "fiml", "clusters": "couple"}
six = cfa(Model.from_instrument("scii-24"), coded, **options)
one = cfa(Model.from_instrument("scii-24", factors="one"), coded, **options)
compare_models(six, one, names=["six factors", "one factor"])

from intimacy_scales.plots import path_diagram, scree_plot

path_diagram(six)

# ## How many factors?

retained = parallel_analysis(coded)
retained

scree_plot(retained)
