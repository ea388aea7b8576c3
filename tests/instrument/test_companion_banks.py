"""The companion banks and their forms: what the model holds in addition to the six components."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from intimacy_scales import (
    InstrumentError,
    cronbach_alpha,
    encode,
    load,
    load_bank,
    reliability_report,
    score,
    simulate,
    structure_report,
)
from intimacy_scales.instrument.loading import shipped_banks
from tests.shared.instruments import keys_of

# companion bank → the beginning of its item ids, its scales with their number of items
COMPANIONS = {
    "foundations": ("fou", {"empathy": 4, "authenticity": 4, "openness": 6, "valued": 4}),
    "satisfaction": (
        "sat", {"contentment": 4, "decisions": 4, "respect": 4, "conflict": 4, "happiness": 4,
                "shared-moments": 4},
    ),
    "barriers": (
        "bar", {"poor-communication": 4, "past-wounds": 4, "fear-of-rejection": 4, "busyness": 5,
                "held-back": 4},
    ),
    "practices": (
        "pra", {"listening": 3, "check-ins": 3, "appreciation": 3, "safe-space": 3, "vulnerability": 3,
                "help-through-change": 3, "affection": 3},
    ),
    "resilience": ("res", {"adapting": 6, "growth": 7}),
    "closeness-kinds": ("clo", {"emotional": 5, "physical": 5, "sexual": 4}),
    "wellbeing": ("wel", {"loneliness": 4, "worry": 4, "stress": 4, "general": 4}),
}  # fmt: skip
AGREE = (
    "Strongly disagree", "Disagree", "Slightly disagree", "Neither agree nor disagree",
    "Slightly agree", "Agree", "Strongly agree",
)  # fmt: skip


def test_these_are_the_companion_banks():
    six = {"trust", "knowledge", "mutuality", "commitment", "caring", "interdependence"}
    assert set(shipped_banks()) == six | set(COMPANIONS)


@pytest.fixture(params=COMPANIONS)
def companion(request: pytest.FixtureRequest) -> str:
    """Name of each companion bank, and of its form."""
    return request.param


def test_a_companion_bank_has_three_to_seven_items_a_scale(companion):
    bank, (prefix, scales) = load_bank(companion), COMPANIONS[companion]
    assert Counter(item.facet for item in bank.items) == scales
    assert [facet.id for facet in bank.facets] == list(scales)
    assert all(3 <= n <= 7 for n in scales.values())
    assert [item.id for item in bank.items] == [f"{prefix}{n:02}" for n in range(1, len(bank.items) + 1)]
    for facet, n in scales.items():
        reverse = [item for item in bank.items if item.facet == facet and item.keyed == "-"]
        assert len(reverse) >= (n >= 4), facet
    assert all(facet.title and facet.description for facet in bank.facets)


def test_a_companion_form_scores_its_bank_as_it_is_keyed(companion):
    bank, form = load_bank(companion), load(companion)
    parts = dict(keys_of(form))
    if companion == "foundations":
        trust = parts.pop("trust")
        assert trust == keys_of(load("scii-24"))["trust"]
    for facet in bank.facets:
        items = [
            ("-" if item.keyed == "-" else "") + item.id for item in bank.items if item.facet == facet.id
        ]
        assert list(parts.pop(facet.id)) == items
    assert parts == {}
    keyed = [key.item for scale in form.scales for key in scale.keys]
    assert sorted(keyed) == sorted(form.item_ids)
    scale_of = {key.item: scale.id for scale in form.scales for key in scale.keys}
    order = [scale_of[item] for item in form.item_ids]
    assert [pair for pair in pairwise(order) if pair[0] == pair[1]] == []
    total = [scale for scale in form.scales if scale.of]
    assert len(total) == (companion not in {"closeness-kinds", "wellbeing"})
    assert all(scale.required == len(scale.of) for scale in total)


def test_companion_banks_and_forms_are_open_drafts(companion):
    for made in (load_bank(companion), load(companion)):
        assert (made.evidence.status, made.language) == ("draft", "en")
        assert "not yet answered" in (made.evidence.note or "")
        assert made.license is not None
        assert made.license.name == "CC-BY-4.0"
        assert companion in made.constructs
    assert load(companion).norms == load(companion).cutoffs == ()
    assert load(companion).instructions


def test_high_barriers_mean_more_barrier_and_every_report_says_so():
    form = load("barriers")
    assert "high = more barrier" in form.title
    assert all(s.against_closeness and s.high_means == "more barrier" for s in form.scales)
    most = {key.item: 1 if key.reverse else 7 for scale in form.scales for key in scale.keys}
    result = score("barriers", most)
    assert set(result.scores.values()) == {7.0}
    answers = simulate("barriers", 60, rng=1).answers
    reports = (
        result,
        score("barriers", answers),
        score("barriers", answers).summary(),
        reliability_report("barriers", answers),
        cronbach_alpha(encode("barriers", answers), scale="busyness"),
        structure_report("barriers", answers),
    )
    for report in reports:
        assert "high = more barrier" in repr(report)
    assert "high = more barrier" in reliability_report("barriers", answers).to_markdown()
    assert "high = more barrier" in structure_report("barriers", answers).to_markdown()


def test_wellbeing_is_not_a_clinical_screen_and_says_so():
    assert "not a screening test" in (load("wellbeing").description or "")
    assert "not a screening test" in load_bank("wellbeing").description
    assert {s.high_means for s in load("wellbeing").scales} == {
        "more loneliness",
        "more worry",
        "more stress",
        "more distress",
    }


def test_practices_are_answered_by_how_often():
    for item in load("practices").items:
        scale = item.response_scale
        assert [scale.label(v) for v in scale.values] == [
            "Never",
            "Rarely",
            "Sometimes",
            "Often",
            "Very often",
        ]


def test_practices_hold_no_reverse_keyed_item_and_explain_why():
    assert load("practices").one_option_scores["total"] == (1, 5)
    assert "key-balance" in [accepted.rule for accepted in load_bank("practices").accepted]


def test_other_companions_are_answered_by_agreement():
    for name in COMPANIONS.keys() - {"practices"}:
        for item in load(name).items:
            assert tuple(item.response_scale.label(v) for v in item.response_scale.values) == AGREE


def test_a_whole_bank_as_an_instrument_says_where_it_points():
    assert "high = more barrier" in str(load_bank("barriers").to_instrument().ref)
    assert "high = more barrier" in str(load("barriers-partner").ref)
    assert (load("barriers-partner").item("bar01").text or "").startswith("My partner dodges")


def test_what_the_partner_lived_through_is_not_asked():
    wounds = {item.id for item in load_bank("barriers").items if item.facet == "past-wounds"}
    assert wounds
    assert not wounds & set(load("barriers-partner").item_ids)
    with pytest.raises(InstrumentError, match=r"item 'bar05' has no partner wording in its bank"):
        load_bank("barriers").to_instrument(wording="partner")
