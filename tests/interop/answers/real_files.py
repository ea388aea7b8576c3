"""A table of every real file of survey tools: what it was taken for, and what became of it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales import score
from intimacy_scales.errors import IntimacyScalesError, InvalidResponsesError
from intimacy_scales.interop.answers import read_answers
from tests.shared.folders import DOCS
from tests.shared.samples import REAL_FILES
from tests.shared.scored_samples import SCORED

PAGE = DOCS / "reference" / "real-files.md"
_SKIPPED = ("SOURCE.md", "README.md")
_SHOWN = ("all_rows", "recode")  # options without which there are no scores
_LONGEST = 150  # characters of a refusal
# answers → the file in the same folder that describes them
_DESCRIBED_BY = {
    "qualtrics/no_basis_for_evaluation_insights.csv": "no_basis_for_evaluation.qsf",
    "qualtrics/matrix_single_answer_insights.csv": "matrix_single_answer.qsf",
    "redcap/longitudinal_data.csv": "longitudinal_dictionary.csv",
    "redcap/checkboxes-1_data.csv": "checkboxes-1_dictionary.csv",
    "redcap/repeating-instruments-sparse_data.csv": "repeating-instruments-sparse_dictionary.csv",
    "redcap/decimal-comma-and-dot_data.csv": "decimal-comma-and-dot_dictionary.csv",
    "limesurvey/phd_survey_2021_answer_codes_bom.csv": "phd_survey_2021_quexml.xml",
    "fhir/R4/weight_response.json": "weight_questionnaire.json",
    "fhir/R4/phq9_external_valueset_response.json": "phq9_external_valueset.json",
    "reproschema/responses/activity_0.jsonld": "../activities/GAD7",
    "formr/gods_results.json": "gods_items.json",
    "surveyjs/all_question_types_response.json": "all_question_types.json",
}
_HEAD = """# Real files of survey tools

What `read_answers` makes of each of the real files in the collection of samples: the platform, rows read and
left out, columns that hold answers, or the refusal. Where the file or its structure says enough for a small
instrument (its columns as items, its own range), the last columns say how many of its items were found, how
many persons were scored, and the mean score, or the refusal; options are named where there would be no scores
without them (all rows are previews; a label is misspelt). A test compares them with a naive computation.
Written by `python -m tests.interop.answers.real_files`; a test fails if it is out of date. The files are not
part of the project.

| file | structure | platform | rows | left out | columns with answers | items | scored | mean |
|---|---|---|---|---|---|---|---|---|
"""


def files() -> list[Path]:
    """Return the files, in order."""
    return sorted(path for path in REAL_FILES.rglob("*") if path.is_file() and path.name not in _SKIPPED)


def row(path: Path) -> str:
    """Return the row of a file."""
    name = path.relative_to(REAL_FILES).as_posix()
    described_by = _DESCRIBED_BY.get(name)
    structure = None if described_by is None else path.parent / described_by
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answers = read_answers(path, structure=structure)
    except IntimacyScalesError as error:
        text = str(error).partition("\n")[0].replace(str(path), path.name).replace(str(REAL_FILES), "")
        text = text.replace("|", "\\|")
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()} …"
        return f"| {name} | | | | | refused: {shown} | | | |"
    report = answers.report
    held = sum(other.role in ("answer", "choice") for other in report.others)
    what = f"{held} of {len(report.others)}" if report.is_export else f"{len(report.others)} columns"
    platform = report.platform + (f", {report.version}" if report.version else "")
    left = sum(part.n for part in report.left_out)
    described = "" if structure is None else structure.name
    items, n_scored, mean = scored(path)
    return (
        f"| {name} | {described} | {platform} | {report.n_rows} | {left or ''} | {what} "
        f"| {items} | {n_scored} | {mean} |"
    )


def scored(path: Path) -> tuple[str, str, str]:
    """Return the number of items found, the number of persons scored, and the mean score or the refusal."""
    name = path.relative_to(REAL_FILES).as_posix()
    sample = SCORED.get(name)
    if sample is None:
        return "", "", ""
    form, how = sample.form(), reading_of_sample(path)
    answers = read_answers(path, form, **how)
    report = answers.report
    items = f"{report.n_mapped} of {len(form.items)}"
    options = ", ".join(f"{option}={value!r}" for option, value in sample.reading.items() if option in _SHOWN)
    try:
        values = score(form, answers)["t"]
    except InvalidResponsesError as error:
        return items, "", f"refused: {str(error).partition(':')[0]}"
    finite = values[np.isfinite(values)]
    return items, str(len(finite)), f"{finite.mean():.4f}" + (f" ({options})" if options else "")


def reading_of_sample(path: Path) -> dict[str, Any]:
    """Return the options with which a file is read for its instrument."""
    name = path.relative_to(REAL_FILES).as_posix()
    described_by = _DESCRIBED_BY.get(name)
    structure = {} if described_by is None else {"structure": path.parent / described_by}
    return structure | dict(SCORED[name].reading)


def page() -> str:
    """Return the page."""
    return _HEAD + "\n".join(map(row, files())) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
