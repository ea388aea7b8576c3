"""`regression_norm` against R (nlme::gls and optim), its intervals, and what it refuses."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    EstimationError,
    NotConvergedError,
    ResponseError,
    SmallSampleWarning,
    regression_norm,
    score,
    simulate,
)
from intimacy_scales.numerics.normal_draws import normal_quantiles
from intimacy_scales.validity import RegressionNorm
from intimacy_scales.validity.location_scale import mid_rank
from tests.shared.comparison import near

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")

# The persons of tests/reference/regression_norms.R, which made the values below
_I = np.arange(120)
YEARS = ((_I * 37) % 120) / 4
AGE = 20 + ((_I * 53) % 97) / 2
SCORES = np.round(
    3 + 0.08 * YEARS - 0.002 * YEARS**2 + 0.01 * AGE
    + np.exp(-0.6 + 0.03 * YEARS) * normal_quantiles((((_I * 71) % 120) + 0.5) / 120 - 0.5),
    2,
)  # fmt: skip
GLS_LOG_LIKELIHOOD, LM_LOG_LIKELIHOOD, LM_BIC = -155.047358176, -159.591741552, 338.333450074
OPTIM_YEARS = (3.355522109128, 0.104269046247, -0.002977287928, -0.455117149082, 0.022066549800)
OPTIM_BOTH_LOG_LIKELIHOOD = -152.14395907


def made(**options: Any) -> RegressionNorm:
    arguments: dict[str, Any] = {"on": {"years": YEARS}, "sample": "120 made up", "degree": 2}
    return regression_norm(options.pop("scores", SCORES), **(arguments | options))


def simulated(n_couples: int, seed: int = 7) -> dict[str, np.ndarray[Any, Any]]:
    """Partners with the same years together and half of their skewed residual in common."""
    rng = np.random.default_rng(seed)
    years = np.repeat(rng.uniform(0, 30, n_couples), 2)
    common = np.repeat(rng.exponential(1, n_couples), 2)
    e = (common + rng.exponential(1, 2 * n_couples) - 2) / math.sqrt(2)
    couple = np.repeat(np.arange(n_couples), 2)
    return {"years": years, "score": 5 + 0.03 * years + np.exp(-0.5 + 0.03 * years) * e, "couple": couple}


def test_values_of_r() -> None:
    norm = made()
    near(norm.log_likelihood, GLS_LOG_LIKELIHOOD, 1e-11)
    near(norm.log_likelihood_equal, LM_LOG_LIKELIHOOD, 1e-11)
    near(norm.likelihood_ratio, 2 * (GLS_LOG_LIKELIHOOD - LM_LOG_LIKELIHOOD), 1e-8)
    b0, b1, b2, g0, g1 = OPTIM_YEARS
    for years in (0.0, 3.5, 14.0, 29.75):
        near(norm.mean(years=years), b0 + b1 * years + b2 * years**2, 1e-7)
        near(norm.sd(years=years), math.exp(g0 + g1 * years), 1e-6)
        z = (4.0 - b0 - b1 * years - b2 * years**2) / math.exp(g0 + g1 * years)
        near(norm.z(4.0, years=years), z, 1e-5)
        near(norm.t(4.0, years=years), 50 + 10 * z, 1e-5)


def test_two_covariates_and_one_standard_deviation() -> None:
    both = made(on={"years": YEARS, "age": AGE}, degree=1)
    near(both.log_likelihood, OPTIM_BOTH_LOG_LIKELIHOOD, 1e-8)
    equal = made(spread=[])
    near(equal.log_likelihood, LM_LOG_LIKELIHOOD, 1e-11)
    near(equal.compared[0].bic, LM_BIC, 1e-10)
    assert (equal.df, equal.likelihood_ratio) == (0, 0.0)
    assert math.isnan(equal.likelihood_ratio_p)
    near(equal.sd(years=1), equal.sd(years=29))
    assert made(on={"years": YEARS, "age": AGE}, degree={"years": 2, "age": 0}).degrees == (2, 0)


def test_the_criterion_chooses_the_lowest_of_all_degrees() -> None:
    norm = made(on={"years": YEARS, "age": AGE}, degree=None)
    assert len(norm.compared) == 16
    assert norm.degrees == min(norm.compared, key=lambda one: one.bic).degrees
    for one in norm.compared:
        again = made(
            on={"years": YEARS, "age": AGE}, degree=dict(zip(("years", "age"), one.degrees, strict=True))
        )
        near(one.bic, -2 * again.log_likelihood + math.log(120) * one.n_parameters, 1e-10)
    assert made(degree=None, criterion="aic").criterion == "aic"


def test_percentile_ranks_of_the_sample() -> None:
    """Each person's rank is their place among standardized residuals; by the normal curve, Phi(z)."""
    norm, normal = made(), made(ranks="normal")
    z = [norm.z(float(y), years=float(t)) for y, t in zip(SCORES, YEARS, strict=True)]
    near(np.sort(z), norm.residuals, 1e-6)
    for person in (0, 17, 60, 119):
        below = sum(other < z[person] for other in z) + 0.5
        near(norm.percentile(float(SCORES[person]), years=float(YEARS[person])), 100 * below / 120, 1e-6)
        phi = 50 * math.erfc(-z[person] / math.sqrt(2))
        near(normal.percentile(float(SCORES[person]), years=float(YEARS[person])), phi, 1e-6)
    assert norm.percentile(99, years=3) == 100 * 119.5 / 120
    assert norm.standing(99, years=3).beyond == ">"
    assert norm.standing(99, years=3).percentile_interval.reason is not None
    near(norm.percentile(norm.scores_at(years=3)[1], years=3), 25)


def test_ties_count_half() -> None:
    assert mid_rank(2.0, np.array([1.0, 2.0, 2.0, 3.0])) == 0.5
    assert mid_rank(2.5, np.array([1.0, 2.0, 2.0, 3.0])) == (0.5 + 0.875) / 2


@settings(max_examples=15)
@given(
    factor=st.floats(0.1, 40), shift=st.floats(-50, 50), of_years=st.floats(0.1, 12),
    order=st.permutations(range(120)),
)  # fmt: skip
def test_units_and_order_of_rows(factor: float, shift: float, of_years: float, order: list[int]) -> None:
    norm = made(clusters=_I // 2)
    other = made(
        scores=(shift + factor * SCORES)[order],
        on={"years": of_years * YEARS[order]},
        clusters=(_I // 2)[order],
        on_invalid="accept",
    )
    mine, theirs = norm.standing(4, years=8), other.standing(shift + factor * 4, years=of_years * 8)
    near(theirs.z, mine.z, 1e-6, 1e-6)
    near(theirs.percentile, mine.percentile, 1e-6, 1e-4)
    near([*theirs.z_interval], [*mine.z_interval], 1e-5, 1e-5)
    near([*theirs.percentile_interval], [*mine.percentile_interval], 1e-3, 1e-3)
    near(other.likelihood_ratio, norm.likelihood_ratio, 1e-6)


def test_intervals_are_as_wide_as_resamples_of_couples() -> None:
    """The delta method, against refitted resamples of couples."""
    people, rng = simulated(300), np.random.default_rng(1)
    options: dict[str, Any] = {"sample": "simulated", "degree": 1}
    norm = regression_norm(people["score"], {"years": people["years"]}, clusters=people["couple"], **options)
    standing = norm.standing(6.5, years=20)
    figures = []
    for _ in range(200):
        drawn = np.repeat(2 * rng.integers(0, 300, 300), 2) + np.tile([0, 1], 300)
        again = regression_norm(people["score"][drawn], {"years": people["years"][drawn]}, **options)
        figures.append((again.z(6.5, years=20), again.percentile(6.5, years=20)))
    z_sd, rank_sd = np.std(figures, axis=0)
    low, high = standing.z_interval
    assert (high - low) / 3.92 == pytest.approx(z_sd, rel=0.2)
    low, high = standing.percentile_interval
    assert (high - low) / 3.92 == pytest.approx(rank_sd, rel=0.2)
    independent = regression_norm(people["score"], {"years": people["years"]}, **options)
    assert standing.z_interval.high - standing.z_interval.low > 1.1 * (
        independent.standing(6.5, years=20).z_interval.high
        - independent.standing(6.5, years=20).z_interval.low
    )


def test_outside_the_sample() -> None:
    norm = made()
    with pytest.raises(EstimationError, match=r"years=40 is outside the sample \(0 to 29.75\)"):
        norm.percentile(4, years=40)
    marked = norm.standing(4, years=40, outside="mark")
    assert marked.extrapolated == ("years",)
    assert "EXTRAPOLATED in years" in repr(marked)
    assert norm.standing(4, years=29.75).extrapolated == ()


def test_scores_that_kept_columns() -> None:
    answers = simulate("ras", n=240, rng=1).answers
    answers["years"], answers["couple"] = [n % 24 for n in range(240)], [n // 2 for n in range(240)]
    scores = score("ras", answers, keep=["years", "couple"])
    norm = regression_norm(scores, ["years"], sample="240 simulated persons", clusters="couple", degree=1)
    assert (norm.scale, norm.n_clusters, norm.score_range) == ("total", 120, (1.0, 5.0))
    same = regression_norm(scores["total"], {"years": answers["years"]}, sample="x", degree=1)
    near(norm.z(4, years=3), same.z(4, years=3))
    with pytest.raises(EstimationError, match="score=9 is not possible; allowed: 1 to 5"):
        norm.z(9, years=3)
    with pytest.raises(EstimationError, match=r"'age': that column was not kept.*keep=\['age'\]"):
        regression_norm(scores, ["age"], sample="x")


def test_few_persons_are_said() -> None:
    with pytest.warns(SmallSampleWarning, match="rests on 120 persons") as caught:
        norm = regression_norm(SCORES, {"years": YEARS}, sample="x", degree=1)
    assert caught[0].filename == __file__
    assert "uncertain" in norm.warnings[0]
    people = simulated(100)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        enough = regression_norm(people["score"], {"years": people["years"]}, sample="x", degree=1)
    assert enough.warnings == ()


def test_missing_values_are_counted() -> None:
    scores, years = [*SCORES, math.nan, 4.0], [*YEARS, 3.0, math.nan]
    norm = made(scores=scores, on={"years": years})
    assert (norm.n, norm.n_left_out) == (120, 2)
    near(norm.log_likelihood, GLS_LOG_LIKELIHOOD, 1e-11)


def test_document_page_and_findings() -> None:
    norm = made(clusters=_I // 2, source="this test")
    again = RegressionNorm.from_json(norm.to_json())
    assert again == norm
    assert again.percentile(4, years=3) == norm.percentile(4, years=3)
    assert again.standing(99, years=3).z_interval == norm.standing(99, years=3).z_interval
    with pytest.raises(Exception, match="read from its document"):
        again.standing(4, years=3)
    assert made(ranks="normal").standing(4, years=3).percentile_interval.low > 0
    assert "equal standard deviations" in norm.sentence()
    assert [table.title for table in norm.page().tables] == ["Scores by years", "Coefficients"]
    assert len(norm.to_frame()) == 5
    first, second = norm.findings()
    assert (first.step, second.value) == ("norms", 9.089)
    with pytest.raises(EstimationError, match="source is missing"):
        made().findings()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scores": SCORES[:29], "on": {"years": YEARS[:29]}}, "at least 30 persons"),
        ({"scores": [4.0] * 120}, "scores: all 120 values are 4"),
        ({"on": {"years": [3.0] * 120}}, "years: all 120 values are 3"),
        ({"on": ["years"]}, "the scores are a column themselves"),
        ({"on": {}}, "on is empty"),
        ({"on": {"years": YEARS[:-1]}}, "both need one for each person"),
        ({"degree": 9}, "degree=9 of years"),
        ({"degree": {"age": 1}}, "name each covariate: years"),
        ({"spread": ["age"]}, "spread"),
        ({"criterion": "cp"}, "criterion"),
        ({"ranks": "t"}, "ranks"),
        ({"on": {"years": YEARS, "months": 12 * YEARS + 1}}, "follows from the others"),
        ({"scores": 3 + 0.1 * YEARS}, "determine the scores exactly"),
        ({"clusters": [1]}, "1 label for 120 persons"),
    ],
)
def test_messages(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError) as raised:
        made(**options)
    assert words in str(raised.value)


def test_a_group_without_differences_has_no_standard_deviation() -> None:
    late = (YEARS >= 15).astype(float)
    with pytest.raises(NotConvergedError, match="goes to 0"):
        made(scores=np.where(late, SCORES, 4.0), on={"late": late}, degree=1)
    assert made(scores=np.where(late, SCORES, 4.0), on={"late": late}, degree=1, spread=[]).df == 0


def test_messages_of_the_norm() -> None:
    norm = made()
    for call, words in (
        (lambda: norm.z(4), "years is missing: the norm needs years"),
        (lambda: norm.z(4, years=3, age=3), "'age' is not a covariate"),
        (lambda: norm.z(math.nan, years=3), "allowed: a number"),
        (lambda: norm.standing(4, years=3, outside="ignore"), "outside"),  # type: ignore[arg-type]
    ):
        with pytest.raises(EstimationError) as raised:
            call()
        assert words in str(raised.value)


def test_codes_are_not_covariates() -> None:
    with pytest.raises(ResponseError, match="-99"):
        made(on={"years": [-99.0, *YEARS[1:]]})


def test_a_mean_that_explains_nothing_explains_0_percent() -> None:
    rng = np.random.default_rng(0)
    norm = regression_norm(rng.normal(3, 1, 600), {"y": rng.uniform(0, 30, 600)}, sample="simulated persons")
    assert "The mean explains 0% of the variance." in norm.sentence()
