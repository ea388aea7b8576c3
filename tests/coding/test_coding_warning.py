"""The warning line on answers that were read already, and in the reliability report."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from intimacy_scales import KeyingWarning, ResponseError, encode, item_moments, load, reliability_report
from intimacy_scales.coding import coding_warning
from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability import reliability_report as report_of
from tests.shared.stored_answers import ITEMS, check_of, options_of_ten, ten


def coded(stored: np.ndarray, reverse: int = 4):
    return encode(ten(reverse=reverse), stored, columns=ITEMS)


def with_turned(items: list[int], seed: int = 1) -> np.ndarray:
    stored = options_of_ten(seed) + 1
    stored[:, items] = 6 - stored[:, items]
    return stored


def test_coding_warning_names_the_items_that_check_coding_names() -> None:
    stored = with_turned([2])
    answers = coded(stored)
    line = coding_warning(answers.instrument, answers)
    assert line is not None and line.startswith("total: q3 runs against the other 9 items")
    odds = check_of(answers.instrument, stored)["q3"].log10_odds
    assert f"log10 Bayes factor {odds:.1f} for 'reversed already'" in line
    assert coding_warning(answers.instrument, item_moments(answers.instrument, answers)) == line


@pytest.mark.parametrize("seed", range(4))
def test_coding_warning_is_none_for_clean_answers(seed: int) -> None:
    answers = coded(options_of_ten(seed) + 1)
    assert coding_warning(answers.instrument, answers) is None


def test_coding_warning_has_a_line_for_each_fault() -> None:
    line = coding_warning(ten(), coded(with_turned([6, 9])))
    assert line is not None
    assert {word for word in line.replace(",", " ").split() if word in ITEMS} == {"q7", "q10"}


def test_coding_warning_refuses_other_answers() -> None:
    with pytest.raises(EstimationError, match=r"codes: .* is not valid; allowed: what encode\(\)"):
        coding_warning(ten(), options_of_ten(1))  # type: ignore[arg-type]
    with pytest.raises(ResponseError, match="belong to"):
        coding_warning(load("ras"), coded(options_of_ten(1) + 1))


def unclear() -> np.ndarray:
    """Answers with two items that go with each other, not with the rest, and have other means: simulated."""
    rng = np.random.default_rng(8)
    first, second = rng.normal(size=(2, 200, 1))
    latent = np.column_stack([first + rng.normal(0, 0.6, (200, 3)), second + rng.normal(0, 0.9, (200, 2))])
    return np.clip(np.rint(latent * 2 + [8, 8, 8, 3, 3]), 1, 9)


def unkeyed():
    from tests.shared.instruments import form_of

    return form_of({"commitment": "c1 c2 c3 c4 c5"}, high=9)


def test_report_names_items_that_do_not_go_with_the_others() -> None:
    form = unkeyed()
    with warnings.catch_warnings():
        warnings.simplefilter("error", KeyingWarning)  # these items hardly correlate with the others
        report = reliability_report(form, unclear(), columns=list(form.item_ids))
    (line,) = [text for text in report.warnings if "do not go with" in text]
    assert line.startswith("commitment: c4, c5 do not go with the other 3 items")
    assert report_of is reliability_report


def test_report_does_not_warn_twice_about_the_same_items() -> None:
    answers = coded(with_turned([2]))
    with pytest.warns(KeyingWarning, match="q3"):
        report = reliability_report(answers)
    assert sum("q3" in text for text in report.warnings) == 1


def test_report_of_clean_answers_has_no_line() -> None:
    assert not any("as printed" in text for text in reliability_report(coded(options_of_ten(1) + 1)).warnings)
