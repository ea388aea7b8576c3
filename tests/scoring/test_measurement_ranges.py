"""A score near a cut-off: whether its range of measurement error lies on both sides."""

from __future__ import annotations

import math
import subprocess
import sys
from statistics import NormalDist

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import EstimationError, load, reliability_report, score, simulate
from intimacy_scales.instrument import Cutoff
from intimacy_scales.reliability import measurement_error
from intimacy_scales.scoring import Interpretation, PersonInterpretation
from intimacy_scales.scoring.interpretation import applies
from intimacy_scales.scoring.measurement_ranges import check_sems, half_widths, range_around, straddles


def csi(*levels: int) -> list[dict[str, int]]:
    return [{f"csi16_{n}": level for n in range(1, 17)} for level in levels]


def cutoff(**side: object) -> Cutoff:
    return Cutoff.model_validate({"scale": "s", "meaning": "low", "source": "x"} | side)


def test_half_widths():
    z = NormalDist().inv_cdf(0.975)
    assert half_widths({"a": 2}, ("a", "b"), 0.95) == {"a": pytest.approx(2 * z)}
    assert half_widths(None, ("a",), 0.95) == {}


def test_range_around_ends_at_possible_scores():
    assert range_around(80, 5, (0, 81)) == (75, 81)
    assert range_around(2, 5, (0, 81)) == (0, 7)


SIDES = st.one_of(
    *(
        st.fixed_dictionaries({side: st.integers(0, 20)})
        for side in ("below", "at_most", "above", "at_least")
    ),
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: {"band": tuple(sorted(ends))}),
)


@given(SIDES, st.integers(0, 40), st.integers(0, 40))
def test_straddles_what_holds_for_some_scores_of_the_range_only(side, first, second):
    low, high = sorted((first / 2, second / 2))
    one = cutoff(**side)
    # boundaries are whole, so scores every quarter show every side that a range with ends at halves has
    inside = {applies(one, [one], low + n / 4, 1) for n in range(round((high - low) * 4) + 1)}
    assert straddles(one, [one], (low, high), 1) == (len(inside) == 2)


def test_straddles_bands_that_follow_each_other():
    first, second = cutoff(band=(0, 10)), cutoff(band=(11, 20))
    assert not straddles(first, [first, second], (8.0, 10.6), 1)  # 10.6 is read as in the first
    assert straddles(first, [first, second], (8.0, 11.0), 1)
    assert straddles(second, [first, second], (10.0, 11.0), 1)
    assert not straddles(second, [first, second], (8.0, 10.6), 1)


def test_a_person_near_a_cutoff():
    near, far = (score("csi-16", sheet).interpret(sems={"total": 3.6}) for sheet in csi(3, 1))
    (reading,) = near.readings
    half = 3.6 * NormalDist().inv_cdf(0.975)
    assert reading.around == pytest.approx((48 - half, 48 + half))
    assert reading.straddles is True
    assert "the 95% range of total, 40.94 to 55.06, straddles the cut-off (below 51.5)" in repr(near)
    assert far.readings[0].straddles is False
    assert "straddles no cut-off" in repr(far)
    assert PersonInterpretation.from_json(near.to_json()) == near


def test_without_a_sem_nothing_is_said():
    person = score("csi-16", csi(3)[0]).interpret()
    assert person.readings[0].around is None
    assert person.readings[0].straddles is None
    assert "measurement error" not in repr(person)
    table = score("csi-16", csi(3, 4)).interpret()
    assert table.straddling is None
    assert "straddling" not in table.summary()
    assert list(table.to_frame()) == ["total", "total_reading"]


def test_an_unscored_person_has_no_range():
    sheet = {"csi16_1": 3} | {f"csi16_{n}": None for n in range(2, 17)}
    reading = score("csi-16", sheet).interpret(sems={"total": 3.6}).readings[0]
    assert (reading.around, reading.straddles) == (None, None)


@pytest.mark.parametrize("kind", ["rows", "pandas", "polars"])
def test_tables_have_no_verdict_for_an_unscored_person(kind):
    rows = [*csi(3, 5), {"csi16_1": 3} | {f"csi16_{n}": None for n in range(2, 17)}]
    given = {"rows": list, "pandas": pd.DataFrame, "polars": pl.DataFrame}[kind](rows)
    table = score("csi-16", given).interpret(sems={"total": 3.6})
    column = table.to_frame()["total_straddles"]
    listed = [None if pd.isna(x) else x for x in (column.to_list() if kind == "polars" else column.tolist())]
    assert listed == [True, False, None]
    assert (table.to_dict()["straddles"], table.straddling) == ([[True], [False], [None]], (1,))
    assert Interpretation.from_json(table.to_json()) == table


@pytest.mark.parametrize("confidence_level", [0.68, 0.95])
def test_a_table_says_what_each_person_is_told(confidence_level):
    sheets = [*csi(0, 1, 2, 3, 4, 5), {f"csi16_{n}": 3 if n > 4 else 4 for n in range(1, 17)}]
    options = {"sems": {"total": 3.6}, "confidence_level": confidence_level}
    table = score("csi-16", sheets).interpret(**options)
    alone = [score("csi-16", sheet).interpret(**options).readings[0].straddles for sheet in sheets]
    assert table.straddles is not None
    assert table.straddles[:, 0].tolist() == alone == table.to_frame()["total_straddles"].tolist()
    assert table.straddling == (sum(alone),)
    assert table.summary()["straddling"].tolist() == [sum(alone)]
    again = Interpretation.from_json(table.to_json())
    assert again == table
    assert repr(again) == repr(table)


def test_a_document_written_before_ranges_is_read():
    document = score("csi-16", csi(2, 4)).interpret().to_dict()
    for name in ("sems", "confidence_level", "straddles"):
        del document[name]
    assert Interpretation.from_dict(document) == score("csi-16", csi(2, 4)).interpret()
    person = score("csi-16", csi(2)[0]).interpret().to_dict()
    del person["confidence_level"], person["readings"][0]["around"], person["readings"][0]["straddles"]
    assert PersonInterpretation.from_dict(person) == score("csi-16", csi(2)[0]).interpret()


def test_results_of_measurement_error_are_taken():
    error = measurement_error(0.9, sd=11.0)
    given_error = score("csi-16", csi(3)[0]).interpret(sems={"total": error})
    assert given_error == score("csi-16", csi(3)[0]).interpret(sems={"total": float(error.sem)})


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "3", True, None])
def test_check_sems_refuses(value):
    with pytest.raises(EstimationError, match="of total is not valid; allowed: numbers from 0 on"):
        check_sems({"total": value}, ["total"])


def test_check_sems_names_what_was_meant():
    with pytest.raises(EstimationError, match="totl"):
        score("csi-16", csi(3)[0]).interpret(sems={"totl": 3.6})
    with pytest.raises(EstimationError, match="allowed: scale → SEM"):
        score("csi-16", csi(3)).interpret(sems=3.6)
    with pytest.raises(EstimationError, match="confidence_level=95 is not valid"):
        score("csi-16", csi(3)).interpret(sems={"total": 3.6}, confidence_level=95)


def test_errors_of_another_instrument_or_scale_are_refused_unless_passed_as_numbers():
    report = reliability_report("kmss", simulate("kmss", 60, rng=1).answers)
    other = measurement_error(report["total"].alpha, sd=2)
    scores = score("csi-16", csi(3, 4))
    with pytest.raises(EstimationError, match=r"of total of kmss.*scores are of total of csi-16 .*number"):
        scores.interpret(sems={"total": other})
    with pytest.raises(EstimationError, match="of total of kmss"):
        score("csi-16", csi(3)[0]).interpret(sems={"total": other})
    assert scores.interpret(sems={"total": float(other)}).sems == {"total": float(other)}
    own = measurement_error(
        reliability_report("csi-16", simulate("csi-16", 60, rng=1).answers)["total"].alpha, sd=9
    )
    assert scores.interpret(sems={"total": own}).sems == {"total": own.sem}


def test_every_shipped_cutoff_can_be_straddled():
    for name in ("csi-4", "csi-16", "csi-32", "rdas", "rsat-7"):
        form = load(name)
        for one in form.cutoffs:
            low, high = form.score_ranges[one.scale]
            whole = (one.band or (low, high))[0] <= low and (one.band or (0, -1))[1] >= high
            assert straddles(one, form.cutoffs, (low, high), form.score_steps[one.scale]) is not whole


def test_one_person_needs_no_numpy():
    code = (
        "import sys; from intimacy_scales import score; "
        "score('csi-16', {f'csi16_{n}': 3 for n in range(1, 17)}).interpret(sems={'total': 3.6}); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
