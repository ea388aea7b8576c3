"""Plots of two occasions: limits of agreement, and reliable change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import bland_altman, reliable_change_plot
from intimacy_scales.reliability import reliable_change, test_retest
from tests.shared.pictures import check_picture


def occasions(n: int = 120, seed: int = 1) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return simulated whole scores on two occasions."""
    rng = np.random.default_rng(seed)
    true = rng.normal(50, 10, n)
    before, after = (np.clip(np.rint(true + rng.normal(shift, 5, n)), 20, 80) for shift in (0, 3))
    return before, after


def test_bland_altman_draws_the_limits_and_all_persons() -> None:
    before, after = occasions()
    retest = test_retest(before, after)
    axes: Any = bland_altman(retest, level=0.9)
    limits = retest.limits_of_agreement(0.9)
    heights = [line.get_ydata()[0] for line in axes.lines]
    assert {limits.lower, limits.bias, limits.upper} <= set(heights)
    frame = axes.to_frame()
    assert frame["persons"].sum() == 120
    drawn = np.repeat(frame["difference"], frame["persons"])
    assert sorted(drawn) == sorted(after - before)
    assert f"mean {limits.bias:.2f} [{limits.bias_interval.low:.2f}, " in axes.alt_text
    check_picture(axes)


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ([3, 5, 2, 4, 6, 1], [4, 6, 3, 5, 7, 2], 0.95),
        ([1, 1, 1, 1, 2, 1, 3, 1], [1, 1, 2, 1, 2, 1, 3, 1], 0.3),
    ],
)
def test_lines_on_each_other_keep_their_labels_apart(before: Any, after: Any, level: float) -> None:
    check_picture(bland_altman(test_retest(before, after), level=level))


def test_reliable_change_plot_draws_scores_band_and_categories() -> None:
    before, after = occasions()
    after[:5] = np.nan
    change = reliable_change(before, after, reliability=0.8, cutoff=60)
    axes: Any = reliable_change_plot(change)
    frame = axes.to_frame()
    assert frame["before"].tolist() == before[5:].tolist() and frame["after"].tolist() == after[5:].tolist()
    assert frame["category"].tolist() == list(change.category[5:])
    band = axes.collections[0].get_paths()[0].vertices
    assert np.max(band[:, 1] - band[:, 0]) == pytest.approx(change.change_needed)
    key = axes.get_legend()
    assert key is not None
    assert {t.get_text() for t in key.get_texts()} == {
        f"{name}: {n}" for name, n in change.counts.items() if n and name != "no score"
    }
    assert "Dotted lines mark the cut-off 60." in axes.alt_text
    markers = [tuple(point) for c in axes.collections[1:] for point in c.get_offsets().tolist()]
    assert sorted(markers) == sorted(set(zip(frame["before"], frame["after"], strict=True)))
    most = frame.groupby(["before", "after"]).size().max()
    assert f"more persons with the same scores, 1 to {most}." in axes.alt_text
    check_picture(axes)


def test_an_expected_change_moves_the_band_of_one_person() -> None:
    change = reliable_change(40.0, 47.5, reliability=0.8, sd=7.5, method="chelune", practice=3.0)
    axes: Any = reliable_change_plot(change)
    middle = next(line for line in axes.lines if line.get_linestyle() == "--")
    assert (np.asarray(middle.get_ydata()) - np.asarray(middle.get_xdata())).tolist() == pytest.approx(
        [3.0, 3.0]
    )
    assert "1 person: 1 unchanged" in axes.alt_text and "beyond the expected 3.00" in axes.alt_text
    check_picture(axes)


def test_results_of_other_kinds_are_refused() -> None:
    before, after = occasions(10)
    with pytest.raises(EstimationError, match="allowed: what test_retest returned"):
        bland_altman(reliable_change(before, after, reliability=0.8))  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="allowed: what reliable_change returned"):
        reliable_change_plot(test_retest(before, after))  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="nobody has both scores"):
        reliable_change_plot(reliable_change(None, 4.0, reliability=0.8, sd=1.0))
