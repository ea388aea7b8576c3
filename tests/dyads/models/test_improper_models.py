"""An improper model of couples: cautions come first, and no effect is stated as a fact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from intimacy_scales.dyads import Dyads, apim, common_fate, couple_report, mutual_influence
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.dyads.models.actor_partner_result import ResidualCorrelation
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import scored_couples

LITTLE = {"love": 0.2, "trust": 0.2}  # so little that correlations of true scores exceed 1


def closely_related_scores() -> dict[str, Any]:
    rng = np.random.default_rng(2)
    trust = rng.normal(size=(120, 1)) + 0.5 * rng.normal(size=(120, 2))
    return {"love": 0.8 * trust + 0.4 * rng.normal(size=(120, 2)), "trust": trust}


@pytest.mark.parametrize("roles", [False, True])
@pytest.mark.parametrize("fit", [apim, common_fate, mutual_influence])
def test_sentences_of_improper_models_state_no_effect(fit: Any, roles: bool) -> None:
    dyads = couples_with_scores(closely_related_scores(), roles=roles)
    model = fit(dyads, "love", "trust", error="corrected", reliability=LITTLE)
    assert model.improper
    sentences: Sequence[str] = model.sentences()
    assert "must not be interpreted" in sentences[1]
    assert any(text.startswith("Reliabilities count as known") for text in sentences)
    text = " ".join(sentences)
    assert not any(words in text for words in ("is 1 higher", "effect is 0", "[-", "unexplained"))
    assert "improper solution" in repr(model).splitlines()[0]


def test_cautions_of_proper_models_are_among_their_sentences() -> None:
    dyads = scored_couples(25, roles=False)
    for fit in (apim, mutual_influence):
        model: Any = fit(dyads, "love", "trust")  # type: ignore[operator]
        sentences = [sentence.lower() for sentence in model.sentences()]
        assert not model.improper
        for caution in model.warnings:
            assert any(caution.lower().rstrip(".") in sentence for sentence in sentences)
        assert any("is 1 higher" in sentence for sentence in sentences)


def test_residual_correlations_beyond_1_are_marked() -> None:
    beyond = ResidualCorrelation(composition="", estimate=1.66, se=1.06, n=118)
    assert repr(beyond) == "<residual correlation of partners: 1.660 (improper), SE 1.060>"


def test_undefined_intervals_are_not_shown_as_dashes() -> None:
    path = CoupleEstimate(name="a1", partner=None, estimate=0.3, se=0, df=np.inf, n=90, method="ML")
    assert path.tested_text().startswith("no interval and no test (its standard error is 0")
    assert path.interval_text().startswith("no interval (")


def test_report_states_no_effect_of_an_improper_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from intimacy_scales.dyads.report import parts

    dyads: Dyads = couples_with_scores(closely_related_scores(), roles=True)
    improper = apim(dyads, "love", "trust", error="corrected", reliability=LITTLE)
    monkeypatch.setattr(parts.Parts, "model", lambda *_: improper)
    report = couple_report(dyads, outcome="love", predictors="trust")
    assert "model of love has an improper solution" in report.sentence()
    assert "actor effect" not in report.sentence()
    titles = {table.name: table.title for table in report.tables()}
    assert "readings" not in titles
    assert titles["effects"].endswith("improper solution")
