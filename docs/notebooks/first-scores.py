# # First scores
#
# From one person's answers to the scores of a table. All answers here are simulated; nobody gave them.

# ## An instrument
#
# `available()` lists what is shipped; `load` returns an instrument. The Relationship Assessment Scale comes as a scoring
# key, without the wording of its items.

from intimacy_scales import load, score, simulate

ras = load("ras")
ras

# ## One person

score("ras", {"ras_1": 5, "ras_2": 4, "ras_3": 4, "ras_4": 2, "ras_5": 5, "ras_6": 3, "ras_7": 1})

# Items 4 and 7 are reverse-keyed: 1 counts as 5. A skipped answer is not filled in; the score says how many answers it
# rests on.

person = score("ras", {"ras_1": 5, "ras_2": 4, "ras_3": None, "ras_4": 2, "ras_5": 5, "ras_6": 3, "ras_7": 1})
person.scores["total"], person.answered["total"]

# ## A table
#
# Answers of 200 simulated persons to a form of our own, which is a draft: nobody has shown yet that its scores mean what
# they say.

import warnings

from intimacy_scales.errors import UnvalidatedInstrumentWarning

warnings.simplefilter("ignore", UnvalidatedInstrumentWarning)
answers = simulate("scii-24", 200, couples=0.4, missing=0.02, rng=1).answers
scores = score("scii-24", answers)
scores

# Means, standard deviations and how many persons could not be scored:

scores.summary()

# Every plot has an alt text and its numbers as a table:

from intimacy_scales.plots import score_distributions

score_distributions(scores)

# ## What is wrong with a table
#
# Every answer that is not allowed is named, and no score is made until that is settled.

wrong = answers.copy()
wrong.loc[3, "tru01"] = 77
try:
    score("scii-24", wrong)
except Exception as error:
    print(error)
