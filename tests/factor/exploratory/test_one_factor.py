"""One factor behind several sets of items, searched for at once: what a search for each alone finds."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, encode, mcdonald_omega, reliability_report
from intimacy_scales.errors import EstimationError, KeyingWarning
from intimacy_scales.factor.confirmatory.estimation import starts
from intimacy_scales.factor.exploratory.extraction import LOWEST, likely_loadings, ml

KINDS = ("good", "noise", "heywood", "two factors", "alike")


def answers_of(kind, n, p, rng):
    """Return values (n, p) of items that have one factor, or something else."""
    own = rng.standard_normal((n, p))
    if kind == "noise":
        return own
    if kind == "two factors":
        return 0.8 * rng.standard_normal((n, 2))[:, np.arange(p) % 2] + 0.6 * own
    loadings = np.full(p, 0.7) if kind == "alike" else rng.uniform(0.4, 0.9, p)
    if kind == "heywood":
        loadings = np.where(np.arange(p) == 0, 0.999, 0.3)
    return rng.standard_normal((n, 1)) * loadings + own * np.sqrt(1 - loadings**2)


def alone(r):
    try:
        return ml(r, 1)
    except EstimationError:
        return None


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5), st.integers(4, 9), st.integers(0, 2**32 - 1))
def test_each_is_what_a_search_for_it_alone_finds(kinds, p, seed):
    rng = np.random.default_rng(seed)
    matrices = np.array([np.corrcoef(answers_of(kind, 150, p, rng).T) for kind in kinds])
    together = likely_loadings(matrices)
    for r, found in zip(matrices, together, strict=True):
        np.testing.assert_allclose(
            found, likely_loadings(r[None])[0], atol=1e-10
        )  # whatever is searched with it
        if np.isfinite(found).all():
            expected = alone(r)
            assert (expected.uniquenesses > LOWEST).all()
            side = np.sign(found @ expected.loadings[:, 0])
            np.testing.assert_allclose(side * found, expected.loadings[:, 0], atol=1e-6)
        else:
            assert np.isnan(found).all()


@pytest.mark.parametrize("p", [4, 5, 8, 12])
def test_items_with_a_factor_are_all_found_at_once(p):
    rng = np.random.default_rng(p)
    matrices = np.array([np.corrcoef(answers_of("good", 1000, p, rng).T) for _ in range(6)])
    found = likely_loadings(matrices)
    assert np.isfinite(found).all()
    for r, own in zip(matrices, found, strict=True):
        np.testing.assert_allclose(np.abs(own), np.abs(ml(r, 1).loadings[:, 0]), atol=1e-7)


def test_undefined_searches_disturb_no_other():
    good = np.corrcoef(answers_of("good", 1000, 4, np.random.default_rng(1)).T)
    indefinite = np.full((4, 4), -0.9) + 1.9 * np.eye(4)
    at_bound = np.eye(4)
    at_bound[0, 1:] = at_bound[1:, 0] = 0.57  # one item is the factor: its uniqueness goes to the bound
    found = likely_loadings(np.array([indefinite, good, at_bound]))
    assert np.isfinite(found).all(axis=1).tolist() == [False, True, False]
    np.testing.assert_array_equal(found[1], likely_loadings(good[None])[0])


def test_known_ones_are_used_within_the_block_alone(monkeypatch):
    rng = np.random.default_rng(2)
    matrices = [np.corrcoef(answers_of("good", 500, p, rng).T) for p in (3, 5, 5, 8)]
    matrices.append(np.full((4, 4), np.nan))
    expected = [starts._likely_axis(r) for r in matrices[:-1]]

    def refuse(*_):
        raise AssertionError("searched again")

    with starts.known_axes(matrices):
        monkeypatch.setattr(starts, "ml", refuse)
        for r, axis in zip(matrices, expected, strict=False):
            np.testing.assert_allclose(starts._likely_axis(r), axis, atol=1e-7)
        with pytest.raises(AssertionError, match="searched again"):
            starts._likely_axis(np.eye(4))
    with pytest.raises(AssertionError, match="searched again"):
        starts._likely_axis(matrices[1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [12, 200])
def test_a_report_has_the_omegas_of_each_scale_alone(kind, n):
    sizes = (3, 4, 6, 6, 8)
    names = [[f"s{s}i{i}" for i in range(size)] for s, size in enumerate(sizes)]
    form = Instrument.model_validate(
        {
            "id": "several",
            "version": "1",
            "title": "Several",
            "response_scale": {"minimum": 1, "maximum": 5},
            "items": [{"id": name} for own in names for name in own],
            "scales": [{"id": f"s{s}", "items": own} for s, own in enumerate(names)],
        }
    )
    rng = np.random.default_rng(n)
    values = np.hstack([answers_of(kind, n, size, rng) for size in sizes])
    table = pd.DataFrame(np.clip(np.rint(3 + values), 1, 5), columns=[i.id for i in form.items]).astype(int)
    answers = encode(form, table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KeyingWarning)  # of noise
        report = reliability_report(form, table)
    for scale in form.scale_ids:
        together, own = report[scale].omega, mcdonald_omega(answers, scale=scale)
        assert together.estimate == pytest.approx(own.estimate, abs=1e-12, nan_ok=True)
        assert (together.reason is None) == (own.reason is None)
        assert len(together.improper) == len(own.improper)
        for item, loading in own.loadings.items():
            assert together.loadings[item] == pytest.approx(loading, abs=1e-9)
