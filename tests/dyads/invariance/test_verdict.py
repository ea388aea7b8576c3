"""Which step a ladder supports, read from both ends, for changes of fit that were made up."""

from __future__ import annotations

import math

import pytest

from intimacy_scales.dyads.invariance.verdict import (
    contradicted_below,
    retained,
    status_of,
    verdict_from_equal,
    verdict_from_free,
)
from intimacy_scales.factor import FitChange
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, fit_indices
from intimacy_scales.factor.confirmatory.support import fit_caution

STEPS = ("configural", "metric", "scalar", "residual", "variances", "means")


def changes(*falls: float) -> tuple[FitChange, ...]:
    """Return changes of fit with these changes of CFI."""
    rest = dict.fromkeys(
        ("tli_change", "rmsea_change", "srmr_change", "robust_cfi_change", "robust_tli_change"), 0.0
    )
    return tuple(
        FitChange(
            name=name, before=before, chi_square_change=1.0, df_change=1, p_value=0.3, cfi_change=fall,
            robust_rmsea_change=0.0, method="likelihood ratio", **rest,
        )
        for before, name, fall in zip(STEPS, STEPS[1:], falls, strict=False)
    )  # fmt: skip


def fit(chi_square: float = 12.0) -> Fit:
    tested = fit_indices(chi_square=chi_square, df=10, baseline=400.0, baseline_df=28, n=200, n_groups=1)
    rest = dict.fromkeys(
        ("srmr", "crmr", "log_likelihood", "saturated_log_likelihood", "aic", "bic", "adjusted_bic"), 0.0
    )
    return Fit(**{name: getattr(tested, name) for name in tested.__slots__}, n_parameters=20, **rest)


STEPS_IN_WORDS = {
    "variances": "invariance of the factors' variances", "means": "invariance of the factors' means",
}  # fmt: skip
LADDERS: list[tuple[tuple[float, ...], str, str, list[str]]] = [
    # changes of CFI, supported from the free end, retained from the equal end, contradicted nevertheless
    ((0.0, 0.0, 0.0, 0.0, 0.0), "means", "means", []),
    ((0.0, -0.02, 0.0, 0.0, 0.0), "metric", "means", ["scalar"]),
    ((0.0, 0.0, 0.0, 0.0, -0.02), "variances", "variances", []),
    ((0.0, 0.0, 0.0, -0.03, -0.02), "residual", "residual", []),
    ((-0.02, -0.02, -0.02, -0.02, -0.02), "configural", "configural", []),
    ((-0.02, 0.0, 0.0, 0.0, -0.02), "configural", "variances", ["metric"]),
    ((-0.0100001, -0.01, 0.0, 0.0, 0.0), "configural", "means", ["metric"]),
]


@pytest.mark.parametrize(("falls", "supported", "kept", "hidden"), LADDERS)
def test_both_ends_of_a_ladder(
    falls: tuple[float, ...], supported: str, kept: str, hidden: list[str]
) -> None:
    ladder = changes(*falls)
    names = [STEPS_IN_WORDS.get(step, f"{step} invariance") for step in STEPS]
    place = list(STEPS).index(supported)
    end = "." if place + 1 == len(names) else f", and {names[place + 1]} was not."
    assert f", {names[place]} was supported{end}" in verdict_from_free(ladder, fit())
    assert (retained(ladder), contradicted_below(ladder)) == (kept, hidden)
    sentence = verdict_from_equal(ladder, fit())
    assert f"the {kept} model was retained" in sentence
    assert ("Yet the answers contradict" in sentence) is bool(hidden)
    assert ("have not shown that they are distinguishable" in sentence) is (kept == "means" and not hidden)


def test_status_looks_at_the_steps_up_to_one() -> None:
    ladder = changes(0.0, -0.02, 0.0, 0.0, 0.0)
    statuses = [status_of(step, ladder, frozenset()) for step in STEPS[1:]]
    assert statuses == ["supported", *["not supported"] * 4]
    intercept = frozenset([("intercepts", "q1")])
    well = changes(0.0, 0.0, 0.0)
    assert [status_of(step, well, intercept) for step in STEPS[1:]] == [
        "supported",
        "partial",
        "partial",
        "not tested",
        "not tested",
    ]
    assert status_of("scalar", well[1:], intercept) == "not tested"


def test_an_undefined_fall_supports_nothing() -> None:
    ladder = changes(0.0, math.nan)
    assert status_of("scalar", ladder, frozenset()) == "not supported"
    assert "For scalar it is undefined." in verdict_from_free(ladder, fit())


@pytest.mark.parametrize("verdict", [verdict_from_free, verdict_from_equal])
def test_a_poor_first_model_is_said(verdict: object) -> None:
    assert callable(verdict)
    words = "The configural model does not fit well, so that this says little."
    assert words in verdict(changes(0.0, 0.0), fit(120.0))
    assert words not in verdict(changes(0.0, 0.0), fit())


@pytest.mark.parametrize(("chi_square", "cfi"), [(29.0, ".949"), (28.5, None)])
def test_a_first_model_that_does_not_fit_closely_is_said(chi_square: float, cfi: str | None) -> None:
    """CFI is 1 - (chi-square - 10) / (400 - 28), and RMSEA below .10."""
    said = fit_caution("configural", fit(chi_square))
    if cfi is None:
        assert said == ""
    else:
        assert said.startswith(f" The configural model does not fit closely (CFI = {cfi}, below .95; Hu & ")
    for verdict in (verdict_from_free, verdict_from_equal):
        assert verdict(changes(0.0, 0.0), fit(chi_square)).endswith(said)
