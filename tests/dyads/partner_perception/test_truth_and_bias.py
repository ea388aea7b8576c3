"""Truth and bias: R's values, a naive model, properties, and messages."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, TruthAndBias, truth_and_bias
from intimacy_scales.dyads.partner_perception.truth_models import of_all_couples, of_complete_couples
from intimacy_scales.errors import EstimationError, UnknownNameError
from tests.shared.comparison import close, near
from tests.shared.couples import couples_with_scores, swapped
from tests.shared.folders import REFERENCE
from tests.shared.simulated_couples import random_scores

SEEDS = st.integers(0, 10_000)
PATHS = ("directional_bias", "truth", "bias")


def judged(seed: int, n: int = 40) -> dict[str, Any]:
    return random_scores(seed, n, ("says", "own"))


def model(scores: dict[str, Any], role: bool = False, **options: Any) -> TruthAndBias:
    return truth_and_bias(couples_with_scores(scores, roles=role), judgement="says", truth="own", **options)


@given(seed=SEEDS, method=st.sampled_from(["ML", "MLR"]))
@settings(max_examples=6)
def test_full_information_of_complete_couples_is_the_closed_form(seed: int, method: Any) -> None:
    scores = judged(seed)
    for cells in ((None,), ("wife", "husband")):
        closed, full = (fit(scores["says"] - 4, scores["own"] - 4, cells, method) for fit in (
            of_complete_couples, of_all_couples,
        ))  # fmt: skip
        ours, theirs = ([(e.estimate, e.se) for e in (*m.estimates, *m.differences)] for m in (closed, full))
        close(ours, theirs, 2e-5)
        close(closed.residuals, full.residuals, 2e-5)
        close(closed.test[0], full.test[0], 1e-5) if len(cells) > 1 else None


@pytest.mark.parametrize("method", ["ML", "MLR"])
def test_full_information_as_lavaan(method: Any) -> None:
    """Values of tests/reference/truth_and_bias.R."""
    theirs = json.loads((REFERENCE / "truth_and_bias.json").read_text(encoding="utf-8"))
    table = np.genfromtxt(REFERENCE / "simulated-gaps.csv", delimiter=",", names=True, missing_values="NA")
    items = {"says": ("tru01", "tru04"), "own": ("com01", "com04")}
    scores = {name: np.column_stack([table[item] for item in pair]) for name, pair in items.items()}
    roles = model(scores, role=True, missing="fiml", estimator=method)
    alike = model(scores, missing="fiml", estimator=method)
    close([roles.centre, roles.chisq], [theirs["centre"], theirs["chisq"]], 1e-5)
    for result, kind in ((roles, "roles"), (alike, "alike")):
        values = theirs[method][kind]
        expected = dict(zip(values["label"], zip(values["est"], values["se"], strict=True), strict=True))
        short = dict(zip(PATHS, ("db", "t", "b"), strict=True))
        ends = {"wife": "1", "husband": "2", None: ""}
        for e in result.estimates:
            close([e.estimate, e.se], expected[short[e.name] + ends[e.partner]], 2e-5)
        for e in result.differences:
            close([e.estimate, e.se], expected[f"{short[e.name]}_diff"], 2e-5)


def test_one_partner_couples_count_with_full_information() -> None:
    scores = judged(6, 80)
    for places, who in ((slice(0, None, 10), 0), (slice(5, None, 10), 1)):
        for name in scores:
            scores[name][places, who] = np.nan
    for role in (False, True):
        full, listwise = model(scores, role, missing="fiml"), model(scores, role)
        assert (full.n_couples, full.n_left_out, listwise.n_couples) == (80, 0, 64)
        assert (
            full.path("bias", full.estimates[0].partner).se
            < listwise.path("bias", full.estimates[0].partner).se
        )


@given(seed=SEEDS, places=st.lists(st.booleans(), min_size=40, max_size=40))
@settings(max_examples=5)
def test_swapping_exchangeable_partners_changes_nothing(seed: int, places: list[bool]) -> None:
    scores = judged(seed)
    scores["says"][::7, 0] = scores["own"][::7, 0] = np.nan
    other = swapped(scores, np.array(places))
    choices: list[dict[str, Any]] = [{}, {"estimator": "MLR"}, {"missing": "fiml"}]
    for options in choices:
        one, two = model(scores, **options), model(other, **options)
        near(one.centre, two.centre)
        within = 1e-6 if options.get("missing") else 1e-10
        for ours, theirs in zip(one.estimates, two.estimates, strict=True):
            close([ours.estimate, ours.se], [theirs.estimate, theirs.se], within)


def test_truth_and_bias_finds_the_paths_of_simulated_judges() -> None:
    rng = np.random.default_rng(4)
    own = 4 + rng.standard_normal((4000, 2))
    says = 4.3 + 0.5 * (own[:, ::-1] - 4) + 0.2 * (own - 4) + 0.5 * rng.standard_normal((4000, 2))
    result = model({"says": says, "own": own})
    close([result.path(name).estimate for name in PATHS], [0.3, 0.5, 0.2], 0.03)


def test_scores_moved_by_a_constant_leave_all_paths() -> None:
    scores = judged(2)
    one, two = model(scores), model({name: s + 10 for name, s in scores.items()})
    near([e.estimate for e in two.estimates], [e.estimate for e in one.estimates], 1e-9)
    near(two.centre, one.centre + 10)


def test_own_reports_and_judgements_are_matched_by_couple_and_person() -> None:
    own = simulate("scii-24", 120, couples=0.5, rng=1).answers
    partner = simulate("scii-24-partner", 120, couples=0.5, rng=2).answers
    labels: dict[str, Any] = {"couple": "couple", "person": "partner"}
    straight = truth_and_bias(
        Dyads.from_long("scii-24", own, **labels),
        Dyads.from_long("scii-24-partner", partner, **labels),
        "trust",
    )
    shuffled = partner.sample(frac=1, random_state=3)
    moved = truth_and_bias(
        Dyads.from_long("scii-24", own, **labels),
        Dyads.from_long("scii-24-partner", shuffled, **labels),
        "trust",
    )
    near([e.estimate for e in moved.estimates], [e.estimate for e in straight.estimates])
    assert straight.instrument is not None
    assert straight.partner_instrument is not None
    assert (straight.instrument.id, straight.partner_instrument.id) == ("scii-24", "scii-24-partner")


def test_truth_and_bias_is_read_from_its_document_and_shown() -> None:
    for role in (False, True):
        result = model(judged(1), role)
        assert TruthAndBias.from_json(result.to_json()) == result
        assert "truth force" in repr(result)
        assert "own report" in result.sentence()
        assert len(result.to_frame()) == (9 if role else 3)
        assert "| truth force |" in result.to_markdown()
    assert result.to_frame()["partner"].tolist()[-1] == "wife - husband"
    assert any("40 couples" in text for text in result.warnings)


def test_couples_that_are_left_out_are_counted() -> None:
    scores = judged(1)
    scores["says"][:3, 0] = np.nan
    result = model(scores)
    assert (result.n_couples, result.n_left_out) == (37, 3)
    assert result.left_out == {"without all four scores": 3}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "reml"}, "did you mean 'REML'"),
        ({"missing": "FIML"}, "did you mean 'fiml'"),
        ({"estimator": "REML", "missing": "fiml"}, "use estimator='ML', or missing='listwise'"),
        ({"distinguishable": True}, "partners have no roles"),
        ({"truth": "says"}, "the same variable"),
        ({"judgement": None}, "name two variables"),
        ({"truth": "owm"}, "did you mean 'own'"),
    ],
)
def test_truth_and_bias_says_what_is_wrong(options: dict[str, Any], message: str) -> None:
    options = {"judgement": "says", "truth": "own"} | options
    with pytest.raises(EstimationError, match=message):
        truth_and_bias(couples_with_scores(judged(1)), **options)


def test_reports_that_do_not_vary_are_refused() -> None:
    scores = judged(1)
    with pytest.raises(EstimationError, match="own is 4 for everybody"):
        model(scores | {"own": np.full((40, 2), 4.0)})
    with pytest.raises(EstimationError, match="0 complete couples"):
        model({name: np.full((40, 2), np.nan) for name in scores})
    few = judged(1)
    few["says"][4:, 0] = np.nan
    with pytest.raises(
        EstimationError, match="4 couples with all four scores; missing='fiml' needs at least 5"
    ):
        model(few, missing="fiml")
    with pytest.raises(EstimationError, match="allowed: couples"):
        truth_and_bias(scores)  # type: ignore[arg-type]


def test_a_path_that_is_not_there_is_refused() -> None:
    result = model(judged(1), role=True)
    with pytest.raises(UnknownNameError, match="did you mean 'truth'"):
        result.path("Truth", "wife")
    with pytest.raises(UnknownNameError, match="allowed: 'wife', 'husband'"):
        result.path("truth")
    with pytest.raises(UnknownNameError, match="exchangeable"):
        model(judged(1)).path("truth", "wife")


@pytest.mark.parametrize("role", [False, True])
def test_sentences_say_what_each_path_means(role: bool) -> None:
    result = model(judged(3), role=role)
    lines = result.sentences()
    cautions = len(result.warnings)
    assert len(lines) == 2 + cautions + len(result.estimates) + len(result.differences) + role
    assert [line.lower() for line in lines[1 : 1 + cautions]] == [f"{text}." for text in result.warnings]
    for path, line in zip(result.estimates, lines[1 + cautions :], strict=False):
        assert re.search(rf"(differs? by|is|are) {path.estimate:.2f}\b", line)
        assert f"{path.interval_text()}, {path.test_text()}, all else" in line
    judge, other = [f"the {name}" for name in result.partners] if role else ("a partner", "the other partner")
    truth = next(line for line in lines if line.startswith(f"Where the own that {other} reports is 1 higher"))
    assert f"{judge}'s judgement of {other} differs by -0.0" in truth
    assert ("That paths and residual variances of both judges are equal" in lines[-1]) is role
    if role:
        values = [f"{float(result.path('truth', name)):.2f}" for name in result.partners]
        compared = next(line for line in lines if line.startswith("The truth force is "))
        assert all(value in compared for value in values)
    assert "90% CI" in result.sentences(0.9)[1 + cautions]
    assert TruthAndBias.from_json(result.to_json()).sentences() == lines
