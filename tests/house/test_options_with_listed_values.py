"""Every option with a closed list of values names the value that was probably meant, and that value works."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import intimacy_scales as scales
from intimacy_scales import dyads, reliability
from intimacy_scales.dyads import couple_reliability, dyadic_invariance, partner_agreement
from intimacy_scales.factor import rotate
from intimacy_scales.jobs.executors import executor_of
from tests.shared.couples import couples_of, couples_with_scores
from tests.shared.evidence_answers import norm_by_years, two_methods
from tests.shared.folders import ROOT
from tests.shared.simulated_couples import (
    close_couples,
    closeness_answers,
    normal_answers,
    normal_couples,
    random_scores,
    scored_couples,
)

TRUST = "trust =~ tru01 + tru04 + tru09 + tru11"
PAIRS = ([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2])


@cache
def coded() -> Any:
    return scales.encode("scii-24", scales.simulate("scii-24", 200, rng=1).answers)


@cache
def trust_of_partners() -> Any:
    return partner_agreement(couples_of(np.transpose(PAIRS), roles=True))["trust"]


@cache
def alpha() -> Any:
    return scales.cronbach_alpha(coded(), scale="trust")


def compared() -> Any:
    return scales.known_groups(range(1, 9), [*["low"] * 3, "high", "low", *["high"] * 3], higher="high")


def divided(**options: Any) -> Any:
    groups = [*["low"] * 3, "high", "low", *["high"] * 3]
    return scales.cutoff_search(
        range(1, 9), groups, **({"higher": "high", "detect": "low", "n_resamples": 100, "rng": 1} | options)
    )


@cache
def fitted(estimator: str = "ML") -> Any:
    return scales.cfa(TRUST, coded(), estimator=estimator)


@cache
def both_partners() -> Any:
    return close_couples(closeness_answers(60))


@cache
def of_partners() -> Any:
    return dyadic_invariance(both_partners(), "closeness", steps=["configural", "metric"])


@cache
def invariant() -> Any:
    return scales.invariance(TRUST, coded(), groups=["a", "b"] * 100, steps=["configural", "metric"])


def nested(method: Any) -> Any:
    equal = scales.cfa(TRUST.replace("tru04", "1*tru04"), coded(), estimator="MLR")
    return scales.compare_models(fitted("MLR"), equal, method=method)


def days(**options: Any) -> Any:
    from intimacy_scales.simulation import simulate_diary

    answers = simulate_diary("scii-daily", 40, 7, rng=1).answers
    return reliability.diary_reliability(
        "scii-daily", answers, person="person", occasion="day", scale="total", **options
    )


@cache
def couples() -> Any:
    return normal_couples(normal_answers(60, 3, common=0.2))


def couple_omega(**options: Any) -> Any:
    return couple_reliability(couples(), **options)


def judged(**options: Any) -> Any:
    couples = couples_with_scores(random_scores(1, 30, ("says", "trust")), roles=True)
    return dyads.truth_and_bias(couples, judgement="says", truth="trust", **options)


def seen() -> Any:
    scores = random_scores(1, 30, ("says", "trust"))
    return dyads.perception(
        couples_with_scores({"trust": scores["trust"]}), couples_with_scores({"trust": scores["says"]})
    )


def surface(**options: Any) -> Any:
    return dyads.response_surface(couples_with_scores(random_scores(1, 30), roles=True), "y", "x", **options)


def couples_model(**options: Any) -> Any:
    return dyads.apim(scored_couples(40), "love", "trust", **options)


# name → a call with the value of the option, a value in another case or misspelled, the value that was meant
OPTIONS: dict[str, tuple[Callable[[Any], Any], str, str]] = {
    "cfa estimator": (lambda v: scales.cfa(TRUST, coded(), estimator=v), "mlr", "MLR"),
    "cfa missing": (lambda v: scales.cfa(TRUST, coded(), missing=v), "FIML", "fiml"),
    "cfa scaling": (
        lambda v: scales.cfa(TRUST, coded(), estimator="MLR", scaling=v),
        "satorra-bentler",
        "satorra_bentler",
    ),
    "cfa information": (lambda v: scales.cfa(TRUST, coded(), information=v), "Observed", "observed"),
    "cfa identification": (
        lambda v: scales.cfa(TRUST, coded(), identification=v),
        "std_factor",
        "fixed_factor",
    ),
    "factor_scores method": (lambda v: fitted().factor_scores(coded(), method=v), "Bartlett", "bartlett"),
    "invariance misfits": (lambda v: invariant().misfits(v), "Metric", "metric"),
    "dyadic_invariance direction": (
        lambda v: dyadic_invariance(both_partners(), "closeness", direction=v),
        "from-equal",
        "from_equal",
    ),
    "dyadic_invariance steps": (
        lambda v: dyadic_invariance(both_partners(), "closeness", steps=["configural", v]),
        "Metric",
        "metric",
    ),
    "dyadic_invariance status": (lambda v: of_partners().status(v), "Scalar", "scalar"),
    "dyadic_invariance to_free": (lambda v: of_partners().to_free(v), "Metric", "metric"),
    "dmacs identification": (
        lambda v: of_partners().dmacs(identification=v),
        "fixed-factor",
        "fixed_factor",
    ),
    "dmacs pooled": (lambda v: of_partners().dmacs(pooled=v), "root mean square", "root_mean_square"),
    "dmacs focal": (lambda v: of_partners().dmacs(focal=v), "Wife", "wife"),
    "compare_models method": (nested, "satorra2000", "satorra_2000"),
    "from_instrument factors": (
        lambda v: scales.Model.from_instrument("scii-24", factors=v),
        "second-order",
        "second_order",
    ),
    "htmt missing": (
        lambda v: scales.htmt(scales.load("scii-24"), coded(), missing=v),
        "Pairwise",
        "pairwise",
    ),
    "htmt kind": (
        lambda v: scales.htmt(scales.load("scii-24"), coded()).to_frame(v),
        "HTMT2",
        "htmt2",
    ),
    "efa rotation": (lambda v: scales.efa(coded(), 2, rotation=v), "Oblimin", "oblimin"),
    "efa method": (lambda v: scales.efa(coded(), 2, method=v), "ML", "ml"),
    "efa missing": (lambda v: scales.efa(coded(), 2, missing=v), "pairwse", "pairwise"),
    "rotate method": (lambda v: rotate(scales.efa(coded(), 2).loadings, v), "Varimax", "varimax"),
    "parallel_analysis null": (
        lambda v: scales.parallel_analysis(coded(), null=v, n_iterations=5, rng=1),
        "permute",
        "permuted",
    ),
    "alpha missing": (
        lambda v: scales.cronbach_alpha(coded(), scale="trust", missing=v),
        "list-wise",
        "listwise",
    ),
    "alpha interval": (lambda v: alpha().confidence_interval(method=v), "ADF", "adf"),
    "report interval": (lambda v: scales.reliability_report(coded(), interval=v), "ADF", "adf"),
    "compare_alphas method": (
        lambda v: reliability.compare_alphas(alpha(), alpha()).confidence_interval(method=v),
        "Delta",
        "delta",
    ),
    "guttman of": (
        lambda v: reliability.guttman_lambdas(coded(), scale="trust").confidence_interval(of=v),
        "Lambda6",
        "lambda6",
    ),
    "split_half of": (
        lambda v: reliability.split_half(coded(), scale="trust").confidence_interval(of=v),
        "spearman-brown",
        "spearman_brown",
    ),
    "omega model": (
        lambda v: scales.mcdonald_omega(coded(), scale="trust", model=v),
        "one factor",
        "one_factor",
    ),
    "omega denominator": (
        lambda v: scales.mcdonald_omega(coded(), scale="trust", denominator=v),
        "Observed",
        "observed",
    ),
    "omega of": (
        lambda v: scales.mcdonald_omega(coded(), scale="trust").confidence_interval(of=v),
        "Total",
        "total",
    ),
    "test_retest of": (
        lambda v: reliability.test_retest(*PAIRS).confidence_interval(of=v),
        "Agreement",
        "agreement",
    ),
    "group_icc of": (
        lambda v: reliability.group_icc(PAIRS[0], list("aabbcc")).confidence_interval(of=v),
        "ICC1",
        "icc1",
    ),
    "icc method": (
        lambda v: reliability.intraclass_corr(np.transpose(PAIRS))["ICC(A,1)"].confidence_interval(method=v),
        "shrout_fleiss",
        "shrout-fleiss",
    ),
    "icc form": (
        lambda v: reliability.intraclass_corr(np.transpose(PAIRS))[v],
        "icc(c,1)",
        "ICC(C,1)",
    ),
    "agreement method": (lambda v: trust_of_partners().confidence_interval(method=v), "Fisher-z", "fisher-z"),
    "agreement of": (lambda v: trust_of_partners().confidence_interval(of=v), "Pearson_r", "pearson_r"),
    "diary method": (lambda v: days(method=v), "REML", "reml"),
    "plan goal": (
        lambda v: scales.plan_sample_size(v, expected=0.8, n_items=8, width=0.1),
        "Alpha",
        "alpha",
    ),
    "plan method": (
        lambda v: scales.plan_sample_size("alpha", expected=0.8, n_items=8, width=0.1, method=v),
        "Bonett",
        "bonett",
    ),
    "encode on_invalid": (
        lambda v: scales.encode("ras", [{"ras_1": 4}], allow_missing_items=True, on_invalid=v),
        "mising",
        "missing",
    ),
    "score_many on_invalid": (
        lambda v: scales.score_many("ras", [{"ras_1": 4}], on_invalid=v),
        "Return",
        "return",
    ),
    "a scale of a report": (lambda v: scales.reliability_report(coded())[v], "Trust", "trust"),
    "a scale of an instrument": (lambda v: scales.cronbach_alpha(coded(), scale=v), "Trust", "trust"),
    "an item of a bank": (lambda v: scales.load_bank("trust").item(v), "TRU01", "tru01"),
    "a parameter": (lambda v: fitted().parameters[v], "trust =~ tru4", "trust =~ tru04"),
    "couple_reliability factors": (lambda v: couple_omega(factors=v), "tau equivalent", "tau_equivalent"),
    "couple_reliability estimator": (lambda v: couple_omega(estimator=v), "mlr", "MLR"),
    "couple_reliability missing": (lambda v: couple_omega(missing=v), "FIML", "fiml"),
    "couple interval method": (lambda v: couple_omega().confidence_interval(method=v), "Delta", "delta"),
    "couple interval of": (lambda v: couple_omega().confidence_interval(of=v), "SEM", "sem"),
    "truth_and_bias estimator": (lambda v: judged(estimator=v), "Mlr", "MLR"),
    "truth_and_bias missing": (lambda v: judged(missing=v), "FIML", "fiml"),
    "a path of truth and bias": (lambda v: judged().path(v, "wife"), "Truth", "truth"),
    "perception kind": (lambda v: seen().correlation("trust", v), "Accuracy", "accuracy"),
    "response_surface estimator": (lambda v: surface(estimator=v), "reml", "REML"),
    "surface interval": (
        lambda v: surface().surface("wife").confidence_interval("a4", method=v, n_resamples=100, rng=1),
        "BCa",
        "bca",
    ),
    "surface partner": (lambda v: surface().surface(v), "Wife", "wife"),
    "apim estimator": (lambda v: couples_model(estimator=v), "reml", "REML"),
    "apim error": (
        lambda v: couples_model(error=v, reliability={"love": 0.9, "trust": 0.9}),
        "correct",
        "corrected",
    ),
    "apim missing": (lambda v: couples_model(missing=v), "list", "listwise"),
    "apim loadings": (lambda v: couples_model(loadings=v), "Free", "free"),
    "apim ratio": (lambda v: couples_model().ratio_interval(cell="w", method=v), "profil", "profile"),
    "distinguishability estimator": (
        lambda v: dyads.distinguishability(scored_couples(40), ["love", "trust"], estimator=v),
        "mlr",
        "MLR",
    ),
    "common fate estimator": (
        lambda v: dyads.common_fate(scored_couples(40), "love", "trust", estimator=v),
        "mlr",
        "MLR",
    ),
    "known_groups of": (lambda v: compared().confidence_interval(of=v), "AUC", "auc"),
    "known_groups method": (lambda v: compared().confidence_interval(of="auc", method=v), "Logit", "logit"),
    "cutoff_search criterion": (lambda v: divided(criterion=v), "Youden", "youden"),
    "cutoff_search detect": (lambda v: divided(detect=v), "Low", "low"),
    "regression_norm criterion": (lambda v: norm_by_years(criterion=v), "BIC", "bic"),
    "regression_norm ranks": (lambda v: norm_by_years(ranks=v), "empiric", "empirical"),
    "norm outside": (lambda v: norm_by_years().standing(5.5, years=3, outside=v), "marked", "mark"),
    "mtmm kind": (
        lambda v: two_methods().of_kind(v), "monotrait_heteromethod", "monotrait-heteromethod",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_the_value_that_was_meant_is_named_and_works(case: str) -> None:
    call, wrong, meant = OPTIONS[case]
    with pytest.raises(scales.IntimacyScalesError) as caught:
        call(wrong)
    message = str(caught.value)
    assert message.endswith(f"; did you mean {meant!r}?")
    assert repr(wrong) in message or "".join(wrong.split()) in message
    call(meant)


@pytest.mark.parametrize("value", [["ML"], {"ML": 1}, None, 3, "x" * 300])
def test_values_of_another_type_are_refused_in_words(value: Any) -> None:
    for option in ("estimator", "missing", "scaling", "identification"):
        with pytest.raises(scales.EstimationError, match=rf"^{option}=.* is not valid; allowed: '") as caught:
            scales.cfa(TRUST, coded(), **{option: value})
        assert "did you mean" not in str(caught.value)
    for call in (
        lambda: scales.efa(coded(), 2, method=value),
        lambda: nested(value),
        lambda: executor_of(value) if value is not None else executor_of(0),  # type: ignore[arg-type]
    ):
        with pytest.raises(scales.IntimacyScalesError, match="is not valid; allowed: '"):
            call()


def test_an_estimator_of_another_kind_is_not_taken_for_a_misspelling() -> None:
    """WLS differs from ULS in one letter, and is another estimator."""
    for name in ("WLS", "WLSMV", "MLM"):
        with pytest.raises(scales.EstimationError, match=r"WLSMV, are not available$"):
            scales.cfa(TRUST, coded(), estimator=name)  # type: ignore[arg-type]


def test_lists_of_values_are_written_in_one_place() -> None:
    """A message about a listed value that does not come from `not_one_of` has no "did you mean"."""
    by_hand = re.compile(r"is not valid; allowed: (\{', '\.join\(|'\w+', '\w+'\")")
    files = sorted(Path(ROOT, "src").rglob("*.py"))
    assert len(files) > 300
    assert [path.name for path in files if by_hand.search(path.read_text(encoding="utf-8"))] == []
