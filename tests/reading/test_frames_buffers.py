"""Arrays of Arrow made of memory are those that pyarrow makes, and no file needs pandas to be scored."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import encode
from intimacy_scales.reading.frames import Numbers, arrow_numbers, arrow_texts, numpy_numbers, numpy_truths
from intimacy_scales.reading.frames.buffers import numpy_type
from tests.shared.answer_files import IDS
from tests.shared.commands import printed_by_python

KINDS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "int64", "uint64", "float32", "float64"]


@pytest.mark.parametrize("kind", KINDS)
@given(values=st.lists(st.sampled_from([0, 1, 5, 100]), max_size=20), step=st.integers(1, 3))
def test_numbers_are_those_of_pyarrow(kind: str, values: list[int], step: int) -> None:
    numbers = np.array(values, dtype=kind)[::step]
    found = arrow_numbers(numbers)
    found.validate(full=True)
    assert found.equals(pa.array(numbers))
    assert found.type == pa.array(numbers).type


@pytest.mark.parametrize("kind", ["float32", "float64"])
@given(values=st.lists(st.sampled_from([0.0, -0.0, 1.5, math.inf, math.nan]), max_size=20))
def test_nan_is_null_and_nothing_else_changes(kind: str, values: list[float]) -> None:
    numbers = np.array(values, dtype=kind)
    found, expected = arrow_numbers(numbers), pa.array(numbers, from_pandas=True)
    found.validate(full=True)
    assert found.equals(expected)
    assert found.null_count == expected.null_count
    assert repr(found.to_pylist()) == repr(expected.to_pylist())  # the sign of 0 too


@pytest.mark.parametrize("values", [np.array(["a", None], object), np.array(["a", "é"])])
def test_what_has_another_layout_is_left_to_pyarrow(values: Any) -> None:
    assert arrow_numbers(values).to_pylist() == pa.array(values, from_pandas=True).to_pylist()


@pytest.mark.parametrize("kind", [*KINDS[1:], "float16"])
def test_types_of_numbers_are_those_of_pyarrow(kind: str) -> None:
    assert numpy_type(pa.array(np.zeros(1, kind)).type) == np.dtype(kind)


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
def test_texts_are_those_of_pyarrow(texts: list[str]) -> None:
    found = arrow_texts(texts)
    found.validate(full=True)
    assert found.equals(pa.array(texts, pa.string()))


@pytest.mark.parametrize("kind", ["int8", "int32", "int64"])
@given(values=st.lists(st.integers(-100, 100), max_size=20), start=st.integers(0, 20))
def test_numbers_come_back_from_a_part_of_an_array(kind: str, values: list[int], start: int) -> None:
    assert numpy_numbers(pa.array(values, kind)[start:]).tolist() == values[start:]


@given(values=st.lists(st.booleans(), max_size=40), start=st.integers(0, 40))
def test_truth_values_come_back_from_a_part_of_an_array(values: list[bool], start: int) -> None:
    assert numpy_truths(pa.array(values, pa.bool_())[start:]).tolist() == values[start:]


@pytest.mark.parametrize("source", ["a.csv", "a.jsonl", "a.parquet"])
def test_no_file_needs_pandas_to_be_scored(tmp_path: Path, source: str) -> None:
    n = 30_000  # large enough to be read by Arrow
    path = tmp_path / source
    if source == "a.parquet":
        columns = {"id": [f"P{row}" for row in range(n)], **dict.fromkeys(IDS, [3] * n)}
        pq.write_table(pa.table(columns), path)
    elif source == "a.csv":
        rows = (f"P{row},{','.join('3' * 7)}\n" for row in range(n))
        path.write_text(f"id,{','.join(IDS)}\n" + "".join(rows), encoding="utf-8")
    else:
        rows = (json.dumps({"id": f"P{row}", **dict.fromkeys(IDS, 3)}) + "\n" for row in range(n))
        path.write_text("".join(rows), encoding="utf-8")
    output = path.with_name(f"o{path.suffix if source == 'a.parquet' else '.csv'}")
    told = (
        "import sys\nfrom intimacy_scales.cli import app\n"
        f"try:\n    app(['score', {str(path)!r}, '-i', 'ras', '--person', 'id', '-o', {str(output)!r}])\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "print(sorted({'pandas', 'scipy', 'openpyxl', 'polars', 'narwhals'} & set(sys.modules)))"
    )
    assert printed_by_python(told).splitlines()[-1] == "[]"
    assert output.is_file()


# ------------------------------------------------------------------ numbers stored where a cell is null


def held(answers: list[int | None], stored: list[int], kind: str) -> pa.Array:
    """Answers as an array of Arrow that stores some number where a cell is null."""
    there = np.packbits(np.array([value is not None for value in answers], np.bool_), bitorder="little")
    numbers = np.array(stored, kind)
    buffers = [pa.py_buffer(there), pa.py_buffer(numbers)]
    return pa.Array.from_buffers(pa.from_numpy_dtype(numbers.dtype), len(answers), buffers)


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "float64"])
@given(data=st.data(), n=st.integers(0, 5), start=st.sampled_from([0, 8, 8, 3]))
@settings(max_examples=60, deadline=None)
def test_what_is_stored_where_a_number_is_null_changes_nothing(
    kind: str, data: st.DataObject, n: int, start: int
) -> None:
    """Most libraries store 0 there, others what stood there before."""
    n = start + 8 * n + data.draw(st.sampled_from([0, 0, 0, 3]))
    allowed = [1, 2, 3, 4, 5, None, *data.draw(st.sampled_from([[], [], [0], [9]]))]
    answers = data.draw(st.lists(st.sampled_from(allowed), min_size=n, max_size=n))
    spare = st.just(0) if data.draw(st.booleans()) else st.integers(0, 9)
    stored = [data.draw(spare) if value is None else value for value in answers]
    column = held(answers, stored, kind)[start:]
    plain = pa.array(answers, pa.float64())[start:]
    found, expected = (
        encode("ras", pa.table(dict.fromkeys(IDS, one)), on_invalid="missing") for one in (column, plain)
    )
    by_hand = [value if value in (1, 2, 3, 4, 5) else 0 for value in answers[start:]]
    assert found.codes.T.tolist() == expected.codes.T.tolist() == [by_hand] * 7
    assert [(p.row, p.column) for p in found.problems] == [(p.row, p.column) for p in expected.problems]
    assert len(found.problems) == 7 * sum(value in (0, 9) for value in answers[start:])


def test_bits_that_do_not_begin_with_a_byte_are_not_compared() -> None:
    codes = np.array([1, 0, 3, 4, 5, 1, 2, 3], np.uint8)
    there = np.packbits(codes, bitorder="little")
    assert Numbers(codes, there).are_null_at_zeros(0, codes)
    assert Numbers(codes, np.array([0, *there], np.uint8), 8).are_null_at_zeros(0, codes)
    assert not Numbers(codes, np.array([*there, *there], np.uint8), 4).are_null_at_zeros(0, codes)
    assert not Numbers(codes, there).are_null_at_zeros(0, codes[:5])
    assert not Numbers(codes, ~there).are_null_at_zeros(0, codes)
    assert not Numbers(codes).are_null_at_zeros(0, codes)
