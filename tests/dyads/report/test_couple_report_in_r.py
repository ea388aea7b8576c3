"""The R script of a report of couples prints the report's figures; files may have a byte order mark."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import simulate
from intimacy_scales.dyads import CoupleReport, Dyads, couple_report, couple_scores
from intimacy_scales.errors import EstimationError
from tests.shared.simulated_couples import three_compositions


def couples(*, role: bool) -> Dyads:
    answers = simulate("scii-24", 240, couples=0.5, rng=6).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Dyads.from_long(
            "scii-24", answers, couple="couple", person="partner", role="partner" if role else None
        )


def report_of(dyads: Dyads) -> CoupleReport:
    return couple_report(
        dyads, outcome="caring", predictors="trust", scales=["trust", "caring"], invariance=False
    )


@pytest.mark.long
@pytest.mark.parametrize("role", [True, False])
def test_to_r_prints_the_figures_of_the_report(role: bool, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    dyads = couples(role=role)
    report = report_of(dyads)
    assert report.model is not None
    scores, model = tmp_path / "scores.csv", tmp_path / "model.csv"
    couple_scores(dyads).to_frame().to_csv(scores, index=False, encoding="utf-8-sig")
    report.model.to_couples().to_csv(model, index=False)
    file = tmp_path / "report.R"
    file.write_text(report.to_r(str(scores), model_path=str(model)), encoding="utf-8")
    run = subprocess.run(["Rscript", str(file)], capture_output=True, text=True, check=False)
    if "there is no package called" in run.stderr:
        pytest.skip("R needs psych and lavaan")
    assert run.returncode == 0, run.stderr
    printed = dict(line.split("\t")[:2] for line in run.stdout.splitlines())
    of_agreement = [name for name in printed if name.startswith(("trust.", "caring."))]
    assert len(of_agreement) == (14 if role else 4)
    for name in of_agreement:
        scale, *path = name.split(".")
        ours: Any = report.agreement[scale]
        for key in path:
            ours = getattr(ours, key) if hasattr(ours, key) else ours[key]
        assert ours == pytest.approx(float(printed[name]), rel=1e-8), name
    effect = report.model.effect("actor", "trust", cell="1" if role else None)
    assert effect.estimate == pytest.approx(float(printed[f"effects[{effect.name}].estimate"]), rel=1e-4)


def test_to_r_of_several_compositions_is_refused() -> None:
    with pytest.raises(EstimationError, match=r"report of the couples of each composition"):
        couple_report(three_compositions(), scales=["love"]).to_r()


def test_to_r_has_lines_for_roles_only_where_there_are_roles() -> None:
    of_roles, alike = (report_of(couples(role=role)).to_r() for role in (True, False))
    assert "t.test(" in of_roles and "t.test(" not in alike
    assert 'read.csv("couples.csv", check.names = FALSE, fileEncoding = "UTF-8-BOM")' in alike


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_names_a_decimal_comma(tmp_path: Path) -> None:
    table = tmp_path / "scores.csv"
    table.write_text('trust_a,trust_b\n3,"4,5"\n2,"3,5"\n', encoding="utf-8-sig")
    scores = {"trust": {"a": "a", "b": "b"}}
    rows = [{"a": 3, "b": 4}, {"a": 2, "b": 3}, {"a": 5, "b": 3}]
    script = couple_report(Dyads.of_scores(rows, scores)).to_r(str(table))
    file = tmp_path / "report.R"
    file.write_text(script, encoding="utf-8")
    run = subprocess.run(["Rscript", str(file)], capture_output=True, text=True, check=False)
    assert run.returncode != 0
    wanted = "trust_b: not a number: 4,5; 3,5. This is a decimal comma: write points"
    assert wanted in run.stderr.replace("\n", " ") or "there is no package called" in run.stderr
