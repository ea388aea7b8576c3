"""`cutoff_search` by hand, by plain loops, and what must not depend on the order of rows."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, cutoff_search, known_groups, load, score
from intimacy_scales.validity import CutoffFigures, CutoffSearch
from tests.shared.comparison import near

CLINIC = [12, 15, 11, 14, 18, 13, 16, 15, 17, 12]
OTHERS = [17, 20, 21, 19, 14, 22, 18, 16, 23, 19]
LABELS = ["clinic"] * 10 + ["others"] * 10


def made(**options: Any) -> CutoffSearch:
    arguments: dict[str, Any] = {"higher": "others", "detect": "clinic", "n_resamples": 100, "rng": 1}
    scores, groups = options.pop("scores", CLINIC + OTHERS), options.pop("groups", LABELS)
    return cutoff_search(scores, groups, **(arguments | options))


def test_rates_by_hand() -> None:
    """Below 16.5 are 8 of 10 in therapy and 2 of 10 others; below 15.5 are 7 and 1; below 17.5, 9 and 3."""
    result = made()
    rates = dict(zip(result.cutoffs.tolist(), result.figures(), strict=True))
    assert rates[16.5] == CutoffFigures(sensitivity=0.8, specificity=0.8)
    assert rates[15.5] == CutoffFigures(sensitivity=0.7, specificity=0.9)
    assert rates[17.5] == CutoffFigures(sensitivity=0.9, specificity=0.7)
    assert len(rates) == 12
    assert rates[18.5] == CutoffFigures(sensitivity=1.0, specificity=0.6)
    near(max(row.youden for row in rates.values()), 0.6)
    assert result.cutoff == 18.5  # of four with J = .6, the one of highest sensitivity
    assert result.equally_good == (18.5, 18.5)


def test_likelihood_ratios_and_predictive_values_by_hand() -> None:
    figures = CutoffFigures(sensitivity=0.9, specificity=0.7)
    near(figures.positive_likelihood_ratio, 3)
    near(figures.negative_likelihood_ratio, 1 / 7)
    near(figures.positive_predictive_value(0.2), 0.18 / (0.18 + 0.24))
    near(figures.negative_predictive_value(0.2), 0.56 / (0.56 + 0.02))
    assert math.isinf(CutoffFigures(sensitivity=0.9, specificity=1.0).positive_likelihood_ratio)
    assert math.isnan(CutoffFigures(sensitivity=0.0, specificity=1.0).positive_predictive_value(0.2))
    frame = made(prevalence=0.2).to_frame()
    near(float(frame.loc[17.5, "positive_predictive_value"]), 0.18 / (0.18 + 0.24))
    assert made().to_frame()["negative_predictive_value"].isna().all()


def test_criteria() -> None:
    scores = [1, 2, 3, 4, 5, 9, 4, 6, 7, 8, 9, 10]
    groups = ["clinic"] * 6 + ["others"] * 6
    # below 5.5: 5 of 6 and 1 of 6, J = 4/6, distance .236; below 9.5: 6 of 6 and 5 of 6
    youden = made(scores=scores, groups=groups)
    assert youden.cutoff == 5.5
    assert made(scores=scores, groups=groups, criterion="closest").cutoff == 5.5
    sure = made(scores=scores, groups=groups, criterion="sensitivity", least_sensitivity=0.95)
    assert sure.cutoff == 9.5
    near(sure.apparent.specificity, 1 / 6)
    near(made(scores=scores, groups=groups, criterion="sensitivity", least_sensitivity=5 / 6).cutoff, 5.5)


def test_the_middle_of_equally_good_cutoffs() -> None:
    """No score of the sample is between 4 and 8 in an instrument with whole scores: 4.5 to 7.5 are equal."""
    form = load("csi-4")
    low_half = [
        {f"csi4_{n}": value for n, value in enumerate(row, 1)}
        for row in ([1] * 4, [1, 1, 1, 0], [0, 1, 1, 0])
    ]
    high_half = [
        {f"csi4_{n}": value for n, value in enumerate(row, 1)} for row in ([2] * 4, [3, 2, 2, 2], [4] * 4)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = score(form, low_half + high_half)
    result = cutoff_search(scores, [1, 1, 1, 0, 0, 0], higher=0, detect=1, n_resamples=100, rng=1)
    assert result.possible_scores
    assert result.equally_good == (4.5, 7.5)
    assert result.cutoff == 6.5  # of two in the middle, the one that detects more
    mirrored = cutoff_search(scores, [1, 1, 1, 0, 0, 0], higher=0, detect=0, n_resamples=100, rng=1)
    assert mirrored.cutoff == 5.5
    plain = cutoff_search(scores["total"], [1, 1, 1, 0, 0, 0], higher=0, detect=1, n_resamples=100, rng=1)
    assert not plain.possible_scores
    assert plain.cutoff == 6.0


def test_a_prorated_score_leaves_no_possible_scores() -> None:
    """6 and 5 of three items are prorated to 16.5, which no complete answers give."""
    answers = [[3, 3, 4], [6, None, 5], [6, 6, 6], [7, 7, 7]]
    rows = [{f"kmss_{n}": value for n, value in enumerate(row, 1)} for row in answers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scores = score("kmss", rows)
    result = cutoff_search(scores, list("ccoo"), higher="o", detect="c", n_resamples=100, rng=1)
    assert not result.possible_scores
    assert result.cutoffs.tolist() == [13.25, 17.25, 19.5]


def plain_best(
    scores: list[float], clinic: list[bool], cutoffs: list[float]
) -> tuple[int, list[tuple[float, float]]]:
    """Youden's cut-off by loops, with ties decided as the documentation says."""
    rates = []
    for cut in cutoffs:
        low = [s < cut for s in scores]
        sensitivity = sum(a and b for a, b in zip(low, clinic, strict=True)) / sum(clinic)
        specificity = sum(not a and not b for a, b in zip(low, clinic, strict=True)) / (
            len(clinic) - sum(clinic)
        )
        rates.append((sensitivity, specificity))
    top = max(a + b for a, b in rates)
    good = [k for k, (a, b) in enumerate(rates) if a + b > top - 1e-9]
    sensitive = max(rates[k][0] for k in good)
    good = [k for k in good if rates[k][0] > sensitive - 1e-9]
    return (good[0] + good[-1] + 1) // 2, rates


@pytest.mark.parametrize("clustered", [False, True])
def test_optimism_by_loops(clustered: bool) -> None:
    """The same resamples, made of persons one by one."""
    order = sorted(range(20), key=lambda n: (CLINIC + OTHERS)[n])
    couple = [n // 2 for n in range(20)]
    result = made(clusters=couple if clustered else None)
    scores, clinic = CLINIC + OTHERS, [label == "clinic" for label in LABELS]
    # units: of others first (they are not "higher" first when sorted), each by its members' scores
    units = [[n] for n in order] if not clustered else [[2 * k, 2 * k + 1] for k in range(10)]
    kinds = [
        sorted((u for u in units if clinic[u[0]] is kind), key=lambda u: sorted(scores[n] for n in u))
        for kind in (True, False)
    ]
    rng = np.random.default_rng(1)
    drawn = [rng.integers(0, len(kind), size=(100, len(kind)), dtype=np.uint16) for kind in kinds]
    cutoffs = result.cutoffs.tolist()
    _, rates = plain_best(scores, clinic, cutoffs)
    optimism = np.zeros(2)
    chosen = []
    for b in range(100):
        persons = [
            n for kind, draws in zip(kinds, drawn, strict=True) for k in draws[b] for n in kind[int(k)]
        ]
        best, here = plain_best([scores[n] for n in persons], [clinic[n] for n in persons], cutoffs)
        optimism += np.subtract(here[best], rates[best])
        chosen.append(cutoffs[best])
    near(result.optimism.sensitivity, optimism[0] / 100, 1e-12)
    near(result.optimism.specificity, optimism[1] / 100, 1e-12)
    near(result.corrected.youden, result.apparent.youden - optimism.sum() / 100, 1e-12)
    ordered = sorted(chosen)
    assert tuple(result.cutoff_interval) == (ordered[2], ordered[97])
    assert result.optimism_of_youden > 0


@settings(max_examples=10)
@given(order=st.permutations(range(20)))
def test_order_of_rows_changes_nothing(order: list[int]) -> None:
    couple = [n // 2 for n in range(20)]
    scores = CLINIC + OTHERS
    permuted = made(
        scores=[scores[n] for n in order],
        groups=[LABELS[n] for n in order],
        clusters=[couple[n] for n in order],
    )
    assert permuted == made(clusters=couple)


def test_scores_that_mean_the_opposite_give_the_mirror_image() -> None:
    result = made()
    mirrored = made(scores=[-s for s in CLINIC + OTHERS], higher="clinic")
    assert mirrored.detects_above
    assert mirrored.cutoff == -result.cutoff
    assert mirrored.apparent == result.apparent
    assert mirrored.cutoffs.tolist() == (-result.cutoffs[::-1]).tolist()


def test_couples_in_both_groups_are_drawn_together() -> None:
    result = made(clusters=[*range(10)] * 2)
    assert result.n_clusters == 10
    assert result.cutoff_interval.n == 10
    assert result.auc == known_groups(CLINIC + OTHERS, LABELS, higher="others").auc


def test_wilson_intervals_of_rates() -> None:
    """R 4: prop.test(9, 10, correct = FALSE)$conf.int."""
    result = made(criterion="sensitivity", least_sensitivity=0.9)
    assert result.cutoff == 17.5
    low, high = result.sensitivity_interval
    near(low, 0.5958499732047, 1e-9)
    near(high, 0.9821237869049, 1e-9)
    # the same persons twice, in couples of equals: as wide as that of half of them
    twice = made(
        scores=(CLINIC + OTHERS) * 2, groups=LABELS * 2, clusters=[*range(20)] * 2,
        criterion="sensitivity", least_sensitivity=0.9,
    )  # fmt: skip
    effective = 9  # 10 couples: their variance is divided by 10 less 1
    share, z = 0.9, 1.959963984540054
    middle = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * math.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    near(twice.sensitivity_interval.low, middle - half, 1e-9)
    near(twice.sensitivity_interval.high, middle + half, 1e-9)


def test_a_direction_against_the_scores_is_kept_and_said() -> None:
    result = made(higher="clinic")
    assert result.auc < 0.5
    assert any("no cut-off should be used" in text for text in result.warnings)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"detect": None}, "detect is missing: name the group"),
        ({"detect": "clinics"}, "detect='clinics' is not valid"),
        ({"higher": None}, "higher is missing"),
        ({"criterion": "kappa"}, "criterion='kappa' is not valid"),
        ({"criterion": "sensitivity"}, "least_sensitivity=None is not valid"),
        ({"least_sensitivity": 0.9}, "used with criterion='sensitivity' only"),
        ({"prevalence": 20}, "prevalence=20 is not valid; allowed: a number above 0 and below 1"),
        ({"scores": [3] * 20}, "all scores are equal"),
        ({"n_resamples": 10}, "n_resamples=10 is not valid"),
    ],
)
def test_messages(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        made(**options)


def test_advice_of_a_sensitivity_that_is_out_of_reach_works() -> None:
    scores, groups = [1, 5, 5, 5, 2, 3, 4, 5], ["clinic"] * 4 + ["others"] * 4
    with pytest.raises(EstimationError, match=r"the largest is \.250"):
        made(scores=scores, groups=groups, criterion="sensitivity", least_sensitivity=0.9)
    assert made(scores=scores, groups=groups, criterion="sensitivity", least_sensitivity=0.25).chosen >= 0


def test_resamples_without_an_allowed_cutoff_are_told() -> None:
    scores, groups = [1, 2, 3, 5, 5, 2, 3, 4, 5, 5], ["clinic"] * 5 + ["others"] * 5
    result = made(scores=scores, groups=groups, criterion="sensitivity", least_sensitivity=0.6)
    assert "no cut-off reached the least sensitivity in" in str(result.cutoff_interval.reason)
    assert math.isnan(result.corrected.sensitivity)
    assert "not corrected for the choice" in result.sentence()
    assert any("apparent" in finding.statistic for finding in result.findings(sample="s", source="t"))


def test_document_and_displays() -> None:
    result = made(prevalence=0.1, clusters=[n // 2 for n in range(20)])
    assert CutoffSearch.from_json(result.to_json()) == result
    assert float(result) == result.cutoff
    assert [finding.step for finding in result.findings(sample="s", source="t")] == ["validity"] * 3
    assert "Corrected for the choice (100 bootstrap resamples of couples)" in result.sentence()
    columns = result.page().tables[1].columns
    assert {"PPV", "NPV", "LR+"} <= set(columns)
    assert "PPV" not in made().page().tables[1].columns
    assert "10 persons of clinic" in repr(result)
