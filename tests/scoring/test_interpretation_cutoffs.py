"""Scores read by published cut-offs, and when they are not."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import (
    Instrument,
    NoNormsError,
    UnverifiedKeyWarning,
    load,
    score,
)
from intimacy_scales.instrument import Cutoff
from tests.shared.norm_answers import norm, ras

# ---------------------------------------------------------------- cut-offs


def csi16(total: int) -> dict[str, int]:
    left, answers = total, {}
    for n in range(1, 17):
        answers[f"csi16_{n}"] = min(left, 6 if n == 1 else 5)
        left -= answers[f"csi16_{n}"]
    return answers


def test_csi_16_is_read_by_its_cutoff_of_51_5():
    for total, below in ((0, True), (51, True), (52, False), (81, False)):
        found = score("csi-16", csi16(total)).interpret()
        (reading,) = found.readings
        assert (reading.score, reading.where, reading.applies) == (total, "below 51.5", below)
        assert reading.source == "Funk & Rogge (2007); read at GitHub urtuba/psytools, SOURCES.md"
        assert bool(found.applying) == below
    assert "total 52 is not below 51.5" in repr(score("csi-16", csi16(52)).interpret())


@pytest.mark.parametrize(
    ("side", "inside", "outside"),
    [("below", 2.9, 3), ("at_most", 3, 3.1), ("above", 3.1, 3), ("at_least", 3, 2.9)],
)
def test_strictly_below_is_not_at_most(side, inside, outside):
    cutoff = Cutoff(scale="s", meaning="m", source="x", **{side: 3})
    assert cutoff.describe() == f"{side.replace('_', ' ')} 3"
    assert (cutoff.applies(inside), cutoff.applies(outside)) == (True, False)


def test_bands_include_both_ends_and_exactly_one_side_is_given():
    band = Cutoff(scale="s", meaning="m", source="x", band=(11, 20))
    assert [band.applies(x) for x in (10.5, 11, 15, 20, 20.5)] == [False, True, True, True, False]
    assert band.describe() == "11 to 20"
    for wrong in ({}, {"below": 1, "above": 2}, {"band": (1, 2), "below": 1}):
        with pytest.raises(ValueError, match="give exactly one of"):
            Cutoff(scale="s", meaning="m", source="x", **wrong)
    with pytest.raises(ValueError, match="band: 3 is above 2"):
        Cutoff(scale="s", meaning="m", source="x", band=(3, 2))


def test_the_bands_of_the_burns_scale_read_every_score_once():
    for total in range(43):
        answers, left = {}, total
        for n in range(1, 8):
            answers[f"rsat7_{n}"] = min(left, 6)
            left -= answers[f"rsat7_{n}"]
        (reading,) = score("rsat-7", answers).interpret().applying
        low, high = map(int, reading.where.split(" to "))
        assert low <= total <= high
    assert "total 42 is in 41 to 42, very satisfied" in repr(score("rsat-7", answers).interpret())


def test_a_score_between_two_bands_is_in_the_lower_one():
    person = score("rsat-7", {"rsat7_1": 2, "rsat7_2": 1, "rsat7_3": 2, "rsat7_4": 1})
    assert person.scores["total"] == 10.5
    (reading,) = person.interpret().applying
    assert (reading.where, reading.side, reading.boundary) == ("0 to 10", "band", (0, 10))
    row = [{"rsat7_1": 2, "rsat7_2": 1, "rsat7_3": 2, "rsat7_4": 1}]
    table = score("rsat-7", row, allow_missing_items=True).interpret()
    assert table.counts == (1, 0, 0, 0, 0, 0, 0)


def test_rdas_readings_say_how_sure_they_are():
    person = score("rdas", {f"rdas_{n}": 3 for n in range(1, 15)}).interpret()
    assert [(r.where, r.applies, r.confidence) for r in person.readings] == [
        ("below 48", True, "verified"), ("below 47.31", True, "single-source"),
    ]  # fmt: skip
    assert "Anderson et al. (2014), doi 10.1111/jmft.12095, single-source" in repr(person)
    assert person.to_frame()["applies"].tolist() == [True, True]
    assert "47.31" in person._repr_html_()


def test_a_table_is_read_like_each_person():
    rows = [csi16(total) | {"who": total} for total in (0, 51, 52, 81)] + [{"csi16_1": 3, "who": 99}]
    found = score("csi-16", pd.DataFrame(rows), keep="who").interpret()
    assert found.applies[:, 0].tolist() == [True, True, False, False, False]
    assert (found.counts, found.scored, len(found)) == ((2,), (4,), 5)
    frame = found.to_frame()
    assert list(frame.columns) == ["who", "total", "total_reading"]
    assert frame["total"].tolist()[:4] == [0, 51, 52, 81]
    dissatisfied = "notable relationship dissatisfaction"
    assert frame["total_reading"].tolist()[:4] == [dissatisfied, dissatisfied, "", ""]
    assert frame["total_reading"].isna().tolist() == [False] * 4 + [True]
    summary = found.summary()
    assert summary.loc["total", ["where", "n", "scored", "percent"]].tolist() == ["below 51.5", 2, 4, 50.0]
    assert "2 of 4 total below 51.5 (notable relationship dissatisfaction)" in repr(found)
    assert found.to_dict()["cutoffs"][0]["below"] == 51.5
    assert json.loads(found.to_json())["applies"] == [[True], [True], [False], [False], [None]]
    assert "51.5" in found._repr_html_()
    person = score("csi-16", rows[-1]).interpret()
    assert (person.readings[0].applies, "total is not scored" in repr(person)) == (None, True)
    assert json.loads(person.to_json())["readings"][0]["score"] is None


@pytest.mark.parametrize("table", [False, True])
def test_without_cutoffs_nothing_is_read(table):
    answers: Any = ras(4, 4, 4, 4, 4, 4, 4)
    with pytest.raises(NoNormsError, match=r"ras has no cut-off.*Norm\.from_scores"):
        score("ras", [answers] if table else answers).interpret()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "qmi",
            r"one sample \(infertile .*\): compare with scores\.standardize\('infertile .*'\)",
        ),
        (
            "ims",
            r"2 samples: compare with scores\.standardize\(norm=\.\.\.\).* 'women of 282 .*' or 'men of 282 ",
        ),
    ],
)
def test_without_cutoffs_the_norms_that_there_are_are_named(name, told):
    with pytest.raises(
        NoNormsError, match=rf"{name} has no cut-offs: none are recorded here\. It has norms from {told}"
    ):
        score(name, dict.fromkeys(load(name).item_ids, 3)).interpret()


@pytest.mark.parametrize("table", [False, True])
def test_a_draft_is_never_interpreted(table):
    document = load("ras").to_dict()
    document["evidence"] = {"status": "draft"}
    document["cutoffs"] = [{"scale": "total", "below": 3, "meaning": "low", "source": "none"}]
    draft = Instrument.model_validate(document)
    answers: Any = ras(4, 4, 4, 4, 4, 4, 4)
    with pytest.raises(NoNormsError, match="is a draft, and scores of a draft are not interpreted"):
        score(draft, [answers] if table else answers).interpret()
    compared = score(draft, answers).standardize(norm())
    assert "DRAFT: not validated" in repr(compared)


def test_a_confirmed_key_reads_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnverifiedKeyWarning)
        score("csi-4", {f"csi4_{n}": 5 for n in range(1, 5)}).interpret()
