"""R's second set of values: couples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from intimacy_scales.dyads import apim

from .actor_partner_values import path_model_rows, saturated_rows_of_couples
from .composition_values import composition_rows
from .couple_model_values import common_fate_rows, isat_rows_with_gaps, mutual_influence_rows
from .couple_scale_values import dmacs_rows, omega_rows_of_couples, profile_rows
from .couples import acipair, answers_of_prqc, couples_of_acipair, couples_of_prqc, scored, trust_and_love
from .forms import table_of
from .oracles import Reference, Row
from .perception_values import surface_rows, truth_rows

_ONE_PREDICTOR = "actor-partner models, one predictor"
_TWO_PREDICTORS = "actor-partner models, two predictors"
_WITH_COVARIATE = "actor-partner models, one predictor and a covariate"


def _acipair(ref: Reference) -> Iterator[Row]:
    complete, gaps = (couples_of_acipair(ref.folder, gaps=gaps) for gaps in (False, True))
    for name, title, predictors, covariates in (
        ("otherpos", _ONE_PREDICTOR, ["oth"], []),
        ("otherpos_tension", _TWO_PREDICTORS, ["oth", "ten"], []),
        ("otherpos_covariate_yearsmar", _WITH_COVARIATE, ["oth"], ["yr"]),
    ):
        used = [c for c in complete.columns if c.partition("_")[0] in ("sat", *predictors, *covariates)]
        for what, table in (("complete", complete[used]), ("fiml", gaps[used])):
            variables = ("sat", predictors, covariates)
            yield from path_model_rows(ref, f"apim_{name}_{what}", table, title, variables)
        if not covariates:
            model = apim(scored(gaps[used]), "sat", predictors, estimator="ML", centred=False)
            yield from saturated_rows_of_couples(ref, f"em_check_{name}", title, model)
    deleted = ref.block(table=_ONE_PREDICTOR, column="distinguishable, missing partners, ML")
    yield deleted.row("n_deleted", model.n_one_partner, "apim().n_one_partner")
    two_variables = gaps[[name for name in gaps.columns if name.partition("_")[0] in ("sat", "oth")]]
    yield from isat_rows_with_gaps(ref, "isat_sat_otherpos_deleted", scored(two_variables))
    for name, table, predictor in (
        ("sat_tension", complete, "ten"),
        ("sat_tension_fiml", gaps, "ten"),
        ("sat_otherpos", complete, "oth"),
    ):
        yield from common_fate_rows(ref, f"common_fate_{name}", table, ("sat", predictor))
    for name, predictor in (("otherpos", "oth"), ("tension", "ten")):
        yield from mutual_influence_rows(ref, f"mutual_influence_sat_{name}", complete, ("sat", predictor))
    couples = tuple(acipair(ref.folder, role=role) for role in (True, False))
    yield from truth_rows(ref, "truth_and_bias_otherpos_selfpos", complete, couples)
    for name, predictor in (("otherpos", "oth"), ("tension", "ten")):
        yield from surface_rows(ref, f"drsa_sat_{name}", complete, couples, ("sat", predictor))


def _prqc(ref: Reference) -> Iterator[Row]:
    answers = tuple(answers_of_prqc(ref.folder, role=role) for role in (True, False))
    yield from profile_rows(ref, "profile_18_items", answers, "items")
    yield from profile_rows(ref, "profile_6_components", answers, "scales")
    tables = {name: table_of(ref.folder, name) for name in ("prqcQ", "commitmentQ")}
    for part, rows in (("couple_omega", omega_rows_of_couples), ("dmacs", dmacs_rows)):
        for name in ref.values[part]:
            yield from rows(ref, name, tables["commitmentQ" if name.startswith("ims") else "prqcQ"])
    couples = couples_of_prqc(ref.folder)
    yield from path_model_rows(ref, "apim_love_trust", couples, _ONE_PREDICTOR, ("love", ["trust"], []))
    yield from common_fate_rows(ref, "common_fate_love_trust", couples, ("love", "trust"))
    both = tuple(trust_and_love(ref.folder, role=role) for role in (True, False))
    yield from surface_rows(ref, "drsa_love_trust", couples, both, ("love", "trust"))


SECOND_SETS: dict[str, Callable[[Reference], Iterator[Row]]] = {
    "dyads_acipair": _acipair,
    "dyads_prqcQ": _prqc,
    "dyads_simulated": composition_rows,
}


def compare_second(shared: Path, name: str) -> tuple[Reference, list[Row]]:
    """Compare one data set of the second set."""
    reference = Reference.read(shared, name, "second")
    return reference, list(SECOND_SETS[name](reference))
