"""`check_coding` on real answers of others, which are not part of the repository."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import check_coding, reliability_report
from tests.shared.folders import reference_data
from tests.shared.instruments import form_of
from tests.shared.stored_answers import check_of, faults_of

ORACLES, SAMPLES = reference_data() / "oracles" / "data", reference_data() / "samples"


def table(path: Path, **options: object) -> pd.DataFrame:
    if not path.is_file():
        pytest.skip(f"needs {path.name} of the reference data")
    return pd.read_csv(path, **options)  # type: ignore[call-overload]


@pytest.mark.parametrize("partner", [1, 2])
def test_two_commitment_items_that_stand_unreversed_are_named(partner: int) -> None:
    answers = table(ORACLES / "commitmentQ.csv")[[f"com.{partner}_{n}" for n in range(1, 6)]]
    form = form_of({"commitment": "com_1 com_2 com_3 com_4 com_5"}, high=9)
    check = check_coding(form, answers, columns=f"com.{partner}_{{n}}")
    assert faults_of(check) == {"reversed already": {"com_3", "com_4"}}
    assert check["com_3"].certainty == "probably"  # relations do not tell, means of items do
    assert "do not go with the other 3 items of commitment" in check.warnings[0]
    assert {n: 10 - n for n in range(1, 10)} == dict(
        eval(check.warnings[0].rpartition("recode=")[2][:-1])["com_3"]
    )
    keyed = form_of({"commitment": "com_1 com_2 -com_3 -com_4 com_5"}, high=9)
    assert check_coding(keyed, answers, columns=f"com.{partner}_{{n}}").faults == ()


def test_report_has_a_caution_where_alpha_is_lower_for_it() -> None:
    answers = table(ORACLES / "commitmentQ.csv")[[f"com.1_{n}" for n in range(1, 6)]]
    form = form_of({"commitment": "com_1 com_2 com_3 com_4 com_5"}, high=9)
    report = reliability_report(form, answers, columns="com.1_{n}")
    assert round(report["commitment"].alpha.estimate, 3) == 0.533
    assert any("com_3, com_4 do not go with the other 3 items" in text for text in report.warnings)


def test_first_item_of_agreeableness_runs_against_the_others() -> None:
    answers = table(ORACLES / "bfi.csv")[[f"A{n}" for n in range(1, 6)]]
    check = check_coding(form_of({"agree": "A1 A2 A3 A4 A5"}, high=6), answers)
    assert faults_of(check) == {"reversed already": {"A1"}}
    assert (check["A1"].certainty, check["A1"].r < -0.25) == ("surely", True)
    assert check_coding(form_of({"agree": "-A1 A2 A3 A4 A5"}, high=6), answers).faults == ()


def test_couples_items_are_clean_and_shifted_ones_are_not() -> None:
    answers = table(SAMPLES / "csv" / "divorce_predictors_semicolon.csv", sep=";").drop(columns="Divorce")
    form = form_of({"couple": " ".join(answers.columns)}, low=0, high=4)
    assert check_coding(form, answers).faults == ()
    assert check_coding(form, answers + 1).whole.hypothesis == "stored from 1"


def test_recodes_out_of_order_are_read_off_the_answers() -> None:
    """The numbers of this export were 1, 6, 2, 3, 4 in the order of its choice texts."""
    texts = table(SAMPLES / "qualtrics" / "legitimacy_choice_text.csv", skiprows=[1, 2])
    names = [f"legitimacy_{time}_{n}" for time in (1, 2) for n in range(1, 5)]
    order = ["stronlgy disagree", "somewhat disagree", "neutral", "somewhat agree", "strongly agree"]
    stored = texts[names].apply(lambda column: column.map(dict(zip(order, [1, 6, 2, 3, 4], strict=True))))
    form = form_of({"first": " ".join(names[:4]), "second": " ".join(names[4:])}, high=5)
    check = check_coding(form, stored)
    assert faults_of(check) == {"recodes permuted": set(names)}
    read = check.whole.as_recode()
    assert {stored: read[stored] for stored in (1, 3, 4)} == {1: 1, 3: 4, 4: 5}
    # "somewhat disagree" and "neutral" go with the same answers to other items, and the check says so
    assert {read[6], read[2]} == {2, 3} and "It is not told which comes first: 2 and 6" in check.warnings[0]
    assert check.whole.look_up == (2, 6) and check.recode == {}
    assert "If they are in this order: recode=" in check.warnings[0]


def test_partner_items_of_published_instruments_are_clean() -> None:
    answers = table(ORACLES / "prqcQ.csv")
    for partner in (1, 2):
        columns = {f"prqc_{n}": f"prqc.{partner}_{n}" for n in range(1, 19)}
        form = form_of({f"s{n}": " ".join(f"prqc_{3 * n + i}" for i in (1, 2, 3)) for n in range(6)}, high=7)
        assert check_coding(form, answers, columns=columns).faults == ()
    assert check_of(form, answers.iloc[:, :18].to_numpy()).faults == ()
