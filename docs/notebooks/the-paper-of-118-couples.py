# ---
# jupyter:
#   needs: [shared]
# ---

# # 118 couples: from a file to the pages of a paper
#
# Both partners of 118 couples answered the Perceived Relationship Quality Components inventory (Sakaluk, Fisher & Kilshaw,
# 2021; the data set `prqcQ` of the R package dySEM, which this project does not hold). The file has one row for each
# couple.

import os
import warnings
from pathlib import Path

import pandas as pd

from intimacy_scales import (
    Dyads,
    Model,
    cfa,
    couple_report,
    encode,
    reliability_report,
    score,
    structure_report,
)

warnings.simplefilter("ignore")
table = pd.read_csv(Path(os.environ["INTIMACY_SCALES_SHARED"], "oracles", "data", "prqcQ.csv"))
table.insert(0, "couple", range(1, len(table) + 1))
columns = {"first": "prqc.1_{n}", "second": "prqc.2_{n}"}
dyads = Dyads.from_wide("prqc", table, couple="couple", columns=columns)
dyads

# ## Look first

from intimacy_scales.plots import correlation_heatmap, partner_scatter, path_diagram, reliability_forest

partner_scatter(dyads, "satisfaction")

# ## Every figure of the paper
#
# Persons are not independent: couples are the clusters of every standard error.

persons = dyads.to_long()
scores = score("prqc", persons)
reliability = reliability_report("prqc", persons, clusters="couple")
structure = structure_report("prqc", persons, clusters="couple")
couples = couple_report(dyads, outcome="satisfaction", predictors=["trust"])

reliability_forest(reliability)

correlation_heatmap(reliability)

coded = encode("prqc", persons, keep=["couple"])
path_diagram(cfa(Model.from_instrument("prqc"), coded, estimator="MLR", missing="fiml", clusters="couple"))

# ## The paper
#
# Method, Results and three tables in APA style; no figure is typed or rounded by hand.

from intimacy_scales import manuscript, methods_section, paper_table, results_section

reports = (scores, reliability, structure, couples)
paper = manuscript(
    methods_section(*reports),
    results_section(*reports),
    paper_table(reliability, scores),
    paper_table(structure),
    paper_table(couples),
)
paper.to_docx("paper.docx")
_ = Path("paper.tex").write_text(paper.to_latex(), encoding="utf-8")

from IPython.display import Markdown

Markdown(paper.to_markdown())

# ## The same numbers from R
#
# The script fits the models with lavaan and computes alpha with psych.

print(reliability.to_r("persons.csv")[:1500])
