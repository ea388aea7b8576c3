"""Every value that R and this package both compute, data set by data set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from intimacy_scales.reliability import cronbach_alpha, guttman_lambdas, keyed_moments

from .actor_partner_values import actor_partner_rows
from .change_values import (
    attenuation_rows,
    change_rows,
    cutoff_rows,
    prophecy_rows,
    worked_change_rows,
)
from .couple_model_values import isat_rows, isat_rows_of_items
from .couple_score_values import dyad_rows
from .couples import (
    answers_of_commitment,
    answers_of_prqc,
    couples_of_acipair,
    couples_of_commitment,
    scored_as_published,
)
from .data_answers import (
    SAT_ACT,
    bfi_answers,
    commitment_answers,
    keys_of_scales,
    lsat_answers,
    prqc_answers,
    sai_answers,
    sat_act_answers,
)
from .efa_values import efa_rows
from .factor_values import cfa_rows, htmt_rows, saturated_rows
from .forms import Answers, form_of, form_of_ranges, reversed_items, table_of
from .gls_values import gls_rows_of_acipair, gls_rows_of_commitment
from .invariance_values import dyadic_rows, group_invariance_rows
from .omega_values import GENERAL, schmid_leiman_rows, two_level_rows
from .oracles import Reference, Row
from .retention_values import retention_rows
from .scale_values import alpha_rows, describe_rows, lambda_rows, plain_ids, scale_rows
from .variance_values import (
    diary,
    group_rows,
    icc_rows,
    multilevel_rows,
    nested_rows,
    published_icc_rows,
)

_DESCRIBE, _SCALES = "items described", "scales"
_EFA, _RETENTION, _HTMT = "exploratory factors", "how many factors", "can scales be told apart"
_PARTNERS = {
    "dyadic_invariance": "invariance across partners, ML",
    "dyadic_invariance_fiml": "invariance across partners, ML with missing answers",
    "dyadic_invariance_mlr": "invariance across partners, MLR",
}
# what the columns of scores are counted in: size of one unit, and the value that stands for 0
_ACITELLI = {
    "Yearsmar": (1 / 12, -11.214),
    "SelfPos_A": (0.2, 0.0),
    "OtherPos_A": (0.2, 0.0),
    "Satisfaction_A": (1 / 6, 0.0),
    "Tension_A": (0.5, 0.0),
    "SimHob_A": (1.0, 0.0),
}


def _bfi(ref: Reference) -> Iterator[Row]:
    answers, keys = bfi_answers(ref), keys_of_scales(ref)
    table, items = answers.table, ref.values["describe"]["row"]
    yield from describe_rows(ref.block("describe", table=_DESCRIBE), answers)
    for name in keys:
        yield from scale_rows(ref.block("scales", name, table=_SCALES, column=name), answers, name)
    what = "all 25 items at once"
    yield from alpha_rows(ref.block("alpha_25", table=what, prefix="alpha_25."), answers, "twentyfive")
    bounds = guttman_lambdas(answers.moments, scale="twentyfive")
    yield from lambda_rows(
        ref.block("guttman_25", table=what, prefix="guttman_25."), bounds, "guttman_lambdas()"
    )
    for name, scale in (("omega_15_agree_consc_neuro", "fifteen"), ("omega_25", "twentyfive")):
        yield from schmid_leiman_rows(ref.block(name, table=GENERAL, column=name), answers, scale)
    straight = reversed_items(table, [key for scale in keys.values() for key in scale], 1, 6)
    yield from cfa_rows(ref, "cfa_five_factor", straight, "five confirmatory factors")
    yield from cfa_rows(ref, "cfa_neuroticism", straight, "one confirmatory factor, neuroticism")
    five = ref.values["cfa_five_factor"]["model"]
    yield from htmt_rows(ref.block("htmt", table=_HTMT), five, straight)
    grouped = straight[[*items, "gender"]].dropna()
    for name in ("neuroticism_ML", "neuroticism_MLR", "five_factor_ML"):
        what = "invariance across women and men"
        yield from group_invariance_rows(ref, f"invariance_gender_{name}", grouped, "gender", what)
    yield from efa_rows(ref, "efa", table[items], _EFA)
    yield from retention_rows(ref, "retention", table[items], _RETENTION)


def _commitment(ref: Reference) -> Iterator[Row]:
    answers_of = commitment_answers(ref)
    answers = answers_of["all"]
    couples = answers.table
    yield from describe_rows(ref.block("describe", table=_DESCRIBE), answers)
    for name in ref.values["scales"]:
        yield from scale_rows(ref.block("scales", name, table=_SCALES, column=name), answers_of[name], name)
    yield from dyad_rows(ref, answers_of_commitment(ref.folder))
    ten = ref.block("omega_10_p1", table=GENERAL, column="omega_10_p1")
    yield from schmid_leiman_rows(ten, answers, "ten")
    yield from cfa_rows(ref, "cfa_two_factor_p1", couples, "two confirmatory factors")
    yield from actor_partner_rows(ref, couples_of_commitment(ref.folder))
    yield from gls_rows_of_commitment(ref)
    yield from isat_rows(ref, "isat_scores", table=couples_of_commitment(ref.folder))
    yield from isat_rows_of_items(ref, "isat_items", couples)
    yield from _of_first_partners(ref, couples, ref.values["cfa_two_factor_p1"]["model"])


def _of_first_partners(ref: Reference, couples: pd.DataFrame, model: str) -> Iterator[Row]:
    """Compare what is said of factors of the first partners, and of both partners' factors."""
    yield from htmt_rows(ref.block("htmt_p1", table=_HTMT), model, couples)
    items = couples[list(ref.values["efa_p1"]["adequacy"]["listwise"]["KMO_items"])]
    yield from efa_rows(ref, "efa_p1", items, _EFA)
    yield from retention_rows(ref, "retention_p1", items, _RETENTION)
    for name, what in _PARTNERS.items():
        for construct in ref.values.get(name, ()):
            yield from dyadic_rows(ref, name, construct, couples, what)


def _prqc(ref: Reference) -> Iterator[Row]:
    answers = prqc_answers(ref)
    couples = answers.table
    blocks = {name: ref.block("scales", name, table=_SCALES, column=name) for name in ref.values["scales"]}
    outside = "global6_first_items_p1"
    blocks[outside] = ref.block(outside, table=_SCALES, column=outside)
    yield from describe_rows(ref.block("describe", table=_DESCRIBE), answers)
    for name, block in blocks.items():
        yield from scale_rows(block, answers, name)
    yield from dyad_rows(ref, answers_of_prqc(ref.folder))
    what = "six confirmatory factors, an improper solution"
    yield from cfa_rows(ref, "cfa_six_factor_p1", couples, what, proper=False)
    yield from cfa_rows(ref, "cfa_second_order_p1", couples, "six confirmatory factors and one behind them")
    yield from _of_first_partners(ref, couples, ref.values["cfa_six_factor_p1"]["model"])


def _acipair(ref: Reference) -> Iterator[Row]:
    persons = table_of(ref.folder, "acipair")
    counted = persons[list(_ACITELLI)].copy()
    for name, (size, origin) in _ACITELLI.items():
        counted[name] = ((counted[name] - origin) / size).round(6)
    ranges = {name: (int(counted[name].min()), int(counted[name].max())) for name in _ACITELLI}
    units = tuple(np.array(column) for column in zip(*_ACITELLI.values(), strict=True))
    answers = Answers(form_of_ranges(ranges), counted)
    yield from describe_rows(ref.block("describe", table=_DESCRIBE), answers, unit=units)
    yield from dyad_rows(ref, scored_as_published(ref.folder))
    yield from actor_partner_rows(ref, couples_of_acipair(ref.folder))
    yield from gls_rows_of_acipair(ref)
    for name in ("isat_sat_otherpos", "isat_all4"):
        yield from isat_rows(ref, name, table=couples_of_acipair(ref.folder))


def _sai(ref: Reference) -> Iterator[Row]:
    table, first = table_of(ref.folder, "sai_vale"), sai_answers(ref)
    form, items = first.form, ref.values["describe_time1"]["row"]
    yield from describe_rows(ref.block("describe_time1", table=_DESCRIBE), first)
    for name in ref.values["scales"]:
        yield from scale_rows(ref.block("scales", name, table=_SCALES, column=name), first, name)
    anxiety = "state_anxiety_time1"
    complete = table.dropna(subset=items)
    whole = complete[complete.groupby("id")["time"].transform("size") == 4]
    repeated = Answers(form, whole)
    reml = diary(repeated, anxiety, "id", "time")
    for name, result in (("aov", diary(repeated, anxiety, "id", "time", "anova")), ("lmer", reml)):
        column = ref.block("multilevel", name, table="reliability between and within persons", column=name)
        yield from multilevel_rows(column, result)
    yield from nested_rows(ref.block("nested", table="items in occasions in persons"), reml)
    scored = table.assign(total=Answers(form, table).scores(anxiety))
    wide = scored.pivot(index="id", columns="time", values="total").loc[scored["id"].unique()]
    for name in ("aov", "lmer"):
        column = ref.block("icc_occasions_as_judges", name, table="occasions as judges", column=name)
        yield from icc_rows(column, wide.dropna().to_numpy(), lmer=name == "lmer")
    there = scored.dropna(subset="total")
    yield from group_rows(
        ref.block("icc12", table="occasions grouped by person"), there["total"], there["id"]
    )
    alpha = float(cronbach_alpha(first.moments, scale=anxiety, missing="listwise"))
    yield from change_rows(
        ref.block("rci_time1_to_2", table="reliable change"), wide[1], wide[2], wide.index, alpha
    )
    yield from efa_rows(ref, "efa_time1", first.table[items], _EFA)


def _gratitude(ref: Reference) -> Iterator[Row]:
    table = table_of(ref.folder, "gratitude_a")
    table["t"] = (table["dayno"] - 1) * 10 + table["beepno"]
    keys = {name: ref.block(name, table="").given("items") for name in ("PA", "NA")}
    items = [item for scale in keys.values() for item in scale]
    form = form_of({"all": items, **keys}, 1, 7)
    yield from describe_rows(ref.block("describe", table=_DESCRIBE), Answers(form, table))
    beeps = Answers(form, table.dropna(subset=items))
    counts = ref.block(table="complete beeps")
    yield counts.row("n_complete_beeps", beeps.moments.n_persons, "item_moments().n_persons")
    results = {name: diary(beeps, name, "subjnr", "t") for name in keys}
    yield counts.row("n_persons", results["PA"].n_persons, "diary_reliability().n_persons")
    for name, result in results.items():
        what = "reliability between and within persons"
        yield from multilevel_rows(ref.block(name, "multilevel_lmer", table=what, column=name), result)
        what = "items in occasions in persons"
        yield from nested_rows(ref.block(name, "nested", table=what, column=name), result)
        what = "all beeps, as if each were another person's"
        yield from alpha_rows(
            ref.block(name, "alpha_all_rows_ignoring_nesting", table=what, column=name), beeps, name
        )
        what = "occasions grouped by person"
        groups = beeps.table["subjnr"]
        yield from group_rows(ref.block(name, "icc12", table=what, column=name), beeps.scores(name), groups)
        column = ref.block(name, "twolevel_cfa", table="a factor within and between persons", column=name)
        yield from two_level_rows(column, beeps, name, "subjnr", proper=name != "PA")


def _small(ref: Reference) -> Iterator[Row]:
    ratings = table_of(ref.folder, "shrout_fleiss").to_numpy()
    what = "six persons, four judges (Shrout & Fleiss, 1979)"
    for name in ("aov", "lmer"):
        column = ref.block("shrout_fleiss", name, table=what, column=name)
        yield from icc_rows(column, ratings, lmer=name == "lmer")
    what = "the same, as Shrout & Fleiss printed it"
    yield from published_icc_rows(ref.block("shrout_fleiss", "published_2_decimals", table=what), ratings)
    lsat = ref.block("lsat6", "scale", table=_SCALES, column="lsat6")
    yield from scale_rows(lsat, lsat_answers(ref), "all")
    yield from _sat_act(ref)
    for name in ("example_a", "b", "c"):
        yield from worked_change_rows(ref.block("rci_worked", name, table="reliable change", column=name))
    yield from cutoff_rows(ref.block("rci_worked", "cutoffs_example", table="cut-offs"))
    what = "longer and shorter scales, and attenuation"
    yield from prophecy_rows(ref.block("spearman_brown_worked", table=what, prefix="spearman_brown_worked."))
    yield from attenuation_rows(ref.block("attenuation_worked", table=what, prefix="attenuation_worked."))


def _sat_act(ref: Reference) -> Iterator[Row]:
    answers, names = sat_act_answers(ref), list(SAT_ACT)
    what = "three test scores on different ranges"
    yield from describe_rows(ref.block("sat_act", "describe", table=what, prefix="describe."), answers)
    alpha = ref.block("sat_act", "alpha_pairwise", table=what, prefix="alpha_pairwise.")
    yield from alpha_rows(alpha, answers, "all")
    pairs = [f"{a}, {b}" for a in names for b in names]
    for missing in ("pairwise", "listwise"):
        block = ref.block("sat_act", f"cor_{missing}", table=what, prefix=f"cor_{missing}.")
        block.check_labels("rows", plain_ids(names))
        block.check_labels("cols", plain_ids(names))
        r = keyed_moments(answers.moments, "all", missing).correlations(sds="pairs")
        yield block.row("values", r, 'keyed_moments().correlations(sds="pairs")', elements=pairs)
    block = ref.block("sat_act", "fiml_saturated", table=what, prefix="fiml_saturated.")
    yield from saturated_rows(block, answers.table)


DATA_SETS: dict[str, Callable[[Reference], Iterator[Row]]] = {
    "bfi": _bfi,
    "commitmentQ": _commitment,
    "prqcQ": _prqc,
    "acipair": _acipair,
    "sai_vale": _sai,
    "gratitude_a": _gratitude,
    "small": _small,
}


def compare(shared: Path, name: str) -> tuple[Reference, list[Row]]:
    """Compare one data set; the reference knows which of its values were looked at."""
    reference = Reference.read(shared, name)
    return reference, list(DATA_SETS[name](reference))
