"""CRMR and the test of not-close fit: R's values, their definitions written out, documents of before."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ncx2

from intimacy_scales import DocumentError, cfa
from intimacy_scales.factor import CFAResult
from tests.shared.folders import REFERENCE

WIDE = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
SINGLE = "f =~ tru01 + tru04 + tru11 + com01 + com04 + com10"
HALVES = ["a"] * 200 + ["b"] * 200
VALUES = json.loads((REFERENCE / "fit-indices.json").read_text(encoding="utf-8"))["values"]  # fit_indices.R


@pytest.fixture(scope="module")
def fits():
    complete, gaps = (pd.read_csv(REFERENCE / f"simulated-{name}.csv") for name in ("complete", "gaps"))
    return {
        "covariances": cfa(WIDE, complete),
        "means": cfa(WIDE, complete, means=True),
        "gaps": cfa(WIDE, gaps, missing="fiml"),
        "groups": cfa(WIDE, complete, groups=HALVES, equal=["loadings", "intercepts"]),
        "misfit": cfa(SINGLE, gaps, missing="fiml"),
        "gls": cfa(SINGLE, complete, estimator="GLS"),
        "gls_groups": cfa(WIDE, complete, estimator="GLS", groups=HALVES, equal=["loadings"]),
        "uls": cfa(SINGLE, complete, estimator="ULS"),
        "uls_groups": cfa(WIDE, complete, estimator="ULS", groups=HALVES, equal=["loadings"]),
    }


@pytest.mark.parametrize("name", VALUES)
def test_they_are_those_of_lavaan(fits, name):
    fit, theirs = fits[name].fit, VALUES[name]
    assert fit.crmr == pytest.approx(theirs["crmr"], abs=1e-6)
    assert fit.srmr == pytest.approx(theirs["srmr"], abs=1e-6)
    assert ("close" in theirs) == (fits[name].estimator != "ULS")  # whose test is another in lavaan
    if "close" in theirs:
        assert fit.close_fit_p() == pytest.approx(theirs["close"], rel=1e-4)
        assert fit.not_close_fit_p() == pytest.approx(theirs["not_close"], rel=1e-4)


@pytest.mark.parametrize("name", ["covariances", "gls", "uls"])
def test_crmr_written_out(fits, name):
    result = fits[name]
    below = np.tril_indices(6, -1)
    assert result.fit.crmr == pytest.approx(np.sqrt(np.mean(result.residuals().to_numpy()[below] ** 2)))


def test_means_count_in_observed_standard_deviations(fits):
    result = fits["gaps"]
    whole = result.solution.saturated[0]
    implied = np.array(list(result.implied_means().values()))
    left = ((whole.means - implied) / np.sqrt(np.diag(whole.covariances))).tolist()
    left += result.residuals().to_numpy()[np.tril_indices(6, -1)].tolist()
    assert result.fit.crmr == pytest.approx(math.sqrt(math.fsum(x * x for x in left) / len(left)))


def test_close_and_not_close_are_of_one_distribution(fits):
    fit = fits["gaps"].fit
    excess = 0.08**2 * fit.n * fit.df
    assert fit.not_close_fit_p() == pytest.approx(ncx2.cdf(fit.chi_square, fit.df, excess))
    assert fit.not_close_fit_p(0.06) + fit.close_fit_p(0.06) == pytest.approx(1)
    # the end of a one-sided interval is where the test begins to reject
    high = fit.rmsea_interval(0.90).high
    assert fit.not_close_fit_p(high) == pytest.approx(0.05, abs=1e-6)


def test_nothing_is_tested_without_degrees_of_freedom():
    complete = pd.read_csv(REFERENCE / "simulated-complete.csv")
    fit = cfa("f =~ tru01 + tru04 + tru11", complete).fit
    assert math.isnan(fit.not_close_fit_p())
    assert fit.to_dict()["rmsea_not_close_p"] is None
    assert fit.crmr == pytest.approx(0, abs=1e-7)


def test_documents_of_before_are_read(fits):
    document = fits["gaps"].to_dict()
    assert CFAResult.from_dict(document).fit == fits["gaps"].fit
    for name in ("crmr", "rmsea_not_close_p", "n_in_test"):
        del document["fit"][name]
    back = CFAResult.from_dict(document)
    assert math.isnan(back.fit.crmr)
    assert back.fit.not_close_fit_p() == fits["gaps"].fit.not_close_fit_p()
    assert back.fit.rmsea_interval() == fits["gaps"].fit.rmsea_interval()
    document["fit"]["rmsea_not_close_p"] = 0.5
    with pytest.raises(DocumentError, match="does not follow"):
        CFAResult.from_dict(document)
    document = fits["gls"].to_dict()  # the test counts n - 1, and there were no such documents without it
    del document["fit"]["n_in_test"]
    with pytest.raises(DocumentError, match="does not follow"):
        CFAResult.from_dict(document)
