"""Sums over clusters give the intervals that the answers give, whichever parts they came in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import (
    Instrument,
    cronbach_alpha,
    encode,
    load,
    mcdonald_omega,
    reliability_report,
    simulate,
)
from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.moments.cluster_products import _entries, _products, sums_of_scale
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reliability import ClusterSums, cluster_sums
from tests.shared.strategies import TINY, instruments

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
FORM = load("scii-24")


def couples(n: int = 300, *, missing: float = 0.1, rng: int = 3) -> pd.DataFrame:
    table = simulate(FORM, n, couples=0.5, missing=missing, rng=rng).answers.copy()
    table["couple"] = [f"c{label}" for label in table["couple"]]
    table.loc[[4, 5, 9], list(FORM.item_ids)] = np.nan  # one couple without an answer, one partner too
    return table


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
@pytest.mark.parametrize("scale", ["trust", "caring", "total"])
def test_intervals_are_those_of_the_answers(missing: Any, scale: str) -> None:
    table = couples()
    answers = encode(FORM, table, keep=["couple"])
    sums = cluster_sums(FORM, table, clusters="couple", missing=missing, scales=["trust", "caring", "total"])
    for coefficient in (cronbach_alpha, mcdonald_omega):
        if (coefficient, scale) == (mcdonald_omega, "total"):
            continue
        whole = coefficient(answers, scale=scale, missing=missing)
        of_sums = coefficient(sums.moments, scale=scale, missing=missing)
        wanted = whole.confidence_interval(method="adf", clusters="couple")
        got = of_sums.confidence_interval(method="adf", clusters=sums)
        assert got.n == wanted.n
        assert (got.low, got.high) == pytest.approx((wanted.low, wanted.high), rel=1e-11)


def test_persons_alone_are_clusters_of_one() -> None:
    table = couples()
    table["who"] = np.arange(len(table))
    sums = cluster_sums(FORM, table, clusters="who")
    got = cronbach_alpha(sums.moments, scale="trust").confidence_interval(method="adf", clusters=sums)
    whole = encode(FORM, table, keep=["who"])
    wanted = cronbach_alpha(whole, scale="trust").confidence_interval(method="adf", clusters="who")
    assert (got.low, got.high, got.n) == pytest.approx((wanted.low, wanted.high, wanted.n), rel=1e-11)


def test_a_report_of_sums_is_that_of_the_answers() -> None:
    table = couples(200)
    sums = cluster_sums(FORM, table, clusters="couple", scales=FORM.scale_ids)
    got = reliability_report(FORM, sums.moments, clusters=sums)
    wanted = reliability_report(FORM, table, clusters="couple")
    assert got.n_clusters == wanted.n_clusters == 100
    for scale in FORM.scale_ids:
        for name in ("alpha", "omega"):
            one, other = (getattr(report[scale], name) for report in (got, wanted))
            assert one.estimate == pytest.approx(other.estimate, rel=1e-9, nan_ok=True)
        one, other = (report[scale].interval for report in (got, wanted))
        assert (one.low, one.high, one.n) == pytest.approx((other.low, other.high, other.n), rel=1e-9)
    assert reliability_report(FORM, sums.moments, clusters=sums).notes == wanted.notes


@given(
    instruments(TINY, max_items=5), st.integers(1, 6), st.sampled_from(["pairwise", "listwise"]), st.randoms()
)
def test_sums_are_those_that_loops_give(form: Instrument, size: int, missing: Any, random: Any) -> None:
    n = 23
    points = [item.response_scale.n_points for item in form.items]
    codes = np.array([[random.randint(0, p) for p in points] for _ in range(n)], dtype=np.uint16, order="F")
    positions = np.array(sorted(random.randrange(size) for _ in range(n)))
    positions = np.unique(positions, return_inverse=True)[1]
    for items in scale_items(form).values():
        k = len(items.ids)
        if k > 6:
            continue
        found = sums_of_scale(items, codes, positions, missing)
        totals = np.zeros(k * (2 * k + 1), dtype=object)
        squares = np.zeros((len(totals), len(totals)), dtype=object)
        count = 0
        for cluster in np.unique(positions):
            v = np.zeros(len(totals), dtype=object)
            answered = False
            for row in codes[positions == cluster]:
                own = [int(row[column]) for column in items.columns]
                complete = all(own) or missing == "pairwise"
                g = [int(code != 0 and complete) for code in own]
                d = [
                    (int(slope) * code + int(offset) - round(float(low) * items.unit)) * there
                    for slope, offset, low, code, there in zip(
                        items.slopes, items.offsets, items.minima, own, g, strict=True
                    )
                ]
                answered = answered or any(g)
                upper = [(j, other) for j in range(k) for other in range(j, k)]
                v += np.array(
                    [d[j] * d[o] for j, o in upper]
                    + [d[j] * g[o] for j in range(k) for o in range(k)]
                    + [g[j] * g[o] for j, o in upper],
                    dtype=object,
                )
            if answered:
                count += 1
                totals += v
                squares += np.outer(v, v)
        assert found.n == count
        assert found.totals.tolist() == totals.tolist()
        assert found.squares.tolist() == squares.tolist()


def test_parts_of_whole_clusters_add_up_to_the_bit() -> None:
    table = couples()
    whole = cluster_sums(FORM, table, clusters="couple")
    labels = table["couple"].unique()
    draw = np.random.default_rng(1)
    for n in (2, 7):
        part = draw.integers(0, n, len(labels))
        parts = [table[table["couple"].isin(labels[part == k])] for k in range(n)]
        summed = [cluster_sums(FORM, p, clusters="couple") for p in parts if len(p)]
        assert sum(summed) == whole
        assert sum(ClusterSums.from_bytes(p.to_bytes()) for p in summed) == whole
    assert ClusterSums.from_dict(whole.to_dict()).to_bytes() == whole.to_bytes()


def test_large_products_are_exact_or_refused() -> None:
    rows = np.array([[2.0**29, 3.0], [2.0**29 + 1, 5.0]])
    exact = [[(2**29) ** 2 + (2**29 + 1) ** 2, 3 * 2**29 + 5 * (2**29 + 1)], [0, 34]]
    exact[1][0] = exact[0][1]
    assert _products(rows).tolist() == exact
    with pytest.raises(EstimationError, match="too many or too large for exact sums"):
        _products(rows * 2**3)
    items = scale_items(FORM)["trust"]
    assert _entries(items, np.zeros((2, 24), dtype=np.uint8), "pairwise").any() == np.False_


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"scales": ["trusty"]}, "scales: scii-24 has no scale 'trusty'; it has trust, "),
        ({"missing": "never"}, "missing"),
        ({"clusters": None}, "clusters=None: name the column"),
        ({"clusters": "id"}, "clusters"),
    ],
)
def test_what_cannot_be_summed_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises((EstimationError, ValueError), match=told):
        cluster_sums(FORM, couples(), **({"clusters": "couple"} | options))
    with pytest.raises(EstimationError, match="total has 48 items; allowed: up to 30"):
        cluster_sums(
            "scii-48", simulate("scii-48", 40, couples=0.2, rng=1).answers, clusters="couple", scales="total"
        )


def test_sums_of_something_else_are_refused() -> None:
    table = couples()
    sums = cluster_sums(FORM, table, clusters="couple")
    other = cluster_sums(FORM, table[:100], clusters="couple")
    alpha = cronbach_alpha(sums.moments, scale="trust")
    with pytest.raises(EstimationError, match="these sums are of other answers; compute"):
        alpha.confidence_interval(method="adf", clusters=other)
    with pytest.raises(EstimationError, match="is not valid with sums over clusters; allowed: 'adf'"):
        alpha.confidence_interval(method="bootstrap", clusters=sums)
    with pytest.raises(EstimationError, match="with clusters use 'adf'"):
        alpha.confidence_interval(clusters=sums)
    total = cronbach_alpha(sums.moments, scale="total")
    with pytest.raises(EstimationError, match=r"no sums of scale 'total'; .*scales=\['total'\]\)"):
        total.confidence_interval(method="adf", clusters=sums)
    listwise = cronbach_alpha(sums.moments, scale="trust", missing="listwise")
    with pytest.raises(EstimationError, match="and the coefficient is of missing='listwise'"):
        listwise.confidence_interval(method="adf", clusters=sums)
    with pytest.raises(EstimationError, match="do not add up"):
        sums + cluster_sums(FORM, table, clusters="couple", missing="listwise")
    assert "300 persons in 150 clusters, scales trust, " in repr(sums)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda d: d["scales"]["trust"]["totals"].pop(),
            "ClusterSums.scales.trust: totals must have 36 entries",
        ),
        (lambda d: d["scales"].update(other=d["scales"]["trust"]), "there is no scale 'other'"),
        (lambda d: d.update(n_clusters=1.5), "n_clusters"),
        (lambda d: d.pop("missing"), "missing is missing"),
    ],
)
def test_documents_that_no_sums_wrote_are_refused(change: Any, told: str) -> None:
    document = cluster_sums(FORM, couples(), clusters="couple").to_dict()
    change(document)
    with pytest.raises(DocumentError, match=told):
        ClusterSums.from_dict(document)


@pytest.mark.parametrize(("low", "high"), [(10_000, 10_004), (-1004, -1000), (0, 100), (1950, 1960)])
def test_ranges_far_from_0_keep_their_intervals(low: int, high: int) -> None:
    form = Instrument.model_validate(
        {
            "id": "far", "version": "1", "title": "Far from 0",
            "response_scale": {"minimum": low, "maximum": high},
            "items": [{"id": f"q{n}"} for n in range(4)],
            "scales": [{"id": "s", "items": ["q0", "-q1", "q2", "q3"]}],
        }
    )  # fmt: skip
    draw = np.random.default_rng(1)
    true = draw.normal(size=(150, 1)) + np.repeat(draw.normal(size=(75, 1)), 2, axis=0)
    points = np.clip(
        np.rint((true + draw.normal(size=(150, 4))) * (high - low) / 6 + (high - low) / 2), 0, high - low
    )
    points[:, 1] = high - low - points[:, 1]
    table = pd.DataFrame(points + low, columns=form.item_ids).assign(pair=np.arange(150) // 2)
    whole = cronbach_alpha(encode(form, table, keep=["pair"]))
    sums = cluster_sums(form, table, clusters="pair")
    wanted = whole.confidence_interval(method="adf", clusters="pair")
    got = cronbach_alpha(sums.moments).confidence_interval(method="adf", clusters=sums)
    assert (got.low, got.high) == pytest.approx((wanted.low, wanted.high), rel=1e-10)
    assert got.high - got.low > 0.05
