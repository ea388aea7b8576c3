"""Translations that were shipped: kept as they were, by version and revision, and found by what is stored."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import (
    Instrument,
    InstrumentError,
    PersonScores,
    UnknownInstrumentError,
    compare,
    load,
    score,
    simulate,
)
from intimacy_scales.errors import DocumentError
from intimacy_scales.instrument import languages, loading, release, shipped
from intimacy_scales.instrument.combined_translation import combine_translation
from intimacy_scales.instrument.digests import translation_digest
from intimacy_scales.instrument.languages import parts_in, read_translation
from intimacy_scales.instrument.loading import load_shipped, made_of
from intimacy_scales.instrument.translating import TranslationPart, in_language
from tests.shared.translated_files import changed, copy_of_scii_12

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnvalidatedInstrumentWarning")

LISTED = {
    (*name.rsplit(".", 1), *version.split("+")): digest
    for (kind, name, version), digest in release.listed().items()
    if kind == "translation"
}
SHIPPED = list(release.translations())
VARIANTS = ("neutral", "feminine", "masculine")


def in_all_variants(name: str, tag: str, version: str, revision: str) -> list[Instrument]:
    file = read_translation(shipped.released_translation_file(name, version, tag, int(revision)))
    return [
        load(name, version=f"{version}+{revision}", language=tag, variant=variant)
        for variant in file.variants or (None,)
    ]


@pytest.mark.parametrize("key", LISTED, ids=lambda key: "-".join(key))
def test_every_kept_translation_loads_with_the_digest_that_it_had(key: tuple[str, str, str, str]):
    name, tag, version, revision = key
    forms = in_all_variants(*key)
    assert translation_digest(forms) == LISTED[key]
    for form in forms:
        assert form.translation is not None
        assert (form.id, form.language, form.version) == (name, tag, version)
        assert form.translation.revision == int(revision)
        assert form.key_digest == load(name, version=version).key_digest
        assert form.translation.source_digest == load(name, version=version).text_digest


@pytest.mark.parametrize("key", SHIPPED, ids=lambda key: " ".join(key[1:]))
def test_what_ships_is_kept_as_it_is(key: tuple[str, str, str]):
    """Also how far it has come, and what is known of it: run the release tool where this fails."""
    (name, tag), (version, revision) = key[1].rsplit(".", 1), key[2].split("+")
    path = shipped.released_translation_file(name, version, tag, int(revision))
    assert read_translation(path) == release.translations()[key][0]
    for form in in_all_variants(name, tag, version, revision):
        assert form.translation is not None
        now = load(name, language=tag, variant=form.translation.variant)
        assert (form.digest, form.text_digest, form.ref) == (now.digest, now.text_digest, now.ref)


def test_a_load_and_a_score_read_no_version_that_was_released():
    """But the list of them, by which an older one is called so."""
    program = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from intimacy_scales import load, score
for form in ("scii-24", load("scii-24"), load("scii-24", language="de", variant="feminine")):
    score(form, dict.fromkeys(load("scii-24").item_ids, 4))
assert any("scii-24.de.toml" in path for path in opened)
print([path for path in opened if "released" in path and not path.endswith("digests.txt")])
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_the_digest_is_of_what_people_are_shown_and_told():
    forms = [load("scii-12", language="de", variant=variant) for variant in VARIANTS]
    digest, first = translation_digest(forms), forms[0]
    assert first.translation is not None
    title, status = ({"translation": first.translation.model_copy(update=told)} for told in (
        {"title": "Anders"}, {"status": "reviewed", "by": "others", "revision": 2},
    ))  # fmt: skip
    for update in ({"safety": "Jede Person für sich."}, {"instructions": "Bitte."}, title):
        assert translation_digest([first.model_copy(update=update), *forms[1:]]) != digest
    for update in (status, {"description": "Other", "evidence": load("scii-12").evidence}):
        assert translation_digest([first.model_copy(update=update), *forms[1:]]) == digest
    assert translation_digest(forms[:2]) != digest != translation_digest(forms[::-1])


# ---- data that change -------------------------------------------------------------------------------------


def forget() -> None:
    """Have everything read anew."""
    for module in (shipped, languages, loading):
        for kept in vars(module).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of what ships, from which everything is read while a test runs."""
    for folder in ("item_banks", "released/scii-12", "released/scii-24"):
        shutil.copytree(shipped.data_folder() / folder, tmp_path / folder)
    shutil.copy(shipped.digests_file(), tmp_path / "released")
    with monkeypatch.context() as patch:
        patch.setattr(shipped, "data_folder", lambda: tmp_path)
        forget()
        yield tmp_path
    forget()


def change(path: Path, old: str, new: str) -> None:
    changed(path, old, new)
    forget()


def released_now(data: Path) -> dict[str, bytes]:
    folder = data / "released"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


TEXT = ("components/trust.de.toml", "mir sicher", "mir gewiss")
CHANGES = {
    "the text of an item": TEXT,
    "a label": ("components/trust.de.toml", '4 = "Weder Zustimmung noch Ablehnung"', '4 = "Weder noch"'),
    "a gendered word": ("languages/de.toml", 'masculine = "meinem Partner"', 'masculine = "dem Partner"'),
    "the default": ("languages/de.toml", '["neutral", "feminine",', '["feminine", "neutral",'),
    "instructions": ("forms/scii-12.de.toml", "Es gibt keine richtigen oder falschen Antworten.", "Danke."),
    "the title": ("forms/scii-12.de.toml", "sehr kurze Form", "kürzeste Form"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_texts_changed_under_a_revision_stop_the_tool(data: Path, what: str):
    file, old, new = CHANGES[what]
    before = released_now(data)
    change(data / "item_banks" / file, old, new)
    if what == "a label":  # one response scale, one set of labels
        for bank in ("knowledge", "mutuality", "commitment", "caring", "interdependence"):
            change(data / f"item_banks/components/{bank}.de.toml", old, new)
    with pytest.raises(SystemExit) as stopped:
        release.main()
    told = "changed under a version that was released: translation scii-12.de 0.3.0+1"
    both = "" if "forms/" in file else ", translation scii-24.de 0.3.0+1"
    assert str(stopped.value) == (
        f"{told}{both}. Raise the revision in the file of the form's translation "
        "(scii-24.de is scii-24.de.toml)"
    )
    assert released_now(data) == before


def test_a_step_that_was_taken_changes_no_text_and_is_kept(data: Path):
    path = data / "item_banks/forms/scii-12.fr.toml"
    finding = """
[evidence]
note = "Compared in 900 persons."
[[evidence.findings]]
step = "invariance"
statistic = "CFI change"
value = 0.002
sample = "900 persons"
source = "a study"
"""
    for bank in (data / "item_banks/components").glob("*.fr.toml"):
        changed(bank, '"forward"', '"invariance-tested"')
    changed(path, '"forward"', '"invariance-tested"')
    change(path, 'by = "By the project', 'by = "By others')
    path.write_text(path.read_text(encoding="utf-8") + finding, encoding="utf-8")
    forget()
    before = released_now(data)
    release.main()
    after = released_now(data)
    assert {name for name in after if after[name] != before.get(name)} == {
        str(Path("scii-12", "languages", "0.3.0+1.fr.toml"))
    }
    forget()
    kept, now = load("scii-12", version="0.3.0+1", language="fr"), load("scii-12", language="fr")
    assert kept == now and kept.translation is not None
    assert kept.translation.status == "invariance-tested" and kept.evidence.findings[0].value == 0.002


def correct(data: Path, *names: str) -> None:
    """Correct a text of two forms, and raise their revision."""
    changed(data / "item_banks" / TEXT[0], *TEXT[1:])
    for name in names:
        changed(
            data / f"item_banks/forms/{name}.de.toml", 'version = "0.3.0"', 'version = "0.3.0"\nrevision = 2'
        )
    forget()


def test_corrected_texts_with_a_new_revision_are_kept_too(data: Path):
    first = load("scii-12", language="de", variant="feminine")
    stored = score(first, dict.fromkeys(first.item_ids, "Stimme zu")).to_json()
    assert '"revision"' not in stored
    before = released_now(data)
    correct(data, "scii-12", "scii-24")
    release.main()
    after = released_now(data)
    added = after["digests.txt"].removeprefix(before["digests.txt"]).decode().splitlines()
    assert [line.rsplit(" ", 1)[0] for line in added] == [
        "translation scii-12.de 0.3.0+2",
        "translation scii-24.de 0.3.0+2",
    ]
    files = {str(Path(name, "languages", "0.3.0+2.de.toml")) for name in ("scii-12", "scii-24")}
    assert after.keys() - before.keys() == files
    assert {name: text for name, text in after.items() if name not in {*files, "digests.txt"}} == {
        name: text for name, text in before.items() if name != "digests.txt"
    }
    forget()
    second = load("scii-12", language="de", variant="feminine")
    assert second.item("tru01").text == str(first.item("tru01").text).replace(*TEXT[1:])
    assert second == load("scii-12", version="0.3.0+2", language="de", variant="feminine")
    assert first == load("scii-12", version="0.3.0+1", language="de", variant="feminine")
    assert compare(first, second).reasons == ("reworded: tru01",)
    assert str(second.ref) == (
        "scii-12 0.3.0 (de feminine, forward translation, revision 2), DRAFT: not validated"
    )
    # results of both are read back, each with the words that were answered
    later = score(second, dict.fromkeys(second.item_ids, "Stimme zu")).to_json()
    assert json.loads(later)["instrument"]["revision"] == 2
    for text, form in ((stored, first), (later, second)):
        assert PersonScores.from_json(text).form == form
        assert PersonScores.from_json(text).to_json() == text
    with pytest.raises(UnknownInstrumentError, match=r"has no revision '3'; allowed: 1, 2"):
        load("scii-12", version="0.3.0+3", language="de")
    change(data / "item_banks/forms/scii-12.toml", 'version = "0.3.0"', 'version = "0.4.0"')
    assert load("scii-12", version="0.3.0", language="de", variant="feminine") == second  # the latest
    assert load("scii-12", version="0.3.0+1", language="de", variant="feminine") == first


def test_a_revision_is_told_where_the_language_is(data: Path):
    from typer.testing import CliRunner

    from intimacy_scales.cli import app

    correct(data, "scii-12")
    told = [CliRunner().invoke(app, ["show", "scii-12", *more]).output for more in ((), ("--language", "de"))]
    assert "de (forward translation, revision 2; variants neutral" in " ".join(told[0].split())
    assert "In de, variant neutral, revision 2: Fragebogen" in " ".join(told[1].split())
    assert "fr (forward translation; variants" in " ".join(told[0].split())


# ---- a later version --------------------------------------------------------------------------------------


@pytest.fixture
def raised(data: Path) -> Path:
    """The data with a made-up version 0.4.0 of scii-12 that words an item otherwise."""
    changed(data / "item_banks/components/trust.toml", "stands by me when life gets rough", "is there for me")
    change(data / "item_banks/forms/scii-12.toml", 'version = "0.3.0"', 'version = "0.4.0"')
    return data


@pytest.mark.parametrize("variant", [None, *VARIANTS])
def test_older_translated_answers_are_read_by_their_version(
    variant: str | None, request: pytest.FixtureRequest
):
    then = load("scii-12", language="de", variant=variant)
    labels = dict(then.item("tru01").response_scale.labels)
    numbers = simulate("scii-12", 12, rng=5).answers[list(then.item_ids)]
    in_words = numbers.map(lambda value: labels[int(value)])
    expected = score(then, numbers)
    stored = score(then, in_words).to_json()
    request.getfixturevalue("raised")

    assert load("scii-12").version == "0.4.0"
    kept = load("scii-12", version="0.3.0", language="de", variant=variant)
    assert kept == then and (kept.digest, kept.text_digest) == (then.digest, then.text_digest)
    assert kept is load("scii-12", version="0.3.0", language="de", variant=variant)
    found = score(kept, in_words)
    for scale in then.scale_ids:
        assert found[scale].tolist() == expected[scale].tolist()
    assert [item.text for item in kept.items] == [item.text for item in then.items]
    assert type(expected).from_json(stored).to_json() == stored == found.to_json()
    assert compare(load("scii-12", version="0.3.0"), kept).verdict == "rescorable"
    assert compare(kept, "scii-12").verdict == "blocked"


def test_the_next_version_is_refused_as_stale_by_name(raised: Path):
    stale = r"trust\.de\.toml: source_digest: stale\. The wording of trust \(en\)"
    with pytest.raises(InstrumentError, match=stale):
        load("scii-12", language="de")
    with pytest.raises(InstrumentError, match=stale):
        load("scii-12", version="0.4.0", language="de")
    before = released_now(raised)
    with pytest.raises(
        InstrumentError, match=stale
    ):  # no version is released whose translation does not load
        release.main()
    assert released_now(raised) == before


def test_errors_tell_in_which_languages_a_version_is_kept(raised: Path):
    asked: list[tuple[dict[str, Any], str]] = [
        (
            {"version": "0.3.0", "language": "it"},
            "0.3.0 is not kept in 'it'; that version is kept in en, de, es, fr",
        ),
        ({"version": "0.1.0", "language": "de"}, "0.1.0 is not kept in 'de'; that version is kept in en"),
        (
            {"version": "0.3.0", "language": "es", "variant": "feminine"},
            "allowed: none, as one wording is for everybody",
        ),
        ({"version": "0.3.0", "language": "German"}, "BCP 47"),
    ]
    for arguments, told in asked:
        with pytest.raises(InstrumentError, match=re.escape(told)):
            load("scii-12", **arguments)
    assert load("scii-12", version="0.3.0", language="de-AT").language == "de"
    assert load("scii-12", version="0.3.0", language="en") is load("scii-12", version="0.3.0")


def test_the_languages_of_older_versions_are_shown(raised: Path):
    from typer.testing import CliRunner

    from intimacy_scales.cli import app

    told = " ".join(CliRunner().invoke(app, ["show", "scii-12"]).output.split())
    assert "Older versions, for answers given to them: 0.1.0, 0.3.0 (also in de, es, fr)" in told


def test_results_of_unkept_translations_are_refused(raised: Path):
    then = load("scii-12", version="0.3.0", language="de")
    document = json.loads(score(then, dict.fromkeys(then.item_ids, 4)).to_json())
    assert PersonScores.from_dict(document).form == then
    for name, value in (("revision", 2), ("version", "0.1.0"), ("digest", "0" * 64)):
        other = document | {"instrument": document["instrument"] | {name: value}}
        with pytest.raises(DocumentError, match=r"scii-12 0\.[13]\.0"):
            PersonScores.from_dict(other)


def test_translated_anew_the_next_version_begins_with_revision_1(raised: Path):
    for tag in ("es", "fr"):
        (raised / f"item_banks/forms/scii-12.{tag}.toml").unlink()
    for name in ("scii-24", "scii-48", "scii-daily"):
        for path in (raised / "item_banks/forms").glob(f"{name}.??.toml"):
            path.unlink()
    path = raised / "item_banks/components/trust.de.toml"
    changed(path, "zu mir hält, wenn das Leben schwierig wird", "für mich da ist")
    with pytest.raises(InstrumentError) as caught:
        load("scii-12", language="de")
    digest = re.search(r'source_digest = "(\w+)"', str(caught.value))
    assert digest is not None
    path.write_text(re.sub(r"[0-9a-f]{64}", digest[1], path.read_text("utf-8")), encoding="utf-8")
    forget()
    assert [key for key in release.current() if key[0] == "translation"] == [
        ("translation", "scii-12.de", "0.4.0+1")
    ]
    now, then = load("scii-12", language="de"), load("scii-12", version="0.3.0", language="de")
    assert now.item("tru01").text == "Ich bin mir sicher, dass meine Partnerperson für mich da ist."
    assert then.item("tru01").text == (
        "Ich bin mir sicher, dass meine Partnerperson zu mir hält, wenn das Leben schwierig wird."
    )


# ---- what a file may say ----------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return copy_of_scii_12(tmp_path)


@pytest.mark.parametrize("revision", ["0", "-1", "true", '"2"', "1.5"])
def test_a_revision_is_a_whole_number_from_1(copied: Path, revision: str):
    changed(copied.with_name("scii-12.de.toml"), "status =", f"revision = {revision}\nstatus =")
    with pytest.raises(InstrumentError, match=r"scii-12\.de\.toml: (1 fault\n  )?revision"):
        load(copied, language="de")


@pytest.mark.parametrize("line", ["revision = 2", 'variants = ["neutral", "feminine", "masculine"]'])
def test_what_a_form_says_stands_in_no_file_of_a_bank(copied: Path, line: str):
    changed(copied.with_name("trust.de.toml"), "status =", f"{line}\nstatus =")
    told = rf"trust\.de\.toml: {line.split(maxsplit=1)[0]}: belongs to forms, .* such as scii-12\.de\.toml"
    with pytest.raises(InstrumentError, match=told):
        load(copied, language="de")


def one_file(path: Path, tag: str) -> tuple[Instrument, list[Instrument], list[Instrument]]:
    """Return a form, its translation in all variants, and those of its combined translation."""
    form = load(path)
    sources = made_of(path, form)
    parts = parts_in(sources[0][1], sources, tag)
    file = combine_translation(form, parts, None)
    alone = [TranslationPart(path.with_name("alone.toml"), file, form)]
    variants = file.variants or (None,)
    return (
        form,
        [load(path, language=tag, variant=variant) for variant in variants],
        [in_language(form, alone, None, variant) for variant in variants],
    )


BANK = """
kind = "bank"
id = "{name}"
version = "1"
title = "T"
description = "D."
response_scale = "often"
facets = [{{ id = "f", title = "F" }}]
items = [
    {{ id = "{name}1", facet = "f", text = "I sing.", partner_text = "My partner sings." }},
    {{ id = "{name}2", facet = "f", keyed = "-", text = "I shout.", partner_text = "My partner shouts." }},
]
[response_scales.often]
minimum = 0
maximum = 2
labels = {{ 0 = "Never", 1 = "At times", 2 = "Often" }}
not_applicable = ["Does not apply"]
"""
FORM = """
kind = "form"
id = "voices"
version = "1"
title = "Voices"
wording = "partner"
instructions = "Think of your partner."
safety = "Ask each apart."
banks = ["a.toml", "b.toml"]
scales = [{ id = "s", items = ["a1", "-a2", "b1", "-b2"] }]
"""
HEAD = 'version = "1"\nsource_digest = "{digest}"\nlanguage = "it"\nstatus = "draft"\nby = "us"\n'
ITALIAN = {
    "a": 'of = "a"\n' + HEAD + '[partner_texts]\na1 = "{{who}} canta."\na2 = "{{who}} grida."\n',
    "b": 'of = "b"\n' + HEAD + '[partner_texts]\nb1 = "{{who}} canta, dico."\nb2 = "Grida {{own}}."\n',
    "voices": 'of = "voices"\n' + HEAD + 'variants = ["f", "m"]\nrevision = 3\ntitle = "Voci"\n'
    'instructions = "Pensi {{to}}."\n[slots.to]\nf = "alla Sua compagna"\nm = "al Suo compagno"\n',
}  # fmt: skip
OPTIONS = """[labels.often]
0 = "Mai"
1 = "A volte"
2 = "Spesso"
[not_applicable]
often = "Non si applica"
[slots.who]
f = "La mia compagna"
m = "Il mio compagno"
"""


def voices(folder: Path, *, own: str = "") -> Path:
    """Write a form about the partner, its banks, and their translations with slots of their own."""
    for name in "ab":
        (folder / f"{name}.toml").write_text(BANK.format(name=name), encoding="utf-8")
    path = folder / "voices.toml"
    path.write_text(FORM, encoding="utf-8")
    slots = {"a": OPTIONS, "b": OPTIONS + '[slots.own]\nf = "lei"\nm = "lui"\n', "voices": ""}
    if own:
        slots["b"] = slots["b"].replace("Il mio compagno", own)
    for name, text in ITALIAN.items():
        file = folder / f"{name}.it.toml"
        file.write_text(text.format(digest="0" * 64) + slots[name], encoding="utf-8")
    for name in ("voices", "a", "b"):  # each says the digest of what it translates
        with pytest.raises(InstrumentError) as caught:
            load(path, language="it")
        (digest,) = re.findall(r'source_digest = "(\w+)"', str(caught.value))
        file = folder / f"{name}.it.toml"
        file.write_text(file.read_text(encoding="utf-8").replace("0" * 64, digest), encoding="utf-8")
    return path


def test_one_file_says_what_several_say_slots_options_and_all(tmp_path: Path):
    form, expected, found = one_file(voices(tmp_path), "it")
    assert found == expected and len(found) == 2
    assert [item.text for item in found[1].items] == [
        "Il mio compagno canta.", "Il mio compagno grida.", "Il mio compagno canta, dico.", "Grida lui.",
    ]  # fmt: skip
    assert found[0].instructions == "Pensi alla Sua compagna."
    assert found[0].safety == "Ask each apart."
    assert found[0].item("b1").response_scale.not_applicable == ("Non si applica",)
    assert found[0].translation is not None and found[0].translation.revision == 3
    assert form.item("a1").text == "My partner sings."


def test_a_slot_that_two_banks_fill_otherwise_is_named(tmp_path: Path):
    path = voices(tmp_path, own="L'uomo che amo")
    assert load(path, language="it", variant="m").item("b1").text == "L'uomo che amo canta, dico."
    with pytest.raises(
        InstrumentError, match=r"b\.it\.toml: slots\.who: differs from the slot of that name in another file"
    ):
        one_file(path, "it")


def test_a_form_says_its_variants_where_the_language_has_none(tmp_path: Path):
    path = voices(tmp_path)
    with pytest.raises(InstrumentError, match="no variant 'neutral'; allowed: f, m"):
        load(path, language="it", variant="neutral")
    changed(tmp_path / "voices.it.toml", '["f", "m"]', '["f", "m", "x"]')
    with pytest.raises(InstrumentError, match=r"slots\.to: no words for x"):
        load(path, language="it")


def test_the_shipped_are_gathered_as_they_load():
    for name, tag, *_ in LISTED:
        path, form = shipped.shipped_files(shipped.FORMS)[name], load_shipped(name)
        parts, words = parts_in(form, made_of(path, form), tag), languages.read_language(tag)
        file = combine_translation(form, parts, words)
        for variant in file.variants or (None,):
            alone = in_language(form, [TranslationPart(path, file, form)], None, variant)
            assert alone == in_language(form, parts, words, variant)
