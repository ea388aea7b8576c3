"""A mapping is used only for the instrument, and for options, for which it was saved."""

import json
import re
from dataclasses import replace

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.interop.answers import inspect_answers, read_answers, save_mapping
from intimacy_scales.interop.answers.mapping_comparison import compared_with_mapping
from intimacy_scales.interop.answers.mapping_file import read_mapping
from intimacy_scales.jobs import reliability_file, score_file
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"t": "a b"}, response_scale={"minimum": 1, "maximum": 4}, evidence=PUBLISHED)
TEXTS = ["never", "seldom", "often", "always"]


def survey(folder, codes, name, *, texts=TEXTS):
    """Write a table and a BIDS sidecar that declares its options."""
    path = folder / f"{name}.tsv"
    path.write_text("participant_id\ta\tb\nsub-1\t2\t3\nsub-2\t1\t4\n")
    levels = {str(code): text for code, text in zip(codes, texts, strict=False)}
    column = {"Description": "How?", "Levels": levels}
    path.with_suffix(".json").write_text(json.dumps({"a": column, "b": column}))
    return path


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "map.toml"
    save_mapping(read_answers(survey(tmp_path, [1, 2, 3, 4], "first"), FORM).report, path)
    return path


def test_a_file_that_declares_the_same_is_read(tmp_path, mapping):
    same = survey(tmp_path, [1, 2, 3, 4], "second")
    assert "[declared.a]" in mapping.read_text()
    answers = read_answers(same, FORM, mapping=mapping)
    assert score(FORM, answers)["t"].tolist() == [2.5, 2.5]
    assert answers.report.notes == read_answers(same, FORM).report.notes


@pytest.mark.parametrize(
    ("codes", "texts", "words"),
    [
        ([4, 3, 2, 1], TEXTS, "'always' is 1, and was 4"),
        ([0, 1, 2, 3], TEXTS, "'never' is 0, and was 1"),
        ([1, 2, 3, 4], ["nie", *TEXTS[1:]], "1 is 'nie', and was 'never'"),
        ([1, 3, 2, 4], TEXTS, "'often' is 2, and was 3"),
    ],
)
def test_options_declared_otherwise_are_refused(tmp_path, mapping, codes, texts, words):
    other = survey(tmp_path, codes, "second", texts=texts)
    for read in (
        lambda **more: read_answers(other, FORM, **more),
        lambda **more: inspect_answers(other, FORM, **more),
        lambda **more: score_file(FORM, other, **more),
        lambda **more: reliability_file(FORM, other, **more),
        lambda **more: score(FORM, read_answers(other, **more)),
    ):
        with pytest.raises(ResponseError, match=f"options of a otherwise .*so do b.*{words}"):
            read(mapping=mapping)
    kept = mapping.read_text()
    without = kept[: kept.index("[instrument]")] + kept[kept.index("[columns]") : kept.index("[declared.a]")]
    mapping.write_text(without)
    read_answers(other, FORM, mapping=mapping)  # the advice works


def test_fewer_options_are_no_difference(tmp_path, mapping):
    read_answers(survey(tmp_path, [1, 2], "second"), FORM, mapping=mapping)


def test_a_new_option_among_recoded_ones_is_a_problem(tmp_path):
    labelled = form_of(
        {"t": "a b"},
        response_scale={"minimum": 1, "maximum": 4, "labels": dict(enumerate(TEXTS, start=1))},
        evidence=PUBLISHED,
    )
    path = tmp_path / "map.toml"
    save_mapping(read_answers(survey(tmp_path, [0, 1, 2, 3], "first"), labelled).report, path)
    more = survey(tmp_path, [0, 1, 2, 3, 4], "second", texts=[*TEXTS, "every day"])
    more.write_text(more.read_text() + "sub-3\t4\t4\n")
    answers = read_answers(more, labelled, mapping=path)
    with pytest.raises(InvalidResponsesError):
        score(labelled, answers)


def test_a_mapping_of_another_instrument_is_refused(tmp_path, mapping):
    path = survey(tmp_path, [1, 2, 3, 4], "second")
    wider = form_of({"t": "a b"}, response_scale={"minimum": 1, "maximum": 7}, evidence=PUBLISHED)
    reversed_key = form_of({"t": "a -b"}, response_scale={"minimum": 1, "maximum": 4}, evidence=PUBLISHED)
    for form in (wider, reversed_key):
        with pytest.raises(ResponseError, match=r"saved for .*whose answers or keys differ"):
            read_answers(path, form, mapping=mapping)
    with pytest.raises(ResponseError, match="and the instrument is kmss 2, another instrument"):
        read_answers(path, "kmss", mapping=mapping)


def test_another_version_with_the_same_keys_is_a_caution(tmp_path, mapping):
    newer = FORM.model_copy(update={"version": "99"})
    report = read_answers(survey(tmp_path, [1, 2, 3, 4], "second"), newer, mapping=mapping).report
    assert any(
        re.search("saved for .*, and the instrument is .* 99; the keys are the same", note)
        for note in report.notes
    )


def test_options_of_a_file_where_there_were_none_are_a_caution(tmp_path):
    plain = tmp_path / "first.tsv"
    plain.write_text("participant_id\ta\tb\nsub-1\t2\t3\n")
    plain.with_suffix(".json").write_text(
        json.dumps({"a": {"Description": "How?"}, "b": {"Description": "What?"}})
    )
    path = tmp_path / "map.toml"
    save_mapping(read_answers(plain, FORM).report, path)
    report = read_answers(survey(tmp_path, [1, 2, 3, 4], "second"), FORM, mapping=path).report
    assert any("a, b: the file declares options" in note for note in report.notes)


@pytest.mark.parametrize(
    "facts",
    [
        ColumnFacts(missing=((4, "refused"),)),
        ColumnFacts(missing_ranges=((3.5, 9),)),
        ColumnFacts(numbers=((2, 9),)),
    ],
)
def test_compared_with_mapping_sees_missing_codes_and_numbers(tmp_path, mapping, facts):
    saved = read_mapping(mapping)
    declared = {item: replace(one, numbers=((2, 2),)) for item, one in saved.declared.items()}
    saved = saved._replace(declared=declared)
    with pytest.raises(ResponseError, match=r"4 means no answer, and meant one|2 counts 9, and counted 2"):
        compared_with_mapping(saved, FORM, {"b": facts})
