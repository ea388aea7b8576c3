"""`minimal_important_change` against R, a plain search, and what must not depend on the order of rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, ResponseError, minimal_important_change
from intimacy_scales.validity import MinimalImportantChange
from tests.shared.comparison import near

CHANGES = [
    -1.5, -0.5, 0, 0, 0.25, 0.5, 0.5, 0.75, 1, 1, 1.25, 1.5, 2, -0.25, 0.25, 0.75, 1.75, 0, 0.5, 1
]  # fmt: skip
ANCHOR = [1, 2, 3, 2, 3, 3, 4, 3, 4, 3, 4, 5, 5, 3, 4, 4, 4, 3, 3, 5]
# R 4: m <- glm(a >= 4 ~ x, binomial, control = list(epsilon = 1e-14)); L <- qlogis(mean(a >= 4));
# (L - coef(m)[1]) / coef(m)[2]; cor(x, a >= 4); cor(x, a, method = "spearman"); wilcox.test's W / (n1 n0)
R_INTERCEPT, R_SLOPE, R_PREDICTED = -2.373807647935, 3.559497511512, 0.610517901879
R_POINT_BISERIAL, R_ADJUSTED, R_SPEARMAN, R_AUC = (
    0.652155757504, 0.636262646386, 0.801714567969, 0.898989898990,
)  # fmt: skip

# 60 simulated persons whose anchor is no copy of their change, so that resamples separate no groups
NOISY = (
    [((7 * n) % 13 - 4) / 4 for n in range(60)],
    [1 + (3 * ((7 * n) % 13) + 5 * ((11 * n) % 7)) // 15 for n in range(60)],
)


def made(**options: Any) -> MinimalImportantChange:
    arguments: dict[str, Any] = {
        "changes": CHANGES,
        "anchor": ANCHOR,
        "improved": [4, 5],
        "rng": 1,
        "n_resamples": 200,
    }
    return minimal_important_change(**(arguments | options))


def test_values_of_r() -> None:
    result = made()
    near(result.intercept, R_INTERCEPT, 1e-9)
    near(result.slope, R_SLOPE, 1e-9)
    near(float(result["predicted"]), R_PREDICTED, 1e-9)
    near(float(result["adjusted"]), R_ADJUSTED, 1e-9)
    near(result.point_biserial, R_POINT_BISERIAL, 1e-10)
    near(result.anchor_correlation, R_SPEARMAN, 1e-10)
    near(result.auc, R_AUC, 1e-10)


def test_roc_and_mean_change_by_hand() -> None:
    """Cut at 0.625, 7 of 9 improved are above and 9 of 11 others below: the best of 11 cuts."""
    result = made()
    assert float(result["roc"]) == 0.625
    near(result.sensitivity, 7 / 9)
    near(result.specificity, 9 / 11)
    near(float(result["mean change"]), (0.5 + 1 + 1.25 + 0.25 + 0.75 + 1.75) / 6)
    assert result["mean change"].n == 6
    near(float(made(smallest_improvement=5)["mean change"]), (1.5 + 2 + 1) / 3)


def test_half_improved_needs_no_adjustment() -> None:
    """With as many improved as others the log odds are 0; symmetric changes meet in the middle."""
    result = made(changes=[-2, -1, 0, 1, 0, 1, 2, 3], anchor=[1, 1, 1, 1, 2, 2, 2, 2], improved=[2])
    near(float(result["predicted"]), 0.5, 1e-9)
    near(float(result), 0.5, 1e-9)


def test_scores_and_their_changes_are_the_same() -> None:
    before = [3.0] * len(CHANGES)
    after = [3.0 + change for change in CHANGES]
    assert (
        minimal_important_change(before, after, anchor=ANCHOR, improved=[4, 5], rng=1, n_resamples=200)
        == made()
    )


def test_lower_scores_that_are_better_give_the_mirror_image() -> None:
    result, mirrored = made(), made(changes=[-change for change in CHANGES], higher_is_better=False)
    for threshold in result.thresholds:
        near(float(mirrored[threshold.method]), -threshold.estimate, 1e-9)
        near(mirrored[threshold.method].interval.low, -threshold.interval.high, 1e-9)


@settings(max_examples=8)
@given(factor=st.floats(0.1, 50), order=st.permutations(range(60)))
def test_units_and_order_of_rows(factor: float, order: list[int]) -> None:
    changes, anchor = NOISY
    couples = [n // 2 for n in range(len(changes))]
    result = made(changes=changes, anchor=anchor, clusters=couples)
    other = made(
        changes=[factor * changes[n] for n in order],
        anchor=[anchor[n] for n in order],
        clusters=[couples[n] for n in order],
    )
    assert other.n_clusters == 30
    for threshold in result.thresholds:
        assert threshold.interval.reason is None
        near(float(other[threshold.method]), factor * threshold.estimate, 1e-6)
        near(other[threshold.method].interval.high, factor * threshold.interval.high, 1e-6)


def test_couples_that_change_together_widen_the_interval() -> None:
    twice = {"changes": NOISY[0] * 2, "anchor": NOISY[1] * 2, "n_resamples": 600}
    alone = made(**twice)["adjusted"].interval
    together = made(**twice, clusters=[*range(60)] * 2)["adjusted"].interval
    assert together.high - together.low > 1.2 * (alone.high - alone.low)
    assert together.n == 60


def test_missing_values_are_counted() -> None:
    result = made(changes=[*CHANGES, None, 1.0], anchor=[*ANCHOR, 4, None])
    assert (result.n, result.n_left_out) == (len(CHANGES), 2)
    assert float(result) == float(made())


def test_levels_of_text() -> None:
    names = {1: "much worse", 2: "worse", 3: "same", 4: "better", 5: "much better"}
    result = made(
        anchor=[names[a] for a in ANCHOR], levels=list(names.values()), improved=["better", "much better"]
    )
    assert float(result) == float(made())
    assert [level.n for level in result.levels] == [1, 2, 8, 6, 3]
    assert result.smallest_improvement == "better"


def test_separated_groups_are_said() -> None:
    result = made(anchor=[4 if change >= 1 else 3 for change in CHANGES], improved=[4])
    assert math.isnan(float(result))
    assert "no finite estimates" in str(result["predicted"].reason)
    assert float(result["roc"]) == 0.875
    assert any("separate" in text for text in result.warnings)
    assert "undefined" in result.sentence()


def test_change_beyond_measurement_error() -> None:
    small, large = made(sem=0.1), made(sem=0.5)
    near(large.smallest_detectable_change, 1.959963984540054 * math.sqrt(2) * 0.5)
    assert (small.detectable, large.detectable, made().detectable) == (True, False, None)
    assert any("cannot be told from measurement error" in text for text in large.warnings)
    assert not any("measurement error" in text for text in small.warnings)
    assert "smaller than the smallest detectable change" in large.sentence()


def test_weak_anchors_are_marked() -> None:
    rng = np.random.default_rng(5)
    x, noise = rng.normal(size=(2, 400))
    for slope, words in ((0.15, "no threshold should be used"), (0.5, "is limited"), (2.0, None)):
        anchor = np.where(slope * x + noise > 0, 2, 1)
        result = made(changes=x, anchor=anchor, improved=[2])
        marked = [text for text in result.warnings if "change and anchor correlate" in text]
        assert bool(marked) == (words is not None)
        assert words is None or words in marked[0]


def test_document_page_and_findings() -> None:
    result = made(sem=0.3)
    assert MinimalImportantChange.from_json(result.to_json()) == result
    assert "0.636" in result.to_markdown()
    assert list(result.to_frame().index) == ["adjusted", "predicted", "roc", "mean change"]
    findings = result.findings(sample="20 persons", source="made up", scale="total")
    assert findings[0].value == 0.636
    assert findings[-1].statistic == "correlation of change and anchor"
    assert {finding.step for finding in findings} == {"change"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"improved": [9]}, "nobody with a change has such an anchor"),
        ({"improved": [1, 2, 3, 4, 5]}, "everybody counts as improved"),
        ({"improved": [1, 2]}, "must be the best ones"),
        ({"improved": 4}, "is not a list of values"),
        ({"changes": [-change for change in CHANGES]}, "higher_is_better"),
        ({"changes": [1.0] * 20}, "changes that differ"),
        ({"before": CHANGES, "after": CHANGES}, "not both"),
        ({"changes": None}, "pass before and after"),
        ({"anchor": ANCHOR[:-1]}, "both need one for each person"),
        ({"sem": -1}, "sem=-1"),
        ({"clusters": [1, 2]}, "2 labels for 20 persons"),
        ({"clusters": [None] + [1] * 19}, "1 person without a label"),
        ({"smallest_improvement": 2}, "is not in improved"),
        ({"levels": ["worse", "better"]}, "is not one of levels"),
        ({"n_resamples": 5}, "n_resamples=5"),
    ],
)
def test_messages(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError) as raised:
        made(**options)
    assert words in str(raised.value)


def test_codes_are_not_changes() -> None:
    scores = [float(2 + n % 4) for n in range(20)]
    with pytest.raises(ResponseError, match="-99"):
        minimal_important_change(scores, [-99.0, *scores[1:]], anchor=ANCHOR, improved=[4, 5])
