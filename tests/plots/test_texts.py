"""Names of partners, scales and couples in pictures: shown as they are written, whatever they contain."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from intimacy_scales.dyads import Dyads, apim, couple_report
from intimacy_scales.plots import actor_partner_diagram, couple_pictures, partner_profiles, partner_scatter
from intimacy_scales.plots.texts import folded, printable
from tests.shared.couples import couples_with_scores
from tests.shared.simulated_couples import random_scores

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
NAMES = {
    "two dollars": "$\\frac$",
    "mathematics": "$x_1^2$",
    "escaped dollar": r"a\$b",
    "signs": "a_b^c\\d{e}%&#~",
    "emoji": "love \U0001f495",
    "other scripts": "\u092a\u094d\u0930 \u05d0\u05d4",
    "long": "satisfaction with the relationship and with everything in it " * 6,
    "long word": "x" * 400,
    "control": "a\x00b\x1bc\td\ne <b>&amp;</b>",
}


def couples(name: str) -> Dyads:
    """Couples with this name of a role, and at the end of names of scores."""
    scores = random_scores(1, 30, ("y", "x"))
    return couples_with_scores(
        {"y" + name: scores["y"], "x" + name: scores["x"]}, roles=True, partners=("r" + name, "other")
    )


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_every_picture_of_any_name_can_be_written(name: str, tmp_path: Path) -> None:
    dyads = couples(name)
    model = apim(dyads, "y" + name, "x" + name)
    drawn = [
        actor_partner_diagram(model),
        partner_profiles(dyads),
        partner_scatter(dyads, "y" + name),
    ]
    for axes in drawn:
        svg = axes.save(tmp_path / "plot.svg").read_text("utf-8")
        assert ET.fromstring(svg).tag.endswith("svg")
    assert drawn[0].save(tmp_path / "plot.png").stat().st_size > 5_000
    drawn[1].save(tmp_path / "plot.pdf")


def test_pictures_of_a_report_are_drawn_whatever_names_contain() -> None:
    dyads = couples("$\\frac$")
    report = couple_report(dyads, outcome="y$\\frac$", predictors=["x$\\frac$"], invariance=False)
    pictures = couple_pictures(dyads, report)
    assert len(pictures) == 4
    texts = b" ".join(drawn.svg for drawn in pictures).decode()
    assert texts.count(r"x$\frac$") >= 3


def shown(axes: Any) -> list[str]:
    """The texts of an SVG file, as a reader sees them."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        axes.get_figure().savefig(buffer, format="svg")
    return re.findall(r"<text[^>]*>([^<]*)</text>", buffer.getvalue())


def test_dollars_and_backslashes_are_shown_as_they_are() -> None:
    for name in ("$x_1^2$", r"a\$b", "cost in $", "a_b^c"):
        texts = shown(partner_scatter(couples(name), "y" + name))
        assert f"y{name} of r{name}" in texts
        assert f"y{name} of other" in texts
        texts = shown(partner_profiles(couples(name)))
        assert {"y" + name, "x" + name, "r" + name} <= set(texts)


def test_tex_of_the_callers_settings_is_not_used_for_names(tmp_path: Path) -> None:
    with mpl.rc_context({"text.usetex": True}):
        axes = partner_scatter(couples("a_b"), "ya_b")
        named = [text for text in axes.findobj(Text) if "a_b" in text.get_text()]
    assert named
    assert not any(text.get_usetex() for text in named)


def test_texts_of_the_caller_on_the_same_axes_stay() -> None:
    _, ax = plt.subplots()
    mine = ax.text(0.5, 0.5, "$x^2$")
    partner_scatter(couples(""), "y", ax=ax)
    plt.close()
    assert mine.get_parse_math()
    assert not ax.xaxis.label.get_parse_math()


def test_long_names_leave_room_for_the_plot() -> None:
    name = NAMES["long"]
    for axes in (partner_profiles(couples(name)), partner_scatter(couples(name), "y" + name)):
        figure = axes.get_figure()
        figure.draw_without_rendering()
        box = axes.get_position()
        assert box.width > 0.4
        assert box.height > 0.3
    assert axes.get_xlabel().split("\n")[1].startswith("of rsatisfaction")
    assert axes.get_ylabel().split("\n")[1] == "of other"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.integers(2, 20), st.integers(1, 4))
def test_folded_lines_are_short_and_few(name: str, width: int, most: int) -> None:
    lines = folded(name, width=width, most=most).split("\n")
    assert len(lines) <= most
    assert all(len(line) <= width + 1 for line in lines)
    if len(name) <= width:
        assert "".join(lines).replace(" ", "") == printable(name).replace(" ", "")


@given(st.text(alphabet=st.characters(), max_size=30))
def test_printable_texts_can_be_encoded_and_keep_what_is_seen(text: str) -> None:
    seen = printable(text + "\ud800\x00\n")
    seen.encode("utf-8")
    assert seen.endswith("\ufffd\ufffd ")
    assert len(seen) == len(text) + 3
    assert printable("a_b^c $x$ \u00e4\u0430") == "a_b^c $x$ \u00e4\u0430"
