"""The scripts of the gallery: one for each public plot, each of which draws a picture that can be read."""

from __future__ import annotations

import ast
import inspect
import runpy
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import plots
from intimacy_scales.plots import PlotAxes
from tests.shared.folders import DOCS
from tests.shared.pictures import check_picture

GALLERY = DOCS / "gallery"
SIMULATED, REAL = sorted(GALLERY.glob("*.py")), sorted((GALLERY / "real").glob("*.py"))


def public_plots() -> list[str]:
    """Return the names of public functions that draw one plot."""
    functions = [getattr(plots, name) for name in plots.__all__]
    return [f.__name__ for f in functions if inspect.signature(f).return_annotation == "PlotAxes"]


def plot_of(script: Path) -> str:
    """Return the name of the plot that a script draws; after a dash follows what a further picture shows."""
    return script.stem.split("-")[0]


def drawn_by(script: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the axes with which a script ends, run in an empty folder."""
    monkeypatch.chdir(folder)
    return runpy.run_path(str(script))["axes"]


def test_every_public_plot_has_a_script() -> None:
    assert sorted({plot_of(path) for path in SIMULATED}) == sorted(public_plots())
    assert set(public_plots()) <= {path.stem for path in SIMULATED}  # the first picture of each
    assert {path.stem for path in REAL} <= set(public_plots())
    assert len(public_plots()) >= 13


@pytest.mark.parametrize("script", [*SIMULATED, *REAL], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_scripts_begin_with_a_caption_and_end_with_their_plot(script: Path) -> None:
    tree = ast.parse(script.read_text(encoding="utf-8"))
    caption = (ast.get_docstring(tree) or "").splitlines()[0]
    assert caption.endswith(".") and len(caption) > 30
    assert script in REAL or "imulated" in caption
    last = tree.body[-1]
    assert isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == "axes"
    assert f"{plot_of(script)}(" in ast.unparse(last.value)


@pytest.mark.parametrize("script", SIMULATED, ids=lambda path: path.stem)
def test_scripts_draw_pictures_that_can_be_read(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = drawn_by(script, tmp_path, monkeypatch)
    assert isinstance(axes, PlotAxes)
    check_picture(axes)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", REAL, ids=lambda path: path.stem)
def test_real_scripts_draw_pictures_that_can_be_read(
    script: Path, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INTIMACY_SCALES_SHARED", str(shared))
    check_picture(drawn_by(script, tmp_path, monkeypatch))
