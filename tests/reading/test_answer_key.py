"""A value means one thing however it is written: as a number, as its text, as a label, twice in an option."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import Instrument, InvalidResponsesError, ResponseError, encode, score
from intimacy_scales.jobs import score_file
from tests.shared.commands import run
from tests.shared.instruments import form_of


def form(labels: dict[Any, str] | None = None, maximum: int = 5, **scale: Any) -> Instrument:
    points = {"minimum": 1, "maximum": maximum, "labels": labels or {}, **scale}
    return form_of({"s": "a -b"}, id="form", title="Form", response_scale=points)


DIGITS = form({n: str(n) for n in range(1, 6)})
LABELS = {
    "none": form(),
    "digits": DIGITS,
    "ends and digits": form({1: "Never", 2: "2", 3: "3", 4: "4", 5: "Always"}),
    "decimals": form({n: f"{n}.0" for n in range(1, 6)}),
    "wide digits": form({n: chr(0xFF10 + n) for n in range(1, 6)}),
    "words": form({1: "Never", 5: "Always"}),
}
TURNED = {n: 6 - n for n in range(1, 6)}
TABLES = {
    "numbers": lambda x: pd.DataFrame({"a": x, "b": x[::-1]}),
    "texts": lambda x: pd.DataFrame({"a": list(map(str, x)), "b": list(map(str, x[::-1]))}),
    "decimals": lambda x: pd.DataFrame({"a": [f"{v}.0" for v in x], "b": [f" +{v} " for v in x[::-1]]}),
    "wide digits": lambda x: pl.DataFrame({"a": [chr(0xFF10 + v) for v in x], "b": x[::-1]}),
    "categories": lambda x: pd.DataFrame({"a": pd.Categorical(list(map(str, x))), "b": x[::-1]}),
    "floats": lambda x: pd.DataFrame({"a": np.array(x, np.float32), "b": [f"{v}e0" for v in x[::-1]]}),
}
KEYS = {
    "numbers": TURNED,
    "texts": {str(n): answer for n, answer in TURNED.items()},
    "decimals": {f"{n}.0": str(answer) for n, answer in TURNED.items()},
    "wide digits": {chr(0xFF10 + n): answer for n, answer in TURNED.items()},
    "floats": {np.float64(n): answer for n, answer in TURNED.items()},
}


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("keys", KEYS)
def test_a_recoded_number_is_recoded_however_it_is_written(labels: str, keys: str) -> None:
    stored = [1, 2, 3, 4, 5]
    for table in TABLES.values():
        codes = encode(LABELS[labels], table(stored), recode=KEYS[keys]).codes
        assert codes[:, 0].tolist() == [5, 4, 3, 2, 1]
        assert codes[:, 1].tolist() == [1, 2, 3, 4, 5]
    for row in ({"a": 1, "b": "5"}, {"a": "1.0", "b": 5.0}, {"a": "\uff11", "b": " 5"}):
        assert score(LABELS[labels], row, recode=KEYS[keys]).scores["s"] == 5.0


def test_numbers_that_recode_does_not_name_are_refused() -> None:
    for value in (3, "3", "3.0", "\uff13", 3.0):
        with pytest.raises(InvalidResponsesError, match="is not among the values that recode names"):
            score(DIGITS, {"a": value, "b": 1}, recode={"1": 5, 2: 4})
    mixed = LABELS["ends and digits"]
    for value in (3, "3", "3.0"):  # a label that is a number goes with the other labels
        with pytest.raises(InvalidResponsesError, match="is not among the values that recode names"):
            score(mixed, {"a": value, "b": 1}, recode={"Never": "Always", "Always": "Never", 1: 1})
    assert score(mixed, {"a": "Never", "b": "ALWAYS"}, recode={"Never": 5, "Always": 1}).scores["s"] == 5.0


def test_a_recoded_number_in_files_of_every_format(tmp_path: Path) -> None:
    path = tmp_path / "f.toml"
    path.write_text(DIGITS.to_toml(), encoding="utf-8")
    table = pd.DataFrame({"a": [1, 2, 5], "b": [5, 5, 1]})
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    table.to_parquet(tmp_path / "a.parquet")
    table.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    book = openpyxl.Workbook()
    for row in [["a", "b"], ["1", 5], [2, "5"], [5, 1.0]]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    pairs = [text for n in range(1, 6) for text in ("--recode", f"{n}={6 - n}")]
    for ending in ("csv", "tsv", "parquet", "jsonl", "xlsx"):
        for name, done in {"api": False, "cli": True}.items():
            output = tmp_path / f"{name}.csv"
            source = tmp_path / f"a.{ending}"
            if done:
                assert run("score", source, "-i", path, "-o", output, *pairs).exit_code == 0
            else:
                score_file(DIGITS, source, output=output, recode=TURNED)
            assert output.read_text() == "row,s\n1,5.0\n2,4.5\n3,1.0\n"


TWICE: dict[str, dict[Any, Any]] = {
    "a number and its text": {6: 5, "6": 4},
    "two texts of a number": {"6": 5, "6.0": 4},
    "two cases": {"oft": 5, "OFT": 4},
    "an answer and none": {9: 5, " 9 ": None},
    "wide digits": {"\uff16": 3, 6: 4},
    "blanks": {"very  often": 5, "Very often": 4},
    "typographic quotes": {"don\u2019t": 1, "don't": 2},
    "what a type makes of a number": {0.1 + 0.2: 1, 0.3: 2},
}


@pytest.mark.parametrize("name", TWICE)
def test_one_stored_value_cannot_stand_for_two_answers(name: str) -> None:
    tenths = form(maximum=5, minimum=0, step=0.1)
    one, other = TWICE[name]
    for answers in ({"a": 1, "b": 1}, [{"a": 1, "b": 1}]):
        with pytest.raises(ResponseError, match="cannot stand for two different answers") as caught:
            score(tenths, answers, recode=TWICE[name])
        assert repr(one) in str(caught.value)
        assert repr(other) in str(caught.value)


def test_one_stored_value_may_be_written_twice_for_one_answer() -> None:
    assert score(form(), {"a": 6, "b": "6"}, recode={6: 5, "6": "5"}).scores["s"] == 3.0


@pytest.mark.parametrize("again", ["1=2", "1.0=2", "1=5", "1 =", "\uff11=3"])
def test_a_repeated_value_of_the_command_line_is_refused(tmp_path: Path, again: str) -> None:
    (tmp_path / "a.csv").write_text("ras_1\n1\n")
    result = run("score", tmp_path / "a.csv", "-i", "ras", "--recode", "1=5", "--recode", again)
    assert result.exit_code == 2
    assert f"--recode {again}: --recode 1=5 has the same stored value" in " ".join(result.output.split())


def raised(text: str, **scale: Any) -> Instrument:
    return form({52: text}, maximum=100, **scale)


READ = [
    (raised("5²"), "5²", 52),
    (raised("52"), "5²", None),
    (raised("5\u2082"), "5\u2082", 52),
    (raised("5²"), "5\u2082", None),
    (form(), "5²", None),
]


@pytest.mark.parametrize(("one", "answer", "code"), READ)
def test_forms_that_read_a_raised_digit_differently_have_different_key_digests(
    one: Instrument, answer: str, code: int | None
) -> None:
    coded = encode(one, [{"a": answer, "b": 1}], on_invalid="missing")
    assert coded.codes[0, 0] == (code or 0)
    for other, *_ in READ:
        assert (one.key_digest == other.key_digest) == (one == other)


@pytest.mark.parametrize("code", ["9²", "9\u2082", "\u20792"])
def test_a_missing_code_with_a_raised_digit_is_not_a_number(code: str) -> None:
    one, plain = form(missing_codes=[code]), form(missing_codes=["92"])
    assert one.key_digest != plain.key_digest
    assert encode(one, [{"a": code, "b": 1}]).codes.tolist() == [[0, 1]]
    assert encode(plain, [{"a": 92, "b": "92.0"}]).codes.tolist() == [[0, 0]]
    for value in (92, "92", "92.0"):
        with pytest.raises(InvalidResponsesError):
            encode(one, [{"a": value, "b": 1}])


def test_a_missing_code_in_wide_digits_is_that_number() -> None:
    one, plain = form(missing_codes=["\uff19\uff19"]), form(missing_codes=[99])
    assert one.key_digest == plain.key_digest
    for value in (99, "99", 99.0, "\uff19\uff19"):
        assert encode(one, [{"a": value, "b": 1}]).codes.tolist() == [[0, 1]]
    with pytest.raises(ValueError, match="is also an answer"):
        form(missing_codes=["\uff13"])
