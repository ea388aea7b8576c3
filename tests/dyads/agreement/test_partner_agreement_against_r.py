"""Agreement of real couples: what R says of them (base R and psych), and a second look by scipy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from intimacy_scales.dyads import Dyads, PartnerAgreement, ScaleAgreement, partner_agreement
from tests.reference.path_values import SHORT
from tests.shared.comparison import close
from tests.shared.rating_answers import naive_icc
from tests.shared.reference_couples import PRQC, acipair, commitment, prqc, r_values

# the couples of a file, and what R calls their scales
DATA: dict[str, tuple[Callable[..., Dyads], dict[str, str]]] = {
    "commitmentQ": (commitment, {"satisfaction": "sat", "commitment_keyed": "com"}),
    "prqcQ": (prqc, {name: name for name in PRQC}),
    "acipair": (acipair, {name.removesuffix("_A"): short for short, name in SHORT.items()}),
}
WITHIN = 1e-10


@cache
def agreement(shared: Path, name: str, roles: bool) -> PartnerAgreement:
    return partner_agreement(DATA[name][0](shared, roles=roles))


def scales(shared: Path, name: str, roles: bool) -> Iterator[tuple[dict[str, Any], ScaleAgreement]]:
    """Yield R's values of each scale, and our result; every scale of R is there."""
    blocks, result, ours = (
        r_values(shared, name)["dyad_scores"],
        agreement(shared, name, roles),
        DATA[name][1],
    )
    assert {ours[scale] for scale in blocks} == {part.scale for part in result}
    for scale, block in blocks.items():
        yield block, result[ours[scale]]


def check_icc(block: dict[str, Any], part: ScaleAgreement, of: str, form: str, method: str) -> None:
    """Compare an intraclass correlation, its one-sided F test and its interval with those of psych."""
    row, figure = block["psych_ICC"]["type"].index(form), part[of]
    theirs = {name: values[row] for name, values in block["psych_ICC"].items()}
    close(figure.estimate, theirs["ICC"], WITHIN)
    close(figure.statistic, theirs["F"], WITHIN)
    assert figure.df == (theirs["df1"], theirs["df2"])
    close(figure.p_one_sided, theirs["p"], WITHIN)
    interval = part.confidence_interval(0.95, method, of=of)  # type: ignore[arg-type]
    close(tuple(interval), (theirs["lower"], theirs["upper"]), WITHIN)


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("roles", [False, True])
def test_figures_that_ignore_roles(shared: Path, name: str, roles: bool) -> None:
    for block, part in scales(shared, name, roles):
        assert part.n_couples == block["n_dyads"]
        icc = part["icc"]
        close(part["double_entry_r"].estimate, block["double_entry_icc"], WITHIN)
        close((part.mean, part.sd), (block["double_entry_mean"], block["double_entry_sd_n_minus_1"]), WITHIN)
        close((part.mean_square_between, part.mean_square_within), (block["MSB"], block["MSW"]), WITHIN)
        close((icc.estimate, icc.statistic), (block["anova_icc"], block["F"]), WITHIN)
        assert icc.df == (block["F_df1"], block["F_df2"])
        assert icc.p_one_sided == pytest.approx(block["F_p"], rel=1e-9)
        assert icc.p_value == pytest.approx(2 * block["F_p"], rel=1e-9)
        check_icc(block, part, "icc", "ICC1", "F")
        check_icc(block, part, "icc_couple_mean", "ICC1k", "F")


@pytest.mark.parametrize("name", DATA)
def test_figures_of_roles(shared: Path, name: str) -> None:
    for block, part in scales(shared, name, True):
        r, difference, ratio = part["pearson_r"], part["mean_difference"], part["variance_ratio"]
        close(part.means, (block["mean1"], block["mean2"]), WITHIN)
        close(part.sds, (block["sd1"], block["sd2"]), WITHIN)
        close((r.estimate, r.statistic), (block["pearson_r"], block["pearson_t"]), WITHIN)
        assert r.p_value == pytest.approx(block["pearson_p"], rel=1e-9)
        close(tuple(r.interval), block["pearson_ci"], WITHIN)
        assert r.df == (block["n_dyads"] - 2,)
        close(difference.estimate, block["mean_difference"], WITHIN)
        close((difference.statistic, difference.p_value), (block["paired_t"], block["paired_p"]), WITHIN)
        assert difference.df == (block["paired_df"],)
        close(tuple(difference.interval), block["mean_difference_ci"], WITHIN)
        close((ratio.statistic, ratio.p_value), (block["pitman_morgan_t"], block["pitman_morgan_p"]), WITHIN)
        pitman_r = ratio.statistic / np.sqrt(ratio.statistic**2 + ratio.df[0])
        close(pitman_r, block["pitman_morgan_r"], WITHIN)
        close(ratio.estimate, (block["sd1"] / block["sd2"]) ** 2, WITHIN)
        check_icc(block, part, "icc_agreement", "ICC2", "shrout-fleiss")
        check_icc(block, part, "icc_consistency", "ICC3", "F")


@pytest.mark.parametrize("name", DATA)
def test_a_second_look_by_scipy(shared: Path, name: str) -> None:
    for _, part in scales(shared, name, True):
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
