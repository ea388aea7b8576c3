"""A table of every real file of survey tools: what it was taken for, and what became of it."""

from __future__ import annotations

import warnings
from pathlib import Path

from intimacy_scales.errors import IntimacyScalesError
from intimacy_scales.interop.answers import read_answers
from tests.shared.folders import DOCS
from tests.shared.samples import REAL_FILES

PAGE = DOCS / "reference" / "real-files.md"
_SKIPPED = ("SOURCE.md", "README.md")
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

What `read_answers` makes of each of the real files in the collection of samples, without an instrument: the
platform, rows read and left out, columns that hold answers, or the refusal. Written by
`python -m tests.interop.answers.real_files`; a test fails if it is out of date. The files themselves are not
part of the project.

| file | structure | platform | rows | left out | columns with answers, or the refusal |
|---|---|---|---|---|---|
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
        return f"| {name} | | | | | refused: {shown} |"
    report = answers.report
    held = sum(other.role in ("answer", "choice") for other in report.others)
    what = f"{held} of {len(report.others)}" if report.is_export else f"{len(report.others)} columns"
    platform = report.platform + (f", {report.version}" if report.version else "")
    left = sum(part.n for part in report.left_out)
    described = "" if structure is None else structure.name
    return f"| {name} | {described} | {platform} | {report.n_rows} | {left or ''} | {what} |"


def page() -> str:
    """Return the page."""
    return _HEAD + "\n".join(map(row, files())) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
