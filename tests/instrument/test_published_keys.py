"""Published scoring keys: worked by hand, reaching their published ranges, claiming no more than was read."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from intimacy_scales import (
    Instrument,
    InstrumentError,
    MissingRule,
    NoNormsError,
    Norm,
    UnknownInstrumentError,
    UnverifiedKeyWarning,
    available,
    encode,
    load,
    reliability_report,
    score,
    score_stream,
)
from intimacy_scales.cli import app
from tests.shared.folders import ROOT
from tests.shared.hand_worked_keys import AS_ANSWERED, COUNTS, EVEN, EXAMPLES, KEYS, ODD, RANGES, upto

FACTS = ROOT / "data" / "facts"


every_key = pytest.mark.parametrize("name", KEYS)
SINGLE = {"dci", "ecr-12", "ecr-r-alternating", "pnrq-8", "trust-17", "cpq-sf", "nri-rqv"}
UNCONFIRMED = {"dts"}


@pytest.fixture(autouse=True)
def no_warning_of_keys():
    """Load keys that are not confirmed without an error, but for the tests of that warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedKeyWarning)
        yield


def numbered(name: str, answers: list[int]) -> dict[str, int]:
    return {f"{KEYS[name][0]}_{n}": answer for n, answer in enumerate(answers, start=1)}


def scored(form: Instrument) -> dict[str, tuple[str, ...]]:
    return {
        scale.id: tuple(("-" if key.reverse else "") + key.item for key in scale.keys)
        for scale in form.scales
    }


def keyed(name: str, scales: dict[str, list[int]], reverse: set[int]) -> dict[str, tuple[str, ...]]:
    """Scale → its items, with a minus where the scale turns the answer round."""
    turned = {scale: set() if scale in AS_ANSWERED.get(name, ()) else reverse for scale in scales}
    return {
        scale: tuple(f"{'-' if n in turned[scale] else ''}{KEYS[name][0]}_{n}" for n in numbers)
        for scale, numbers in scales.items()
    }


def read_facts(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "facts.json").read_text(encoding="utf-8"))


def all_facts() -> dict[str, Any]:
    """The facts as they were received, with what was read later."""
    return runpy.run_path(str(FACTS / "reading.py"))["read_all"](FACTS)


EVERY_FACT = {fact["id"]: fact for fact in all_facts()["instruments"]}


def facts_of(name: str) -> dict[str, Any]:
    return EVERY_FACT[KEYS[name][0]]


# ---------------------------------------------------------------- the keys


def test_every_published_key_is_worked_by_hand_here():
    published = {entry.id for entry in available() if entry.status != "draft"}
    assert published == set(KEYS) == set(RANGES) == set(EXAMPLES)
    shipped = {fact["id"] for fact in EVERY_FACT.values() if fact["ship_key"]}
    assert shipped == {key[0] for key in KEYS.values()}


@every_key
def test_the_key_is_the_one_written_by_hand(name):
    prefix, ends, others, scales, reverse = KEYS[name]
    form = load(name)
    assert form.item_ids == tuple(f"{prefix}_{n}" for n in upto(len(form.items)))
    assert scored(form) == keyed(name, scales, reverse)
    for n, item in enumerate(form.items, start=1):
        points = item.response_scale
        assert ((points.minimum, points.maximum), points.step) == (others.get(n, ends), 1)
        assert points.scores == tuple(enumerate(COUNTS.get(name, {}).get(n, ()), start=1))


@every_key
def test_a_person_worked_by_hand(name):
    answers, expected = EXAMPLES[name]
    result = score(name, numbered(name, answers))
    assert result.scores == pytest.approx(expected, rel=1e-15)
    table = score(name, [numbered(name, answers)] * 2)
    assert {scale: table[scale][1] for scale in expected} == result.scores


@every_key
@pytest.mark.parametrize("end", [0, 1])
def test_extreme_answers_reach_the_published_ends_exactly(name, end):
    _, ends, others, _, reverse = KEYS[name]
    n_items = len(load(name).items)
    answers = [others.get(n, ends)[end != (n in reverse)] for n in upto(n_items)]
    for n, counts in COUNTS.get(name, {}).items():
        answers[n - 1] = 1 + counts.index((min, max)[end](counts))
    result = score(name, numbered(name, answers))
    ends_of = {scale: end != (scale in AS_ANSWERED.get(name, ())) for scale in RANGES[name]}
    assert result.scores == {scale: low_high[ends_of[scale]] for scale, low_high in RANGES[name].items()}
    assert result.pomp == {scale: 100.0 * ends_of[scale] for scale in result.pomp}


@every_key
def test_the_key_is_the_one_in_the_facts(name):
    form, facts = load(name), facts_of(name)
    reverse = set(facts["reverse_items"])
    parts = {part["id"]: part["items"] for part in facts["subscales"]}
    if name == "prqc-interleaved":
        parts = facts["other_item_orders"][0]["subscales"]
    if name == "ecr-r-alternating":
        order = facts["other_item_orders"][0]
        reverse, parts = set(order["reverse"]), {"anxiety": EVEN, "avoidance": ODD}
        assert (order["anxiety"], order["avoidance"]) == ("even", "odd")
    methods = {part["id"]: part["method"] for part in facts["subscales"]}
    if facts["total"] is not None:
        numbers = facts["total"]["items"]
        parts = {**parts, "total": upto(facts["n_items"]) if numbers == "all" else numbers}
        methods["total"] = {"single": "mean"}.get(facts["total"]["method"], facts["total"]["method"])
    assert scored(form) == keyed(name, parts, reverse)
    assert {scale.id: scale.method for scale in form.scales} == methods
    for item, fact in zip(form.items, facts["items"], strict=True):
        assert (item.response_scale.minimum, item.response_scale.maximum) == (fact["min"], fact["max"])
        assert [count for _, count in item.response_scale.scores] == fact.get("counts", [])


@every_key
def test_a_key_carries_no_wording(name):
    form = load(name)
    for item in form.items:
        assert (item.text, item.partner_text, item.daily_text) == (None, None, None)
        assert item.response_scale.labels == ()
    assert form.instructions is None


@every_key
def test_no_missing_rule_is_made_up(name):
    form, facts = load(name), facts_of(name)
    assert facts["missing_rule"] is None
    assert {scale.missing for scale in form.scales} == {None}
    assert "library's default" in (form.evidence.note or "")


# ---------------------------------------------------------------- known public mistakes


def test_a_ras_with_item_6_reversed_differs():
    answers, expected = EXAMPLES["ras"]
    wrong = load("ras").to_dict()
    wrong["scales"][0]["items"] = ["ras_1", "ras_2", "ras_3", "ras_4", "ras_5", "-ras_6", "ras_7"]
    assert score(Instrument.model_validate(wrong), numbered("ras", answers)).scores["total"] != pytest.approx(
        expected["total"]
    )


def test_the_csi_32_does_not_range_from_2_to_158():
    plan = score("csi-32", [numbered("csi-32", [0] * 32)])
    assert plan.range("total") == (0, 161) != (2, 158)


def test_the_ecr_and_the_ecr_r_are_not_mixed():
    answers = [1 + n % 7 for n in range(36)]
    ecr, revised = (score(name, numbered(name, answers)).scores for name in ("ecr", "ecr-r"))
    assert ecr["anxiety"] != revised["anxiety"]
    with pytest.raises(Exception, match="ecr_r_1"):
        score("ecr-r", numbered("ecr", answers))


def test_the_orders_of_the_prqc_give_different_scores():
    answers = EXAMPLES["prqc"][0]
    grouped = score("prqc", numbered("prqc", answers)).scores
    interleaved = score("prqc-interleaved", numbered("prqc", answers)).scores
    assert grouped["total"] == interleaved["total"]
    assert grouped["trust"] != interleaved["trust"]


def test_a_renumbered_dci_differs():
    answers = list(EXAMPLES["dci"][0])
    answers[6] = 5  # item 7, reversed
    moved = [answers[7], answers[6], *answers[8:]]
    renumbered = [*answers[:6], *moved]
    assert (
        score("dci", numbered("dci", answers)).scores["total"]
        != (score("dci", numbered("dci", renumbered)).scores["total"])
    )


def test_position_is_not_the_printed_value():
    answers = [2] * 14
    printed = score("rdas", numbered("rdas", answers)).scores["total"]
    with pytest.warns(UnverifiedKeyWarning, match="rdas"):
        by_position = score(load("rdas").model_copy(), numbered("rdas", answers), coding="position").scores[
            "total"
        ]
    # six items of 0-5 become 3, item 11 of 0-4 stays 2
    assert (printed, by_position) == (28, 28 + 6)


def with_items(name: str, scale: str, items: list[str]) -> Instrument:
    """A key as somebody published it wrongly, or otherwise."""
    other = load(name).to_dict()
    (entry,) = (entry for entry in other["scales"] if entry["id"] == scale)
    entry["items"] = items
    return Instrument.model_validate(other)


def test_the_raas_reverses_no_item_of_anxiety():
    # the scale of 1990 did, and some programs score the revised one like it
    answers, expected = EXAMPLES["raas"]
    items = ["-raas_3", *(f"raas_{n}" for n in (4, 9, 10, 11, 15))]
    as_in_1990 = score(with_items("raas", "anxiety", items), numbered("raas", answers)).scores
    assert as_in_1990["anxiety"] != pytest.approx(expected["anxiety"])
    assert as_in_1990["close"] == pytest.approx(expected["close"])


def test_no_item_of_exclusion_is_reversed():
    # one published program turns items 10 and 30, and leaves 20: whoever is never shut out then scores 3.67
    never = numbered("nri-rqv", [1] * 30)
    turned = with_items("nri-rqv", "exclusion", ["-nri_rqv_10", "nri_rqv_20", "-nri_rqv_30"])
    assert score("nri-rqv", never).scores["exclusion"] == 1
    assert score(turned, never).scores["exclusion"] == pytest.approx(11 / 3)


def test_constructive_communication_has_three_items_and_not_item_1_reversed():
    # an app adds item 1, which the revised scoring of the long form has
    answers, expected = EXAMPLES["cpq-sf"]
    with_avoidance = with_items("cpq-sf", "constructive", ["-cpqsf_1", "cpqsf_2", "cpqsf_5", "cpqsf_7"])
    plan = score(with_avoidance, [numbered("cpq-sf", answers)])
    assert plan.range("constructive") == (4, 36)
    assert plan["constructive"][0] == expected["constructive"] + 1


def test_answers_of_one_trust_scale_are_refused_by_the_other():
    of_1986 = {f"trust18_{n}": 4 for n in upto(18)}
    with pytest.raises(Exception, match="trust17_1"):
        score("trust-17", of_1986)


def test_what_could_not_be_read_whole_does_not_ship():
    later = tomllib.loads((FACTS / "later.toml").read_text(encoding="utf-8"))
    assert {"fis", "trust18", "aas"} <= later["not_shipped"].keys()
    assert not later["not_shipped"].keys() & {fact["id"] for fact in EVERY_FACT.values() if fact["ship_key"]}
    assert all(entry["read"] and entry["why"] for entry in later["not_shipped"].values())


# ---------------------------------------------------------------- other codings


def test_csi_16_by_position_turns_five_items():
    stored = [3] * 16
    result = score("csi-16", numbered("csi-16", stored), coding="position")
    assert result.scores["total"] == 3 + 10 * 3 + 5 * 2
    assert result.instrument.coding == "position"
    assert "coding by position" in repr(result)
    assert result.to_dict()["instrument"]["coding"] == "position"
    assert result.instrument.digest != load("csi-16").digest
    table = score("csi-16", [numbered("csi-16", stored)], coding="position")
    assert table["total"].tolist() == [result.scores["total"]]


@pytest.mark.parametrize(
    ("name", "coding"),
    [
        ("das", "position"),
        ("rdas", "position"),
        ("csi-16", "position"),
        ("csi-32", "intensity"),
        ("csi-32", "position"),
    ],
)
def test_a_coding_gives_the_scores_of_the_printed_values(name, coding):
    form = load(name)
    (found,) = (entry for entry in form.codings if entry.id == coding)
    printed = {item.id: item.response_scale.values[n % item.response_scale.n_points]
               for n, item in enumerate(form.items)}  # fmt: skip
    stored = {
        i: form.item(i).response_scale.minimum + form.item(i).response_scale.maximum - v
        if i in found.flip
        else v
        for i, v in printed.items()
    }
    assert stored != printed
    assert score(name, stored, coding=coding).scores == score(name, printed).scores
    assert score(form.with_coding(coding), stored).scores == score(name, printed).scores


def test_codings_are_those_of_the_facts():
    for name in KEYS:
        known = [(set(c["flip"]), c["complete"]) for c in facts_of(name)["alternative_coding"]]
        prefix = KEYS[name][0]
        form = load(name)
        assert [
            ({int(i.removeprefix(f"{prefix}_")) for i in c.flip}, c.complete) for c in form.codings
        ] == known


def known_in_part() -> Instrument:
    form = load("csi-32")
    codings = tuple(coding.model_copy(update={"complete": False}) for coding in form.codings)
    return form.model_copy(update={"codings": codings})


def test_a_coding_known_in_part_is_refused():
    with pytest.raises(
        InstrumentError, match=r"csi-32: answers coded by 'position' cannot be scored.*only some"
    ):
        score(known_in_part(), {}, coding="position")


def test_the_csi_32_by_position_is_unconfirmed():
    stored = [3] * 32
    result = score("csi-32", numbered("csi-32", stored), coding="position")
    assert result.scores["total"] == 3 + 21 * 3 + 10 * 2
    (coding,) = (c for c in load("csi-32").codings if c.id == "position")
    assert coding.confidence == "unconfirmed"
    assert "item 15 is from memory" in coding.description


def test_a_coding_that_nobody_knows_is_refused():
    with pytest.raises(UnknownInstrumentError, match=r"kmss has no coding 'position'; allowed: none"):
        score("kmss", {}, coding="position")
    with pytest.raises(UnknownInstrumentError, match="allowed: 'position'"):
        load("das").with_coding("left")
    with pytest.raises(InstrumentError, match="already reads answers coded by 'position'"):
        load("das").with_coding("position").with_coding("position")


# ---------------------------------------------------------------- how sure it is, and which way it points


@every_key
def test_keys_that_are_not_confirmed_warn_at_load(name):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        form = load(name)
    told = [str(warning.message) for warning in caught if warning.category is UnverifiedKeyWarning]
    level = "single-source" if name in SINGLE else "unconfirmed" if name in UNCONFIRMED else "verified"
    assert form.evidence.confidence == level
    assert len(told) == (level != "verified")
    assert all(line.startswith(f"{name}: ") and "Compare it with the article" in line for line in told)
    if level != "verified":
        assert ("one source" if level == "single-source" else "not confirmed") in str(form.ref)


def test_a_source_is_cited_only_where_a_reader_can_find_it():
    for name in KEYS:
        form = load(name)
        assert form.evidence.sources, name
        assert all(source.where for source in form.evidence.sources)
        for text in (str(form.to_dict()), form.to_toml()):
            assert "not shown" not in text
            assert "look-up" not in text


def test_unfindable_sources_count_one_level_lower():
    facts = read_facts(FACTS)
    (dts,) = (fact for fact in facts["instruments"] if fact["id"] == "dts")
    assert dts["confidence"]["key"] == "single-source"
    assert facts["sources"]["hri-dts"]["where"] is None
    assert load("dts").evidence.confidence == "unconfirmed"
    assert "cannot look it up" in (load("dts").evidence.note or "")


AGAINST = {name: {"anxiety", "avoidance"} for name in KEYS if name.startswith("ecr")} | {
    "ims": {"alternatives"},
    "dci": {"partner_negative", "own_negative"},
    "pnrq-8": {"negative"},
    "raas": {"anxiety"},
    "cpq-sf": {"self_demand", "partner_demand", "demand_withdraw"},
    "nri-rqv": {"pressure", "conflict", "criticism", "dominance", "exclusion"},
}


@every_key
def test_scales_against_closeness_are_not_flipped_and_say_where_they_point(name):
    form = load(name)
    assert {scale.id for scale in form.scales if scale.against_closeness} == AGAINST.get(name, set())
    result = score(name, numbered(name, EXAMPLES[name][0]))
    for scale in form.scales:
        if scale.high_means:
            assert scale.high_means in repr(result)
            assert result.to_dict()["instrument"]["high_means"][scale.id] == scale.high_means


def test_negative_coping_counts_against_the_total():
    form = load("dci")
    assert form.scale("partner_negative").high_means == "more negative coping"
    assert "high partner_negative and own_negative = more negative coping" in str(form.ref)
    assert form.version == "2"
    answers = dict.fromkeys(form.item_ids, 3)
    more = score(form, answers | {"dci_7": 5}).scores
    usual = score(form, answers).scores
    assert (more["partner_negative"] - usual["partner_negative"], more["total"] - usual["total"]) == (2, -2)


# ---------------------------------------------------------------- provenance


@every_key
def test_a_key_carries_what_was_read_and_claims_no_more(name):
    form, facts = load(name), facts_of(name)
    assert form.evidence.status == "published"
    assert form.constructs[-len(facts["components"]) :] == tuple(facts["components"])
    assert form.license is not None
    assert (form.license.name, form.license.text) == (facts["licence"]["status"], facts["licence"]["text"])
    citation = form.citations[0]
    assert (citation.authors, citation.year) == (facts["authors"], facts["year"])
    assert facts.get("doi") in (*(cited.doi for cited in form.citations), None)
    assert facts["name"] in form.title
    assert len(form.evidence.findings) == len(facts["reliability"])
    for finding, fact in zip(form.evidence.findings, facts["reliability"], strict=True):
        assert finding.value == (tuple(fact["value"]) if isinstance(fact["value"], list) else fact["value"])
    known = [
        (c.get("below"), c.get("at_most"), c.get("band") and tuple(c["band"]), c["meaning"])
        for c in facts["cutoffs"]
    ]
    assert [(c.below, c.at_most, c.band, c.meaning) for c in form.cutoffs] == known


def test_norms_are_those_of_the_same_scale_in_its_own_coding():
    for name in KEYS:
        published = {(d["mean"], d["sd"]) for d in facts_of(name)["descriptives"]}
        shift = 1 if name == "ims" else 0
        for norm in load(name).norms:
            assert (pytest.approx(norm.mean + shift), norm.sd) in [(m, s) for m, s in published]
    assert {norm.scale for norm in load("ims").norms} == {"satisfaction", "alternatives", "investment"}
    assert load("csi-32").norms == ()  # what was read with it are means of the DAS


def test_cut_offs_of_the_das_and_the_kmss():
    at_97 = dict.fromkeys(load("das").item_ids, 0) | {f"das_{n}": 5 for n in range(1, 20)} | {"das_20": 2}
    for answers, distressed in ((at_97, True), (at_97 | {"das_20": 3}, False)):
        (reading,) = score("das", answers).interpret().readings
        assert (reading.score, reading.applies) == (97 + (not distressed), distressed)
    for last, distressed in ((4, True), (5, False)):
        (reading,) = score("kmss", {"kmss_1": 6, "kmss_2": 6, "kmss_3": last}).interpret().readings
        assert (reading.score, reading.applies) == (12 + last, distressed)
        assert reading.source == "Crane, Middleton & Bean (2000), abstract"


def test_norms_of_the_das_are_those_of_1976_by_name():
    person = score("das", dict.fromkeys(load("das").item_ids, 1))
    with pytest.raises(NoNormsError, match="das has norms from 2 samples; choose one"):
        person.standardize()
    for sample, n, mean, sd in (
        ("married, 1976, n = 218", 218, 114.8, 17.8),
        ("divorced, of their last month together, 1976, n = 94", 94, 70.7, 23.8),
    ):
        norms = person.standardize(sample).norms
        assert set(norms) == {"total"}
        assert (norms["total"].n, norms["total"].mean, norms["total"].sd) == (n, mean, sd)


@pytest.mark.parametrize(("who", "excess"), [("married", 6.0), ("divorced", 5.7)])
def test_means_that_do_not_add_up_are_not_norms(who, excess):
    means = {d["scope"]: d["mean"] for d in facts_of("das")["descriptives"]}
    parts = sum(means[f"{scale}, {who}"] for scale in load("das").scale_ids if scale != "total")
    assert parts - means[f"total, {who}"] == pytest.approx(excess)


def test_each_norm_of_the_ims_says_how_many_answered_its_scale():
    assert [norm.n for norm in load("ims").norms] == [280, 282, 279, 278, 275, 278]


def test_the_reliable_change_of_the_rdas_is_a_number():
    (found,) = (f for f in load("rdas").evidence.findings if f.statistic == "reliable change")
    assert (found.step, found.scale, found.value) == ("reliability", "total", 11.58)


def test_the_keys_are_what_the_script_makes_of_the_facts():
    made = subprocess.run(
        [sys.executable, FACTS / "make_keys.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (made.returncode, made.stdout) == (0, "32 keys, 0 differ: none\n"), made.stdout + made.stderr


def test_the_committed_facts_are_the_shared_ones(shared):
    ours, theirs = read_facts(FACTS), read_facts(shared / "instruments")
    for facts in (ours, theirs):
        for source in facts["sources"].values():
            source.pop("where")  # ours is empty where a reader could not find it
        for entry in (*facts["instruments"], *facts["not_verified"]):
            entry.pop("recalled_notes", None)  # what is only remembered is not ours to pass on
    assert ours == theirs


def test_a_coding_on_the_command_line_and_in_streams(tmp_path):
    rows = [numbered("csi-16", [3] * 16), numbered("csi-16", [0] * 16)]
    path, out = tmp_path / "answers.csv", tmp_path / "scores.csv"
    pd.DataFrame(rows).to_csv(path, index=False)
    arguments = ["score", str(path), "-i", "csi-16", "--coding", "position", "-o", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "coding by position" in result.output
    assert pd.read_csv(out)["total"].tolist() == [43, 25]
    streamed = [s["total"].tolist() for s in score_stream("csi-16", [rows[:1], rows[1:]], coding="position")]
    assert streamed == [[43], [25]]
    form = load("csi-16").with_coding("position")
    assert score(form, encode(form, rows))["total"].tolist() == [43, 25]
    form_file = tmp_path / "in-part.toml"
    form_file.write_text(known_in_part().to_toml(), encoding="utf-8")
    refused = CliRunner().invoke(app, ["score", str(path), "-i", str(form_file), "--coding", "position"])
    assert refused.exit_code == 2
    assert "only some of the items" in " ".join(refused.stderr.split())


def test_prqc_norms_and_alphas_are_of_the_open_data(shared):
    couples = pd.read_csv(shared / "oracles" / "data" / "prqcQ.csv")
    halves = [couples[[f"prqc.{p}_{n}" for n in upto(18)]].set_axis(upto(18), axis=1) for p in (1, 2)]
    form = load("prqc").with_missing_rule(MissingRule(proportion=1))
    persons = pd.concat(halves, ignore_index=True).rename(columns="prqc_{}".format)
    made = {norm.scale: norm for norm in Norm.from_scores(score(form, persons), sample="open data")}
    assert len(form.norms) == 6
    for norm in form.norms:
        found = made[norm.scale]
        assert (found.n, round(found.mean, 2), round(found.sd, 2)) == (norm.n, norm.mean, norm.sd)
        # smoothed ranks are near the counted ones, which jump
        values = score(form, persons)[norm.scale]
        for point, rank in found.percentiles:
            counted = 100 * ((values < point - 1e-9).sum() + (abs(values - point) < 1e-9).sum() / 2) / found.n
            assert abs(rank - counted) < 5
    report = reliability_report(form, persons, missing="listwise")
    for finding in form.evidence.findings:
        assert round(report[finding.scale].alpha.estimate, 2) == finding.value
