"""Simulated files as survey platforms and statistics programs write them, and the same cells as plain CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl

from intimacy_scales import load, simulate

FORM = "scii-24"
ITEMS = list(load(FORM).item_ids)
_QUESTIONS = {item.id: str(item.text) for item in load(FORM).items}
_LABELS = {int(value): text for value, text in load(FORM).items[0].response_scale.labels}
_DAY = "2024-05-01 10:00:00"
Options = Mapping[str, Any]


class FileJob(NamedTuple):
    """A file of a platform.

    Attributes
    ----------
    name
        What it is, for the table: the name of its platform first.
    file, plain
        Names of the file, and of the plain file with the same cells.
    write
        Writes both into a folder, from answers with the column ``id``.
    options, plain_options
        How each is scored; a structure is named by its file.
    peer
        Reads the file as a script would, and returns what `score` takes; None if nothing but plain CSV
        compares.
    peer_name
        What that is, for the table.
    """

    name: str
    file: str
    plain: str
    write: Callable[[pl.DataFrame, Path, FileJob], None]
    options: Options = MappingProxyType({})
    plain_options: Options = MappingProxyType({})
    peer: Callable[[Path], Any] | None = None
    peer_name: str = ""


def simulated(n: int) -> pl.DataFrame:
    """Return simulated answers, 3 % of them missing, with ids."""
    answers = pl.from_pandas(simulate(FORM, n, missing=0.03, rng=1).answers)
    whole = answers.with_columns(pl.all().fill_nan(None).cast(pl.Int8))
    return whole.insert_column(0, pl.Series("id", [f"P{row:07d}" for row in range(n)]))


def write_files(jobs: list[FileJob], answers: pl.DataFrame, folder: Path) -> None:
    """Write the files of some jobs, each in a folder of its own."""
    for job in jobs:
        (folder / job.name).mkdir()
        job.write(answers, folder / job.name, job)


def _framed(answers: pl.DataFrame, before: Mapping[str, Any], after: Mapping[str, Any] = {}) -> pl.DataFrame:
    """Return answers with columns before and after them; a text is the same in all rows, None is the id."""
    columns = {
        name: answers["id"].alias(name) if value is None else pl.lit(value).alias(name)
        for name, value in {**before, **dict.fromkeys(ITEMS, ...), **after}.items()
        if value is not ...
    }
    return answers.select(*(columns.get(name, name) for name in [*before, *ITEMS, *after]))


def _write_both(
    frame: pl.DataFrame, folder: Path, job: FileJob, header: list[list[str]] | None = None, **how: Any
) -> None:
    """Write a table under header rows of a platform, and with names that no platform has."""
    plain = [name if name in ITEMS else f"c{place}" for place, name in enumerate(frame.columns)]
    rows = header or [list(frame.columns)]
    for name, head in ((job.file, rows), (job.plain, [plain])):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            separator = how.get("separator", ",")
            for row in head:
                quoted = ['"' + text.replace('"', '""') + '"' for text in row]
                file.write(separator.join(quoted) + "\n")
            frame.write_csv(file, include_header=False, **how)


def _qualtrics(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    before = {
        "StartDate": _DAY, "EndDate": _DAY, "Status": "IP Address", "Progress": "100",
        "Duration (in seconds)": "300", "Finished": "True", "RecordedDate": _DAY, "ResponseId": None,
    }  # fmt: skip
    texts = [*before, *(_QUESTIONS[item] for item in ITEMS)]
    ids = [json.dumps({"ImportId": f"QID{n}"}) for n in range(len(texts))]
    _write_both(_framed(answers, before), folder, job, [[*before, *ITEMS], texts, ids])


def _redcap(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    _write_both(_framed(answers, {"record_id": None}, {"closeness_complete": "2"}), folder, job)


def _redcap_events(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    """Write two events, of which only the first has the items."""
    first = _framed(
        answers, {"record_id": None, "redcap_event_name": "baseline_arm_1"}, {"closeness_complete": "2"}
    )
    later = first.head(len(first) // 2).with_columns(
        pl.lit("followup_arm_1").alias("redcap_event_name"),
        *(pl.lit(None, pl.Int8).alias(name) for name in ITEMS),
        pl.lit(None, pl.String).alias("closeness_complete"),
    )
    _write_both(
        pl.concat([first.head(len(later)), later]).sort("record_id", maintain_order=True), folder, job
    )


def _limesurvey(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    before = {"id": None, "submitdate": _DAY, "lastpage": "3", "startlanguage": "en", "seed": "123456"}
    _write_both(_framed(answers, before), folder, job, quote_style="always")


def _google(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    labelled = answers.with_columns(pl.col(ITEMS).replace_strict(_LABELS, return_dtype=pl.String))
    frame = _framed(labelled, {"Timestamp": _DAY, "Code": None})
    _write_both(frame, folder, job, [["Timestamp", "Code", *(_QUESTIONS[item] for item in ITEMS)]])


def _formr(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    before = {"session": None, "session_id": "7", "study_id": "1", "iteration": "1"}
    before |= dict.fromkeys(("created", "modified", "ended", "expired"), _DAY)
    _write_both(_framed(answers, before), folder, job)
    choices = {str(value): text for value, text in _LABELS.items()}
    items = [
        {"name": item, "type": "mc", "label": _QUESTIONS[item], "choices": choices, "choice_list": "scale"}
        for item in ITEMS
    ]
    (folder / "items.json").write_text(json.dumps({"name": "closeness", "items": items}), encoding="utf-8")


def _bids(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    named = answers.with_columns(pl.concat_str(pl.lit("sub-"), "id").alias("id"))
    frame = _framed(named, {"participant_id": None})
    _write_both(frame, folder, job, separator="\t", null_value="n/a")
    levels = {str(value): text for value, text in _LABELS.items()}
    columns = {item: {"Description": _QUESTIONS[item], "Levels": levels} for item in ITEMS}
    (folder / job.file).with_suffix(".json").write_text(json.dumps(columns), encoding="utf-8")


def _kobo(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    after = {"_id": None, "_uuid": "a-b-c", "_submission_time": _DAY, "_validation_status": "", "_index": "1"}
    _write_both(_framed(answers, {"start": _DAY, "end": _DAY}, after), folder, job)


def _statistics(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    import pyreadstat

    frame = answers.with_columns(pl.col(ITEMS).cast(pl.Float64)).to_pandas()
    path = folder / job.file
    labels = dict.fromkeys(ITEMS, _LABELS)
    if path.suffix in (".sav", ".zsav"):
        packed = {"compress": True} if path.suffix == ".zsav" else {"row_compress": True}
        pyreadstat.write_sav(frame, path, variable_value_labels=labels, **packed)
    elif path.suffix == ".dta":
        pyreadstat.write_dta(frame, path, variable_value_labels=labels)
    else:
        pyreadstat.write_xport(frame, path)
    answers.write_csv(folder / job.plain)


def _by_pyreadstat(path: Path) -> Any:
    import pyreadstat

    readers = {".sav": "read_sav", ".zsav": "read_sav", ".dta": "read_dta", ".xpt": "read_xport"}
    return getattr(pyreadstat, readers[path.suffix])(path)[0][["id", *ITEMS]]


def _fhir(answers: pl.DataFrame, folder: Path, job: FileJob) -> None:
    answers.write_csv(folder / job.plain)
    with (folder / job.file).open("w", encoding="utf-8") as file:
        for person, *values in answers.iter_rows():
            item = [
                {"linkId": link, "answer": [{"valueInteger": value}]}
                for link, value in zip(ITEMS, values, strict=True)
                if value is not None
            ]
            response = {
                "resourceType": "QuestionnaireResponse", "id": person, "status": "completed",
                "questionnaire": "https://example.org/q", "subject": {"reference": f"Patient/{person}"},
                "authored": "2024-05-01", "item": item,
            }  # fmt: skip
            file.write(json.dumps(response) + "\n")


def _by_json(path: Path) -> Any:
    """Return the answers of each line, as the shortest script finds them."""
    with path.open("rb") as file:
        return [
            {item["linkId"]: item["answer"][0]["valueInteger"] for item in json.loads(line)["item"]}
            for line in file
        ]


def _data_file(name: str, ending: str) -> FileJob:
    """Return a file of a statistics program, with the script that reads it by pyreadstat."""
    keep = {"keep": ["id"]}
    return FileJob(
        name, f"a.{ending}", "plain.csv", _statistics, {}, keep, _by_pyreadstat, "pyreadstat and `score`"
    )


_OF_FIRST = {"keep": ["c0"]}
FILES = (
    FileJob("Qualtrics CSV, 3 header rows", "a.csv", "plain.csv", _qualtrics, {}, {"keep": ["c7"]}),
    FileJob("REDCap CSV", "a.csv", "plain.csv", _redcap, {}, _OF_FIRST),
    FileJob("REDCap CSV, two events", "a.csv", "plain.csv", _redcap_events, {}, _OF_FIRST),
    FileJob("LimeSurvey CSV", "a.csv", "plain.csv", _limesurvey, {}, _OF_FIRST),
    FileJob("Google Forms CSV, labels", "a.csv", "plain.csv", _google),
    FileJob("formr CSV", "a.csv", "plain.csv", _formr, {}, _OF_FIRST),
    FileJob(
        "formr CSV with its items", "a.csv", "plain.csv", _formr, {"structure": "items.json"}, _OF_FIRST
    ),
    FileJob(
        "BIDS TSV with its JSON", "a.tsv", "plain.tsv", _bids, {}, {"keep": ["c0"], "missing_codes": ["n/a"]}
    ),
    FileJob("KoBo CSV", "a.csv", "plain.csv", _kobo, {}, {"keep": ["c26"]}),
    _data_file("SPSS .sav", "sav"),
    _data_file("SPSS .zsav", "zsav"),
    _data_file("Stata .dta", "dta"),
    _data_file("SAS .xpt", "xpt"),
    FileJob(
        "FHIR responses, NDJSON", "a.ndjson", "plain.csv", _fhir, {}, {"keep": ["id"]}, _by_json,
        "`json.loads` of each line and `score`",
    ),
)  # fmt: skip
