"""BIDS phenotype tables and PRISM surveys: real files, and what their JSON says."""

import json
from itertools import pairwise

import numpy as np
import pytest

from intimacy_scales import score
from intimacy_scales.errors import KeyingWarning, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "bids"
HOPKINS = {
    "anxiety": (2, 17, 23, 33, 39, 50),
    "depression": (5, 15, 19, 20, 22, 26, 29, 30, 31, 32, 54),
    "obscomp": (9, 10, 28, 38, 45, 46, 51, 55),
    "intsensitivity": (6, 11, 24, 34, 36, 37, 41),
    "somatization": (1, 4, 12, 14, 27, 42, 48, 49, 52, 53, 56, 58),
    "globalseverity": tuple(range(1, 59)),
}
ASRS = ("finaldetail", "organize", "remappointment", "aviodstart", "fidget", "overactive")
TABLE = "participant_id\tq1\tq2\tq_total\nsub-01\t0\tn/a\t0\nsub-02\t4\t3\t7\n"


def entry(question, **fields):
    levels = {"4": "Always", "0": "Never", "1": "Rarely", "2": "Sometimes", "3": "Often"}
    return {"Description": question, "Levels": levels} | fields


SIDECAR = {
    "MeasurementToolMetadata": {"Description": "Small Scale"},
    "q1": entry("1. Do you?"),
    "q2": entry("2. Would you?"),
    "q_total": {"Description": "Sum of items 1 and 2", "Derivative": True},
}


def form(items="q1 q2", method="sum", **fields):
    scales = {"total": {"items": items.split(), "method": method}}
    return form_of(scales, **{"low": 0, "high": 4, "evidence": PUBLISHED} | fields)


@pytest.fixture
def written(tmp_path):
    def write(table=TABLE, sidecar=None, name="small"):
        path = tmp_path / f"{name}.tsv"
        path.write_text(table, encoding="utf-8")
        if sidecar is not None:
            path.with_suffix(".json").write_text(json.dumps(sidecar), encoding="utf-8")
        return path

    return write


@needs_samples
def test_real_hopkins_has_the_scores_of_its_authors():
    scales = {name: {"items": [f"hopkins{n}" for n in items]} for name, items in HOPKINS.items()}
    hopkins = form_of(scales, title="Hopkins Symptom Checklist", low=0, high=3, evidence=PUBLISHED)
    answers = read_answers(SAMPLES / "hopkins.tsv", hopkins)
    scores, table = score(hopkins, answers), answers.to_frame()
    assert len(answers) == 272
    for name in HOPKINS:
        theirs = table[f"hopkins_{name}"].astype(float).to_numpy()
        assert np.abs(scores[name] - theirs).max() < 6e-8, name
    # the definitions in its JSON are those of the instrument, so nothing is reported
    assert answers.report.notes == ()
    assert answers.report.n_mapped == 58
    assert answers.columns["hopkins_anxiety"].role == "calculated"


@needs_samples
def test_a_formula_that_contradicts_the_key_is_reported_and_not_used():
    anxiety = [f"hopkins{n}" for n in HOPKINS["anxiety"]]
    other = form_of({"anxiety": {"items": [f"-{anxiety[0]}", *anxiety[1:-1], "hopkins1"], "method": "sum"}},
                    low=0, high=3, evidence=PUBLISHED)  # fmt: skip
    answers = read_answers(SAMPLES / "hopkins.tsv", other)
    note = next(note for note in answers.report.notes if "hopkins_anxiety" in note)
    assert note == (
        "the file computes hopkins_anxiety differently from scale anxiety: without hopkins1; with hopkins50; "
        "does not reverse hopkins2; a mean, where the scale is a sum. The instrument's key is used"
    )
    table = answers.to_frame()[list(other.item_ids)].astype(float)
    expected = table.sum(axis=1) + 3 - 2 * table["hopkins2"]
    with pytest.warns(KeyingWarning, match="hopkins2 runs against the other 5 items"):
        assert score(other, answers)["anxiety"].tolist() == expected.tolist()


@needs_samples
def test_real_asrs_has_the_sums_of_its_authors():
    asrs = form_of({"asrs": {"items": ASRS, "method": "sum"}}, low=0, high=4, evidence=PUBLISHED)
    answers = read_answers(SAMPLES / "asrs.tsv", asrs)
    theirs = answers.to_frame()["asrs_score"].astype(float)
    assert score(asrs, answers)["asrs"].tolist() == theirs.tolist()
    assert len(theirs) == 272
    assert not any("computes" in note for note in answers.report.notes)


@needs_samples
def test_real_items_named_by_content_are_found_by_their_questions():
    texts = {
        key: value["Description"] for key, value in json.loads((SAMPLES / "asrs.json").read_text()).items()
    }
    items = [{"id": f"asrs_{n}", "text": texts[name]} for n, name in enumerate(ASRS, start=1)]
    asrs = form_of(
        {"asrs": " ".join(item["id"] for item in items)}, items=items, low=0, high=4, evidence=PUBLISHED
    )
    answers = read_answers(SAMPLES / "asrs.tsv", asrs)
    assert tuple(item.column for item in answers.report.items) == ASRS


@needs_samples
def test_a_real_table_of_the_newer_guidelines_is_read():
    answers = read_answers(SAMPLES / "pheno004_ace.tsv")
    assert (answers.report.platform, len(answers), answers.report.row_id) == ("BIDS", 2, "participant_id")
    assert answers.labels["b_ace_q7"].tolist() == ["Yes", "No"]
    assert "described, and not in the file: session_id" in answers.report.notes


def test_levels_missing_values_and_questions(written):
    answers = read_answers(written(sidecar=SIDECAR), form())
    assert answers.columns["q1"].labels[0] == (0, "Never")
    assert answers.missing_reasons["q2"].tolist()[0] == "not available"
    assert answers.metadata.columns.tolist() == ["participant_id"]
    scores = score(form(), answers)
    assert scores.answered.ravel().tolist() == [1, 2]
    assert scores.to_frame()["participant_id"].tolist() == ["sub-01", "sub-02"]


def test_levels_are_read_by_the_labels_of_the_instrument(written):
    labels = {0: "Always", 1: "Often", 2: "Sometimes", 3: "Rarely", 4: "Never"}
    turned = form(response_scale={"minimum": 0, "maximum": 4, "labels": labels})
    answers = read_answers(written("participant_id\tq1\tq2\nsub-01\t0\t1\n", SIDECAR), turned)
    assert score(turned, answers)["total"].tolist() == [7.0]


def test_sessions_are_rows(written):
    table = "participant_id\tsession_id\tq1\nsub-1\tses-1\t1\nsub-1\tses-2\t2\n"
    answers = read_answers(written(table, SIDECAR))
    assert len(answers) == 2
    assert answers.metadata["session_id"].tolist() == ["ses-1", "ses-2"]
    assert any("a row for each session" in note for note in answers.report.notes)


@pytest.mark.parametrize(
    "table",
    [
        "participant_id\tq1\n001\t4\n",  # no id of BIDS, and no JSON
        "participant_id,q1\nsub-01,4\n",
        "id\tq1\nsub-01\t4\n",
    ],
)
def test_tables_that_only_look_like_bids_are_plain(written, table):
    with open_file(written(table)) as file:
        assert file.facts.platform == "delimited text"


def test_a_table_without_its_json_says_so(written):
    answers = read_answers(written())
    assert answers.report.platform == "BIDS"
    assert "small.json, which would describe the columns, is not next to the file" in answers.report.notes[0]


def test_a_json_next_to_a_table_describes_it(written):
    with open_file(written("q1\tq2\n1\t2\n", SIDECAR)) as file:
        assert (file.facts.platform, file.facts.of("q1").question) == ("BIDS", "1. Do you?")
    with open_file(written("a\tb\n1\t2\n", SIDECAR, "other")) as file:
        assert file.facts.platform == "delimited text"


def test_a_json_of_another_table_is_refused(written):
    structure = written(sidecar={"x": entry("?")}, name="other").with_suffix(".json")
    with pytest.raises(ResponseError, match="describes none of the columns"):
        read_answers(written(), structure=structure)
    answers = read_answers(written(sidecar={"x": entry("?")}))
    assert "describes none of the columns" in answers.report.notes[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"q1": {"Description": "?"', "cut off"), ("[]", "does not describe columns"), ("[" * 99_999, "JSON")],
)
def test_a_damaged_json_is_refused(written, content, words):
    path = written()
    path.with_suffix(".json").write_text(content)
    with pytest.raises(ResponseError, match=words):
        read_answers(path)


def test_too_many_columns_are_refused(written):
    names = "\t".join(f"q{n}" for n in range(150_000))
    with pytest.raises(ResponseError, match=r"150,001 columns; allowed: at most"):
        read_answers(written(f"participant_id\t{names}\nsub-1" + "\t1" * 150_000 + "\n"))


def test_ranges_of_numbers_in_formulas(written):
    columns = {f"q{n}": entry(f"{n}. Q") for n in range(1, 7)}
    total = {"Description": "Average of items 1 to 3, 5 and 6", "Derivative": True}
    table = "participant_id\t" + "\t".join([*columns, "mean"]) + "\nsub-1" + "\t1" * 7 + "\n"
    answers = read_answers(written(table, columns | {"mean": total}), form("q1 q2 q3 q5 q6", "mean"))
    assert answers.report.notes == ()
    answers = read_answers(written(table, columns | {"mean": total}), form("q1 q2 q3 q4 q6", "mean"))
    assert "without q4; with q5" in answers.report.notes[0]


def prism(reversed_items=(), **levels):
    """Return a survey of PRISM in two languages with two items."""
    texts = {
        "0": {"en": "strongly agree", "de": "stimme zu"},
        "4": {"en": "strongly disagree", "de": "stimme nicht zu"},
    }
    item = {"Description": {"en": "I do.", "de": "Ich tue es."}, "Levels": texts | levels}
    return {
        "Technical": {"StimulusType": "Questionnaire"},
        "Metadata": {"SchemaVersion": "1.1.1"},
        "Study": {"OriginalName": {"en": "Small Scale", "de": "Kleine Skala"}},
    } | {name: item | {"Reversed": name in reversed_items} for name in ("q1", "q2")}


@needs_samples
def test_a_real_survey_of_prism_describes_a_table(written):
    names = [f"LAS{n:02d}" for n in range(1, 25)]
    path = written("\t".join(["participant_id", *names]) + "\nsub-1" + "\t0" * 24 + "\n")
    las = form_of(
        {"eros": " ".join(names[:4]), "ludus": " ".join(names[4:8])}, low=0, high=4, evidence=PUBLISHED
    )
    answers = read_answers(path, las, structure=SAMPLES / "prism_love_attitudes_las.json")
    assert (answers.report.platform, answers.report.version) == ("PRISM", "1.1.1")
    assert answers.labels.loc[1, "LAS01"] == "strongly agree"
    assert answers.columns["LAS01"].labels[:2] == ((0, "strongly agree"), (0, "voll und ganz zustimmen"))
    assert any(
        "0 is 'strongly agree' and 4 is 'strongly disagree'" in text for text in answers.report.cautions
    )
    labels = {
        1: "strongly disagree",
        2: "moderately disagree",
        3: "neutral",
        4: "moderately agree",
        5: "strongly agree",
    }
    scale = {"minimum": 1, "maximum": 5, "labels": labels}
    upwards = form_of({"eros": " ".join(names[:4])}, response_scale=scale, evidence=PUBLISHED)
    answers = read_answers(path, upwards, structure=SAMPLES / "prism_love_attitudes_las.json")
    assert score(upwards, answers)["eros"].tolist() == [5.0]
    assert answers.report.cautions == ()


@needs_samples
def test_a_real_recipe_that_is_not_the_published_key_is_reported(written):
    names = [f"BFI-S{n:02d}" for n in range(1, 16)]
    path = written("\t".join(names) + "\n" + "\t".join("1" * 15) + "\n")
    ids = {f"i{n}": name for n, name in enumerate(names, start=1)}
    scales = {
        f"s{a}": " ".join([f"-i{a}", *(f"i{n}" for n in range(a + 1, b))])
        for a, b in pairwise(range(1, 17, 3))
    }
    bfi = form_of(scales, low=1, high=7, evidence=PUBLISHED)
    answers = read_answers(path, bfi, structure=SAMPLES / "prism_recipe_bfi_s.json", columns=ids)
    assert (
        "the file computes Total ('sum of 11 items'); the instrument has no such score"
        in answers.report.notes
    )
    assert score(bfi, answers)["s1"].tolist() == [(7 + 1 + 1) / 3]


def test_reversal_flags_are_compared_with_the_key(written):
    path = written("q1\tq2\n0\t4\n", prism(reversed_items=("q1",)))
    cautions = read_answers(path, form("q1 -q2")).report.cautions
    assert any(
        c.startswith("q1: the file says that it is reverse-keyed, and in the instrument") for c in cautions
    )
    assert any(c.startswith("q2: the file says that it is not reverse-keyed") for c in cautions)
    agreeing = read_answers(path, form("-q1 q2"))
    assert not any("reverse-keyed" in text for text in agreeing.report.cautions)
    assert score(form("-q1 q2"), agreeing)["total"].tolist() == [8.0]


@pytest.mark.parametrize("invert", [{"Scale": {"min": 0, "max": 4}, "Items": ["q2"]}, [{"Items": ["q2"]}]])
def test_recipes_that_invert(written, invert):
    scores = {"Total": {"Items": ["q1", "q2"], "Method": "mean"}}
    recipe = {"RecipeVersion": "1.0.0", "Kind": "survey", "Survey": {"Name": "S", "Reference": "small.json"},
              "Transforms": {"Invert": invert}, "Scores": scores}  # fmt: skip
    path = written("q1\tq2\n0\t4\n", prism())
    structure = path.with_name("recipe.json")
    structure.write_text(json.dumps(recipe))
    answers = read_answers(path, form(method="mean"), structure=structure)
    (note,) = answers.report.notes
    assert (
        note
        == "the file computes Total differently from scale total: reverses q2. The instrument's key is used"
    )
    assert answers.columns["q1"].question == "I do."
    assert read_answers(path, form("q1 -q2", "mean"), structure=structure).report.notes == ()
