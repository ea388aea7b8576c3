"""Agreement of real couples, once more by scipy; the page on agreement compares it with R."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from intimacy_scales.dyads import Dyads, partner_agreement
from tests.reference.couples import acipair, answers_of_commitment, answers_of_prqc
from tests.shared.comparison import close
from tests.shared.rating_answers import naive_icc

DATA: dict[str, Callable[..., Dyads]] = {
    "commitmentQ": answers_of_commitment,
    "prqcQ": answers_of_prqc,
    "acipair": acipair,
}
WITHOUT_ROLES = ("icc", "icc_couple_mean", "double_entry_r")


@pytest.mark.parametrize("name", DATA)
def test_figures_that_ignore_roles(shared: Path, name: str) -> None:
    roles, alike = (
        partner_agreement(DATA[name](shared / "oracles" / "data", role=role)) for role in (True, False)
    )
    for one, other in zip(roles, alike, strict=True):
        assert (one.mean, one.sd, one.n_couples) == (other.mean, other.sd, other.n_couples)
        for figure in WITHOUT_ROLES:
            assert one[figure] == other[figure]


@pytest.mark.parametrize("name", DATA)
def test_a_second_look_by_scipy(shared: Path, name: str) -> None:
    for part in partner_agreement(DATA[name](shared / "oracles" / "data")):
        x, y = part.pairs.T
        n, r, t = len(x), stats.pearsonr(x, y), stats.ttest_rel(x, y)
        close(part["pearson_r"].estimate, r.statistic)
        close(tuple(part["pearson_r"].interval), tuple(r.confidence_interval()))
        close((part["mean_difference"].statistic, part["mean_difference"].p_value), (t.statistic, t.pvalue))
        close(tuple(part["mean_difference"].interval), tuple(t.confidence_interval()))
        close(part["variance_ratio"].p_value, stats.pearsonr(x + y, x - y).pvalue)
        both = np.concatenate([x, y]), np.concatenate([y, x])
        double = part["double_entry_r"]
        close(double.estimate, np.corrcoef(*both)[0, 1])
        close(double.standard_error, 1 / np.sqrt(n))
        close(double.p_value, 2 * stats.norm.sf(abs(np.corrcoef(*both)[0, 1]) * np.sqrt(n)))
        naive = naive_icc(part.pairs)
        for of, form in (("icc", "ICC(1,1)"), ("icc_agreement", "ICC(2,1)"), ("icc_consistency", "ICC(3,1)")):
            close((part[of].estimate, part[of].p_one_sided), naive[form][:2])
        assert part["standardized_difference"].estimate == pytest.approx(
            (x.mean() - y.mean()) / np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
        )
