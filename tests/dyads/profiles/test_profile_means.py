"""Means over couples, their intervals, and how they are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from intimacy_scales import DocumentError, EstimationError, UnknownNameError
from intimacy_scales.dyads import Dyads, MeanSimilarity, ProfileSimilarity, profile_similarity
from intimacy_scales.dyads.profiles.couple_figures import figures_of_couples
from intimacy_scales.dyads.profiles.couple_means import Figure, resampled_means, values_of
from intimacy_scales.numerics.resampling import draw_counts
from tests.shared.comparison import close, near
from tests.shared.couples import couples_with_answers

PROFILES = np.random.default_rng(8).integers(1, 8, size=(35, 2, 5)).astype(float)
PROFILES[:4, 0] = 3.0  # flat
FIGURES = [
    *map(Figure, ("overall", "distinctive", "double_entry", "d2", "shape", "normative", "cross_normative")),
    Figure("normative", 0),
    Figure("cross_normative", 1),
]


def similarity(**options: Any) -> ProfileSimilarity:
    return profile_similarity(couples_with_answers(PROFILES, **options), "items")


def test_intervals_by_t_are_those_of_scipy() -> None:
    result = similarity()
    for name in result.means:
        values = result.of_couples(name)
        values = values[~np.isnan(values)]
        expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
        interval = result.confidence_interval(0.9, of=name)
        close(list(interval), list(expected), relative=1e-8)  # quantiles of old versions of SciPy
        assert (interval.n, interval.method) == (len(values), "t of couples")


def test_means_by_fisher_z_leave_out_correlations_of_one() -> None:
    profiles = PROFILES.copy()
    profiles[-1, 1] = profiles[-1, 0]
    result = profile_similarity(couples_with_answers(profiles), "items")
    r = result.of_couples("overall")
    z = np.arctanh(r[4:-1])
    mean = result["overall"]
    near(mean.mean_by_fisher_z, np.tanh(z.mean()))
    assert (mean.n, mean.n_by_fisher_z) == (31, 30)
    interval = result.confidence_interval(by_fisher_z=True)
    near(np.arctanh(list(interval)), list(stats.ttest_1samp(z, 0).confidence_interval(0.95)))
    assert (interval.n, interval.method) == (30, "t of couples, Fisher z")
    assert np.isnan(result["d2"].mean_by_fisher_z)
    assert result["d2"].n_by_fisher_z is None
    with pytest.raises(EstimationError, match="by_fisher_z=True is not valid for 'd2'"):
        result.confidence_interval(of="d2", by_fisher_z=True)


@pytest.mark.parametrize("by_role", [True, False])
@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure.kind}-{figure.place}")
def test_resampled_means_are_those_of_the_couples_drawn(figure: Figure, by_role: bool) -> None:
    """Each resample is taken as a sample of its own, with its own mean profiles."""
    couples = figures_of_couples(PROFILES, by_role)
    means = resampled_means(couples, figure, by_role, np.asarray, 20, np.random.default_rng(3))
    for drawn, mean in zip(draw_counts(35, 20, np.random.default_rng(3)), means, strict=True):
        sample = figures_of_couples(PROFILES[np.repeat(np.arange(35), drawn)], by_role)
        near(mean, np.nanmean(values_of(sample, figure)))


def test_bootstrap_intervals_of_profile_similarity() -> None:
    result = similarity()
    options: Any = {"method": "bootstrap", "n_resamples": 400, "rng": 5}
    for name in result.means:
        interval = result.confidence_interval(of=name, **options)
        assert interval.low < result[name].mean < interval.high
        assert interval == result.confidence_interval(of=name, **options)
    by_t, drawn = result.confidence_interval(), result.confidence_interval(**options)
    assert 0.7 < (drawn.high - drawn.low) / (by_t.high - by_t.low) < 1.3
    by_z = result.confidence_interval(by_fisher_z=True, **options)
    assert by_z.method == "percentile bootstrap of couples, Fisher z"
    assert by_z.low < result["overall"].mean_by_fisher_z < by_z.high


def test_resamples_without_the_figure_are_counted() -> None:
    few = np.repeat(PROFILES[:1], 4, axis=0)
    few = np.concatenate([few, PROFILES[10:12]])  # four of six couples have a flat profile
    interval = profile_similarity(couples_with_answers(few), "items").confidence_interval(
        method="bootstrap", n_resamples=200, rng=1
    )
    assert np.isnan(interval.low)
    assert "the figure is undefined in" in str(interval.reason)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"of": "Distinctive"}, "did you mean 'distinctive'?"),
        ({"method": "Bootstrap"}, "did you mean 'bootstrap'?"),
        ({"method": "bootstrap", "n_resamples": 5}, "n_resamples=5 is not valid"),
        ({"confidence_level": 95}, "confidence_level=95 is not valid"),
        ({"method": "bootstrap", "rng": -1}, "rng=-1 is not valid"),
    ],
)
def test_options_of_intervals_that_are_not_valid(options: Any, message: str) -> None:
    with pytest.raises(EstimationError) as caught:
        similarity().confidence_interval(**options)
    assert message in str(caught.value)


def test_figures_are_got_by_name() -> None:
    result = similarity()
    assert isinstance(result["overall"], MeanSimilarity)
    assert float(result["overall"]) == result["overall"].mean
    with pytest.raises(UnknownNameError, match="did you mean 'overall'"):
        result["overal"]


def test_profile_similarity_is_read_from_its_document() -> None:
    result = similarity(roles=True)
    read = ProfileSimilarity.from_json(result.to_json())
    assert read == result
    assert read.confidence_interval(of="shape") == result.confidence_interval(of="shape")
    assert (repr(read), read.to_markdown()) == (repr(result), result.to_markdown())
    for call in (read.to_frame, read.pseudo_couples, lambda: read.confidence_interval(0.9)):
        with pytest.raises(DocumentError, match="compute it again from the answers"):
            call()


def test_profile_similarity_as_tables_and_text() -> None:
    result = similarity(roles=True)
    frame = result.summary_frame()
    assert list(frame.index) == list(result.means)
    assert {"normative_wife", "cross_normative_husband"} <= set(frame.index)
    assert repr(result).startswith(
        "<Similarity of profiles over 5 items of small 1, 35 couples; 95% intervals"
    )
    assert "! in 4 of 35 couples a partner has a flat profile" in repr(result)
    text = result.to_markdown()
    assert "| Cross-normative r, wife |" in text
    assert "without the mean profile of persons with the same role" in text
    assert "<table>" in result._repr_html_()
    assert repr(result["overall"]).endswith("31 couples; correlation of both partners' profiles>")
    assert "with the mean profile of role husband>" in repr(result["cross_normative_wife"])


def test_a_mean_of_equal_figures_has_no_interval() -> None:
    profiles = np.random.default_rng(1).normal(size=(8, 1, 5)).repeat(2, axis=1)  # identical partners
    table = [{f"v{n}": value for n, value in enumerate(row.ravel())} for row in profiles]
    result = profile_similarity(
        Dyads.of_scores(table, {f"c{n}": {"a": f"v{n}", "b": f"v{n + 5}"} for n in range(5)})
    )
    for name in ("overall", "distinctive", "double_entry", "d2", "elevation", "scatter", "shape"):
        for method in ("t", "bootstrap"):
            interval = result.confidence_interval(of=name, method=method, n_resamples=199, rng=1)
            assert interval.reason == "it is the same in all couples"
    assert "CI" not in result.sentence()


def test_figures_do_not_depend_on_the_unit_of_scores() -> None:
    profiles = np.random.default_rng(0).normal(size=(8, 10))

    def in_units(unit: float) -> dict[str, float]:
        table = [{f"v{n}": unit * value for n, value in enumerate(row)} for row in profiles]
        scores = {f"c{n}": {"a": f"v{n}", "b": f"v{n + 5}"} for n in range(5)}
        result = profile_similarity(Dyads.of_scores(table, scores, on_invalid="accept"))
        squared = ("d2", "elevation", "scatter", "shape")
        return {name: mean.mean / (unit**2 if name in squared else 1) for name, mean in result.means.items()}

    expected = in_units(1)
    for unit in (1e-12, 1e-9, 1e9):
        assert in_units(unit) == pytest.approx(expected, rel=1e-9)
