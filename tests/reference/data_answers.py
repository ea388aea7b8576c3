"""The answers behind R's values of each data set, as answers to an instrument with its scales."""

from __future__ import annotations

from typing import Any

from .forms import Answers, form_of, form_of_ranges, stacked_partners, table_of
from .oracles import Reference

SAT_ACT = {"ACT": (1, 36), "SATV": (200, 800), "SATQ": (200, 800)}


def keys_of_scales(ref: Reference) -> dict[str, Any]:
    """Return the keyed items of each scale of a data set."""
    return {name: ref.block("scales", name, table="").given("keys") for name in ref.values["scales"]}


def bfi_answers(ref: Reference) -> Answers:
    """Return the answers to 25 items of personality; two of the scales pool items of the others."""
    keys = keys_of_scales(ref)
    fifteen = [key for name in ("agree", "conscientious", "neuroticism") for key in keys[name]]
    every_key = [key for scale in keys.values() for key in scale]
    items = ref.values["describe"]["row"]
    scales = {"all": items, **keys, "fifteen": fifteen, "twentyfive": every_key}
    return Answers(form_of(scales, 1, 6), table_of(ref.folder, "bfi"))


def commitment_answers(ref: Reference) -> dict[str, Answers]:
    """Return the answers behind each scale: a row a couple, or a row a partner for stacked scales.

    `all` and `ten` are further scales of the couples.
    """
    couples = table_of(ref.folder, "commitmentQ")
    keys = keys_of_scales(ref)
    apart = {name: key for name, key in keys.items() if not name.endswith("_stacked")}
    scales = {"all": list(couples.columns), **apart}
    scales["ten"] = keys["satisfaction_p1"] + keys["commitment_keyed_p1"]
    answers = dict.fromkeys(scales, Answers(form_of(scales, 1, 9), couples))
    for name in keys.keys() - apart.keys():
        rows = stacked_partners(couples, keys[name][0].rstrip("1"), 5)
        answers[name] = Answers(form_of({name: keys[name]}, 1, 9), rows)
    return answers


def prqc_answers(ref: Reference) -> Answers:
    """Return the answers of both partners to 18 items of relationship quality."""
    couples = table_of(ref.folder, "prqcQ")
    outside = "global6_first_items_p1"
    keys = keys_of_scales(ref) | {outside: ref.block(outside, table="").given("keys")}
    return Answers(form_of({"all": list(couples.columns), **keys}, 1, 7), couples)


def sai_answers(ref: Reference) -> Answers:
    """Return the answers to 20 items of state anxiety on the first occasion."""
    table = table_of(ref.folder, "sai_vale")
    form = form_of({"all": ref.values["describe_time1"]["row"], **keys_of_scales(ref)}, 1, 4)
    return Answers(form, table[table["time"] == 1])


def lsat_answers(ref: Reference) -> Answers:
    """Return the answers to section 6 of the LSAT, right or wrong."""
    keys = ref.block("lsat6", "scale", table="").given("keys")
    return Answers(form_of({"all": keys}, 0, 1), table_of(ref.folder, "lsat6"))


def sat_act_answers(ref: Reference) -> Answers:
    """Return three test scores on different ranges."""
    assert list(SAT_ACT) == ref.values["sat_act"]["describe"]["row"]
    return Answers(form_of_ranges(SAT_ACT), table_of(ref.folder, "sat_act"))
