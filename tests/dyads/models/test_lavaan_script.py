"""The R scripts of models of couples reproduce their fit, where R with lavaan is there."""

from __future__ import annotations

import csv
import math
import shutil
import subprocess
import warnings
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, apim, common_fate, mutual_influence
from tests.shared.simulated_couples import scored_couples, three_compositions

NAMES = (
    "roles", "alike", "complete", "mixed", "corrected", "latent", "fate", "mutual", "fate corrected",
    "fate latent", "mutual corrected", "mutual latent",
)  # fmt: skip


@cache
def has_lavaan() -> bool:
    """Return whether R and lavaan are there."""
    if shutil.which("Rscript") is None:
        return False
    asked = subprocess.run(
        ["Rscript", "-e", 'cat(nzchar(system.file(package = "lavaan")))'], capture_output=True, check=False
    )
    return asked.stdout == b"TRUE"


def answered_couples() -> Dyads:
    answers = simulate("scii-24", 500, couples=0.5, rng=4).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Dyads.from_long("scii-24", answers, couple="couple", person="partner", role="partner")


def models() -> dict[str, Any]:
    gaps = scored_couples(120, gaps=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "roles": apim(gaps, "love", ["trust", "calm"], covariates=["years"]),
            "alike": apim(gaps, "love", "trust", interactions=[("trust", "years")], distinguishable=False),
            "complete": apim(scored_couples(60), "love", "trust", estimator="ML"),
            "mixed": apim(three_compositions(), "love", "trust", estimator="MLR"),
            "corrected": apim(
                gaps, "love", "trust", error="corrected", reliability={"love": 0.8, "trust": 0.7}
            ),
            "latent": apim(answered_couples(), "trust", "caring", error="latent"),
            "fate": common_fate(gaps, "love", "trust"),
            "mutual": mutual_influence(gaps, "love", "trust", errors_correlated=False),
            "fate corrected": common_fate(answered_couples(), "trust", "caring", error="corrected"),
            "fate latent": common_fate(
                answered_couples(), "trust", "caring", error="latent", distinguishable=False
            ),
            "mutual corrected": mutual_influence(answered_couples(), "trust", "caring", error="corrected"),
            "mutual latent": mutual_influence(answered_couples(), "trust", "caring", error="latent"),
        }


@pytest.fixture(scope="module")
def in_r(
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Any, dict[tuple[str, ...], tuple[float, ...]]]]:
    """Return each model with R's estimates and errors, all from one run of R."""
    if not has_lavaan():
        pytest.skip("R with lavaan is not there")
    folder, fitted, scripts = tmp_path_factory.mktemp("lavaan"), models(), []
    for name, model in fitted.items():
        model.to_couples().to_csv(folder / f"{name}.csv", index=False)
        script = model.to_lavaan(str(folder / f"{name}.csv")).replace(
            "lavaan::summary", "invisible(lavaan::summary"
        )
        scripts += [f"{script})", f'write.csv(lavaan::parameterEstimates(fit), "{folder}/{name}_r.csv")']
    (folder / "all.R").write_text("\n".join(scripts), encoding="utf-8")
    subprocess.run(["Rscript", str(folder / "all.R")], check=True, capture_output=True)
    return {name: (model, estimates_of(folder / f"{name}_r.csv")) for name, model in fitted.items()}


def estimates_of(path: Path) -> dict[tuple[str, ...], tuple[float, ...]]:
    """Return estimate and error by left side, operator, right side and group."""
    with path.open(encoding="utf-8") as file:
        return {
            (row["lhs"], row["op"], row["rhs"], row.get("group", "1")): tuple(
                math.nan if row[key] == "NA" else float(row[key]) for key in ("est", "se")
            )
            for row in csv.DictReader(file)
        }


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in NAMES if name != "complete"])
def test_to_lavaan_gives_the_same_parameters(in_r: Any, name: str) -> None:
    model, theirs = in_r[name]
    groups = model.engine.result.groups
    for row in model.engine.result.parameters:
        number = "1" if row.group is None else str(groups.index(row.group) + 1)
        if row.op == ":=":
            continue
        est, se = (
            theirs.get((row.lhs, row.op, "" if row.op == "~1" else row.rhs, number))
            or theirs[row.rhs, row.op, row.lhs, number]
        )
        assert math.isclose(row.estimate, est, rel_tol=1e-3, abs_tol=2e-4), row
        if row.free:
            assert math.isclose(row.se, se, rel_tol=2e-3), row


@pytest.mark.long
def test_to_lavaan_of_complete_couples(in_r: Any) -> None:
    """The model was not fitted by `sem`, and its script gives the same effects."""
    model, theirs = in_r["complete"]
    for effect in model.effects:
        if effect.kind == "intercept":
            continue
        source = effect.role if effect.kind == "actor" else effect.other
        est, se = theirs[f"love_{effect.role}", "~", f"trust_{source}", "1"]
        assert (effect.estimate, effect.se) == pytest.approx((est, se), rel=1e-4)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, dict[str, float]]]:
    """Return each actor-partner model with the figures that its script prints, all from one run of R."""
    if not has_lavaan():
        pytest.skip("R with lavaan is not there")
    folder, scripts = tmp_path_factory.mktemp("figures"), []
    fitted = {name: model for name, model in models().items() if hasattr(model, "to_r")}
    fitted["REML"] = apim(scored_couples(60), "love", "trust")
    for name, model in fitted.items():
        model.to_couples().to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
        scripts += [f'cat("== {name}\\n")', model.to_r(str(folder / f"{name}.csv"))]
    (folder / "all.R").write_text("\n".join(scripts), encoding="utf-8")
    run = subprocess.run(["Rscript", str(folder / "all.R")], check=True, capture_output=True, text=True)
    found = {}
    for block in run.stdout.split("== ")[1:]:
        name, *lines = block.splitlines()
        figures = (line.split("\t")[:2] for line in lines)
        found[name] = (fitted[name], {figure: float(value.replace("NA", "nan")) for figure, value in figures})
    return found


@pytest.mark.long
@pytest.mark.parametrize("name", ["roles", "alike", "complete", "mixed", "corrected", "latent", "REML"])
def test_to_r_prints_our_figures(printed: dict[str, tuple[Any, dict[str, float]]], name: str) -> None:
    """Also of files that begin with a byte order mark, as these do."""
    model, figures = printed[name]
    effects = {f"effects[{effect.name}]": effect for effect in model.effects}
    bonds = {f"residual_correlations[{k}]": rho for k, rho in enumerate(model.residual_correlations)}
    assert {f"{figure}.estimate" for figure in effects | bonds} <= set(figures)
    assert any(figure.endswith(".se") for figure in figures) == (name != "REML")
    for figure, value in figures.items():
        what, _, key = figure.rpartition(".")
        ours = reduce(getattr, what.split("."), model) if what.startswith("fit") else (effects | bonds)[what]
        if name in ("REML", "complete") and (what in bonds or "intercept" in what) and key == "se":
            continue  # of the closed form, with other degrees of freedom
        if name == "mixed" and figure == "fit.scaled.robust_tli":
            # all that it is made of is equal: both chi-squares, degrees of freedom and scaling factors give
            # 1.0466 (Brosseau-Liard & Savalei, 2014), and lavaan says 1.0429
            scaled = model.fit.scaled
            excess = model.fit.chi_square - scaled.scaling_factor * scaled.df
            expected = model.fit.baseline_chi_square - scaled.baseline_scaling_factor * scaled.baseline_df
            assert scaled.robust_tli == pytest.approx(
                1 - excess / scaled.df / (expected / scaled.baseline_df), rel=1e-9
            )
            continue
        assert getattr(ours, key) == pytest.approx(value, rel=3e-3, abs=5e-4, nan_ok=True), figure


def test_to_lavaan_of_reml_says_that_lavaan_has_none() -> None:
    text = apim(scored_couples(60), "love", "trust").to_lavaan('my "couples".csv')
    assert "lavaan has no REML" in text
    assert 'read.csv("my \\"couples\\".csv",' in text


def test_to_couples_has_what_was_fitted() -> None:
    dyads = scored_couples(60)
    model = apim(dyads, "love", "trust")
    frame = model.to_couples()
    assert list(frame) == ["love_h", "love_w", "trust_h", "trust_w"]
    assert isinstance(frame, pd.DataFrame)
    both = frame[["trust_h", "trust_w"]].to_numpy()
    assert both.mean() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(both, dyads.variable("trust") - model.centres["trust"])
