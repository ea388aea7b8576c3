"""The warning about skewed scores says in which direction."""

from __future__ import annotations

import numpy as np
from scipy.stats import skew

from intimacy_scales.dyads import partner_agreement
from tests.shared.couples import couples_of


def test_skewness_in_warnings_has_its_sign() -> None:
    heavy = np.random.default_rng(5).exponential(size=(80, 2))
    for scores in (heavy, 10 - heavy):
        warning = partner_agreement(couples_of(scores)).warnings[0]
        assert f"(skewness {skew(scores, axis=None):.1f}, excess kurtosis" in warning
    assert "(skewness -" in warning
