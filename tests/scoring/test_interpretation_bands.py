"""A score between two bands that are apart is in neither, and overlapping bands are warned of."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import Instrument, check_bank, load_file, score
from intimacy_scales.errors import OverlappingBandsWarning
from intimacy_scales.instrument import Cutoff
from intimacy_scales.scoring.interpretation import score_text
from tests.shared.instruments import form_of

SIX = [f"q{n}" for n in range(1, 7)]


def form(
    bands: list[tuple[float, float]], *, method: str = "sum", step: float = 1, **more: Any
) -> Instrument:
    cutoffs = [
        {"scale": "s", "band": band, "meaning": f"band {n}", "source": "Doe"} for n, band in enumerate(bands)
    ]
    return form_of(
        [{"id": "s", "items": SIX, "method": method, "missing": {"count": 1}}],
        id="support", title="Support", step=step,
        evidence={"status": "published", "sources": [{"title": "Doe (2020)"}]},
        **({"cutoffs": cutoffs} | more),
    )  # fmt: skip


def read(instrument: Instrument, *answers: float | None) -> tuple[float, list[str], str]:
    """The score, the bands that are said to hold it, and the words; one person and a table agree."""
    row = dict(zip(SIX, answers, strict=False)) | dict.fromkeys(SIX[len(answers) :])
    person = score(instrument, row).interpret()
    table = score(instrument, [row]).interpret()
    meanings = [reading.meaning for reading in person.applying]
    assert [c.meaning for c, n in zip(table.cutoffs, table.counts, strict=True) if n] == meanings
    assert (table.to_frame()["s_reading"][0] == "") == (not meanings)
    assert ("1 in no band of s" in repr(table)) == (not meanings)
    value = person.readings[0].score
    assert value is not None
    return value, meanings, repr(person)


@pytest.mark.parametrize(
    ("bands", "answers", "total"),
    [
        ([(6, 10), (20, 25)], (3, 3, 2, 2, 2, 2), 14),
        ([(6, 10), (20, 25)], (5, 5, 5, 5, 5, 2), 27),
        ([(6, 10), (20, 25)], (5, 4, 4, 2, 2, 2), 19),
        ([(6, 10), (12, 30)], (2, 2, 2, 2, 2, 1), 11),
        ([(10, 20), (21, 30)], (1, 1, 1, 1, 1, 2), 7),
        ([(6, 10), (12, 20)], (1.5, 2, 2, 2, 2, 1), 10.5),
    ],
)
def test_scores_between_or_beyond_bands_are_in_no_band(bands: Any, answers: Any, total: float) -> None:
    value, meanings, words = read(form(bands, step=0.5 if total == 10.5 else 1), *answers)
    assert (value, meanings) == (total, [])
    assert (
        f"s {total:g} is in no band ({bands[0][0]} to {bands[0][1]}, {bands[1][0]} to {bands[1][1]})" in words
    )


@pytest.mark.parametrize(
    ("bands", "answers", "total", "meaning"),
    [
        ([(6, 10), (11, 30)], (2, 2, 2, 1, None, None), 10.5, "band 0"),
        ([(6, 13), (14, 30)], (2, 2, 2, 3, None, None), 13.5, "band 0"),
        ([(6, 10), (11, 20), (25, 30)], (2, 2, 2, 1), 10.5, "band 0"),
        ([(11, 30), (6, 10)], (2, 2, 2, 1), 10.5, "band 1"),  # in any order
    ],
)
def test_a_prorated_score_between_neighbours_is_in_the_lower_band(
    bands: Any, answers: Any, total: float, meaning: str
) -> None:
    assert read(form(bands), *answers)[:2] == (total, [meaning])


def test_the_step_is_that_of_the_score() -> None:
    halves = form([(6, 10), (11, 30)], step=0.5)
    assert halves.score_steps == {"s": 0.5}
    assert read(halves, 2.5, 2, 2, 2, 1, 1)[:2] == (10.5, [])  # a complete score, and in no band
    means = form([(1, 2.9), (3, 5)], method="mean")
    assert means.score_steps["s"] == pytest.approx(1 / 6)
    assert read(means, 3, 3, 3, 3, 3, 3)[1] == ["band 1"]
    whole = form([(1, 2), (3, 5)], method="mean")
    assert read(whole, 2, 2, 2, 3, 3, 3)[1] == []


def test_bands_of_another_source_close_no_gap() -> None:
    both = form([(6, 10), (20, 25)])
    other = {"scale": "s", "band": (11, 30), "meaning": "other", "source": "Roe"}
    cutoffs = [*[c.to_dict() for c in both.cutoffs], other]
    assert read(form([], cutoffs=cutoffs), 2, 2, 2, 1)[1] == []


def found(instrument: Instrument, rule: str) -> list[str]:
    return [finding.message for finding in check_bank(instrument).findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ([(6, 10), (20, 25)], ["'s': scores between 10 and 20 are in no band"]),
        ([(20, 25), (6, 10)], ["'s': scores between 10 and 20 are in no band"]),
        ([(6, 10), (12, 14), (18, 30)], ["between 10 and 12", "between 14 and 18"]),
        ([(6, 20), (8, 10), (22, 30)], ["between 20 and 22"]),
        ([(6, 10), (11, 30)], []),
        ([(6, 10), (10, 30)], []),
        ([(6, 30)], []),
    ],
)
def test_the_linter_names_gaps_between_bands(bands: Any, words: list[str]) -> None:
    messages = found(form(bands), "band-gaps")
    assert len(messages) == len(words)
    assert all(word in message for word, message in zip(words, messages, strict=True))


@pytest.mark.parametrize("bands", [[(6, 14), (12, 25)], [(6, 10), (10, 30)], [(6, 30), (8, 9)]])
def test_overlapping_bands_load_with_a_warning(bands: Any, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(form(bands).to_toml(), encoding="utf-8")
    with pytest.warns(
        OverlappingBandsWarning, match=r"support: cut-off bands overlap: 's': .* both interpretations"
    ):
        load_file(path)
    explained = [{"rule": "bands", "because": "the article has them so"}]
    path.write_text(form(bands, accepted=explained).to_toml(), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error", OverlappingBandsWarning)
        load_file(path)
        path.write_text(form([(6, 10), (11, 30)]).to_toml(), encoding="utf-8")
        load_file(path)


def test_a_reading_between_two_bands_says_so() -> None:
    instrument = form([(6, 10), (11, 20), (21, 30)])
    between = dict.fromkeys(SIX[:3], 2) | {"q4": 1, "q5": None, "q6": None}
    told = repr(score(instrument, between).interpret())
    assert "s 10.5 is between 10 and 11, read as in 6 to 10, band 0 (Doe)" in told
    within = dict.fromkeys(SIX, 2)
    assert "s 12 is in 11 to 20, band 1 (Doe)" in repr(score(instrument, within).interpret())
    table = score(instrument, [between, within]).interpret()
    assert "1 of 2 s 6 to 10, 1 of them between 10 and 11 (band 0), 1 of 2 s 11 to 20 (band 1)" in repr(table)


def test_no_score_is_rounded_onto_a_boundary() -> None:
    """12.49999 is below 12.5, and is not shown as if it were there."""
    cutoff = {"scale": "s", "below": 12.5, "meaning": "low", "source": "Doe"}
    instrument = form([]).model_copy(update={"cutoffs": [cutoff]})
    fine = {"minimum": 1, "maximum": 5, "step": 0.0005}
    items = [item.model_copy(update={"response_scale": fine}) for item in instrument.items]
    answers = dict.fromkeys(SIX, 2) | {"q1": 2.4995}
    told = repr(score(instrument.model_copy(update={"items": items}), answers).interpret())
    assert "s 12.499 is below 12.5, low" in told
    for value, words in ((12.5, "12.5"), (12.499999999999998, "12.499999999999998"), (3.14159, "3.142")):
        assert score_text(value, [Cutoff.model_validate(cutoff)]) == words
