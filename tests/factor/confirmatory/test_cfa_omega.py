"""Omega of any fitted model: as from an instrument's scales, and from the matrices."""

import numpy as np
import pytest

from intimacy_scales import EstimationError, Model, cfa, encode, mcdonald_omega, simulate
from intimacy_scales.factor.confirmatory.estimation.fit import fit_indices, scaled_fit

TABLE = simulate("scii-24", 500, rng=3).answers
ANSWERS = encode("scii-24", TABLE)


@pytest.mark.parametrize("factors", ["correlated", "second_order", "bifactor"])
def test_it_is_that_of_the_total(factors):
    expected = mcdonald_omega(ANSWERS, scale="total", model=factors)
    fitted = cfa(Model.from_instrument("scii-24", factors=factors), ANSWERS)
    assert fitted.omega() == pytest.approx(expected.model_implied, abs=1e-6)
    if factors != "correlated":
        assert fitted.omega(general="total") == pytest.approx(expected.hierarchical, abs=1e-5)


def test_it_is_that_of_one_scale_among_others():
    items = [key.item for key in ANSWERS.instrument.scale("trust").keys]
    fitted = cfa(Model.from_instrument("scii-24"), ANSWERS)
    sigma = fitted.implied_covariances().loc[items, items].to_numpy()
    unique = sum(fitted.parameters[f"{item} ~~ {item}"].estimate for item in items)
    assert fitted.omega(items) == pytest.approx((sigma.sum() - unique) / sigma.sum())


def test_each_group_has_its_own():
    text = "trust =~ tru01 + tru04 + tru09 + tru11"
    halves = np.repeat(["a", "b"], 250)
    both = cfa(text, ANSWERS, groups=halves)
    for label in ("a", "b"):
        alone = cfa(text, encode("scii-24", TABLE[halves == label]))
        assert both.omega(group=label) == pytest.approx(alone.omega(), abs=1e-6)
    with pytest.raises(EstimationError, match="group is missing; name one: 'a', 'b'"):
        both.omega()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"items": ["tru99"]}, "no item 'tru99'; it has tru01"), ({"general": "love"}, "no factor 'love'")],
)
def test_what_is_not_in_the_model_is_named(options, words):
    with pytest.raises(EstimationError, match=words):
        cfa("trust =~ tru01 + tru04 + tru09 + tru11", ANSWERS).omega(**options)


def test_a_perfect_fit_has_the_best_indices():
    """Three items of one factor have no degree of freedom, and these next to nothing in common."""
    for left in (0.0, 1e-13, 3e-12):
        found = fit_indices(chi_square=left, df=0, baseline=0.4, baseline_df=3, n=300, n_groups=1)
        assert (found.cfi, found.tli, found.rmsea) == (1.0, 1.0, 0.0)
        assert scaled_fit(found, 1.0, 1.2).robust_cfi == 1.0
    misfit = fit_indices(chi_square=2.0, df=0, baseline=0.4, baseline_df=3, n=300, n_groups=1)
    assert misfit.cfi == 0.0


def test_what_fits_of_one_model_share_nobody_can_change():
    """The matrices of a model are made once: a change of a result's would be one of all later results."""
    basis = mcdonald_omega(ANSWERS, scale="trust").solution.at.bases[0]
    for shared in (basis.coefficients, basis.effects):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = 7.0
