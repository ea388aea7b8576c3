"""Data of jsPsych: trials become one row for each run, and positions of options are never read as values."""

import csv
import io
import json

import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of

FROM_ONE = {position: position + 1 for position in range(7)}


def trials(subject, first=5, **more):
    """Return the trials of one run, with three answers of a Likert page."""
    rows = [
        {"trial_type": "html-keyboard-response", "rt": 300, "response": "f", "stimulus": "+"},
        {
            "trial_type": "survey-likert",
            "rt": 9000,
            "response": {"kmss_1": first, "kmss_2": 4, "kmss_3": 5},
            "question_order": [2, 0, 1],
        },
        {"trial_type": "survey-multi-choice", "rt": 800, "response": {"sex": "female"}},
    ]
    shared = more | ({} if subject is None else {"subject": subject})
    return [
        {**row, "trial_index": n, "time_elapsed": 1000 * (n + 1), "internal_node_id": f"0.0-{n}.0", **shared}
        for n, row in enumerate(rows)
    ]


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(name for row in rows for name in row)), quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    for row in rows:
        writer.writerow({n: json.dumps(v) if isinstance(v, dict | list) else v for n, v in row.items()})
    return text.getvalue()


@pytest.fixture
def written(tmp_path):
    def write(content, name="data.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def as_text(runs, kind):
    """Return runs as one of the files in which they arrive."""
    rows = [row for run in runs for row in run]
    if kind == "json":
        return json.dumps(rows)
    if kind == "csv":
        return table(rows)
    if kind == "lists on lines":  # one result of JATOS on each line
        return "\n".join(map(json.dumps, runs))
    return json.dumps(runs) if kind == "list of lists" else "\n".join(map(json.dumps, rows))


KINDS = ["json", "csv", "lists on lines", "list of lists", "lines"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subjects", [("a", "b"), (None, None)])
def test_a_row_for_each_participant_in_each_format(written, kind, subjects):
    path = written(as_text([trials(subjects[0]), trials(subjects[1], first=1)], kind))
    answers = read_answers(path, "kmss", recode=FROM_ONE)
    assert (answers.report.platform, len(answers)) == ("jsPsych", 2)
    assert score("kmss", answers)["total"].tolist() == [6 + 5 + 6, 2 + 5 + 6]
    assert answers.table.column("sex") == ["female", "female"]
    assert answers.report.row_id == (None if subjects[0] is None else "subject")
    times = ["rt (trial 1)", "rt (trial 2)", "time_elapsed", "question_order (trial 1)"]
    assert set(times) <= set(answers.metadata.columns)
    assert str(answers.table.column("time_elapsed")[0]) == "3000"
    assert (
        "trials without answers to questions were left alone: 2 html-keyboard-response"
        in answers.report.notes
    )


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_positions_are_not_values(written, kind, tmp_path):
    path = written(as_text([trials("a", first=0), trials("b")], kind))
    with pytest.raises(ResponseError, match="positions of the options, counted from 0") as caught:
        read_answers(path, "kmss")
    advice = str(caught.value)
    assert "recode={0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7}" in advice
    with pytest.raises(ResponseError, match="positions of the options"):
        score_file("kmss", path, output=tmp_path / "scores.csv")
    assert not (tmp_path / "scores.csv").exists()


@pytest.mark.parametrize(
    "recode", [{0: 1}, {"x": 1}, {"kmss_1": FROM_ONE}, {1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7}]
)
def test_a_recode_of_some_positions_is_not_enough(written, recode):
    with pytest.raises(ResponseError, match="positions of the options"):
        read_answers(written(trials("a")), "kmss", recode=recode)


def test_a_mapping_file_must_recode_positions_too(written, tmp_path):
    path, mapping = written(trials("a")), tmp_path / "map.toml"
    items = [f"kmss_{n}" for n in (1, 2, 3)]
    columns = "[columns]\n" + "\n".join(f'{item} = "{item}"' for item in items)
    mapping.write_text(columns, encoding="utf-8")
    with pytest.raises(ResponseError, match="positions of the options"):
        read_answers(path, "kmss", mapping=mapping)
    pairs = "\n".join(f"{position} = {value}" for position, value in FROM_ONE.items())
    recode = "\n".join(f"[recode.{item}]\n{pairs}" for item in items)
    mapping.write_text(f"{columns}\n{recode}", encoding="utf-8")
    score_file("kmss", path, mapping=mapping, output=tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text().splitlines()[1].endswith(",17.0")


def test_a_recode_of_single_items(written):
    turned = {position: 7 - position for position in range(7)}
    recode = {"kmss_1": turned, "kmss_2": FROM_ONE, "kmss_3": {str(p): v for p, v in FROM_ONE.items()}}
    answers = read_answers(written(trials("a")), "kmss", recode=recode)
    assert score("kmss", answers)["total"].tolist() == [2 + 5 + 6]


def test_positions_are_values_where_the_instrument_counts_from_0(written):
    form = form_of({"t": "kmss_1 kmss_2 kmss_3"}, low=0, high=6, evidence=PUBLISHED)
    answers = read_answers(written(trials("a")), form)
    assert score(form, answers)["t"].tolist() == [14 / 3]
    assert "was the option with the lowest value shown first?" in answers.report.cautions[0]


def test_texts_of_options_are_read_by_their_labels(written):
    labels = {1: "male", 2: "female"}
    form = form_of(
        {"t": "sex"}, response_scale={"minimum": 1, "maximum": 2, "labels": labels}, evidence=PUBLISHED
    )
    assert score(form, read_answers(written(trials("a")), form))["t"].tolist() == [2.0]


def test_questions_of_the_same_name_are_not_merged(written):
    pages = [
        {
            "trial_type": "survey-likert",
            "trial_index": n,
            "time_elapsed": n,
            "response": {"Q0": n, "u": 1} if n else {"Q0": n},
        }
        for n in range(2)
    ]
    answers = read_answers(written(pages))
    assert answers.table.column("Q0 (trial 0)") == [0]
    assert answers.table.column("Q0 (trial 1)") == [1]
    assert "u" in answers.table.names and "Q0" not in answers.table.names
    assert any(note.startswith("Q0: asked in several trials of a run") for note in answers.report.notes)


def test_two_runs_of_a_participant_are_two_rows(written):
    answers = read_answers(written([*trials("a"), *trials("b"), *trials("a", first=2)]))
    assert answers.table.column("subject") == ["a", "b", "a"]
    assert answers.table.column("kmss_1") == [5, 5, 2]
    assert "1 participant with several runs; each run is a row" in answers.report.notes


def test_trials_in_another_order_stay_with_their_participant(written):
    mixed = [row for pair in zip(trials("a"), trials("b", first=1), strict=True) for row in pair]
    answers = read_answers(written(sorted(mixed, key=lambda row: row["rt"])))
    assert dict(zip(answers.table.column("subject"), answers.table.column("kmss_1"), strict=True)) == {
        "a": 5,
        "b": 1,
    }


def test_an_id_that_is_stored_late_names_the_whole_run(written):
    late = [*trials(None)[:2], *trials("a")[2:], *trials(None, first=1)[:2], *trials("b")[2:]]
    answers = read_answers(written(late))
    assert answers.table.column("subject") == ["a", "b"]
    assert answers.table.column("kmss_1") == [5, 1]


def test_what_all_trials_share_is_a_column(written):
    answers = read_answers(written(trials("a", condition="x", kmss_1="y") + trials("b", condition="z")))
    assert answers.table.column("condition") == ["x", "z"]
    assert answers.table.column("kmss_1 (every trial)") == ["y", None]
    assert answers.table.column("kmss_1") == [5, 5]


def test_buttons_hold_positions_and_sliders_values(written):
    rows = [
        {"trial_type": "html-button-response", "trial_index": 0, "time_elapsed": 1, "response": 1},
        {"trial_type": "html-slider-response", "trial_index": 1, "time_elapsed": 2, "response": 40},
    ]
    known = read_answers(written(rows)).columns
    assert known["response (trial 0)"].holds_positions
    assert not known["response (trial 1)"].holds_positions


def test_older_versions_have_responses_as_text(written):
    rows = [
        dict(row, responses=json.dumps(row["response"]))
        for row in trials("a")
        if isinstance(row["response"], dict)
    ]
    for row in rows:
        del row["response"]
    assert read_answers(written(rows)).table.column("kmss_2") == [4]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (trials("a")[:1], "without answers to questions"),
        ([dict(trials("a")[1], response='{"kmss_1": ')], "run 1: a response is not JSON"),
        ([dict(trials("a")[1], response='{"a":' * 5000)], "run 1: a response is not JSON"),
    ],
)
def test_data_that_cannot_be_rows_are_refused(written, rows, words):
    for kind in ("json", "csv"):
        with pytest.raises(ResponseError, match=words):
            read_answers(written(as_text([rows], kind)))


def test_near_misses_are_plain(written):
    with open_file(written("trial_type,trial_index,kmss_1\na,1,3\n", "plain.csv")) as file:
        assert file.facts.platform == "delimited text"
    with open_file(written([{"trial_type": "a", "kmss_1": 3}])) as file:
        assert file.facts.platform == "JSON"
