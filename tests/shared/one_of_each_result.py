"""One result of each kind, all of the same answers, and the classes of results that there are."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import intimacy_scales
from intimacy_scales import (
    CodedResponses,
    Norm,
    SmallSampleWarning,
    reliability_report,
    score,
    structure_report,
)
from intimacy_scales.dyads import Dyads, perception, response_surface, truth_and_bias
from intimacy_scales.factor import cfa, covariances_as_sample, efa, htmt, sem
from intimacy_scales.reliability import (
    compare_alphas,
    conditional_error,
    cronbach_alpha,
    greatest_lower_bound,
    group_icc,
    guttman_lambdas,
    hierarchical_omega,
    intraclass_corr,
    item_analysis,
    item_moments,
    keyed_moments,
    mcdonald_omega,
    measurement_error,
    reliable_change,
    split_half,
    split_halves,
    stratified_alpha,
)
from intimacy_scales.reliability import test_retest as retest
from intimacy_scales.results.result import Result
from tests.shared.couples import couples_with_scores
from tests.shared.factor_answers import good, parts
from tests.shared.instruments import coded
from tests.shared.simulated_couples import random_scores

MODEL = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"


@cache
def answers() -> CodedResponses:
    x = parts(80, (3, 3), gaps=0.02)
    x[:, 4] = 8 - x[:, 4]
    return coded(x, {"a": "q1 q2 q3", "b": "q4 -q5 q6", "c": {"of": ["a", "b"]}})


def moments() -> Any:
    """Sums that several coefficients have been worked out of, and keep what was."""
    sums = item_moments(answers().instrument, answers())
    for missing in ("pairwise", "listwise"):
        keyed_moments(sums, "b", missing).correlations()
        cronbach_alpha(sums, scale="a", missing=missing, standardized=True, sds="pairs")
    assert len(sums.kept) == 4
    return sums


def scores() -> Any:
    return score(answers().instrument, answers())


RATED = good(30, 3, 1)


def norms_of_these() -> tuple[Norm, ...]:
    """Norms of the persons themselves, who are few."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SmallSampleWarning)
        return Norm.from_scores(scores(), sample="these")


RESULTS: dict[str, Callable[[], Any]] = {
    "codes": answers,
    "moments": moments,
    "moments of two groups": lambda: moments() + moments(),
    "keyed moments": lambda: keyed_moments(answers(), "b", "pairwise"),
    "keyed moments of sums": lambda: keyed_moments(moments(), "c", "listwise"),
    "keyed moments without an item": lambda: keyed_moments(moments(), "b", "pairwise").without(1),
    "alpha": lambda: cronbach_alpha(answers(), scale="b"),
    "lambdas": lambda: guttman_lambdas(answers(), scale="b"),
    "glb": lambda: greatest_lower_bound(answers(), scale="b"),
    "conditional errors": lambda: conditional_error(answers(), scale="b"),
    "limits": lambda: retest(RATED[:, 0], RATED[:, 1]).limits_of_agreement(),
    "two alphas": lambda: compare_alphas(*(cronbach_alpha(answers(), scale=name) for name in "ab")),
    "half": lambda: split_half(answers(), scale="b"),
    "halves": lambda: split_halves(answers(), scale="b"),
    "stratified": lambda: stratified_alpha(answers(), scale="c"),
    "omega": lambda: mcdonald_omega(answers(), scale="b"),
    "hierarchical": lambda: hierarchical_omega(answers(), scale="c", n_factors=3),
    "items": lambda: item_analysis(answers(), scale="b"),
    "icc": lambda: intraclass_corr(RATED),
    "groups": lambda: group_icc(RATED[:, 0], np.arange(30) // 2),
    "retest": lambda: retest(RATED[:, 0], RATED[:, 1]),
    "error": lambda: measurement_error(0.8, sd=1),
    "change": lambda: reliable_change(RATED[:, 0], RATED[:, 1], reliability=0.8),
    "change of one person": lambda: reliable_change(4.0, 5.5, reliability=0.8, sd=1),
    "change of scores": lambda: reliable_change(scores(), scores(), scale="b", reliability=0.8),
    "scores": scores,
    "standard scores": lambda: scores().standardize(norms_of_these()),
    "reliability report": lambda: reliability_report(answers().instrument, answers()),
    "structure report": lambda: structure_report(answers().instrument, answers(), n_iterations=2),
    "sample": lambda: covariances_as_sample(np.cov(RATED.T), n=30, names=["x", "y", "z"]),
    "cfa": lambda: cfa(MODEL, answers(), missing="fiml", estimator="MLR"),
    "sem": lambda: sem("a =~ q1 + q2 + q3; a ~ b*q4; q5 ~ c*a + q4; k := b*c", answers(), estimator="MLR"),
    "efa": lambda: efa(answers(), n_factors=2, missing="pairwise"),
    "htmt": lambda: htmt(MODEL, answers()),
    "truth and bias": lambda: truth_and_bias(judged_couples(), judgement="judged", truth="own"),
    "perception": lambda: perception(
        couples_with_scores({"a": RATED[:, :2]}), couples_with_scores({"a": RATED[:, 1:]})
    ),
    "response surface": lambda: response_surface(judged_couples(), "judged", "own"),
}


def judged_couples() -> Dyads:
    """Couples with two scores of each partner."""
    return couples_with_scores(random_scores(1, 40, ("own", "judged")), roles=True)


def result_classes() -> list[type[Result]]:
    """Every class of results in the package, also of modules that nothing here has imported."""
    for module in pkgutil.walk_packages(intimacy_scales.__path__, "intimacy_scales."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, left = [], [Result]
    while left:
        kinds = left.pop().__subclasses__()
        found += kinds
        left += kinds
    return [kind for kind in found if kind.__module__.startswith("intimacy_scales.")]
