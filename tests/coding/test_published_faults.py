"""Kinds of fault that were met in published data sets (Item Response Warehouse), on simulated answers."""

from __future__ import annotations

import numpy as np
import pytest

from intimacy_scales import KeyingWarning, load, score
from tests.shared.instruments import form_of
from tests.shared.stored_answers import ITEMS, check_of, faults_of, options_of_ten, ten


def with_published(form, stored):
    """The form with the mean, sd and alpha that its keyed answers have, as an article would report them."""
    from intimacy_scales import cronbach_alpha, encode

    right = encode(form, stored, columns=ITEMS)
    values = np.array(score(form, right)["total"])
    alpha = float(cronbach_alpha(right, scale="total"))
    document = form.model_dump(mode="json", exclude_defaults=True)
    document["norms"] = [
        {"scale": "total", "sample": "simulated", "n": 150, "mean": values.mean(), "sd": values.std()}
    ]
    finding = {"step": "reliability", "statistic": "alpha", "value": round(alpha, 2), "scale": "total"}
    document["evidence"] = {
        "status": "published",
        "findings": [finding | {"sample": "simulated", "source": "simulated"}],
    }
    return type(form).model_validate(document)


def test_issue_2114_reverse_items_shipped_raw_under_a_form_without_reverse_keys() -> None:
    keyed, stored = ten(), options_of_ten(21) + 1
    plain = ten(reverse=0)
    check = check_of(plain, stored)
    assert faults_of(check) == {"reversed already": set(ITEMS[6:])}
    assert check_of(keyed, stored).faults == ()
    assert "reverse key were missing" in check["q8"].text


def test_issue_2118_items_reversed_already_although_the_text_says_otherwise() -> None:
    form = form_of([{"id": "total", "items": [*ITEMS[:3], *(f"-{item}" for item in ITEMS[3:])]}])
    stored = options_of_ten(22, reverse=0) + 1  # the seven keyed items hold reversed answers
    check = check_of(form, stored)
    assert faults_of(check) == {"reversed already": set(ITEMS[3:])}
    assert (check.whole.hypothesis, check.whole.certainty) == ("reversed already", "surely")


def test_issue_2337_recode_reproduces_the_deposited_composite() -> None:
    form, options = ten(), options_of_ten(23)
    stored = options + 1
    stored[:, 6:] = 6 - stored[:, 6:]
    composite = stored.mean(axis=1)
    recode = check_of(form, stored).recode
    table = [
        {item: recode.get(item, {}).get(value, value) for item, value in zip(ITEMS, row, strict=True)}
        for row in stored.tolist()
    ]
    scores = score(form, table)["total"]
    assert np.max(np.abs(np.array(scores) - composite)) == 0


def test_issue_2100_stored_from_1_though_scored_from_0() -> None:
    check = check_of(ten(0), options_of_ten(24) + 1)
    assert check.whole.hypothesis == "stored from 1"
    assert check.recode == {1: 0, 2: 1, 3: 2, 4: 3, 5: 4}
    assert "recode={1: 0, 2: 1, 3: 2, 4: 3, 5: 4}" in check.warnings[0]


def test_issue_2196_answers_from_another_columns_scale_in_one_item() -> None:
    stored = options_of_ten(25) + 1
    rows = np.random.default_rng(25).choice(150, 25, replace=False)
    stored[rows, 3] = np.random.default_rng(26).integers(6, 11, 25)
    check = check_of(ten(), stored)
    assert set(check["q4"].items) == {"q4"}
    assert check["q4"].hypothesis != "as printed"
    assert [item for item in ITEMS if check[item].hypothesis != "as printed"] == ["q4"]


def test_published_figures_count_for_and_against() -> None:
    form = with_published(ten(), options_of_ten(27) + 1)
    stored = options_of_ten(27) + 1
    stored[:, 6:] = 6 - stored[:, 6:]
    evidence = dict(check_of(form, stored).faults[0].evidence)
    assert evidence["published figures"] > 0.5
    assert check_of(form, options_of_ten(27) + 1).faults == ()


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_codings_of_shipped_forms_are_read_before_anything_is_weighed() -> None:
    from intimacy_scales import simulate

    form = load("csi-16")
    answers = simulate(form, 200, rng=2).answers
    check = check_of(form.with_coding("position"), answers[list(form.item_ids)].to_numpy())
    assert "reversed already" in faults_of(check)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")
def test_keying_warning_and_check_name_the_same_items() -> None:
    from intimacy_scales import encode, reliability_report

    stored = options_of_ten(28) + 1
    stored[:, 1] = 6 - stored[:, 1]
    keying = reliability_report(encode(ten(), stored, columns=ITEMS))["total"].keying
    assert keying is not None and KeyingWarning
    assert set(keying.items) == faults_of(check_of(ten(), stored))["reversed already"]
