"""Shipped forms are prepared for a first score: to the bit as they are loaded, and of the same files only."""

from __future__ import annotations

import copy
import pickle
import random
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import InstrumentError, IntimacyScalesError, PersonScores, load, score
from intimacy_scales.errors import UnvalidatedInstrumentWarning, UnverifiedKeyWarning
from intimacy_scales.instrument import loading
from intimacy_scales.instrument.loading import load_shipped, shipped_ids
from intimacy_scales.instrument.shipped import banks_folder
from intimacy_scales.reading.answer_keys import answer_keys
from intimacy_scales.scoring import drafts, prepared
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.prepare import document_of, text_of
from intimacy_scales.scoring.prepared import PreparedAnswers, PreparedForm, prepared_file, prepared_form
from tests.shared.commands import printed_by_python
from tests.shared.strategies import answers

pytestmark = pytest.mark.filterwarnings(
    "ignore::intimacy_scales.errors.UnverifiedKeyWarning",
    "ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning",
)
NAMES = shipped_ids()
WRITE_AGAIN = "run python -m intimacy_scales.scoring.prepare, and commit what it writes"


def whole_sheet(name: str, seed: int) -> dict[str, Any]:
    chooser = random.Random(seed)
    return {item.id: chooser.choice(item.response_scale.values) for item in load_shipped(name).items}


def told(instrument: Any, sheet: dict[str, Any], **options: Any) -> Any:
    """All that one person's scores tell, or the error."""
    try:
        found = score(instrument, sheet, **options)
    except IntimacyScalesError as error:
        return type(error), str(error)
    parts = found.scores, found.rows, found.instrument, found.ranges, found.needed, found.bounds, repr(found)
    return parts, found.to_json(), found.to_json(), found.to_dict(), found._repr_html_(), found.form


def test_a_file_for_each_form_and_no_other() -> None:
    assert {path.stem for path in prepared_file("").parent.glob("*.json")} == set(NAMES), WRITE_AGAIN


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_what_is_made_today(name: str) -> None:
    assert prepared_file(name).read_text(encoding="utf-8") == text_of(load_shipped(name)), WRITE_AGAIN


@pytest.mark.parametrize("name", NAMES)
def test_a_prepared_form_is_the_loaded_one(name: str) -> None:
    form, made = load_shipped(name), prepared_form(name)
    assert made is not None
    assert (made.ref, made.plan, made.scale_ids) == (form.ref, plan_of(form), form.scale_ids)
    assert made.load() is form
    document = document_of(form)
    for entry, key in zip(document["answers"], dict.fromkeys(answer_keys(form)), strict=True):
        read = PreparedAnswers({**entry, "known": [list(pair) for pair in entry["known"]]})
        for ours, theirs in ((read.known, key.known), (read.points, key.points)):
            assert [(type(v), v, c) for v, c in ours.items()] == [(type(v), v, c) for v, c in theirs.items()]
        assert (type(read.minimum), read.minimum) == (type(key.minimum), key.minimum)


@settings(max_examples=150)
@given(st.data())
def test_scores_by_an_id_are_those_of_the_instrument(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    form = load_shipped(name)
    sheet = dict(data.draw(answers(form)))
    item = data.draw(st.sampled_from(form.item_ids))
    other = data.draw(st.sampled_from((None, "", "NA", "2", " 3 ", "often", 2.0, True, 99, "drop", "rename")))
    if other == "drop":
        del sheet[item]
    elif other == "rename":
        sheet[item.upper()] = sheet.pop(item)
    elif data.draw(st.booleans()):
        sheet[item] = other
    on_invalid = data.draw(st.sampled_from(("raise", "missing")))
    assert told(name, sheet, on_invalid=on_invalid) == told(form, sheet, on_invalid=on_invalid)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_sheet_takes_the_prepared_way(name: str) -> None:
    made = prepared_form(name)
    assert made is not None
    sheet = whole_sheet(name, 1)
    rows = made.read_plain(sheet)
    assert rows is not None
    assert tuple(rows) == score(load_shipped(name), sheet).rows == score(name, sheet).rows


def test_results_hold_the_loaded_form_wherever_they_go() -> None:
    found = score("ras", whole_sheet("ras", 2))
    form = load("ras")
    assert found.form is form
    for same in (pickle.loads(pickle.dumps(found)), copy.copy(found), copy.deepcopy(found)):
        assert same == found
        assert same.form == form
    assert PersonScores.from_json(found.to_json()) == found
    assert found == score(form, whole_sheet("ras", 2))


def test_options_that_change_what_is_read_take_the_whole_way() -> None:
    sheet = whole_sheet("ras", 3)
    asked: list[dict[str, Any]] = [
        {"missing_codes": [9]}, {"recode": {9: 1}}, {"columns": "q{n}"}, {"person": "who"},
    ]  # fmt: skip
    for options in asked:
        names = [f"q{n}" for n in range(1, 8)] if "columns" in options else list(sheet)
        answered = {**dict(zip(names, sheet.values(), strict=True)), "who": "a"}
        assert told("ras", answered, **options) == told(load("ras"), answered, **options)


@pytest.mark.parametrize("missing", [False, True])
def test_a_changed_file_is_read_itself(
    missing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(banks_folder(), tmp_path / "banks")
    bank = tmp_path / "banks" / "components" / "trust.toml"
    monkeypatch.setattr(prepared, "banks_folder", lambda: tmp_path / "banks")
    prepared._prepared.cache_clear()
    try:
        if missing:
            bank.unlink()
        else:
            bank.write_bytes(bank.read_bytes().replace(b"\n", b"\r\n"))  # as a checkout on Windows: no change
            assert prepared_form("scii-24") is not None
            prepared._prepared.cache_clear()
            bank.write_bytes(bank.read_bytes() + b"# a word more\n")
        assert prepared_form("scii-24") is None
        assert prepared_form("ras") is not None, "its own files are as they were"
    finally:
        prepared._prepared.cache_clear()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"files": {}}', b"\xff\xfe", b"\xef\xbb\xbf{}"])
def test_a_broken_file_is_not_used(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ras.json").write_bytes(content)
    monkeypatch.setattr(prepared, "prepared_file", lambda name: tmp_path / f"{name}.json")
    prepared._prepared.cache_clear()
    try:
        assert prepared_form("ras") is None
        assert prepared_form("kmss") is None, "nothing stands there"
        assert score("ras", whole_sheet("ras", 4)) == score(load("ras"), whole_sheet("ras", 4))
    finally:
        prepared._prepared.cache_clear()


def test_a_form_that_changed_under_a_result_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = score("ras", whole_sheet("ras", 5))
    monkeypatch.setattr(loading, "load_shipped", lambda _: load("ras").with_method("sum"))
    with pytest.raises(InstrumentError, match="its files changed while this process was running"):
        _ = found.form
    assert found.to_json()


def test_no_name_leads_out_of_the_folder() -> None:
    for name in ("", ".", "../prepared/ras", "RAS", "ras.json", "trust", "\0"):
        assert prepared_form(name) is None


@pytest.mark.filterwarnings("default")
def test_what_loading_warns_of_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_warned", set())
    prepared._prepared.cache_clear()
    unsure = next(name for name in NAMES if load_shipped(name).evidence.confidence == "single-source")
    for name, kind, times in (
        ("scii-24", UnvalidatedInstrumentWarning, 1),
        (unsure, UnverifiedKeyWarning, 3),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for seed in range(3):
                score(name, whole_sheet(name, seed))
            score(
                name, dict.fromkeys(whole_sheet(name, 0), 1.5), on_invalid="missing"
            )  # the form is loaded for it
        found = [warning for warning in caught if warning.category is kind]
        assert len(found) == times + (kind is UnverifiedKeyWarning), "once for each call"
        assert all(warning.filename == __file__ for warning in found), "where the caller stands"


def test_no_form_has_more_to_warn_of() -> None:
    for name in NAMES:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", UnverifiedKeyWarning)
            load(name)


def test_a_first_score_loads_no_models() -> None:
    script = """
import sys, warnings
warnings.simplefilter("ignore")
from intimacy_scales import score
found = score("scii-48", {name: 4 for name in NAMES})
found.to_json(), repr(found), found.ranges, found.pomp, found.to_dict()
heavy = {"pydantic", "numpy", "pandas", "tomli", "rich", "typer"}
before = sorted(heavy & set(sys.modules))
found.form.title
print(before, "pydantic" in sys.modules)
""".replace("NAMES", repr(load_shipped("scii-48").item_ids))
    assert printed_by_python(script) == "[] True\n"


def test_a_prepared_form_reads_its_document() -> None:
    document = document_of(load_shipped("dci"))
    assert PreparedForm(document).plan == plan_of(load_shipped("dci"))
