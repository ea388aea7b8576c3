"""Real answers: scores equal R's, and real files are read as what they are."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from intimacy_scales import Instrument, MissingRule, ResponseError, encode, load, score
from intimacy_scales.cli import app

TOLERANCE = 1e-10  # of the reference values: closed form
PRQC = ("satisfaction", "commitment", "intimacy", "trust", "passion", "love", "total")
RULES = {
    "complete_case": MissingRule(proportion=1),
    "available": MissingRule(count=1),
    "half_rule": MissingRule(proportion="1/2"),
}

# what a researcher would write for the 25 items, with the keys that the reference values use
BFI = """
id = "bfi-25"
version = "1"
title = "Twenty-five personality items"
response_scale = { minimum = 1, maximum = 6 }

items = [
    { id = "A1" }, { id = "A2" }, { id = "A3" }, { id = "A4" }, { id = "A5" },
    { id = "C1" }, { id = "C2" }, { id = "C3" }, { id = "C4" }, { id = "C5" },
    { id = "E1" }, { id = "E2" }, { id = "E3" }, { id = "E4" }, { id = "E5" },
    { id = "N1" }, { id = "N2" }, { id = "N3" }, { id = "N4" }, { id = "N5" },
    { id = "O1" }, { id = "O2" }, { id = "O3" }, { id = "O4" }, { id = "O5" },
]

[evidence]
status = "published"

[[scales]]
id = "agree"
items = ["-A1", "A2", "A3", "A4", "A5"]

[[scales]]
id = "conscientious"
items = ["C1", "C2", "C3", "-C4", "-C5"]

[[scales]]
id = "extraversion"
items = ["-E1", "-E2", "E3", "E4", "E5"]

[[scales]]
id = "neuroticism"
items = ["N1", "N2", "N3", "N4", "N5"]

[[scales]]
id = "openness"
items = ["O1", "-O2", "O3", "O4", "-O5"]
"""


def _oracle(shared: Path, name: str) -> dict[str, Any]:
    return json.loads((shared / "oracles" / f"{name}.json").read_text(encoding="utf-8"))["scales"]


def _assert_reference(values: list[float | None], reference: dict[str, Any]) -> None:
    """Compare one scale's scores with first rows, n, mean and sd of the reference."""
    there = [v for v in values if v is not None and not math.isnan(v)]
    first = [None if v is None or math.isnan(v) else v for v in values[:20]]
    for ours, theirs in zip(first, reference["first20"], strict=True):
        assert ours == (None if theirs is None else pytest.approx(theirs, abs=TOLERANCE))
    assert len(there) == reference["n"]
    mean = math.fsum(there) / len(there)
    assert mean == pytest.approx(reference["mean"], abs=TOLERANCE)
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in there) / (len(there) - 1))
    assert sd == pytest.approx(reference["sd"], abs=TOLERANCE)


@pytest.fixture
def bfi(tmp_path: Path) -> Instrument:
    path = tmp_path / "bfi.toml"
    path.write_text(BFI, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize("partner", [1, 2])
def test_prqc_of_both_partners_from_the_command_line(shared: Path, tmp_path: Path, partner: int) -> None:
    out = tmp_path / "scores.csv"
    data = shared / "oracles" / "data" / "prqcQ.csv"
    result = CliRunner().invoke(
        app,
        ["score", str(data), "--instrument", "prqc", "--columns", f"prqc.{partner}_{{n}}", "-o", str(out)],
    )
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 118
    oracle = _oracle(shared, "prqcQ")
    for scale in PRQC:
        name = f"{'total18' if scale == 'total' else scale}_p{partner}"
        values = [float(row[scale]) if row[scale] else None for row in rows]
        _assert_reference(values, oracle[name]["scores"]["half_rule"])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("partner", [1, 2])
def test_prqc_under_every_missing_rule(shared: Path, partner: int, rule: str) -> None:
    answers = pd.read_csv(shared / "oracles" / "data" / "prqcQ.csv")
    form = load("prqc").with_missing_rule(RULES[rule])
    scores = score(form, answers, columns=f"prqc.{partner}_{{n}}")
    oracle = _oracle(shared, "prqcQ")
    for scale in PRQC:
        name = f"{'total18' if scale == 'total' else scale}_p{partner}"
        _assert_reference(scores[scale].tolist(), oracle[name]["scores"][rule])


@pytest.mark.parametrize("rule", RULES)
def test_bfi_scales_of_a_users_own_file(shared: Path, bfi: Instrument, rule: str) -> None:
    answers = pd.read_csv(shared / "oracles" / "data" / "bfi.csv")
    assert answers[list(bfi.item_ids)].isna().to_numpy().sum() > 400
    scores = score(bfi.with_missing_rule(RULES[rule]), answers)
    for scale, reference in _oracle(shared, "bfi").items():
        assert [*bfi.scale(scale).items] == reference["keys"]
        _assert_reference(scores[scale].tolist(), reference["scores"][rule])
        summary = scores.summary().scales[bfi.scale_ids.index(scale)]
        assert summary.n == reference["scores"][rule]["n"]
        assert summary.mean == pytest.approx(reference["scores"][rule]["mean"], abs=TOLERANCE)
        assert summary.sd == pytest.approx(reference["scores"][rule]["sd"], abs=TOLERANCE)


def test_bfi_sums(shared: Path, bfi: Instrument) -> None:
    answers = pd.read_csv(shared / "oracles" / "data" / "bfi.csv")
    sums = [
        {"id": s.id, "items": s.items, "method": "sum", "missing": MissingRule(proportion=1)}
        for s in bfi.scales
    ]
    scores = score(bfi.model_copy(update={"scales": sums}), answers)
    for scale, reference in _oracle(shared, "bfi").items():
        _assert_reference(scores[scale].tolist(), reference["scores"]["complete_case_sum"])


def test_one_person_at_a_time_equals_the_table(shared: Path, bfi: Instrument) -> None:
    answers = pd.read_csv(shared / "oracles" / "data" / "bfi.csv").head(300)
    table = score(bfi, answers)
    for row, person in enumerate(answers.to_dict("records")):
        single = score(bfi, person).scores
        for scale in bfi.scale_ids:
            value = table[scale][row]
            assert single[scale] == (None if math.isnan(value) else value)


def test_commitment_reversed_from_the_declared_range(shared: Path) -> None:
    """Partner 1 of 118 couples, 1-9; items 3 and 4 are reverse-keyed."""
    for name, reference in _oracle(shared, "commitmentQ").items():
        if not name.startswith("commitment_keyed") or "stacked" in name:
            continue
        low, high = reference["response_range"]
        names = [key.removeprefix("-") for key in reference["keys"]]
        form = Instrument.model_validate(
            {
                "id": "commitment",
                "version": "1",
                "title": "Commitment, 1 to 9",
                "evidence": {"status": "published"},
                "response_scale": {"minimum": low, "maximum": high},
                "items": [{"id": column} for column in names],
                "scales": [{"id": "commitment", "items": reference["keys"]}],
            }
        )
        answers = pd.read_csv(shared / "oracles" / "data" / "commitmentQ.csv")
        _assert_reference(score(form, answers)["commitment"].tolist(), reference["scores"]["half_rule"])


def _naive_mean(cells: list[str], *, reverse: set[int], total: int) -> float | None:
    values = [
        (total - int(cell) if i in reverse else int(cell)) for i, cell in enumerate(cells) if cell != "NA"
    ]
    return sum(values) / len(values) if 2 * len(values) >= len(cells) else None


def test_a_real_google_forms_export_with_question_texts_as_header(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "google_forms" / "extraversion_raw_de.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    questions = header[2:12]
    minus = {i for i, question in enumerate(questions) if question.endswith("(-)")}
    assert len(minus) == 2
    form = Instrument.model_validate(
        {
            "id": "extraversion-de",
            "version": "1",
            "title": "Extraversion, ten statements",
            "language": "de",
            "evidence": {"status": "published"},
            "response_scale": {"minimum": 1, "maximum": 4},
            "items": [{"id": f"ex_{n}"} for n in range(1, 11)],
            "scales": [
                {
                    "id": "extraversion",
                    "items": [f"{'-' if n - 1 in minus else ''}ex_{n}" for n in range(1, 11)],
                }
            ],
        }
    )
    columns = dict(zip(form.item_ids, questions, strict=True))
    instrument, mapping, out = tmp_path / "ex.toml", tmp_path / "columns.json", tmp_path / "out.csv"
    instrument.write_text(form.to_toml(), encoding="utf-8")
    mapping.write_text(json.dumps(columns), encoding="utf-8")
    result = CliRunner().invoke(
        app,
        [
            "score",
            str(path),
            "-i",
            str(instrument),
            "--columns",
            str(mapping),
            "--keep",
            header[0],
            "-o",
            str(out),
        ],
    )
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        scored = list(csv.DictReader(file))
    assert len(scored) == len(rows) == 826
    expected = [_naive_mean(row[2:12], reverse=minus, total=5) for row in rows]
    assert [float(r["extraversion"]) if r["extraversion"] else None for r in scored] == pytest.approx(
        expected
    )
    assert [r["Zeitstempel"] for r in scored] == [row[0] for row in rows]


def test_a_real_semicolon_file(shared: Path, tmp_path: Path) -> None:
    path = shared / "samples" / "csv" / "divorce_predictors_semicolon.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    form = Instrument.model_validate(
        {
            "id": "predictors",
            "version": "1",
            "title": "Fifty-four statements, 0 to 4",
            "evidence": {"status": "published"},
            "response_scale": {"minimum": 0, "maximum": 4},
            "items": [{"id": f"Q{n}"} for n in range(1, 55)],
            "scales": [{"id": "sum", "items": [f"Q{n}" for n in range(1, 55)], "method": "sum"}],
        }
    )
    instrument, out = tmp_path / "predictors.toml", tmp_path / "out.jsonl"
    instrument.write_text(form.to_toml(), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["score", str(path), "-i", str(instrument), "--keep", "Divorce", "-o", str(out)]
    )
    assert result.exit_code == 0, result.output
    scored = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(scored) == len(rows) == 170
    for n, (ours, row) in enumerate(zip(scored, rows, strict=True), start=1):
        assert ours.pop("row") == n
        assert ours == {"Divorce": row["Divorce"], "sum": sum(int(row[f"Q{n}"]) for n in range(1, 55))}


def test_codes_take_no_options_of_reading(bfi: Instrument) -> None:
    codes = encode(bfi, [dict.fromkeys(bfi.item_ids, 3)])
    assert score(bfi, codes)["agree"].tolist() == [3.2]
    for options in (
        {"missing_codes": [-99]},
        {"on_invalid": "missing"},
        {"columns": "q{n}"},
        {"person": "id"},
    ):
        with pytest.raises(ResponseError, match=rf"pass {next(iter(options))}= to encode\(\)"):
            score(bfi, codes, **options)
