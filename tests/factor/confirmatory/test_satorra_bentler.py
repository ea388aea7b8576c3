"""The scaled test of Satorra and Bentler, against its formula and lavaan's MLM."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, cfa

COUPLES = [n // 2 for n in range(300)]
TWO = "f =~ a + b + c + d\ng =~ e + i + j + k\na ~~ e"


@pytest.fixture(scope="module")
def skewed():
    rng = np.random.default_rng(5)
    factors = rng.exponential(size=(300, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]])
    items = np.repeat(factors, 4, axis=1) * ([0.8, 0.7, 0.6, 0.9] * 2) + rng.exponential(size=(300, 8))
    return pd.DataFrame(items, columns=list("abcdeijk"))


def naive_scaling(fitted, table, *, with_means):
    """Return tr(U Gamma) from the matrices of all pairs of pairs, derivatives by small steps."""
    problem, values = fitted.solution.problem, fitted.solution.at.values
    rows, p = table.to_numpy(), table.shape[1]
    i, j = np.tril_indices(p)
    sigma = fitted.solution.at.bases[0].covariances

    def moments(at):
        basis = problem.groups[0].structure.basis(problem.groups[0].values(at))
        return np.concatenate([basis.covariances[i, j], basis.means if with_means else []])

    steps = 1e-5 * np.eye(len(values))
    moved = np.array([(moments(values + s) - moments(values - s)) / 2e-5 for s in steps]).T
    apart = rows - rows.mean(axis=0)
    each = np.hstack([apart[:, i] * apart[:, j], apart] if with_means else [apart[:, i] * apart[:, j]])
    gamma = np.cov(each.T, bias=True)
    pairs = sigma[np.ix_(i, i)] * sigma[np.ix_(j, j)] + sigma[np.ix_(i, j)] * sigma[np.ix_(j, i)]
    weight = np.linalg.inv(pairs)
    if with_means:
        weight = np.block([[weight, np.zeros((len(i), p))], [np.zeros((p, len(i))), np.linalg.inv(sigma)]])
    pulled = weight @ moved
    left = weight - pulled @ np.linalg.solve(moved.T @ pulled, pulled.T)
    return np.sum(left * gamma)


@pytest.mark.parametrize("with_means", [False, True])
def test_scaling_is_that_of_the_formula(skewed, with_means):
    fitted = cfa(TWO, skewed, estimator="MLR", scaling="satorra_bentler", means=with_means)
    expected = naive_scaling(fitted, skewed[list(fitted.model.observed)], with_means=with_means)
    assert fitted.fit.scaled.scaling_factor * fitted.fit.df == pytest.approx(expected, rel=1e-6)
    assert fitted.fit.scaled.scaling == "satorra_bentler"


def test_constrained_means_count(skewed):
    model = TWO + "\na ~ m*1; b ~ m*1; c ~ m*1"
    fitted = cfa(model, skewed, estimator="MLR", scaling="satorra_bentler")
    expected = naive_scaling(fitted, skewed[list(fitted.model.observed)], with_means=True)
    assert fitted.fit.scaled.scaling_factor * fitted.fit.df == pytest.approx(expected, rel=1e-6)


def test_both_scalings_leave_estimates_and_errors_alone(skewed):
    one, other = (cfa(TWO, skewed, estimator="MLR", scaling=s) for s in ("yuan_bentler", "satorra_bentler"))
    assert [(p.estimate, p.se) for p in one.parameters] == [(p.estimate, p.se) for p in other.parameters]
    assert one.fit.scaled.chi_square != other.fit.scaled.chi_square


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"estimator": "MLR", "scaling": "browne"}, "allowed: 'yuan_bentler', 'satorra_bentler'"),
        ({"scaling": "satorra_bentler"}, "use estimator='MLR'"),
        (
            {"estimator": "MLR", "scaling": "satorra_bentler", "clusters": [n // 2 for n in range(300)]},
            "independent persons",
        ),
    ],
)
def test_what_it_cannot_be_had_with(skewed, options, words):
    with pytest.raises(EstimationError, match=words):
        cfa(TWO, skewed, **options)


def test_it_needs_complete_answers(skewed):
    gaps = skewed.mask(np.arange(len(skewed))[:, None] * np.ones(8) < 3)
    gaps.iloc[5, 0] = np.nan
    with pytest.raises(EstimationError, match="missing='listwise'"):
        cfa(TWO, gaps, estimator="MLR", missing="fiml", scaling="satorra_bentler")


def test_it_is_that_of_lavaan(shared: Path):
    block = json.loads((shared / "oracles" / "bfi.json").read_text(encoding="utf-8"))["cfa_neuroticism"]
    table = pd.read_csv(shared / "oracles" / "data" / "bfi.csv")
    scaled = cfa(block["model"], table, estimator="MLR", scaling="satorra_bentler").fit.scaled
    theirs = block["mlm"]["fit"]
    ours = {
        "chisq_scaled": scaled.chi_square,
        "baseline_chisq_scaled": scaled.baseline_chi_square,
        "chisq_scaling_factor": scaled.scaling_factor,
        "cfi_robust": scaled.robust_cfi,
        "rmsea_robust": scaled.robust_rmsea,
    }
    assert ours == pytest.approx({name: theirs[name] for name in ours}, rel=1e-5)


def test_the_interval_of_robust_rmsea_is_that_of_lavaan(shared: Path):
    block = json.loads((shared / "oracles" / "bfi.json").read_text(encoding="utf-8"))["cfa_neuroticism"]
    table = pd.read_csv(shared / "oracles" / "data" / "bfi.csv")
    scaled = cfa(block["model"], table, estimator="MLR").fit.scaled
    ends = (block["mlr"]["fit"]["rmsea_ci_lower_robust"], block["mlr"]["fit"]["rmsea_ci_upper_robust"])
    assert tuple(scaled.robust_rmsea_interval()) == pytest.approx(ends, abs=1e-5)
