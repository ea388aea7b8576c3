"""Reading instruments, banks and forms: the shipped ones by id, anybody's own from a file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import (
    Instrument,
    InstrumentError,
    ItemBank,
    UnknownInstrumentError,
    available,
    load,
    load_bank,
    load_file,
)
from intimacy_scales.instrument.shipped import banks_folder

COMPONENTS = ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence")
IDS = (
    "scii-48", "scii-24", "scii-12", "scii-daily", "scii-48-partner", "scii-24-partner",
    "prqc", "prqc-interleaved", "ras", "ecr-r", "ims",
)  # fmt: skip
MAX_BYTES = 4 * 1024 * 1024

TOML = """id = "mood"
version = "1"
title = "Mood ☀"
response_scale = { minimum = 1, maximum = 5, labels = { 1 = "Never", 5 = "Often" } }

[[items]]
id = "a"
text = \"\"\"
I am
calm.\"\"\"

[[items]]
id = "b"

[[scales]]
id = "s"
items = ["a", "-b"]
"""
DOCUMENT: dict[str, Any] = {
    "id": "mood",
    "version": "1",
    "title": "Mood ☀",
    "response_scale": {"minimum": 1, "maximum": 5, "labels": {"1": "Never", "5": "Often"}},
    "items": [{"id": "a", "text": "I am\ncalm."}, {"id": "b"}],
    "scales": [{"id": "s", "items": ["a", "-b"]}],
}
BANK: dict[str, Any] = {
    "kind": "bank",
    "id": "zest",
    "version": "1",
    "title": "Zest",
    "description": "Energy.",
    "response_scale": {"minimum": 1, "maximum": 5},
    "facets": [{"id": "f", "title": "F"}],
    "items": [
        {"id": "z1", "facet": "f", "text": "I sing.", "partner_text": "My partner sings."},
        {"id": "z2", "facet": "f", "keyed": "-", "text": "I doze."},
        {"id": "z3", "facet": "f", "text": "I run."},
    ],
}
FORM: dict[str, Any] = {
    "kind": "form",
    "id": "own",
    "version": "1",
    "title": "Own",
    "banks": ["zest.json"],
    "scales": [{"id": "s", "items": ["z1", "-z2"]}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one's own, with a bank in it; next to it another bank that forms must not reach."""
    own = tmp_path / "own"
    own.mkdir()
    for place in (own, tmp_path):
        write(place / "zest.json", BANK)
    return own


def write(path: Path, content: dict[str, Any] | str | bytes) -> Path:
    if isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def own_form(folder: Path, **changes: Any) -> Instrument:
    return load(write(folder / "form.json", {**FORM, **changes}))


def shipped_file(name: str) -> Path:
    """The file of a shipped id, found without the library's own look-up."""
    (path,) = banks_folder().rglob(f"{name}.toml")
    return path


def refused(source: Any, reader: Any = load) -> InstrumentError:
    with pytest.raises(InstrumentError) as caught:
        reader(source)
    return caught.value


# ---------------------------------------------------------------- shipped


@pytest.mark.parametrize("name", IDS)
def test_every_shipped_id_loads_and_is_named_like_its_file(name):
    loaded = load(name)
    assert (loaded.id, shipped_file(name).stem) == (name, name)
    assert load(name) is loaded, "the same object each time"
    assert load(shipped_file(name)) == loaded


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_component_bank_loads_and_is_named_like_its_file(name):
    loaded = load_bank(name)
    assert isinstance(loaded, ItemBank)
    assert (loaded.id, load_bank(name) is loaded) == (name, True)
    assert load_bank(shipped_file(name)) == loaded


def test_every_shipped_file_is_found():
    root = banks_folder()
    instruments = {path.stem for sub in ("forms", "published") for path in (root / sub).glob("*.toml")}
    instruments = {name for name in instruments if "." not in name}  # others are translations
    assert instruments == set(available().ids)
    assert set(IDS) <= instruments
    for path in (root / "components").iterdir():
        name, _, language = path.stem.partition(".")
        assert load_bank(name).id == name
        assert language in ("", "de", "es", "fr")


def test_ids_are_read_without_regard_to_case_and_separators():
    for name in ("CSI-16", "csi16", "csi_16", " Csi 16"):
        assert load(name) is load("csi-16")
    assert load_bank("Trust") == load_bank("trust")
    for name in ("csi-1", "csi 161", "c-s-i"):
        assert isinstance(refused(name, load), UnknownInstrumentError)


@pytest.mark.parametrize(
    ("reader", "name", "words"),
    [
        (load, "scii-25", ["'scii-25'", "did you mean", "'scii-24'", "load_file("]),
        (load, "csi", ["did you mean", "'csi-16'", "'csi-32'", "'csi-4'"]),
        (load, "prcq", ["did you mean", "'prqc'"]),
        (load, "zzzzzz", ["'zzzzzz'", "scii-12", "ras"]),
        (load, "", ["scii-12"]),
        (load, "trust", ["'trust'", "load_bank"]),
        (load_bank, "trsut", ["'trsut'", "did you mean", "'trust'"]),
        (load_bank, "zzzzzz", ["knowledge"]),
        (load_bank, "scii-24", ["'scii-24'", "load("]),
    ],
)
def test_an_unknown_id_is_answered_with_what_was_probably_meant(reader, name, words):
    error = refused(name, reader)
    assert isinstance(error, UnknownInstrumentError)
    assert isinstance(error, LookupError)
    assert [word for word in words if word not in str(error)] == []


# ---------------------------------------------------------------- one's own file


def test_ones_own_file_loads_like_a_shipped_one(tmp_path, monkeypatch):
    write(tmp_path / "mood.toml", TOML)
    write(tmp_path / "mood.json", DOCUMENT)
    monkeypatch.chdir(tmp_path)
    sources = ["mood.toml", "mood.json", "./mood.toml", Path("mood.json"), str(tmp_path / "mood.toml")]
    expected = Instrument.model_validate(DOCUMENT)
    assert [load_file(source) for source in sources] == [expected] * len(sources)
    assert [load(Path(source)) for source in sources] == [expected] * len(sources)
    assert expected.item("a").response_scale.label(5) == "Often"
    assert expected.evidence.status == "draft", "a file that does not say otherwise is a draft"


def test_ones_own_file_is_read_again_when_it_changed(tmp_path):
    path = write(tmp_path / "mood.json", DOCUMENT)
    assert load(path).title == "Mood ☀"
    write(path, {**DOCUMENT, "title": "New"})
    assert load(path).title == "New"
    assert load_bank(write(path, BANK)).title == "Zest"
    assert load_bank(write(path, {**BANK, "title": "New"})).title == "New"


@pytest.mark.parametrize(
    "text", [TOML, json.dumps(DOCUMENT, ensure_ascii=False, indent=2)], ids=["toml", "json"]
)
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path, text, bom, newline):
    path = tmp_path / ("mood.json" if text.startswith("{") else "mood.toml")
    write(path, bom + text.replace("\n", newline).encode())
    assert load(path).digest == Instrument.model_validate(DOCUMENT).digest


def test_a_file_of_exactly_the_largest_size_is_read(tmp_path):
    start = (TOML + "# ").encode()
    path = write(tmp_path / "mood.toml", start + b"x" * (MAX_BYTES - len(start)))
    assert load(path).id == "mood"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.toml", TOML.encode() + b"#" * MAX_BYTES, "4 MiB"),
        ("x.json", b" " * (MAX_BYTES + 1), "4 MiB"),
        ("x.toml", TOML.replace("Mood", "Ärger").encode("latin-1", "replace"), "UTF-8"),
        ("x.json", json.dumps(DOCUMENT).encode("utf-16"), "UTF-8"),
        ("x.toml", "id = ", "not valid TOML"),
        ("x.toml", 'id = "a"\nid = "b"', "not valid TOML"),
        ("x.toml", "a = " + "[" * 100_000, "nested too deeply"),
        ("x.json", '{"id": ', "not valid JSON"),
        ("x.json", "", "not valid JSON"),
        ("x.json", '{"id": NaN}', "NaN"),
        ("x.json", '{"id": -Infinity}', "Infinity"),
        ("x.json", '{"id": "a", "id": "b"}', "'id' occurs twice"),
        ("x.json", '{"items": [{"text": 1, "text": 1}]}', "'text' occurs twice"),
        ("x.json", '{"id": ' + "9" * 5000 + "}", "not valid JSON"),
        ("x.json", "[" * 100_000, "nested too deeply"),
        ("x.json", '{"a":' * 100_000, "nested too deeply"),
        ("x.json", "[1, 2]", "table"),
        ("x.json", '"text"', "table"),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_a_file_that_cannot_be_parsed_is_refused_by_name(tmp_path, name, content, words):
    path = write(tmp_path / name, content)
    for reader in (load, load_bank):
        error = refused(path, reader)
        assert str(path) in str(error)
        assert words in str(error)
        assert error.source == str(path)


@pytest.mark.parametrize("name", ["none.toml", "a.toml", "x.csv", "noending", "nul\0.toml"])
def test_what_is_not_a_readable_instrument_file_is_refused_by_name(tmp_path, name):
    (tmp_path / "a.toml").mkdir()
    write(tmp_path / "x.csv", TOML)
    error = refused(tmp_path / name)
    assert name.partition("\0")[0] in str(error)


# ---------------------------------------------------------------- messages

STEP_3 = {"minimum": 1, "maximum": 5, "step": 3}
FAULTS = [  # what is changed (None: taken away) → the field the message begins with, and words in it
    ({"extra": 1}, "extra", ["no such field"]),
    ({"title": None}, "title", ["is required"]),
    ({"version": 1}, "version", ["must be a text", "found 1"]),
    ({"id": "two words"}, "id", ["'two words'", "not an id"]),
    ({"wording": "they"}, "wording", ["'self'", "'they'"]),
    ({"evidence": {"status": "great"}}, "evidence.status", ["'draft'", "'great'"]),
    ({"citations": [{"year": 2000}]}, "citations[0].authors", ["is required"]),
    ({"items": [{"id": "a", "colour": 1}, {"id": "b"}]}, "items[0] (a).colour", ["no such field"]),
    ({"items": [{"id": "a"}, {"id": "b", "text": 5}]}, "items[1] (b).text", ["found 5"]),
    ({"items": [{"id": "a"}, {"text": "x"}]}, "items[1].id", ["is required"]),
    ({"items": [{"id": "a"}, "b"]}, "items[1]", ["found 'b'"]),
    ({"items": [{"id": "-a"}, {"id": "b"}]}, "items[0] (-a).id", ["not an id"]),
    ({"items": "ab"}, "items", ["found 'ab'"]),
    ({"items": []}, "items", ["at least 1"]),
    ({"items": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, "items", ["'a'", "more than once"]),
    ({"scales": [{"id": "s"}]}, "scales[0] (s)", ["items", "of"]),
    ({"scales": [{"id": "s", "items": "a"}]}, "scales[0] (s).items", ["found 'a'"]),
    ({"scales": [{"id": "s", "items": ["a", "z"]}]}, "scales", ["'s'", "'z'", "not an item"]),
    ({"scales": [{"id": "s", "items": ["a", "-a"]}]}, "scales[0] (s)", ["'a'", "opposite keys"]),
    ({"scales": [{"id": "s", "items": ["a"], "method": "median"}]}, "scales[0] (s).method", ["'median'"]),
    ({"scales": [{"id": "s", "items": ["a"], "missing": {"count": 2}}]}, "scales[0] (s)", ["2 is more"]),
    ({"scales": [{"id": "s", "items": ["a"], "missing": {"proportion": "50%"}}]},
     "scales[0] (s).missing.proportion", ["'50%'", "0.5"]),
    ({"scales": [{"id": "s", "items": ["a"]}] * 2}, "scales", ["'s'", "more than once"]),
    ({"scales": [{"id": "s", "of": ["s"]}]}, "scales", ["composed of itself"]),
    ({"scales": [{"id": "s", "of": ["t"]}]}, "scales", ["'t'", "not a scale"]),
    ({"norms": [{"scale": "z", "sample": "x", "mean": 1, "sd": 1}]}, "norms", ["'z'", "not a scale"]),
    ({"norms": [{"scale": "s", "sample": "x", "mean": 1, "sd": 0}]}, "norms[0].sd", ["greater than 0"]),
    ({"cutoffs": [{"scale": "s", "meaning": "x", "source": "x"}]}, "cutoffs[0]", ["at_most"]),
    ({"response_scale": "agree"}, "response_scale", ["'agree'", "not declared"]),
    ({"response_scale": STEP_3}, "response_scale", ["does not divide"]),
    ({"response_scale": "p", "response_scales": {"p": STEP_3}}, "response_scales.p", ["does not divide"]),
    ({"response_scale": "p", "response_scales": {"p": {"minimum": 1}}},
     "response_scales.p.maximum", ["is required"]),
    ({"response_scale": "p", "response_scales": {"p": {"minimum": 1, "maximum": 5, "labels": {"6": "x"}}}},
     "response_scales.p", ["'x'", "6", "not a point"]),
    ({"response_scale": "p", "response_scales": {"p": {"minimum": 1, "maximum": 5, "missing_codes": [True]}}},
     "response_scales.p.missing_codes", ["True"]),
    ({"response_scale": "p", "response_scales": {"p": {"minimum": 1, "maximum": 5, "n_points": 5}}},
     "response_scales.p.n_points", ["no such field", "did you mean 'maximum'?"]),
    ({"response_scales": {"p": {"minimum": 1, "maximum": 5}}}, "response_scales.p", ["no item uses it"]),
    ({"response_scales": [1]}, "response_scales", ["table"]),
]  # fmt: skip
each_fault = pytest.mark.parametrize(("changes", "field", "words"), FAULTS, ids=lambda value: str(value)[:60])


def fault_of(tmp_path: Path, changes: dict[str, Any]) -> InstrumentError:
    whole = {key: value for key, value in {**DOCUMENT, **changes}.items() if value is not None}
    return refused(write(tmp_path / "faulty.json", whole))


@each_fault
def test_a_fault_is_told_with_its_file_and_what_is_wrong(tmp_path, changes, field, words):
    error = fault_of(tmp_path, changes)
    assert error.source == str(tmp_path / "faulty.json")
    assert str(error).startswith(error.source)
    assert [word for word in words if word not in str(error)] == []
    assert not re.search(r"function-|constrained|pydantic|Value error|type=", str(error)), str(error)


@each_fault
def test_a_fault_is_told_once_from_the_written_field(tmp_path, changes, field, words):
    error = fault_of(tmp_path, changes)
    assert len(error.faults) == 1, error.faults
    assert error.faults[0].startswith(field), error.faults


def test_all_faults_are_told_at_once(tmp_path):
    changes = {"version": 1, "extra": 1, "items": [{"id": "a", "text": 5}], "title": None}
    error = fault_of(tmp_path, changes)
    assert len(error.faults) == 4
    assert all(
        any(f.startswith(w) for f in error.faults) for w in ("version", "extra", "items[0] (a).text", "title")
    )
    many = fault_of(tmp_path, {f"field{n}": 1 for n in range(25)})
    assert len(many.faults) == 25
    assert "25 faults" in str(many)
    assert len(str(many).splitlines()) < 15, "the message stays short; .faults has all"


def test_an_unknown_kind_of_file_is_refused(tmp_path):
    error = fault_of(tmp_path, {"kind": "survey"})
    assert all(word in str(error) for word in ("kind", "'survey'", "instrument", "form", "bank"))


def test_load_sends_banks_to_load_bank(folder):
    undeclared = write(folder / "undeclared.json", {k: v for k, v in BANK.items() if k != "kind"})
    for path in (folder / "zest.json", undeclared, shipped_file("trust")):
        error = refused(path)
        assert str(path) in str(error)
        assert "load_bank()" in str(error)


def test_load_bank_sends_forms_and_instruments_to_load(folder):
    own_form(folder)
    for path in (folder / "form.json", shipped_file("scii-24"), shipped_file("ras")):
        error = refused(path, load_bank)
        assert str(path) in str(error)
        assert "load()" in str(error)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"facets": []}, ["facets"]),
        ({"items": [{"id": "q", "facet": "x"}]}, ["'q'", "'x'", "does not declare"]),
        ({"items": [{"id": "q"}]}, ["'q'", "facet"]),
        ({"items": [{"id": "q", "facet": "f", "keyed": "r"}]}, ["items[0] (q).keyed", "'r'"]),
        ({"items": [{"id": "q", "facet": "f"}] * 2}, ["'q'", "more than once"]),
        ({"facets": [{"id": "f", "title": "F"}] * 2}, ["'f'", "more than once"]),
        ({"scales": []}, ["scales", "no such field"]),
    ],
    ids=str,
)
def test_a_faulty_bank_is_refused(folder, changes, words):
    path = write(folder / "bank.json", {**BANK, **changes})
    assert [word for word in [str(path), *words] if word not in str(refused(path, load_bank))] == []


# ---------------------------------------------------------------- one's own form


def test_forms_take_items_from_banks_in_their_folder(folder, monkeypatch):
    monkeypatch.chdir("/")
    form = own_form(folder, items=["z3", "z2", "z1"])
    assert form.item_ids == ("z3", "z2", "z1"), "the order of presentation, unscored items too"
    assert list(form.scale("s").keys) == [("z1", False), ("z2", True)]
    assert (form.item("z1").text, form.item("z1").response_scale.maximum) == ("I sing.", 5)
    assert own_form(folder).item_ids == ("z1", "z2"), "without an order, as the scales name them"
    assert own_form(folder, banks=["./zest.json"]) == own_form(folder)


def test_a_form_takes_its_items_from_shipped_banks(folder):
    form = own_form(
        folder, banks=["trust", "zest.json"], scales=[{"id": "s", "items": ["tru01", "-tru03", "z1"]}]
    )
    shipped = load_bank("trust")
    assert form.item("tru01").text == shipped.item("tru01").text
    assert form.item("tru03").response_scale == shipped.item("tru03").response_scale


def test_a_form_chooses_wording_and_response_scale(folder):
    form = own_form(
        folder,
        wording="partner",
        response_scale={"minimum": 0, "maximum": 100},
        scales=[{"id": "s", "items": ["z1"]}],
    )
    assert (form.item("z1").text, form.item("z1").response_scale.maximum) == ("My partner sings.", 100)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scales": [{"id": "s", "items": ["-z1"]}]}, ["'z1'", "reverse-keyed", "'+'"]),
        ({"scales": [{"id": "s", "items": ["z2"]}]}, ["'z2'", "'-'", "-z2"]),
        ({"scales": [{"id": "s", "items": ["z1", "z9"]}]}, ["'z9'", "zest.json"]),
        ({"items": ["z1", "z2", "z9"]}, ["'z9'", "zest.json"]),
        ({"items": ["z1"]}, ["items", "'z2'", "scored"]),
        ({"items": ["z1", "z2", "z1"]}, ["'z1'", "more than once"]),
        ({"wording": "partner"}, ["'z2'", "partner wording"]),
        ({"wording": "daily"}, ["'z1'", "daily wording"]),
        ({"banks": ["zest.json", "twin.json"]}, ["'z1'", "more than one"]),
        ({"banks": []}, ["banks"]),
        ({"banks": ["trsut"]}, ["banks", "'trsut'", "'trust'"]),
        ({"banks": ["../zest"]}, ["'../zest'"]),
        ({"banks": ["form.json"]}, ["form.json", "form"]),
        ({"banks": ["zest\0.json"]}, ["banks"]),
        ({"norms": []}, ["norms", "no such field"]),
        ({"scales": [{"id": "s", "items": ["z1"]}, {"id": "t", "of": ["q"]}]}, ["'t'", "'q'", "not a scale"]),
        ({"response_scale": {"minimum": 5, "maximum": 1}}, ["response_scale", "not below"]),
    ],
    ids=str,
)
def test_a_faulty_form_is_refused_by_name(folder, changes, words):
    write(folder / "twin.json", BANK)
    with pytest.raises(InstrumentError) as caught:
        own_form(folder, **changes)
    assert [word for word in ["form.json", *words] if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    "name", ["../zest.json", "sub/../../zest.json", "sub/zest.json", "absolute", "link.json"]
)
def test_a_form_reaches_no_bank_outside_its_folder(folder, name):
    (folder / "sub").mkdir()
    write(folder / "sub" / "zest.json", BANK)
    outside = folder.parent / "zest.json"
    assert load_bank(outside).id == "zest", "it is there, and readable"
    (folder / "link.json").symlink_to(outside)
    with pytest.raises(InstrumentError) as caught:
        own_form(folder, banks=[str(outside) if name == "absolute" else name])
    assert "form.json" in str(caught.value)
    assert "outside" in str(caught.value)


def test_a_bank_file_that_is_not_there_is_named(folder):
    with pytest.raises(InstrumentError, match=r"none\.json"):
        own_form(folder, banks=["none.json"])


# ---------------------------------------------------------------- banks as instruments, the catalogue


def test_a_whole_bank_becomes_an_instrument_of_one_scale():
    bank = load_bank("trust")
    own, partner = bank.to_instrument(), bank.to_instrument(wording="partner")
    assert own.item_ids == tuple(item.id for item in bank.items)
    assert {k.item for k in own.scales[0].keys if k.reverse} == {i.id for i in bank.items if i.keyed == "-"}
    assert [item.text for item in partner.items] == [item.partner_text for item in bank.items]
    assert own.id != partner.id
    with pytest.raises(InstrumentError, match="daily wording"):
        bank.to_instrument(wording="daily")
    with pytest.raises(UnknownInstrumentError, match=r"trust has no item 'kno01'.*tru15"):
        bank.item("kno01")
