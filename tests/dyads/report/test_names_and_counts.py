"""Texts of results of couples: comparisons with strangers, counts, and couples of an improper model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, couple_report, partner_agreement, profile_similarity
from intimacy_scales.dyads.report import parts
from intimacy_scales.dyads.report.couple_rows import couple_rows
from intimacy_scales.results.wording import apa
from tests.shared.couples import couples_with_scores


def test_comparison_with_strangers_shows_its_figures() -> None:
    answers = simulate("scii-24", 100, couples=0.5, rng=1).answers
    dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    compared = profile_similarity(dyads).pseudo_couples(99, rng=1)["overall"]
    mean, expected = apa(compared.mean, 3), apa(compared.expected, 3)
    assert f"mean {mean} of couples, {expected} of strangers, p " in repr(compared)


def test_none_to_one_couple_are_couples() -> None:
    scores = np.random.default_rng(1).normal(size=(2, 30, 2))
    scores[1, 0, 1] = np.nan
    sentence = partner_agreement(couples_with_scores({"love": scores[0], "trust": scores[1]})).sentence()
    assert "Not used: 0 to 1 couples without both scores." in sentence


def test_differences_by_an_improper_model_are_not_called_reliable(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = simulate("kmss", 100, couples=0.5, rng=1).answers
    dyads = Dyads.from_long("kmss", answers, couple="couple", person="partner")
    made = parts.Parts.reliabilities
    monkeypatch.setattr(
        parts.Parts,
        "reliabilities",
        lambda self: {
            name: replace(r, improper=("a variance is negative",)) for name, r in made(self).items()
        },
    )
    report = couple_report(dyads)
    assert "improper" in report.not_computed["reliable differences in total"]
    assert set(couple_rows(dyads, report)["reliable"]) == {"unknown"}
