"""`couple_report`: the parts are those of their own functions, and what is missing has a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import paper_table, reliability_report, simulate
from intimacy_scales.dyads import (
    CoupleReport,
    Dyads,
    apim,
    couple_reliability,
    couple_report,
    couple_scores,
    distinguishability,
    dyadic_invariance,
    partner_agreement,
    profile_similarity,
    reliable_difference,
)
from intimacy_scales.errors import (
    EstimationError,
    IntimacyScalesError,
    KeyingWarning,
    LikelyMissingCodeWarning,
)
from intimacy_scales.results.wording import apa, apa_p
from tests.shared.comparison import assert_close, near
from tests.shared.couples import couples_of, couples_with_scores, mixed_couples
from tests.shared.factor_answers import good
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.simulated_couples import close_couples, closeness_answers, normal_couples

SCALES = {"trust": "q1 q2 q3", "love": "q4 q5 -q6", "care": "q7 q8 q9"}


@cache
def answers(n: int = 60) -> pd.DataFrame:
    """Return answers of n couples to nine items, one row for each person."""
    rng = np.random.default_rng(4)
    couple = rng.normal(size=(n, 1, 3))
    persons = couple + rng.normal(size=(n, 2, 3))
    raw = 4 + np.repeat(persons, 3, axis=2) + rng.normal(size=(n, 2, 9))
    raw[..., 5] = 8 - raw[..., 5]
    table = pd.DataFrame(
        np.clip(np.rint(raw), 1, 7).reshape(-1, 9).astype(int), columns=[f"q{k}" for k in range(1, 10)]
    )
    return table.assign(
        couple=np.repeat(np.arange(n), 2), person=np.arange(2 * n), role=["wife", "husband"] * n,
        sex=list("ffmmfmfm" * (n // 4)), age=np.round(rng.normal(40, 9, 2 * n)),
        years=np.repeat(np.arange(n) * 7 % 23, 2), wave=1, empty=np.nan,
    )  # fmt: skip


def couples(*, roles: bool = True, **options: Any) -> Dyads:
    form = form_of({**SCALES, "total": {"of": list(SCALES)}}, high=7, evidence=PUBLISHED)
    role = {"role": "role"} if roles else {}
    return Dyads.from_long(
        form, answers(), **{"couple": "couple", "person": "person", "keep": ["age"], **role, **options}
    )


@cache
def report(*, roles: bool = True) -> CoupleReport:
    return couple_report(couples(roles=roles), outcome="love", predictors=["trust", "age"])


# ------------------------------------------------------------------ the parts


def test_couple_report_has_the_results_of_each_function() -> None:
    dyads, result = couples(), report()
    assert result.agreement == partner_agreement(dyads)
    assert result.scores == couple_scores(dyads).summary()
    similarity = profile_similarity(dyads)
    assert result.similarity == similarity
    assert result.strangers == similarity.pseudo_couples(rng=0)
    # a search may end one digit apart where old versions of numpy add up arrays that lie elsewhere in memory
    searched = [
        (result.distinguishability, distinguishability(dyads, list(SCALES))),
        (result.model, apim(dyads, "love", ["trust", "age"])),
        *((result.reliability[name], couple_reliability(dyads, name)) for name in dyads.scale_ids),
        *((result.invariance[name], dyadic_invariance(dyads, name)) for name in SCALES),
    ]
    for one, other in searched:
        assert_close(one.to_dict(), other.to_dict())
    assert {name: (c.n_reliable, c.n) for name, c in result.reliable_differences.items()} == {
        name: (int(reliable_difference(dyads, name).reliable.sum()), 60) for name in dyads.scale_ids
    }


def test_the_main_table_has_the_figures_of_a_paper() -> None:
    frame, agreement = report().to_frame(), report().agreement
    assert list(frame.index) == ["trust", "love", "care", "total"]
    for name, row in frame.iterrows():
        part, omega = agreement[str(name)], report().reliability[str(name)]
        assert (row["n"], row["r"], row["ci_low"]) == (60, float(part), part.main.interval.low)
        assert (row["mean_wife"], row["sd_husband"]) == (part.means[1], part.sds[0]) or (
            row["mean_wife"], row["sd_husband"],
        ) == (part.means[0], part.sds[1])  # fmt: skip
        assert row["difference"] == part["mean_difference"].estimate
        assert row["difference_p"] == part["mean_difference"].p_value
        assert [row[f"omega_{score}"] for score in ("wife", "husband", "mean", "difference")] == [
            omega[score].omega for score in ("wife", "husband", "mean", "difference")
        ]


def test_a_composite_has_no_part_in_what_follows_from_its_scales() -> None:
    result = report()
    assert result.similarity_scales == tuple(SCALES)
    assert result.distinguishability is not None
    assert result.distinguishability.variables == tuple(SCALES)
    assert dict(result.not_computed) == {
        "invariance of total": "it consists of other scales, and one factor is not its model"
    }


def test_every_table_has_both_its_texts_and_its_figures() -> None:
    for result in (report(), report(roles=False), mixed()):
        for table in result.tables():
            texts, frame = table.text_table(), table.to_frame()
            assert len(texts.rows) == len(frame) > 0
            assert table.to_csv().count("\n") == len(frame) + 1
        names = [table.name for table in result.tables()]
        assert names[0] == "scales"
        assert len(set(names)) == len(names)


# ------------------------------------------------------------------ kinds of couples


def test_exchangeable_partners_have_no_order() -> None:
    """Swapping the partners of some couples changes nothing but rounding, and the draws of strangers."""
    table = answers().copy()
    swapped = np.arange(len(table)).reshape(-1, 2)
    swapped[::3] = swapped[::3, ::-1]
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    both = [
        couple_report(
            Dyads.from_long(form, rows.assign(place=[1, 2] * 60), couple="couple", person="place"),
            outcome="love",
            predictors="trust",
            invariance=True,
        )
        for rows in (table, table.iloc[swapped.ravel()])
    ]
    for first, second in zip(*(r.tables() for r in both), strict=True):
        assert first.name == second.name
        for name, values in first.figures().items():
            if name in ("strangers", "p") and first.name == "similarity":
                continue
            if isinstance(values[0], float):
                near(np.array(values), np.array(second.figures()[name]), 1e-5)
            elif first.name not in ("effects", "not_computed"):
                assert values == second.figures()[name]


def test_partners_without_roles_have_an_icc_and_no_differences() -> None:
    result = report(roles=False)
    assert {"icc", "omega_partner"} <= set(result.to_frame().columns)
    assert not [name for name in result.to_frame().columns if "difference_" in name and "omega" not in name]
    assert set(result.not_computed) == {"distinguishability", "invariance"}
    assert result.not_computed["distinguishability"].startswith("partners have no roles")
    assert "(partners without roles)" in result.sentence()
    assert "did not clearly differ" not in result.sentence()


def test_invariance_of_exchangeable_partners_is_their_measurement_model() -> None:
    result = couple_report(couples(roles=False), scales=["trust"], invariance=True)
    assert result.invariance["trust"].exchangeable is not None
    assert "measurement" in [table.name for table in result.tables()]
    assert "invariance" not in result.not_computed


def test_invariance_can_be_left_out() -> None:
    result = couple_report(couples(), scales=["trust"], invariance=False)
    assert result.invariance == {}
    assert not [part for part in result.not_computed if part.startswith("invariance")]


@cache
def mixed() -> CoupleReport:
    return couple_report(couples(role="sex", mixed=True), outcome="love", predictors="trust")


def test_one_report_has_couples_of_every_composition() -> None:
    result = mixed()
    assert result.compositions == {"f-f": 15, "f-m": 30, "m-m": 15}
    frame = result.to_frame()
    assert list(frame.loc["trust"].index) == ["f-f", "f-m", "m-m"]
    assert list(frame.loc["trust", "coefficient"]) == ["ICC", "r", "ICC"]
    assert frame.loc["trust", "difference"].notna().tolist() == [False, True, False]
    assert not [name for name in frame.columns if name.startswith("omega")], "they are not of one composition"
    assert result.model is not None
    assert set(result.model.compositions) == {"f-f", "f-m", "m-m"}
    text = result.sentence()
    assert "(15 f-f, 30 f-m and 15 m-m)" in text
    assert "In f-m couples, means of f and m" in text
    assert any("agreement is reported by composition" in caution for caution in result.warnings)
    assert "compositions" in [table.name for table in result.tables()]


def test_couples_with_one_partner_and_unknown_roles_are_counted() -> None:
    dyads = mixed_couples(good(12, 2, 1), ["ff"] * 6 + ["fm"] * 6)
    assert couple_report(dyads).compositions == {"f-f": 6, "f-m": 6}
    table = answers().iloc[1:]  # the first couple has one partner
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    result = couple_report(
        Dyads.from_long(form, table, couple="couple", person="person", role="sex", mixed=True)
    )
    assert (result.n_couples, result.n_complete, result.n_one_partner) == (60, 59, 1)
    assert result.compositions["unknown"] == 1
    assert "Both partners of 59 of 60 couples" in result.sentence()
    assert "1 of unknown composition" in result.sentence()
    assert "in 1 only one partner did" in result.sentence()


# ------------------------------------------------------------------ what cannot be computed


def test_scores_without_items_have_reasons() -> None:
    result = couple_report(couples_of(good(30, 2, 1), roles=True))
    assert result.instrument is None
    assert result.scoring == "Scores were used as they were given."
    assert result.reliability == {}
    assert result.not_computed["reliability"] == "scores were given, not answers to items"
    assert result.not_computed["invariance"] == result.not_computed["reliability"]
    assert result.not_computed["similarity of profiles"].endswith("there is 1")
    assert result.distinguishability is not None


@pytest.mark.parametrize("pairs", [[[4, np.nan]], [[4, 5]], [[4, 5], [5, 5], [np.nan, np.nan]]])
def test_hardly_any_couples_give_a_report_with_reasons(pairs: Any) -> None:
    result = couple_report(couples_of(pairs, roles=True))
    n_without = sum(np.isnan(pair).all() for pair in pairs)
    assert (result.n_couples, result.n_without_answers) == (len(pairs) - n_without, n_without)
    assert any("row without answers" in caution for caution in result.warnings) == bool(n_without)
    assert any("is not defined" in caution for caution in result.warnings)
    assert "distinguishability" in result.not_computed
    assert CoupleReport.from_dict(result.to_dict()) == result
    assert "Not computed" in result.to_markdown()


def test_too_few_couples_for_items_and_model() -> None:
    table = answers().iloc[:10]
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role")
    result = couple_report(dyads, outcome="love", predictors="trust")
    reason = "5 couples with enough answers, and more than 6 are needed for 3 items of two partners"
    assert result.not_computed["reliability of trust"] == reason
    assert {"distinguishability", "invariance of care"} <= set(result.not_computed)
    assert "Omega" not in result.sentence()
    assert result.reliable_differences == {}


def test_two_items_count_with_equal_loadings() -> None:
    form = form_of({"trust": "q1 q2"}, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, answers(), couple="couple", person="person", role="role")
    result = couple_report(dyads)
    assert result.reliability["trust"] == couple_reliability(dyads, factors="tau_equivalent")
    assert "trust: reliability: a model of two items assumes that their loadings are equal" in result.warnings
    reason = "a factor for each partner needs three items, and it has 2 items"
    assert result.not_computed["invariance of trust"] == reason


def test_the_same_caution_about_several_scales_is_given_once() -> None:
    few = couple_report(couples().chosen(np.arange(12)), invariance=False)
    cautions = [c for c in few.warnings if "n = 12 couples is too small" in c]
    assert cautions[0].startswith("trust, love, care and total: n = 12 couples")
    assert len(cautions) == len(set(cautions)) < 5


@cache
def improper_report() -> CoupleReport:
    table = answers(60).iloc[:20]
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role")
    return couple_report(dyads, scales=["trust", "care"], invariance=False)


def test_an_improper_solution_is_not_reported_in_the_paragraph() -> None:
    result = improper_report()
    improper = [name for name, part in result.reliability.items() if part.improper]
    assert improper
    assert "has an improper solution, whose omega is not reported here" in result.sentence()
    for name in improper:
        assert f"({name})" not in result.sentence().partition("Omega, from")[2].partition("The model of")[0]


def test_no_table_has_figures_of_an_improper_solution() -> None:
    """Cells say so, the table for a paper has a note, and columns for programs are empty, with the reason."""
    result = improper_report()
    improper = [name for name, part in result.reliability.items() if part.improper]
    tables = {table.name: table for table in result.tables()}
    for name, columns in {
        "scales": ["omega_wife", "omega_husband", "omega_mean", "omega_difference"],
        "reliability": ["omega", "omega_ci_low", "omega_ci_high", "sem", "sem_ci_low", "sem_ci_high"],
        "true_correlations": ["r", "r_ci_low", "r_ci_high"],
    }.items():
        figures = pd.DataFrame(tables[name].figures())
        of_improper = figures["scale"].isin(improper)
        assert of_improper.any()
        assert figures.loc[of_improper, columns].isna().all(axis=None)
        assert figures.loc[~of_improper, columns].notna().all(axis=None)
        if name != "scales":
            reasons = ["; ".join(result.reliability[scale].improper) for scale in figures["scale"]]
            assert figures["improper"].tolist() == reasons
    cells = tables["scales"].text_table().columns
    assert [text == "improper" for text in cells["Omega mean"]] == [
        name in improper for name in ("trust", "care")
    ]
    assert f"Improper: figures of {' and '.join(improper)} that rest on" in tables["scales"].note
    assert tables["scales"].note in result.to_markdown()
    table = paper_table(result)
    assert [text == "improper" for text in table.table.columns["Wife: ω"]] == [
        name in improper for name in ("trust", "care")
    ]
    assert all(f"{name}: omega has an improper solution" in table.note for name in improper)
    assert "improper" not in report().to_frame().columns
    assert "mproper" not in report().tables()[0].note + paper_table(report()).note


def test_a_draft_says_so() -> None:
    dyads = Dyads.from_long(
        "scii-12", simulate("scii-12", 80, couples=0.5, rng=1).answers, couple="couple", person="partner"
    )
    result = couple_report(dyads, scales=["trust"])
    assert result.warnings[0].startswith("scii-12")
    assert "is a draft" in result.warnings[0]
    assert result.sentence().endswith("is a draft, and its scores are not validated.")


# ------------------------------------------------------------------ options


def test_intervals_have_the_level_of_the_report() -> None:
    result = couple_report(couples(), outcome="love", predictors="trust", confidence_level=0.9)
    again = CoupleReport.from_json(result.to_json())
    assert again == result
    assert again.to_html() == result.to_html()
    assert "95%" not in re.sub(r"What the effects say.*", "", result.to_markdown(), flags=re.S)
    narrow, wide = (r.tables()[0].to_frame() for r in (result, report()))
    assert (narrow["ci_high"] < wide["ci_high"]).all()
    counts = [r.reliable_differences["trust"] for r in (result, report())]
    assert counts[0].difference_needed < counts[1].difference_needed


def test_some_scales_only() -> None:
    result = couple_report(couples(), scales=["care", "trust"])
    assert result.scale_ids == ("care", "trust")
    assert list(result.to_frame().index) == ["care", "trust"]
    assert [row.scale for row in result.scores.scales] == ["care", "trust"]
    assert result.not_computed["similarity of profiles"].endswith("and there are 2")


def test_a_seed_gives_the_same_report() -> None:
    simple = {"scales": list(SCALES), "invariance": False}
    first, again, other = (couple_report(couples(), rng=seed, **simple).strangers for seed in (3, 3, 4))
    assert first == again != other


MODEL = {"outcome": "love", "predictors": "trust"}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such scale": ({"scales": ["trus"]}, "did you mean 'trust'"),
    "no scales": ({"scales": []}, "scales is empty; name some of trust, love, care, total"),
    "a text of scales": ({"scales": "trust"}, "scales"),
    "level": ({"confidence_level": 95}, "confidence_level=95 is not valid"),
    "invariance": ({"invariance": "scalar"}, "invariance='scalar' is not valid; allowed: None, True, False"),
    "outcome alone": ({"outcome": "love"}, "outcome= without predictors="),
    "predictor alone": ({"predictors": "love"}, "predictors= without outcome="),
    "no such outcome": ({"outcome": "lov", "predictors": "trust"}, "'lov' is no variable of these couples"),
    "no such predictor": ({"outcome": "love", "predictors": ["trus"]}, "'trus' is no variable"),
    "the same": ({"outcome": "love", "predictors": ["love"]}, "is among the predictors too"),
    "covariate alone": ({"covariates": "years"}, "covariates= without outcome="),
    "covariate without predictors": (
        {"outcome": "love", "covariates": ["years"]}, "outcome= without predictors=",
    ),
    "no such covariate": ({**MODEL, "covariates": ["yers"]}, "did you mean 'years'"),
    "a constant covariate": (
        {**MODEL, "covariates": "wave"}, "covariates='wave' does not vary between couples (all are 1); leave",
    ),
    "an empty covariate": ({**MODEL, "covariates": "empty"}, "(all are missing); leave it out"),
    "a covariate of persons": ({**MODEL, "covariates": "age"}, "use it as a predictor"),
    "a scale as covariate": ({**MODEL, "covariates": "care"}, "covariates='care' is a scale"),
    "predictor and covariate": (
        {"outcome": "love", "predictors": "years", "covariates": "years"},
        "is among the predictors and the covariates",
    ),
    "outcome and covariate": (
        {"outcome": "years", "predictors": "trust", "covariates": "years"}, "is among the covariates too",
    ),
    "seed": ({"rng": "one"}, "rng"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options_say_what_is_allowed(case: str) -> None:
    options, words = WRONG[case]
    with pytest.raises(IntimacyScalesError, match=re.escape(words)):
        couple_report(couples(keep=["age", "years", "wave", "empty"]), **options)


def test_several_occasions_are_refused() -> None:
    table = pd.concat([answers().assign(day=day) for day in (1, 2)])
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role", time="day")
    with pytest.raises(EstimationError, match=re.escape("dyads.at(1)")):
        couple_report(dyads)
    assert couple_report(dyads.at(2), scales=["trust"]).n_couples == 60


@pytest.mark.parametrize("days", [(1, 2), (1.0, 2.0), ("1", "2")])
def test_a_report_of_one_occasion_names_it(days: Any) -> None:
    table = pd.concat([answers().assign(day=day) for day in days])
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role", time="day")
    result = couple_report(dyads.at(days[1]), scales=["trust"], invariance=False)
    assert (result.occasion, report().occasion) == ("2", None)
    assert result.title.startswith("Report of 60 couples on occasion 2, ")
    assert f"answered {result.instrument} on occasion 2." in result.sentence()
    assert (result.to_dict()["occasion"], CoupleReport.from_json(result.to_json())) == ("2", result)
    for text in (result.to_markdown(), result.to_html(), repr(result)):
        assert "on occasion 2" in text
    assert "occasion" not in report().sentence() + report().title


def test_couples_with_missing_scores_count_by_full_information_which_is_said() -> None:
    table = answers().copy()
    table.loc[[4, 8], ["q4", "q5", "q6"]] = np.nan
    table.loc[8, [f"q{k}" for k in range(1, 10)]] = np.nan
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role")
    model = apim(dyads, "love", "trust")
    assert (model.n_couples, model.n_one_partner, model.n_incomplete) == (60, 1, 2)
    sample = "60 couples, 1 of them with one partner and 1 with other missing scores"
    assert f"{sample}, partners in roles, full information ML" in model.sentences()[0]
    result = couple_report(dyads, **MODEL, scales=["trust", "love"], invariance=False)
    assert f"({sample}; full information ML; " in result.sentence()
    listwise = apim(dyads, "love", "trust", missing="listwise")
    assert listwise.n_incomplete == 0
    assert "full information" not in listwise.sentences()[0]


def test_the_p_value_of_strangers_is_that_of_a_test_of_couples() -> None:
    strangers = report().strangers
    assert strangers is not None
    overall, distinctive = strangers["overall"], strangers["distinctive"]
    expected = f"at r = {apa(overall.expected)} (overall) and {apa(distinctive.expected)} (distinctive)."
    tests = f": {apa_p(overall.p_value)} (overall) and {apa_p(distinctive.p_value)} (distinctive)."
    of_strangers, _, of_couples = report().sentence().partition("One-sided tests that partners are no more ")
    assert of_strangers.rstrip().endswith(f"Profiles of strangers are expected to correlate {expected}")
    assert of_couples.startswith(f"similar than strangers, by 999 random re-pairings{tests}")


def test_covariates_are_those_of_the_model_and_are_said() -> None:
    dyads = couples(keep=["years"])
    result = couple_report(dyads, **MODEL, covariates=["years"], scales=["trust", "love"], invariance=False)
    assert result.model is not None
    assert_close(result.model.to_dict(), apim(dyads, "love", "trust", covariates=["years"]).to_dict())
    assert "Actor-partner model of love, adjusted for years (60 couples; REML; " in result.sentence()
    assert "covariates centred on their mean over couples" in result.sentence()
    assert "effect of years (wife) " in result.sentence()
    tables = {table.name: table for table in result.tables()}
    assert tables["effects"].title == "Actor-partner model of love, adjusted for years"
    for name in ("effects", "readings"):
        assert "effect of years (husband)" in list(tables[name].figures()["effect"])
    assert "adjusted for years" in result.model.sentences()[0]
    assert "love, adjusted" not in report().sentence()


def test_answers_reversed_before_reading_are_a_caution() -> None:
    form = form_of({"love": "q4 q5 -q6"}, high=7, evidence=PUBLISHED)
    table = answers().assign(q6=8 - answers()["q6"])
    for rows in (table, table.iloc[::2]):  # also of couples with one partner each
        dyads = Dyads.from_long(form, rows, couple="couple", person="person", role="role")
        with pytest.warns(KeyingWarning):
            persons = reliability_report(form, rows).scales[0].keying
        cautions = [text for text in couple_report(dyads).warnings if "probably reversed already" in text]
        assert cautions == [str(persons)]
    assert not [text for text in report().warnings if "reversed" in text]


def test_a_poor_fit_behind_reliable_differences_is_said() -> None:
    rng = np.random.default_rng(1)
    halves = np.repeat(rng.normal(size=(150, 2, 2)), 2, axis=2)
    x = np.clip(
        np.rint(50 + 8 * (halves + rng.normal(size=(150, 2, 1)) + rng.normal(size=(150, 2, 4)) / 2)), 0, 100
    )
    result = couple_report(normal_couples(x))
    assert any(
        text.startswith("a: reliability: the model of both partners' items fits poorly (CFI = .")
        for text in result.warnings
    )
    assert "The model fits poorly for a, so that these figures are rough." in result.sentence()
    assert "fits poorly" not in report().sentence()


def test_one_hypothesis_with_two_p_values_names_both_tests() -> None:
    tables = {table.name: table for table in report().tables()}
    effects, tests = tables["effects"], tables["path_tests"]
    assert "p (t test)" in effects.text_table().columns
    assert set(tests.figures()["test"]) == {"likelihood ratio", "likelihood ratio, I-SAT"}
    assert "one hypothesis, such as a partner effect of 0, may have two p values" in report().to_markdown()


def test_effects_of_small_units_have_significant_digits() -> None:
    table = answers().assign(age=answers()["age"] * 1e5)
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, table, couple="couple", person="person", role="role", keep=["age"])
    result = couple_report(dyads, outcome="love", predictors="age", scales=["love"], invariance=False)
    assert result.model is not None
    effect = result.model.effect("actor", "age", cell="wife")
    digits = effect.digits(2)
    assert digits > 7
    assert f"actor effect of age (wife) {effect.estimate:.{digits}f}, 95% CI [" in result.sentence()
    shown = {table.name: table for table in result.tables()}["effects"].text_table()
    place = list(shown.columns["Effect"]).index(effect.name)
    assert float(shown.columns["Estimate"][place]) == round(effect.estimate, effect.digits())
    assert shown.columns["95% CI"][place] == effect.confidence_interval().ends(effect.digits())


def test_a_residual_step_that_fails_is_said() -> None:
    result = report()
    failing = [
        name for name, tested in result.invariance.items() if tested.status("residual") == "not supported"
    ]
    noisier = answers().copy()
    rng = np.random.default_rng(2)
    wives = np.arange(0, len(noisier), 2)
    noisier.loc[wives, "q1"] = np.clip(noisier.loc[wives, "q1"] + rng.integers(-3, 4, len(wives)), 1, 7)
    form = form_of({"trust": SCALES["trust"]}, high=7, evidence=PUBLISHED)
    dyads = Dyads.from_long(form, noisier, couple="couple", person="person", role="role")
    unequal = couple_report(dyads)
    (tested,) = unequal.invariance.values()
    assert (tested.status("scalar"), tested.status("residual")) == ("supported", "not supported")
    assert "Residual invariance was not supported for trust." in unequal.sentence()
    assert ", and residual invariance was not." in tested.sentence()
    assert ("Residual invariance was not" in result.sentence()) is bool(failing)


# ------------------------------------------------------------------ texts and documents


@pytest.mark.parametrize("kind", ["roles", "exchangeable", "mixed"])
def test_documents_give_the_same_report(kind: str) -> None:
    result = {"roles": report, "exchangeable": lambda: report(roles=False), "mixed": mixed}[kind]()
    again = CoupleReport.from_json(result.to_json())
    assert again == result
    assert (again.sentence(), again.warnings, again.to_csv()) == (
        result.sentence(), result.warnings, result.to_csv(),
    )  # fmt: skip
    assert (again.to_markdown(), repr(again)) == (result.to_markdown(), repr(result))


def lists_in(value: Any) -> Iterator[list[Any]]:
    """Yield every list in a document."""
    if isinstance(value, list):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from lists_in(part)


def test_no_document_has_scores_of_couples() -> None:
    """A report can be passed on; each couple's scores are in a file of their own."""
    result = report()
    assert not [values for values in lists_in(result.to_dict()) if len(values) >= result.n_couples]


def test_the_page_is_the_main_table_then_the_paragraph() -> None:
    page = report().page()
    assert page.title == f"Report of 60 couples, {report().instrument}"
    assert page.tables[0].title == "Scales"
    for text in (report().to_markdown(), report().to_html(), report()._repr_html_()):
        assert "Partners" in text
    assert "<h2>Reliability of scores of couples</h2>" in report().to_html()
    assert repr(report()).startswith(f"<{page.title}\n")


def test_the_sentence_has_the_figures_of_the_parts() -> None:
    text, result = report().sentence(), report()
    assert text.startswith("Both partners of 60 couples (husband and wife) answered ")
    assert "trust, love and care are means of 3 items each (1 to 7; at least half answered)." in text
    lowest = min(result.agreement.scales, key=float)
    assert f"from r = {float(lowest):.2f}".replace("0.", ".", 1) in text
    assert result.distinguishability is not None
    assert result.distinguishability.sentence() in text
    assert "Scalar invariance across husband and wife" in text
    effect = result.model.effect("actor", "trust", cell="wife") if result.model else None
    assert effect is not None
    assert f"actor effect of trust (wife) {effect.estimate:.2f}, 95% CI [" in text
    assert "999 random re-pairings" in text


def test_one_or_two_scales_have_their_own_figures_in_the_sentence() -> None:
    result = couple_report(close_couples(closeness_answers(80)))
    r = result.agreement["closeness"]
    assert f"closeness r = {float(r):.2f}".replace("0.", ".") in result.sentence()
    count = result.reliable_differences["closeness"]
    assert f"in {count.n_reliable} of 80 couples (closeness)" in result.sentence()


# ------------------------------------------------------------------ pictures in the page


def test_pictures_become_part_of_the_page() -> None:
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    text = report().to_html([(svg, 'Two "lines" & a <dot>.', "A caption.")])
    assert text.count("<img ") == 1
    assert 'alt="Two &quot;lines&quot; &amp; a &lt;dot&gt;."' in text
    assert "<figcaption>A caption.</figcaption>" in text
    assert "http" not in text.replace('src="data:image/svg+xml;base64,', ""), "nothing is loaded"


@pytest.mark.parametrize(("n_bad", "text"), [(0, ""), (1, "1 other couple was"), (3, "3 other couples were")])
def test_the_paragraph_says_how_many_couples_were_left_out(n_bad: int, text: str) -> None:
    rng = np.random.default_rng(8)
    table = pd.DataFrame({"couple": np.repeat(np.arange(30), 2), "role": ["f", "m"] * 30})
    table["s"] = rng.normal(size=60)
    table.loc[: 2 * n_bad - 1, "role"] = "f"
    dyads = Dyads.of_scores(table, ["s"], couple="couple", role="role", on_fault="leave_out")
    result = couple_report(dyads)
    assert (result.n_couples, result.n_left_out) == (30 - n_bad, n_bad)
    first = result.sentence().split(". ")[0]
    left_out = f"; {text} left out because of faults of pairing" if n_bad else ""
    assert first == f"Both partners of {30 - n_bad} couples (f and m) have scores{left_out}"


# ------------------------------------------------------------------ odd data


def cautions(dyads: Dyads, **options: Any) -> str:
    return "\n".join(couple_report(dyads, invariance=False, **options).warnings)


@pytest.mark.parametrize(("n_other", "odd"), [(0, True), (2, True), (6, False)])
def test_one_partners_answers_twice_are_noticed(n_other: int, odd: bool) -> None:
    table = answers().copy()
    second = table.index % 2 == 1
    items = ["q1", "q2", "q3"]
    table.loc[second, items] = table.loc[~second, items].to_numpy()
    table.loc[table.index[second][:n_other], "q1"] = 8 - table.loc[table.index[second][:n_other], "q1"]
    table.loc[table.index[second][:n_other], "q2"] = table.loc[table.index[second][:n_other], "q2"] % 7 + 1
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    text = cautions(Dyads.from_long(form, table, couple="couple", person="person"))
    caution = f"trust: both partners have the same answers in {60 - n_other} of 60 couples: is this one"
    assert (caution in text) == odd
    assert "love: both" not in text


def test_one_partners_scores_twice_are_noticed() -> None:
    scores = np.random.default_rng(3).normal(size=40)
    same = couples_of(np.column_stack([scores, scores]))
    assert "trust: both partners have the same score in 40 of 40 couples" in cautions(same)
    assert "column twice" not in cautions(couples_of(np.full((40, 2), 3.0)))  # nobody differs
    assert "column twice" not in cautions(couples_of([[1, 1], [2, 2], [3, 3]]))  # by chance


def test_likely_codes_in_a_covariate_are_a_caution_and_one_warning() -> None:
    table = answers().assign(years=lambda t: t["years"].where(t["couple"] > 3, -99))
    form = form_of(SCALES, high=7, evidence=PUBLISHED)
    keys = {"couple": "couple", "person": "person", "keep": ["years"]}
    model = {"outcome": "love", "predictors": "trust", "covariates": "years"}
    dyads = Dyads.from_long(form, table, **keys)
    with pytest.warns(LikelyMissingCodeWarning) as caught:
        text = cautions(dyads, **model)
        dyads.couple_variable("years")
    assert len(caught) == 1
    assert "kept column 'years': 8 values (-99) look like codes" in text and "years" in text
    assert "kept column" not in cautions(dyads)  # it is not in the model
    assert "kept column" not in cautions(Dyads.from_long(form, table, **keys, missing_codes=-99), **model)
    hidden = Dyads.from_long(form, table, **keys, show_values=False)
    with pytest.warns(LikelyMissingCodeWarning):
        assert "-99" not in cautions(hidden, **model)


@pytest.mark.parametrize(
    ("names", "roles", "odd"),
    [("wife husband", False, True), ("w h", False, True), ("wife husband", True, False),
     ("a b", False, False), ("A B", False, False), ("1 2", False, False), ("p1 p2", False, False)],
)  # fmt: skip
def test_partners_that_are_named_by_roles_without_roles(names: str, roles: bool, odd: bool) -> None:
    pairs = {"s": np.random.default_rng(2).normal(size=(30, 2))}
    first, second = names.split()
    text = cautions(couples_with_scores(pairs, roles=roles, partners=(first, second)))
    assert (f"partners are called {first} and {second}, but are exchangeable" in text) == odd
