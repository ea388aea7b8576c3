"""`couple_pictures`: the pictures of a report, as files."""

from __future__ import annotations

import numpy as np

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, couple_report
from intimacy_scales.plots import couple_pictures
from tests.shared.couples import couples_of
from tests.shared.simulated_couples import scored_couples


def test_couple_pictures_are_those_of_the_report() -> None:
    dyads = scored_couples(40)
    drawn = couple_pictures(dyads, couple_report(dyads, outcome="love", predictors="trust"))
    assert [picture.name for picture in drawn] == [
        "profiles", "scatter_love", "scatter_trust", "scatter_calm", "effects_trust",
    ]  # fmt: skip
    for picture in drawn:
        assert picture.png.startswith(b"\x89PNG")
        assert picture.picture.kind == "svg"
        assert picture.alt_text
        assert picture.caption.endswith(".")
        assert picture.data.count("\n") > 2
    assert "higher" in drawn[1].alt_text


def test_what_cannot_be_drawn_is_left_out() -> None:
    dyads = couples_of([[4, np.nan]])
    assert couple_pictures(dyads, couple_report(dyads)) == ()


def test_pictures_of_one_occasion_name_it() -> None:
    answers = simulate("kmss", 60, couples=0.5, rng=1).answers.assign(day=3)
    dyads = Dyads.from_long("kmss", answers, couple="couple", person="partner", time="day")
    for picture in couple_pictures(dyads, couple_report(dyads)):
        assert picture.alt_text.endswith("Occasion 3.") and picture.caption.endswith("Occasion 3.")
        header, *rows = picture.data.splitlines()
        assert header.endswith(",occasion") and all(row.endswith(",3") for row in rows)
