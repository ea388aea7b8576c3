"""Versions: what was released does not change, and answers to it are scored as they were."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import (
    CodedResponses,
    Instrument,
    ItemMoments,
    PersonScores,
    Scores,
    compare,
    load,
    load_bank,
    load_file,
    score,
)
from intimacy_scales.errors import DocumentError, UnknownInstrumentError
from intimacy_scales.instrument import release, shipped
from intimacy_scales.instrument.languages import translations_of
from intimacy_scales.instrument.loading import load_shipped, shipped_banks, shipped_ids
from intimacy_scales.scoring import ScoreSummary
from tests.shared.folders import REFERENCE, ROOT

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")

LINES = shipped.digests_file().read_text(encoding="utf-8").splitlines()
RELEASED = [
    (name, version, digest) for kind, name, version, digest in map(str.split, LINES) if kind == "instrument"
]
TRANSLATIONS = [
    (*name.rsplit(".", 1), *version.split("+"))
    for kind, name, version, _ in map(str.split, LINES)
    if kind == "translation"
]
OWN = tuple(name for name in shipped_ids() if load_shipped(name).evidence.status == "draft")
# the lines that there were when these tests were written: lines may be added after them, and none changed
FIRST_LINES = 102
SHA_OF_THE_FIRST = "fbf88d8e1024e9876b62802698bb16df25df46120093321d83c8c73a25655ef5"


# ---------------------------------------------------------------- the list of digests


def test_the_list_only_grows():
    assert len(LINES) >= FIRST_LINES
    first = "\n".join(LINES[:FIRST_LINES]).encode()
    assert hashlib.sha256(first).hexdigest() == SHA_OF_THE_FIRST


def test_no_version_stands_in_the_list_twice():
    counts = Counter(tuple(line.split(" ")[:3]) for line in LINES)
    assert [key for key, n in counts.items() if n > 1] == []
    assert all(len(line.split(" ")) == 4 and len(line.split(" ")[3]) == 64 for line in LINES)
    # what stands after a plus is the revision of a translation
    assert all((line.split(" ")[2].count("+") == 1) == line.startswith("translation ") for line in LINES)


def test_what_is_shipped_is_in_the_list_as_it_is():
    """Who changes content under a version, or ships one that is not in the list, fails here."""
    listed, current = release.listed(), release.current()
    forms = shipped.shipped_files(shipped.FORMS)
    translated = [f"{name}.{tag}" for name, path in forms.items() for tag in translations_of(path)]
    assert {name for _, name, _ in current} == {*shipped_ids(), *shipped_banks(), *translated}
    assert len(current) == len(shipped_ids()) + len(shipped_banks()) + len(translated)
    assert {key: listed.get(key) for key in current} == current


def test_every_released_version_loads_with_the_digest_that_it_had():
    assert len(RELEASED) >= 76
    for name, version, digest in RELEASED:
        form = load(name, version=version)
        assert (form.id, form.version, form.digest) == (name, version, digest)


def test_released_versions_and_files_match():
    """A version that is current has a file of its own, from which it loads once there is a later one."""
    folder = shipped.digests_file().parent
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    languages = {
        f"{name}/languages/{version}+{revision}.{tag}.toml" for name, tag, version, revision in TRANSLATIONS
    }
    assert len(languages) == len(TRANSLATIONS) >= 6
    assert files == {"digests.txt", *(f"{name}/{version}.toml" for name, version, _ in RELEASED), *languages}
    for name, version, digest in RELEASED:
        assert load_file(shipped.released_file(name, version)).digest == digest


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the list and of the translations that are kept, and a place for files of instruments."""
    copy = tmp_path / "digests.txt"
    copy.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    monkeypatch.setattr(release, "digests_file", lambda: copy)
    monkeypatch.setattr(release, "released_file", lambda name, version: tmp_path / name / f"{version}.toml")

    def copied(name: str, version: str, tag: str, revision: int) -> Path:
        return tmp_path / "languages" / f"{name} {version}+{revision}.{tag}.toml"

    (tmp_path / "languages").mkdir()
    for name, tag, version, revision in TRANSLATIONS:
        kept = shipped.released_translation_file(name, version, tag, int(revision))
        shutil.copy(kept, copied(name, version, tag, int(revision)))
    monkeypatch.setattr(release, "released_translation_file", copied)
    return copy


def test_a_release_of_nothing_new_writes_nothing(elsewhere: Path):
    before = {path: path.read_bytes() for path in elsewhere.parent.rglob("*") if path.is_file()}
    release.main()
    assert {path: path.read_bytes() for path in elsewhere.parent.rglob("*") if path.is_file()} == before
    assert len(before) == 1 + len(TRANSLATIONS)


def test_a_release_adds_what_is_new_and_keeps_its_file(elsewhere: Path):
    without = [line for line in LINES if not line.startswith("instrument scii-12 0.3.0")]
    elsewhere.write_text("\n".join(without) + "\n", encoding="utf-8")
    release.main()
    digest = load("scii-12").digest
    assert elsewhere.read_text(encoding="utf-8").splitlines() == [
        *without,
        f"instrument scii-12 0.3.0 {digest}",
    ]
    assert load_file(elsewhere.parent / "scii-12" / "0.3.0.toml").digest == digest


@pytest.mark.parametrize("key", ["instrument scii-12 0.3.0", "bank trust 0.3.0"])
def test_a_release_stops_where_content_changed_under_its_version(elsewhere: Path, key: str):
    changed = [f"{key} {'0' * 64}" if line.startswith(f"{key} ") else line for line in LINES]
    assert changed != LINES
    elsewhere.write_text("\n".join(changed) + "\n", encoding="utf-8")
    with pytest.raises(
        SystemExit, match=f"changed under a version that was released: {key}. Raise the version"
    ):
        release.main()
    assert elsewhere.read_text(encoding="utf-8").splitlines() == changed


def test_explanations_and_changes_are_not_content():
    form, bank = load("scii-24"), load_bank("commitment")
    assert form.changes
    assert form.accepted
    assert form.model_copy(update={"changes": (), "accepted": ()}).digest == form.digest
    assert bank.accepted
    assert bank.model_copy(update={"accepted": ()}).digest == bank.digest
    reworded = bank.items[0].model_copy(update={"text": "I see us together."})
    assert bank.model_copy(update={"items": (reworded, *bank.items[1:])}).digest != bank.digest


@pytest.mark.parametrize("field", ["safety", "counterpart"])
def test_what_people_are_told_is_content(field: str):
    form = load("scii-24")
    assert form.model_copy(update={field: "other"}).digest != form.digest
    assert form.model_copy(update={field: "other"}).key_digest == form.key_digest


def test_the_wheel_holds_every_folder_of_data_that_is_read():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for path in (
        shipped.digests_file(),
        shipped.released_file("scii-24", "0.2.0"),
        shipped.banks_folder() / "forms" / "scii-24.toml",
        shipped.example_path(),
    ):
        assert path.is_file()
        (folder,) = [name for name in included if path.is_relative_to(ROOT / name)]
        assert included[folder] == f"intimacy_scales/{folder}"


# ---------------------------------------------------------------- what a version changed


@pytest.mark.parametrize("name", OWN)
def test_changes_are_what_a_comparison_finds(name: str):
    form = load(name)
    versions = [version for one, version, _ in RELEASED if one == name]
    assert versions[-1] == form.version
    assert [(change.since, change.version) for change in form.changes] == list(pairwise(versions))
    for change in form.changes:
        assert change.note
        found = compare(load(name, version=change.since), load(name, version=change.version))
        assert found.as_change(change.note) == change


@pytest.mark.parametrize("name", [name for name in OWN if load(name).changes])
def test_old_answers_to_our_forms_need_the_old_version(name: str):
    old = load(name, version=load(name).changes[0].since)
    found = compare(old, load(name))
    assert found.verdict == "blocked"
    assert found.reworded or found.added


def test_later_versions_of_published_keys_ask_the_same():
    """Their norms, cut-offs and citations changed; of one, where some scales point."""
    newer = {name for name, version, _ in RELEASED if name not in OWN and version != "1"}
    assert len(newer) == 14
    verdicts = {name: compare(load(name, version="1"), name).verdict for name in newer}
    assert verdicts == dict.fromkeys(newer, "same") | {"dci": "rescorable"}


# ---------------------------------------------------------------- scores by an older version


def answers_of(form: Instrument, *, gaps: bool) -> dict[str, Any]:
    """Answers that go up and down the range in a way that does not depend on the items."""
    found: dict[str, Any] = {}
    for i, item in enumerate(form.items):
        values = item.response_scale.values
        found[item.id] = None if gaps and i % 9 == 5 else values[(5 * i + i * i) % len(values)]
    return found


# written by commit cdc935a, before there were versions, of every instrument that it shipped: for answers_of()
SCORED = [
    json.loads(line)
    for line in (REFERENCE / "released-scores.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("then", SCORED, ids=lambda then: f"{then['id']} {then['version']}")
def test_old_answers_are_scored_by_their_version_as_they_were(then: dict[str, Any]):
    """To the bit; composites, which were sums of rounded scores then, to rounding."""
    form = load(then["id"], version=then["version"])
    composites = [scale.id for scale in form.scales if scale.of]
    for kind in ("complete", "gaps"):
        given = answers_of(form, gaps=kind == "gaps")
        scores, wanted = score(form, given).scores, dict(then[kind])
        for name in composites:
            if wanted[name] is not None:
                assert scores[name] == pytest.approx(wanted[name], rel=1e-15)
                wanted[name] = scores[name]
        assert scores == wanted
        table = json.loads(score(form, [given, given]).to_json())["scores"]
        assert table == {name: [value, value] for name, value in wanted.items()}


def test_there_is_one_for_each_version_of_then():
    assert {(then["id"], then["version"]) for then in SCORED} == {
        (name, version) for name, version, _ in RELEASED[: len(SCORED)]
    }


# what commit cdc935a stored of two persons' answers to scii-24 0.2.0
STORED = json.loads((REFERENCE / "results-of-scii-24-0.2.0.json").read_text(encoding="utf-8"))
KINDS: dict[str, Any] = {
    kind.__name__: kind for kind in (PersonScores, Scores, CodedResponses, ScoreSummary, ItemMoments)
}


@pytest.mark.parametrize("name", KINDS)
def test_stored_results_are_read_with_their_version(name: str):
    read = KINDS[name].from_json(json.dumps(STORED[name]))
    assert (read.instrument.id, read.instrument.version) == ("scii-24", "0.2.0")
    assert (read.instrument.id, "0.2.0", read.instrument.digest) in RELEASED
    again = read.to_dict()
    # what was not told of an instrument then is told now
    again["instrument"] = {key: again["instrument"][key] for key in STORED[name]["instrument"]}
    assert {key: again[key] for key in STORED[name]} == STORED[name]
    assert again.keys() - STORED[name].keys() <= {"not_applicable"}
    assert again.get("not_applicable", {}) == {}


def test_stored_codes_are_scored_by_their_version():
    codes = CodedResponses.from_dict(STORED["CodedResponses"])
    assert codes.instrument == load("scii-24", version="0.2.0")
    assert score(codes.instrument, codes) == Scores.from_dict(STORED["Scores"])
    with pytest.raises(Exception, match=r"belong to scii-24 0\.2\.0.*not to scii-24 0\.3\.0"):
        score("scii-24", codes)


def test_a_stored_result_of_no_released_version_is_refused():
    document = json.loads(json.dumps(STORED["PersonScores"]))
    for changes in ({"version": "0.1.7"}, {"digest": "5f1c" * 16}):
        document["instrument"] = STORED["PersonScores"]["instrument"] | changes
        with pytest.raises(DocumentError, match="scii-24"):
            PersonScores.from_dict(document)
    with pytest.raises(DocumentError, match=r"the one passed is scii-24 0\.3\.0"):
        PersonScores.from_dict(STORED["PersonScores"], instrument=load("scii-24"))


# ---------------------------------------------------------------- which versions there are


def test_without_a_version_it_is_the_current_one():
    assert load("scii-24").version == "0.3.0"
    assert load("scii-24", version="0.3.0") is load("scii-24")
    assert load("scii-24", version="0.2.0") is load("scii-24", version="0.2.0")
    assert load("SCII 24", version="0.2.0").version == "0.2.0"


def test_an_unknown_version_tells_those_that_there_are():
    with pytest.raises(UnknownInstrumentError) as caught:
        load("scii-24", version="0.1.0")
    assert str(caught.value) == "scii-24 has no version '0.1.0'; allowed: 0.2.0, 0.3.0"
    with pytest.raises(UnknownInstrumentError, match="did you mean 'scii-24'"):
        load("scii24x", version="0.2.0")


def test_a_file_has_the_version_that_it_has(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(load("kmss").to_toml(), encoding="utf-8")
    assert load(path, version="2") == load("kmss")
    with pytest.raises(
        UnknownInstrumentError, match=r"mine\.toml: version='1' is not valid; the file has version '2'"
    ):
        load(path, version="1")
