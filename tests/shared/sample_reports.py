"""Each kind of report with its pictures, of simulated answers; made once in a run."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from intimacy_scales import load, person_report, reliability_report, score, simulate, structure_report
from intimacy_scales.dyads import Dyads, couple_report
from intimacy_scales.jobs import score_file, scoring_report

KINDS = ("score", "reliability", "structure", "couples", "person")


@cache
def sample_report(kind: str) -> tuple[Any, tuple[Any, ...]]:
    """Return a report and its pictures."""
    from intimacy_scales.plots import (
        couple_pictures,
        reliability_pictures,
        score_pictures,
        structure_pictures,
    )

    form = load("scii-12")
    answers = simulate(form, 80, couples=0.5, missing=0.03, rng=1).answers
    if kind == "score":
        scored: Any
        with TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = Path(folder, "answers.csv")
            answers.assign(id=[f"person-{n}" for n in range(len(answers))]).to_csv(path, index=False)
            scored = scoring_report(form, score_file(form, path, person="id"))
        return scored, score_pictures(scored)
    if kind == "reliability":
        reliability = reliability_report(form, answers)
        return reliability, reliability_pictures(reliability)
    if kind == "structure":
        structure = structure_report(form, answers, n_iterations=5)
        return structure, structure_pictures(structure)
    if kind == "couples":
        dyads = Dyads.from_long(form, answers, couple="couple", person="partner")
        couples = couple_report(dyads, outcome="caring", predictors=["trust"])
        return couples, couple_pictures(dyads, couples)[:2]
    person = person_report(score("kmss", {"kmss_1": 6, "kmss_2": 5}), sems={"total": 1.2})
    return person, ()
