"""One result of each class that can be written as a document."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from intimacy_scales import (
    Instrument,
    PersonScores,
    check_bank,
    content_validity,
    cutoff_search,
    evidence_report,
    known_groups,
    load,
    load_bank,
    person_report,
    plan_sample_size,
    score,
    score_many,
)
from intimacy_scales.dyads import (
    Consent,
    Dyads,
    apim,
    common_fate,
    couple_feedback,
    couple_reliability,
    couple_report,
    couple_scores,
    distinguishability,
    dyadic_invariance,
    mutual_influence,
    partner_agreement,
    reliable_difference,
    response_surface,
    shareable_scales,
    suppress_small_cells,
)
from intimacy_scales.engines import summarize
from intimacy_scales.factor import (
    bartlett,
    cfa,
    compare_models,
    efa,
    invariance,
    kmo,
    little_mcar,
    map_test,
    rotate,
    scree,
    sem,
)
from intimacy_scales.interop import read_answers, recognize
from intimacy_scales.jobs import score_file, scoring_report
from intimacy_scales.reliability import (
    diary_reliability,
    jacobson_truax_cutoffs,
    two_level_omega,
)
from intimacy_scales.results.result import Result
from intimacy_scales.validity import ExpertRatings, read_expert_sheets
from tests.shared.couples import couples_with_scores, mixed_couples
from tests.shared.evidence_answers import important_change, norm_by_years, two_methods
from tests.shared.factor_answers import good
from tests.shared.one_of_each_result import MODEL, RESULTS, answers, judged_couples, result_classes
from tests.shared.qualtrics_exports import export
from tests.shared.simulated_couples import (
    close_couples,
    closeness_answers,
    normal_answers,
    normal_couples,
    random_scores,
    scored_couples,
)
from tests.shared.stored_answers import check_of, options_of_ten, ten

ONE = "f =~ q1 + q2 + q3 + q4 + q5 + q6"
_PERSONS = np.repeat(np.random.default_rng(3).normal(size=(40, 1)), 6, axis=0)
DAYS = np.column_stack([np.repeat(np.arange(40), 6), np.clip(np.rint(good(240, 3, 5) + _PERSONS), 1, 7)])
LOOSE = {
    "id": "loose",
    "version": "1",
    "title": "Loose",
    "response_scale": {"minimum": 1, "maximum": 5},
    "items": [{"id": "a"}, {"id": "A"}],
    "scales": [{"id": "s", "items": ["a", "A"]}],
}


def one(name: str, answer: int = 3) -> PersonScores:
    return score(name, dict.fromkeys(load(name).item_ids, answer))


def diary() -> Any:
    import pandas as pd

    form = answers().instrument.model_dump(mode="json", exclude_defaults=True)
    form["items"], form["scales"] = form["items"][:3], [{"id": "a", "items": ["q1", "q2", "q3"]}]
    table = pd.DataFrame(DAYS, columns=["who", "q1", "q2", "q3"]).assign(day=np.tile(np.arange(6), 40))
    return Instrument.model_validate(form), table


@cache
def couples() -> Any:
    return normal_couples(normal_answers(60, 3, common=0.2), roles=False)


def two_groups() -> Any:
    return invariance(MODEL, answers(), groups=np.arange(80) % 2)


def partners(**options: Any) -> Any:
    return dyadic_invariance(close_couples(closeness_answers(80)), "closeness", **options)


def engine_rows() -> Any:
    import pyarrow as pa

    rows = {f"ras_{n}": [1 + (n + row) % 5 for row in range(20)] for n in range(1, 8)}
    return pa.table(
        rows | {"id": [f"p{row}" for row in range(20)], "ras_2": [*range(1, 5)] * 4 + [9, 9, 7, 0]}
    ).to_reader()


def one_unlike_the_others() -> Dyads:
    scores = random_scores(1, 60, ("own", "judged"))
    scores["own"][7], scores["judged"][7] = (1.0, 11.0), (15.0, -9.0)
    return couples_with_scores(scores)


MORE: dict[str, Callable[[], Any]] = {
    "person": lambda: one("kmss"),
    "sheet without scores": lambda: score_many("kmss", {"anna": {"kmss_1": 9, "kmss_2": "often"}})["anna"],
    "summary": lambda: score(answers().instrument, answers()).summary(),
    "data summary": lambda: summarize("ras", engine_rows(), on_invalid="missing", person="id"),
    "person's standard scores": lambda: one("das", 1).standardize("married, 1976, n = 218"),
    "person's interpretation": lambda: one("csi-16", 2).interpret(),
    "interpretation": lambda: score("csi-16", [{f"csi16_{n}": 2 for n in range(1, 17)}] * 2).interpret(),
    "feedback": lambda: (
        couple_feedback(
            one("prqc", 5), one("prqc", 6), consent=dict.fromkeys(("a", "b"), Consent.everything())
        ).for_a
    ),
    "shareable scales": lambda: shareable_scales("prqc", Consent.to(["trust", "total"])),
    "person report": lambda: person_report(one("prqc", 5), sems={"trust": 0.4}),
    "small groups": lambda: suppress_small_cells(
        [{"site": site, "n": n} for site, n in (("A", 4), ("B", 30), ("total", 34))], groups="site"
    ),
    "bank": lambda: check_bank(load_bank("trust")),
    "finding": lambda: check_bank(Instrument.model_validate(LOOSE)).findings[0],
    "plan": lambda: plan_sample_size("alpha", expected=0.85, n_items=8, width=0.10),
    "cut-offs": lambda: jacobson_truax_cutoffs(clinical=(2.0, 0.5), functional=(4.0, 0.5)),
    "diary": lambda: diary_reliability(*diary(), person="who", occasion="day"),
    "two levels": lambda: two_level_omega(*diary(), person="who"),
    "kmo": lambda: kmo(answers()),
    "bartlett": lambda: bartlett(answers()),
    "mcar": lambda: little_mcar(answers()),
    "map": lambda: map_test(answers()),
    "scree": lambda: scree(answers()),
    "rotation": lambda: rotate(efa(answers(), n_factors=2).loadings),
    "invariance": two_groups,
    "comparison": lambda: compare_models(cfa(ONE, answers()), cfa(MODEL, answers())),
    "factor scores": lambda: cfa(MODEL, answers(), missing="fiml").factor_scores(answers()),
    "modification": lambda: cfa(MODEL, answers()).modification_indices()[0],
    "constraints": lambda: cfa("a =~ q1 + l*q2 + l*q3", answers()).constraint_tests(),
    "defined": lambda: sem("q1 ~ a*q2; q3 ~ b*q1; k := a/b", answers()).defined[0],
    "corrected fit": lambda: cfa(MODEL, answers(), estimator="MLR", missing="fiml").fit,
    "estimate": lambda: cfa(MODEL, answers()).parameters[0],
    "invariance across partners": partners,
    "exchangeable partners": lambda: partners(distinguishable=False),
    "dmacs": lambda: partners().dmacs(),
    "couple scores": lambda: couple_scores(couples()),
    "summary of couple scores": lambda: couple_scores(couples()).summary(),
    "couple reliability": lambda: couple_reliability(couples(), estimator="MLR"),
    "reliable difference": lambda: reliable_difference(couples()),
}


def profiles() -> Any:
    from intimacy_scales.dyads import Dyads, profile_similarity

    rows = [
        {"c": row // 2, "p": row % 2} | {f"q{n}": 1 + (7 * n + row * n + row) % 6 for n in range(1, 7)}
        for row in range(24)
    ]
    return profile_similarity(Dyads.from_long(answers().instrument, rows, couple="c", person="p"), "items")


MORE |= {
    "similarity of profiles": profiles,
    "pseudo-couples": lambda: profiles().pseudo_couples(99, rng=1),
    "partner agreement": lambda: partner_agreement(
        mixed_couples(good(40, 2, 1), ["ff"] * 20 + ["fm"] * 20),
    ),
    "congruence": lambda: response_surface(judged_couples(), "judged", "own").surface("wife").congruence(),
    "influential couple": lambda: response_surface(one_unlike_the_others(), "judged", "own").outliers[0],
}

MORE |= {
    "actor-partner model": lambda: apim(scored_couples(40), "love", "trust"),
    "common fate": lambda: common_fate(scored_couples(40), "love", "trust", distinguishable=False),
    "mutual influence": lambda: mutual_influence(scored_couples(40), "love", "trust"),
    "distinguishability": lambda: distinguishability(scored_couples(40), ["love", "trust"]),
    "coding": lambda: check_of(ten(), options_of_ten(1)),
    "couple report": lambda: couple_report(close_couples(closeness_answers(60)), invariance=False),
}


def mapping_report() -> Any:
    """The report of an export with a preview, and a code that the file declares as missing."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "export.csv")
        path.write_text(export(("1", 1, 1, 1), (6, -99, 6)))
        return read_answers(path, "kmss").report


def scored_file() -> Any:
    """The report of scoring a file with a bad cell, which counts as missing."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "answers.csv")
        path.write_text("id,kmss_1,kmss_2,kmss_3\na,6,5,6\nb,7,99,7\n")
        return scoring_report("kmss", score_file("kmss", path, person="id", on_invalid="missing"))


MORE |= {
    "mapping report": mapping_report,
    "scoring report": scored_file,
    "recognition": lambda: recognize([{f"ras_{n}_{who}": 4 for who in "AB" for n in range(1, 8)}]),
}

MORE |= {
    "known groups": lambda: known_groups(
        [5, 6, 4, 7, 2, 3, 5, 1], ["community"] * 4 + ["therapy"] * 4, higher="community"
    ),
    "cut-off search": lambda: cutoff_search(
        [5, 6, 4, 7, 2, 3, 5, 1], ["community"] * 4 + ["therapy"] * 4, higher="community", detect="therapy",
        prevalence=0.2, n_resamples=100, rng=1,
    ),
}  # fmt: skip


def experts() -> ExpertRatings:
    """Seven experts' sheets about two items; the last one leaves cells empty."""
    rows = [
        {"item": "tru01", "relevance": 4, "clarity": 3, "essential": "yes", "facet": "security"},
        {"item": "tru02", "relevance": 2, "clarity": 4, "essential": "no", "facet": "discretion"},
    ]
    return read_expert_sheets([rows] * 6 + [[{"item": "tru01", "relevance": 1}]], "trust")


MORE |= {
    "expert ratings": experts,
    "content validity": lambda: content_validity(experts()),
    "evidence report": lambda: evidence_report("kmss"),
    "minimal important change": lambda: important_change(sem=0.4),
    "regression norm": norm_by_years,
    "standing by a regression norm": lambda: norm_by_years().standing(5.5, years=3),
    "traits by methods": lambda: two_methods(reliabilities={"self": {"trust": 0.8}, "daily": {"trust": 0.7}}),
}


def inside(value: Any) -> Iterator[Result]:
    """Every result that a result leads to."""
    if isinstance(value, Result):
        yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from inside(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from inside(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from inside(part)


@cache
def examples() -> dict[type[Result], Result]:
    """One result of each class."""
    found: dict[type[Result], Result] = {}
    for make in (RESULTS | MORE).values():
        for result in inside(make()):
            found.setdefault(type(result), result)
    return found


BASES = {
    "Coefficient",
    "CouplePathModel",
    "FitIndices",
    "FactorFit",
    "IntervalCoefficient",
    "RetentionFigures",
}
CLASSES = sorted({kind.__name__ for kind in result_classes()} - BASES)


def example(name: str) -> Any:
    return next(result for kind, result in examples().items() if kind.__name__ == name)


def instrument_of(result: Any) -> Any:
    form = getattr(result, "form", getattr(result, "instrument", None))
    return form if isinstance(form, Instrument) else None


def spoilt(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A document with one value replaced, or left out where that is ``...``."""
    document = json.loads(json.dumps(document))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document
