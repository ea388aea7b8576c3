"""Omega of any fitted model: as from an instrument's scales, and from the matrices."""

import numpy as np
import pytest

from intimacy_scales import EstimationError, Model, cfa, encode, mcdonald_omega, simulate

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
    with pytest.raises(EstimationError, match="there are 'a', 'b'"):
        both.omega()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"items": ["tru99"]}, "no item 'tru99'; it has tru01"), ({"general": "love"}, "no factor 'love'")],
)
def test_what_is_not_in_the_model_is_named(options, words):
    with pytest.raises(EstimationError, match=words):
        cfa("trust =~ tru01 + tru04 + tru09 + tru11", ANSWERS).omega(**options)
