"""The catalogue: what there is, by what it measures, and what is known of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from intimacy_scales import (
    Instrument,
    InstrumentError,
    UnknownInstrumentError,
    available,
    load,
    load_bank,
    score,
)
from intimacy_scales.cli import app
from intimacy_scales.instrument import STEPS
from intimacy_scales.instrument.catalogue import CONSTRUCTS, SIX, Catalogue, CatalogueEntry
from intimacy_scales.instrument.loading import shipped_banks
from tests.shared import commands

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
COMPANIONS = (
    "foundations", "satisfaction", "barriers", "practices", "resilience", "closeness-kinds", "wellbeing",
)  # fmt: skip


def run(*arguments: str) -> str:
    result = commands.run(*arguments, columns=140)
    assert result.exit_code == 0, result.output
    return result.output


# ---------------------------------------------------------------- the catalogue


def test_the_catalogue_is_a_sequence_that_knows_ids():
    catalogue = available()
    assert {"ras", "scii-24", "csi-16", *COMPANIONS} <= set(catalogue.ids)
    assert [entry.id for entry in catalogue] == list(catalogue.ids)
    assert len(catalogue) == len(catalogue.ids) == len(set(catalogue.ids))
    assert "ras" in catalogue
    assert catalogue[0] in catalogue
    assert "trust" not in catalogue
    assert 5 not in catalogue
    assert catalogue[1:3].ids == catalogue.ids[1:3]
    assert "ras" not in catalogue[:0]
    assert repr(catalogue[:0]) == "no instruments"
    with pytest.raises(IndexError):
        catalogue[len(catalogue)]


def test_a_line_of_the_catalogue_says_what_the_instrument_says():
    for entry in available():
        form = load(entry.id)
        assert (entry.version, entry.title, entry.language) == (form.version, form.title, form.language)
        assert (entry.n_items, entry.scales, entry.constructs) == (
            len(form.items), form.scale_ids, form.constructs,
        )  # fmt: skip
        assert (entry.status, entry.confidence) == (form.evidence.status, form.evidence.confidence)
        assert form.license is not None
        assert entry.permission == form.license.name


def test_every_instrument_says_what_it_measures():
    assert all(entry.constructs for entry in available())
    assert {name for entry in available() for name in entry.constructs} <= set(CONSTRUCTS)
    assert {name for bank in shipped_banks() for name in load_bank(bank).constructs} <= set(CONSTRUCTS)


def test_what_measures_trust_is_found_at_once_the_narrowest_first():
    found = available().measuring("trust")
    assert {"dts", "prqc", "ecr-r", "foundations", "scii-24"} <= set(found.ids)
    assert found.ids[0] == "dts"
    assert [len(entry.constructs) for entry in found] == sorted(len(entry.constructs) for entry in found)
    assert "ras" not in found
    with pytest.raises(UnknownInstrumentError, match="measures 'trsut'; did you mean 'trust'"):
        available().measuring("trsut")
    with pytest.raises(UnknownInstrumentError, match=r"allowed: .*satisfaction"):
        available().measuring("zzzz")


def test_groups_hold_every_instrument_under_each_thing_it_measures():
    groups = available().by_construct()
    whole, *single = groups
    assert whole == "all six"
    assert set(groups[whole].ids) == {entry.id for entry in available() if set(SIX) <= set(entry.constructs)}
    assert {entry.id for entries in groups.values() for entry in entries} == set(available().ids)
    for construct in single:
        assert all(construct in entry.constructs for entry in groups[construct])
    assert single == [name for name in CONSTRUCTS if name in single]


def test_the_overview_has_each_instrument_once_and_fits_on_a_screen():
    catalogue = available()
    groups = catalogue.overview()
    assert sorted(name for entries in groups.values() for name in entries.ids) == sorted(catalogue.ids)
    assert set(groups["all six"].ids) == set(catalogue.by_construct()["all six"].ids)
    assert groups["trust"].ids == ("dts", "trust-17")
    lines = repr(catalogue).splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 100
    assert "scii-24~" in repr(catalogue) and "dts*" in repr(catalogue) and " ras " in repr(catalogue)


def test_search_wants_every_word_in_any_case():
    assert available().search("LOVE scale").ids == ("pls-15", "tls-15", "tls-45")
    assert available().search("scii-24").ids == ("scii-24", "scii-24-partner")
    assert available().search("insecurity").ids == available().search("attachment").ids
    with pytest.raises(UnknownInstrumentError, match=r"'love zebra' in its id, title, .*; try fewer words"):
        available().search("love zebra")


def test_a_short_catalogue_shows_a_line_for_each_instrument():
    lines = repr(available("trust")).splitlines()
    assert [line.split()[0] for line in lines] == list(available("trust").ids)
    assert "published, key unconfirmed" in lines[0]


def test_an_instrument_that_says_nothing_of_constructs_is_listed_last():
    entry = CatalogueEntry(
        id="x", version="1", title="<b>&", language="en", status="draft", confidence=None, constructs=(),
        n_items=1, scales=("s",), permission="not stated",
    )  # fmt: skip
    catalogue = Catalogue([*available()[:1], entry])
    assert list(catalogue.by_construct())[-1] == "other"
    assert "&lt;b&gt;&amp;" in catalogue._repr_html_()
    assert "1 item " in repr(catalogue)


def test_the_catalogue_shows_every_instrument_its_status_and_permission():
    text, html = available().full(), available()._repr_html_()
    for entry in available():
        (line, *_) = [line for line in text.splitlines() if line.split()[:1] == [entry.id]]
        assert all(word in line for word in (str(entry.n_items), entry.standing(), entry.title))
        assert f"<code>{entry.id}</code>" in html
        assert entry.permission in html
    assert "key single-source" in text
    assert "key unconfirmed" in text


# ---------------------------------------------------------------- on the command line


def test_list_shows_each_instrument_once_on_one_screen():
    output = run("list")
    words = output.split()
    for entry in available():
        assert words.count(f"{entry.id}{entry.mark}") == 1
    assert len(output.splitlines()) <= 24
    assert "Details: list trust" in " ".join(words)


def test_list_finds_words_of_titles_after_what_is_measured():
    output = run("list", "love")  # a scale of the PRQC; the others have it in their title
    places = [output.index(f"  {name} ") for name in ("prqc", "pls-15", "tls-15", "tls-45")]
    assert places == sorted(places)
    assert "  ras " not in output


def test_list_shows_the_whole_catalogue_by_construct():
    output = run("list", "--full")
    for construct, entries in available().by_construct().items():
        assert construct in output.splitlines()
        for entry in entries:
            (line, *_) = [line for line in output.splitlines() if line.startswith(f"  {entry.id} ")]
            assert str(entry.n_items) in line
            assert entry.status in line
    assert "draft: nobody has shown yet" in output
    assert "high = more barrier" in output


def test_list_of_one_construct():
    output = run("list", "barriers")
    assert "Barriers to closeness (high = more barrier)" in output
    assert "ras " not in output


def test_list_of_what_nothing_measures_says_what_is_near():
    result = CliRunner().invoke(app, ["list", "barriars"])
    assert result.exit_code == 2
    assert "did you mean 'barriers'" in " ".join(result.stderr.split())


@pytest.mark.parametrize("name", available().ids)
def test_show_prints_every_instrument_with_its_evidence(name):
    output, form = run("show", name), load(name)
    told = " ".join(output.split())
    assert form.title in output
    assert all(title in output for title in STEPS.values())
    assert f"Permission: {form.license.name}" in told
    for cutoff in form.cutoffs:
        assert f"{cutoff.scale} {cutoff.describe()}: {cutoff.meaning}" in told
    for scale in form.scales:
        assert scale.high_means is None or scale.high_means in told
    assert ("DRAFT: not validated" in output) == (form.evidence.status == "draft")


def test_a_fresh_process_warns_of_unconfirmed_keys():
    result = subprocess.run(
        [sys.executable, "-m", "intimacy_scales", "show", "dts"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stderr.startswith("warning: dts: its scoring key was read only in a source that")
    assert "UnverifiedKeyWarning" not in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("columns", ["40", "200"])
def test_what_a_terminal_cannot_show_stops_nothing(encoding, columns):
    result = subprocess.run(
        [sys.executable, "-m", "intimacy_scales", "show", "dts"],
        env=os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": columns},
        capture_output=True,
        check=True,
    )
    told = " ".join(result.stdout.decode(encoding).split())
    assert "Dyadic Trust Scale" in told
    assert ("digest" in told, "…" in told, "?" in told) == (True, encoding == "utf-8", encoding != "utf-8")


# ---------------------------------------------------------------- evidence


def document(**changes):
    return {
        "id": "mood", "version": "1", "title": "Mood", "response_scale": {"minimum": 1, "maximum": 5},
        "items": [{"id": "a"}, {"id": "b"}], "scales": [{"id": "s", "items": ["a", "-b"]}], **changes,
    }  # fmt: skip


FINDING = {
    "step": "reliability", "statistic": "alpha", "value": 0.81, "scale": "s", "sample": "200 students",
    "n": 200, "source": "A. Author (2020)", "confidence": "single-source",
}  # fmt: skip


def test_steps_stand_in_the_order_of_a_validation_study():
    steps = Instrument.model_validate(document()).evidence_steps
    assert [step.step for step in steps] == [
        "content", "response processes", "pilot", "items", "structure", "reliability", "invariance",
        "validity", "change", "norms",
    ]  # fmt: skip
    assert all(step.known == () for step in steps)


def test_what_is_known_says_value_sample_and_source_and_how_surely():
    form = Instrument.model_validate(
        document(
            evidence={"status": "published", "findings": [FINDING]},
            norms=[{"scale": "s", "sample": "200 students", "n": 200, "mean": 3, "sd": 0.5, "source": "A"}],
        )
    )
    known = {step.step: step.known for step in form.evidence_steps}
    assert known["reliability"] == ("alpha 0.81 of s: 200 students; A. Author (2020), single-source",)
    assert known["norms"] == ("s: mean 3, sd 0.5 (200 students, n = 200); A",)
    assert known["pilot"] == ("see the samples below",)
    assert known["structure"] == ()
    for shown in (repr(form), form._repr_html_()):
        assert "reliability" in shown
    alpha = "alpha 0.81 of s: 200 students; A. Author (2020), single-source"
    assert f"recorded: reliability [{alpha}]; norms [s: mean" in repr(form)
    assert (
        "; nothing about content validity, how people understand the items, item analysis, structure, "
        in repr(form)
    )


def test_a_draft_says_that_nothing_is_known():
    assert "DRAFT: not validated" in repr(load("barriers"))
    assert repr(load("barriers")).endswith("nothing is known about its scores>")
    assert "nothing is known about its scores" in repr(load_bank("barriers"))
    assert str(load_bank("barriers")) == "Barriers to closeness (high = more barrier) (barriers 0.2.0)"
    assert "described in a publication" in repr(load("csi-32").evidence_steps)
    assert repr(load("csi-32")).endswith("nothing is recorded here about its scores>")


def test_a_finding_needs_a_scale_that_exists():
    wrong = {**FINDING, "scale": "other"}
    with pytest.raises(ValueError, match=r"evidence.findings\[0\].scale: 'other' is not a scale"):
        Instrument.model_validate(document(evidence={"status": "published", "findings": [wrong]}))
    form = Instrument.model_validate(document(evidence={"status": "published", "findings": [FINDING]}))
    assert "DRAFT" not in str(form.ref)


def test_a_scale_against_closeness_says_what_high_means():
    with pytest.raises(ValueError, match="against_closeness: needs high_means"):
        Instrument.model_validate(document(scales=[{"id": "s", "items": ["a"], "against_closeness": True}]))
    form = Instrument.model_validate(
        document(scales=[{"id": "s", "items": ["a"], "high_means": "more gloom", "against_closeness": True}])
    )
    assert str(form.ref) == "mood 1, DRAFT: not validated, high = more gloom"


def test_wording_is_laid_over_a_key_and_written_nowhere(tmp_path):
    before = load("ras").to_toml()
    worded = load("ras").with_texts({f"ras_{n}": f"Question {n}" for n in range(1, 8)})
    assert [item.text for item in worded.items] == [f"Question {n}" for n in range(1, 8)]
    assert load("ras").to_toml() == before
    assert "Question" not in before
    assert worded.scale("total") == load("ras").scale("total")
    with pytest.raises(UnknownInstrumentError, match="texts: ras has no item 'ras_8'; it has"):
        load("ras").with_texts({"ras_8": "?"})


def test_labels_and_instructions_come_with_the_wording():
    texts = {f"kmss_{n}": f"Question {n}" for n in (1, 2, 3)}
    words = dict(enumerate(("worst", "poor", "fair", "middling", "good", "fine", "best"), start=1))
    worded = load("kmss").with_texts(texts, labels=dict.fromkeys(texts, words), instructions="Choose one.")
    assert score(worded, {"kmss_1": "best", "kmss_2": "Good", "kmss_3": 6}).scores == {"total": 18}
    assert worded.instructions == "Choose one."
    bare = load("kmss").with_texts(texts)
    assert bare.key_digest == load("kmss").key_digest != load("kmss").with_method("mean").key_digest
    assert worded.key_digest != bare.key_digest, "labels are answers too"
    assert worded.digest != load("kmss").digest
    with pytest.raises(InstrumentError, match="texts: no wording for kmss_2, kmss_3"):
        load("kmss").with_texts({"kmss_1": "?"})
    with pytest.raises(InstrumentError, match="a mapping of item id → wording, not a list"):
        load("kmss").with_texts(["?"])


def test_what_a_score_needs_is_told_by_show_and_by_results():
    assert "all 16, as their ranges differ" in run("show", "csi-16")
    assert re.search(r"total +sum +0 to 81", run("show", "csi-16"))
    assert re.search(r"total +mean +1 to 5 +4 of 7", run("show", "ras"))
    person = score("csi-16", {f"csi16_{n}": 3 for n in range(1, 16)})
    assert "total not scored (15 of 16 answered, needs all 16)" in repr(person)
    assert (person.needed, person.ranges) == ({"total": 16}, {"total": (0, 81)})
    content = person.to_dict()
    assert (content["needed"], content["ranges"]) == ({"total": 16}, {"total": [0, 81]})


def test_show_knows_item_banks():
    assert "an item bank, shown as one scale" in run("show", "trust")
    assert "tru01" in run("show", "trust")
    assert "an item bank" not in run("show", "barriers")


def test_cutoffs_of_a_draft_are_not_shown(tmp_path):
    path = tmp_path / "mood.json"
    cutoff = {"scale": "s", "below": 3, "meaning": "gloom", "source": "me"}
    path.write_text(Instrument.model_validate(document(cutoffs=[cutoff])).to_json(), encoding="utf-8")
    assert "gloom" not in run("show", str(path))


def test_a_scale_of_that_name_is_found_too():
    assert available().measuring("empathy").ids == ("foundations", "foundations-partner")
    assert available().measuring("loneliness").ids == ("wellbeing",)
    assert set(available().measuring("Attachment").ids) == {
        "ecr", "ecr-12", "ecr-r", "ecr-r-alternating", "ecr-rs", "ecr-s", "raas",
    }  # fmt: skip
    (entry,) = (entry for entry in available() if entry.id == "ecr-rs")
    assert entry.heading.endswith("(high = more attachment insecurity)")


def test_a_warning_points_at_the_caller():
    code = "import warnings\nfrom intimacy_scales import score\nwarnings.simplefilter('always')\n"
    code += "score('dts', {'dts_1': 3})\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.startswith("<string>:4: UnverifiedKeyWarning: dts: its scoring key")


def test_a_score_in_another_method_leaves_norms_and_cutoffs_behind():
    form = load("qmi").with_method("mean")
    assert {scale.method for scale in form.scales} == {"mean"}
    assert form.norms == ()
    assert load("qmi").with_method("sum") is load("qmi")


def test_show_tells_what_to_take_care_of_and_what_versions_changed():
    shown = " ".join(run("show", "scii-24-partner").split())
    for words in (
        "Take care: Each partner answers alone.",
        "scii-24 has the same item ids in another wording: do not score its answers with this instrument.",
        "Choosing the lowest, or the highest, option for every item scores: every scale 2.5 and 5.5.",
        "Older versions, for answers given to them: 0.2.0 (--form-version 0.2.0)",
        "Changed in 0.3.0: As in the form about oneself; every item asks for what the partner feels.",
        "Reworded mut07,",
        "; added com13, car13, mut13, com05, car15; dropped com10, car01, mut11, com04, car10",
    ):
        assert words in shown
    assert "7 Strongly agree, or Does not apply" in " ".join(run("show", "resilience").split())
    assert "Older versions" not in run("show", "scii-daily-quick")


def test_show_tells_changes_of_ones_own_form_by_its_ids(tmp_path):
    path = tmp_path / "mood.json"
    items = {"items": [{"id": "A1"}, {"id": "B2"}], "scales": [{"id": "s", "items": ["A1", "B2"]}]}
    change = {"version": "2", "since": "1", "reworded": ["A1"], "added": ["B2"]}
    own = Instrument.model_validate(document(version="2", changes=[change]) | items)
    path.write_text(own.to_json(), encoding="utf-8")
    assert "Changed in 2: Reworded A1; added B2" in run("show", str(path))
