"""`known_groups` against R, plain loops over pairs, and what must not depend on the order of rows."""

from __future__ import annotations

import itertools
import math
import warnings
from collections import defaultdict
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, ResponseError, Scores, known_groups, load, score
from intimacy_scales.errors import SingleClustersWarning
from intimacy_scales.validity import KnownGroups
from tests.shared.comparison import near

X = [5, 6, 4, 7, 5, 8, 6, 9, 7, 5, 6, 8]
Y = [2, 3, 5, 1, 4, 6, 3, 5, 2, 4]
LABELS = ["community"] * 12 + ["therapy"] * 10
# R 4: sp <- sqrt((11 * var(x) + 9 * var(y)) / 20); d <- (mean(x) - mean(y)) / sp
# J <- gamma(10) / (sqrt(10) * gamma(9.5)); se <- J * sqrt(22 / 120 + d^2 / 44)
R_D, R_J, R_G, R_G_SE = 1.8449945017331, 0.96194453374075, 1.7747823757238, 0.49115448230603
# s <- sqrt(1 / 12 + 1 / 10); uniroot(function(nc) pt(d / s, 20, nc) - .975, c(-5, 20), tol = 1e-13)$root * s
R_NONCENTRAL = (0.81578426826568, 2.8424826942439)
# t.test(x, y): statistic, parameter, p.value, conf.int, stderr
R_WELCH = (4.2866913282102, 18.861014036093, 0.00040415153003164, 1.4492369599043, 4.2174297067623)
# wilcox.test(x, y)$statistic / 120; psi <- outer(x, y, function(a, b) (a > b) + (a == b) / 2)
# se <- sqrt(var(rowMeans(psi)) / 12 + var(colMeans(psi)) / 10)
# plogis(qlogis(auc) + c(-1, 1) * qnorm(.975) * se / (auc * (1 - auc)))
R_AUC, R_AUC_SE, R_LOGIT = 0.90416666666667, 0.060496797551847, (0.70599176856645, 0.97373266038048)
# t.test(x[1:10], y, paired = TRUE): statistic, parameter, p.value, conf.int
R_PAIRED = (4.1497557085863, 9.0, 0.0024852862291743, 1.2281484577713, 4.1718515422287)
# t.test(tapply(x, rep(1:6, each = 2), mean), tapply(y, rep(1:5, each = 2), mean))
R_COUPLES = (5.0797215896712, 7.7623762376238, 0.0010456875973875, 1.5402197103098, 4.1264469563568)


def made(**options: Any) -> KnownGroups:
    return known_groups(
        options.pop("scores", X + Y), options.pop("groups", LABELS), **({"higher": "community"} | options)
    )


def check_t(result: KnownGroups, expected: tuple[float, ...]) -> None:
    low, high = result.confidence_interval(of="difference")
    for value, reference in zip(
        (result.t, result.difference_df, result.p_value, low, high), expected, strict=True
    ):
        near(value, reference, 1e-9)


def mixed(seed: int, n: int = 12) -> tuple[list[float], list[str], list[int]]:
    """Simulated couples with partners in one group or in both, single persons, and ties."""
    rng = np.random.default_rng(seed)
    couple = np.repeat(np.arange(n), 2)[:-1]
    label = np.where(np.arange(len(couple)) % 4 < 2, couple % 2, np.arange(len(couple)) % 2)
    values = np.rint(4 + label + rng.normal(size=n)[couple] + rng.normal(size=len(couple)))
    return values.tolist(), np.where(label == 1, "community", "therapy").tolist(), couple.tolist()


def test_d_and_g_of_r() -> None:
    result = made()
    near(result.d, R_D, 1e-12)
    near(result.g / result.d, R_J, 1e-12)
    near(float(result), R_G, 1e-12)
    near(result.g_se, R_G_SE, 1e-12)
    for end, reference in zip(result.confidence_interval(), R_NONCENTRAL, strict=True):
        near(end, reference, 1e-6)  # the noncentral t of SciPy 1.11 has seven digits
    low, high = result.confidence_interval(method="large sample")
    near(low, R_G - NormalDist().inv_cdf(0.975) * R_G_SE, 1e-9)
    near(high, R_G + NormalDist().inv_cdf(0.975) * R_G_SE, 1e-9)


def test_difference_of_r() -> None:
    check_t(made(), R_WELCH)


def test_couples_in_different_groups_are_a_paired_t_test() -> None:
    result = made(scores=X[:10] + Y, groups=["community"] * 10 + ["therapy"] * 10, clusters=[*range(10)] * 2)
    check_t(result, R_PAIRED)
    assert (result.n_clusters, result.n_clusters_in_both) == (10, 10)


def test_couples_in_one_group_are_welch_s_test_of_their_means() -> None:
    result = made(clusters=[n // 2 for n in range(22)])
    check_t(result, R_COUPLES)
    assert (result.n_clusters, result.n_clusters_in_both) == (11, 0)
    assert [group.n_clusters for group in result.groups] == [6, 5]


def test_area_under_the_curve_of_r() -> None:
    result = made()
    near(result.auc, R_AUC, 1e-12)
    near(result.auc_se, R_AUC_SE, 1e-12)
    interval = result.confidence_interval(of="auc")
    assert interval.method == "DeLong, logit"
    for end, reference in zip(interval, R_LOGIT, strict=True):
        near(end, reference, 1e-6)  # the noncentral t of SciPy 1.11 has seven digits
    low, high = result.confidence_interval(0.9, of="auc", method="symmetric")
    near(high - low, 2 * NormalDist().inv_cdf(0.95) * R_AUC_SE, 1e-9)


def test_two_against_two_by_hand() -> None:
    """(3, 1) and (2, 0): 3 of 4 pairs; placements 1, .5 and .5, 1: variance .125 / 2 + .125 / 2."""
    result = known_groups([3, 1, 2, 0], [1, 1, 0, 0], higher=1)
    assert result.auc == 0.75
    near(result.auc_se, math.sqrt(0.125))
    near(result.d, 1 / math.sqrt(2))


def plain_auc(values: list[float], labels: list[str], units: list[int]) -> tuple[float, float]:
    """Obuchowski's (1997) area and standard error by loops over pairs."""
    x = [(v, u) for v, label, u in zip(values, labels, units, strict=True) if label == "community"]
    y = [(v, u) for v, label, u in zip(values, labels, units, strict=True) if label == "therapy"]
    psi = [[1.0 if a > b else 0.5 if a == b else 0.0 for b, _ in y] for a, _ in x]
    m, n = len(x), len(y)
    auc = sum(map(sum, psi)) / (m * n)
    one: dict[int, float] = defaultdict(float)
    two: dict[int, float] = defaultdict(float)
    for i, (_, unit) in enumerate(x):
        one[unit] += sum(psi[i]) / n - auc
    for j, (_, unit) in enumerate(y):
        two[unit] += sum(psi[i][j] for i in range(m)) / m - auc
    s10 = len(one) / ((len(one) - 1) * m) * sum(value**2 for value in one.values())
    s01 = len(two) / ((len(two) - 1) * n) * sum(value**2 for value in two.values())
    every = set(units)
    s11 = len(every) / (len(every) - 1) * sum(one[u] * two[u] for u in every if u in one and u in two)
    return auc, math.sqrt(s10 / m + s01 / n + 2 / (m * n) * s11)


@pytest.mark.parametrize("seed", range(6))
def test_area_under_the_curve_by_loops(seed: int) -> None:
    values, labels, couple = mixed(seed)
    result = known_groups(values, labels, higher="community", clusters=couple)
    auc, error = plain_auc(values, labels, couple)
    near(result.auc, auc, 1e-12)
    near(result.auc_se, error, 1e-12)
    alone = known_groups(values, labels, higher="community")
    near(alone.auc_se, plain_auc(values, labels, [*range(len(values))])[1], 1e-12)
    assert result.n_clusters_in_both


@pytest.mark.parametrize("seed", range(3))
def test_g_of_couples_by_derivatives(seed: int) -> None:
    """The parts of g are its derivatives by the weight of each person, so finite differences find them."""
    values, labels, couple = mixed(seed)
    x, first, unit = np.array(values), np.array([label == "community" for label in labels]), np.array(couple)
    n = [first.sum(), (~first).sum()]

    def d(weights: Any) -> float:
        means = [np.average(x[g], weights=weights[g]) for g in (first, ~first)]
        squares = [
            size * np.average((x[g] - mean) ** 2, weights=weights[g])
            for g, mean, size in zip((first, ~first), means, n, strict=True)
        ]
        return float((means[0] - means[1]) / math.sqrt(sum(squares) / (sum(n) - 2)))

    step = 1e-5
    parts = np.array([(d(1 + step * e) - d(1 - step * e)) / (2 * step) for e in np.eye(len(x))])
    variance = 0.0
    sums = {
        g: [parts[(unit == u) & (first == g)].sum() for u in range(unit.max() + 1)] for g in (True, False)
    }
    for group in (True, False):
        size = len(set(unit[first == group].tolist()))
        variance += size / (size - 1) * sum(value**2 for value in sums[group])
    size = unit.max() + 1
    variance += 2 * size / (size - 1) * sum(a * b for a, b in zip(sums[True], sums[False], strict=True))
    result = known_groups(values, labels, higher="community", clusters=couple)
    near(result.g_se, result.g / result.d * math.sqrt(variance), 1e-6)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 50),
    order=st.permutations(range(23)),
    factor=st.floats(0.1, 50),
    shift=st.floats(-20, 20),
)
def test_order_of_rows_and_units_of_scores(seed: int, order: list[int], factor: float, shift: float) -> None:
    values, labels, couple = mixed(seed)
    result = known_groups(values, labels, higher="community", clusters=couple)
    permuted = known_groups(
        [values[n] for n in order], [labels[n] for n in order], higher="community",
        clusters=[couple[n] for n in order],
    )  # fmt: skip
    assert permuted == result  # to the last bit
    moved = known_groups([factor * v + shift for v in values], labels, higher="community", clusters=couple)
    near(moved.g, result.g, 1e-8, 1e-9)  # scores are rounded to 12 digits, so a difference of 0 is not exact
    near(moved.g_se, result.g_se, 1e-8)
    near(moved.auc_se, result.auc_se, 1e-8)
    near(moved.difference, factor * result.difference, 1e-8, 1e-9)
    near(moved.difference_df, result.difference_df, 1e-8)


@given(seed=st.integers(0, 50))
def test_the_other_group_as_higher_is_the_mirror_image(seed: int) -> None:
    values, labels, couple = mixed(seed)
    one, other = (known_groups(values, labels, higher=h, clusters=couple) for h in ("community", "therapy"))
    near(other.g, -one.g, 1e-12)
    near(other.auc, 1 - one.auc, 1e-12)
    near(other.auc_se, one.auc_se, 1e-12)
    near(other.g_se, one.g_se, 1e-12)
    low, high = one.confidence_interval(of="auc")
    mirrored = other.confidence_interval(of="auc")
    near(mirrored.low, 1 - high, 1e-10)
    near(mirrored.high, 1 - low, 1e-10)
    near(known_groups(values, labels, higher="therapy").confidence_interval().low,
         -known_groups(values, labels, higher="community").confidence_interval().high, 1e-9)  # fmt: skip


def test_a_direction_against_the_scores_is_kept_and_said() -> None:
    result = made(higher="therapy")
    near(result.auc, 1 - R_AUC, 1e-12)
    assert result.g < 0
    assert any("was expected to score higher, and scored lower" in text for text in result.warnings)
    assert not any("scored lower" in text for text in made().warnings)
    assert "therapy was expected to score higher" in result.sentence()


def test_persons_left_out_are_counted_by_reason() -> None:
    result = made(scores=[*X, *Y, None, 5, None], groups=[*LABELS, "therapy", None, None])
    assert result.left_out == {"no score": 1, "no group": 1, "neither score nor group": 1}
    assert (result.n, result.n_left_out) == (22, 3)
    near(result.g, R_G, 1e-12)


def test_groups_that_do_not_overlap_have_no_interval_of_the_area() -> None:
    result = known_groups([1, 2, 3, 4, 5, 6], list("lllhhh"), higher="h")
    assert result.auc == 1
    interval = result.confidence_interval(of="auc")
    assert math.isnan(interval.low)
    assert "do not overlap" in str(interval.reason)


def test_scores_that_do_not_vary_within_groups() -> None:
    result = known_groups([1, 1, 2, 2], [0, 0, 1, 1], higher=1)
    assert math.isnan(result.g)
    assert math.isnan(result.p_value)
    assert any("d and g are undefined" in text for text in result.warnings)
    assert "do not vary" in str(result.confidence_interval(of="difference").reason)


def scored() -> tuple[Scores, dict[str, list[Any]]]:
    rng = np.random.default_rng(3)
    columns: dict[str, list[Any]] = {f"csi4_{n}": rng.integers(0, 6, 40).tolist() for n in range(1, 5)}
    columns |= {"therapy": (np.arange(40) // 2 % 2).tolist(), "couple": (np.arange(40) // 2).tolist()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [{name: values[n] for name, values in columns.items()} for n in range(40)]
        return score(load("csi-4"), rows, keep=["therapy", "couple"]), columns


def test_kept_columns_of_scores() -> None:
    scores, columns = scored()
    result = known_groups(scores, "therapy", higher=0, clusters="couple")
    plain = known_groups(scores["total"], columns["therapy"], higher=0, clusters=columns["couple"])
    assert result.instrument == scores.instrument
    assert (result.scale, result.groups[0].label, result.n_clusters) == ("total", "0", 20)
    near(result.g, plain.g)
    near(result.g_se, plain.g_se)
    finding = result.findings(sample="simulated", source="a test")[0]
    assert (finding.step, finding.scale, finding.n) == ("validity", "total", 40)
    assert finding.of == "total, 0 compared with 1"
    form = load("csi-4").with_evidence(result.findings(sample="simulated", source="a test"))
    assert any("known groups" in line for step in form.evidence_steps for line in step.known)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"higher": None}, "higher is missing: name the group .* \\('community', 'therapy'\\)"),
        ({"higher": "clinic"}, "higher='clinic' is not a label of groups; .* \\('community', 'therapy'\\)"),
        ({"groups": ["a"] * 22}, "1 label \\('a'\\); two groups are compared"),
        ({"groups": ["a"] * 8 + ["b"] * 8 + ["c"] * 6}, "3 labels .*Make the labels of all others missing"),
        ({"groups": LABELS[:-1]}, "21 labels for 22 scores"),
        ({"groups": ["community"] * 21 + ["therapy"]}, "1 person of group 'therapy' with a score"),
        ({"groups": "therapy"}, "plain scores have none; pass one label for each person"),
        ({"scale": "total"}, "leave it out with plain numbers"),
        ({"clusters": [None] + [1] * 21}, "1 person .* belong to none, the first in row 0"),
        ({"clusters": [1] * 22}, "all persons of group 'community' are in one cluster"),
    ],
)  # fmt: skip
def test_messages(options: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimationError, match=words):
        made(**options)


@pytest.mark.parametrize("kind", ["list", "numpy", "pandas", "polars", "pyarrow"])
def test_columns_of_every_library(kind: str) -> None:
    def column(values: list[Any]) -> Any:
        if kind == "pandas":
            return pd.Series(values, index=range(5, 27))
        makers = {"list": list, "numpy": np.array, "polars": pl.Series, "pyarrow": pa.array}
        return makers[kind](values)

    couple = [n // 2 for n in range(22)]
    result = known_groups(column(X + Y), column(LABELS), higher="community", clusters=column(couple))
    assert result == made(clusters=couple)


def test_rows_of_another_index_are_refused() -> None:
    scores = pd.Series(X + Y)
    with pytest.raises(EstimationError, match="the index of the labels is not that of the scores"):
        known_groups(scores, pd.Series(LABELS, index=range(1, 23)), higher="community")


def test_advice_of_three_groups_works() -> None:
    labels: list[str | None] = ["community"] * 12 + ["therapy"] * 5 + ["divorced"] * 5
    with pytest.raises(EstimationError, match="3 labels"):
        made(groups=labels)
    result = made(groups=[None if label == "divorced" else label for label in labels])
    assert result.left_out == {"no group": 5}


def test_codes_for_missing_scores_are_refused() -> None:
    with pytest.raises(ResponseError, match="looks like a code"):
        made(scores=[*X[:-1], -99, *Y])
    assert made(scores=[*X[:-1], -99, *Y], on_invalid="accept").n == 22


def coded(*codes: Any, first: Any = 1, second: Any = 2) -> list[Any]:
    """Labels of persons, of whom the last ones have codes."""
    plain = [first] * 12 + [second] * 10
    return [*plain[: len(plain) - len(codes)], *codes]


@pytest.mark.parametrize("code", [-9, -99, 99, 999, "99", " -99 ", 99.0, 88])
@pytest.mark.parametrize("labels", [(1, 2), ("community", "therapy"), (0, 1)])
def test_codes_for_missing_labels_of_groups_are_refused(labels: tuple[Any, Any], code: Any) -> None:
    groups = np.array(coded(code, code, first=labels[0], second=labels[1]), dtype=object)
    with pytest.raises(ResponseError, match=r"groups: .*\(2 persons\) looks like a code") as caught:
        made(groups=groups, higher=labels[0])
    assert 'on_invalid="accept"' in str(caught.value)
    assert "persons with it belong to no group" in str(caught.value)
    assert made(groups=[None if g == code else g for g in groups], higher=labels[0]).n == 20


def test_a_code_next_to_one_group_is_not_a_second_group() -> None:
    with pytest.raises(ResponseError, match=r"99 \(10 persons\) .* the other labels are 1\."):
        made(groups=[1] * 12 + [99] * 10, higher=1)
    with pytest.raises(ResponseError, match=r"-99 \(1 person\) and -98 \(1 person\) look like codes"):
        made(groups=coded(-99, -98), higher=1)


def test_a_group_that_is_called_99_can_be_said() -> None:
    groups = [1] * 12 + [99] * 10
    accepted = made(groups=groups, higher=1, on_invalid="accept")
    assert [group.label for group in accepted.groups] == ["1", "99"]
    assert made(groups=groups, higher=99).g == -accepted.g  # who names it says that it is a group
    with pytest.raises(EstimationError, match="3 labels"):
        made(groups=coded(-99), higher=1, on_invalid="accept")


@pytest.mark.parametrize(
    "pair", [(0, 1), (-1, 1), (1, 2), (98, 99), (2025, 2026), (False, True), (1, 9), ("a", "none"), (0, -1)]
)
def test_other_labels_are_groups(pair: tuple[Any, Any]) -> None:
    assert made(groups=[pair[0]] * 12 + [pair[1]] * 10, higher=pair[0]).n == 22


def test_labels_are_hidden_where_values_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTIMACY_SCALES_SHOW_VALUES", "0")
    with pytest.raises(ResponseError, match=r"groups: 1 label of 3 \(not shown\) may be") as caught:
        made(groups=coded(-997), higher=1)
    assert "997" not in str(caught.value)


def test_what_to_do_on_invalid_is_checked_for_results_of_score() -> None:
    scores = score("ras", [{f"ras_{n}": 1 + (row + n) % 5 for n in range(1, 8)} for row in range(22)])
    with pytest.raises(ResponseError, match="on_invalid='keep' is not valid"):
        made(scores=scores, on_invalid="keep")
    with pytest.raises(ResponseError, match=r"-99 \(1 person\) looks like a code"):
        made(scores=scores, groups=coded(-99), higher=1)


def test_options_of_intervals() -> None:
    with pytest.raises(EstimationError, match="of='d' is not valid"):
        made().confidence_interval(of="d")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="method='noncentral t' is not valid"):
        made(clusters=[n // 2 for n in range(22)]).confidence_interval(method="noncentral t")


def test_a_column_of_persons_as_clusters_warns() -> None:
    with pytest.warns(SingleClustersWarning):
        made(clusters=[*range(22)])


def test_document_and_displays() -> None:
    result = made(clusters=[n // 2 for n in range(22)])
    again = KnownGroups.from_json(result.to_json())
    assert again == result
    assert again.confidence_interval(0.9, of="auc") == result.confidence_interval(0.9, of="auc")
    assert list(result.to_frame().index) == ["g", "difference", "auc"]
    assert "Hedges's g" in result.to_markdown()
    assert "cluster-robust t(7.8) = 5.08, p = .001" in result.sentence()
    texts = list(itertools.chain.from_iterable(table.columns for table in result.page().tables))
    assert "clusters" in texts
