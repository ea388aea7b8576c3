# # From Qualtrics to a paper
#
# An export as Qualtrics writes it, with three header rows, a preview and codes for questions that were seen and not
# answered. The answers are simulated.

import csv
import json
from pathlib import Path

import numpy as np

from intimacy_scales import load, reliability_report, score, simulate
from intimacy_scales.interop import read_answers

answers = simulate("prqc", 250, missing=0.02, rng=5).answers
items = load("prqc").item_ids
stored = answers[list(items)].astype(object).where(answers[list(items)].notna(), -99)

with Path("export.csv").open("w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow(["StartDate", "Status", "Finished", "ResponseId", *items])
    rows.writerow(
        ["Start Date", "Response Type", "Finished", "Response ID", *(f"Question {n}" for n in range(1, 19))]
    )
    imports = ["startDate", "status", "finished", "_recordId", *(f"QID1_{n}" for n in range(1, 19))]
    rows.writerow([json.dumps({"ImportId": name}) for name in imports])
    rows.writerow(["2026-03-01 10:00:00", 1, 1, "R_preview", *[4] * 18])
    for n, row in enumerate(stored.itertuples(index=False)):
        rows.writerow(["2026-03-02 10:00:00", 0, 1, f"R_{n:03}", *row])

# ## Read it as it is

read = read_answers("export.csv", "prqc")
read.report

# ## Look first

from intimacy_scales.plots import likert_bars, missing_map

likert_bars("prqc", read)

missing_map("prqc", read)

# ## Scores

scores = score("prqc", read)
scores.summary()

# ## Reliability

report = reliability_report("prqc", read)
report

# ## The Method section and Table 1
#
# `manuscript(…).to_docx("paper.docx")` writes both as a Word document, `to_latex()` for LaTeX.

from intimacy_scales import manuscript, methods_section, paper_table, results_section

paper = manuscript(methods_section(scores, report), results_section(report), paper_table(report, scores))
print(paper)
