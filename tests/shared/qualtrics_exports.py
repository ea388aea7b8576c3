"""Exports of Qualtrics with three items, and a survey file for them, made for tests."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

AGREE = {
    1: "strongly disagree",
    2: "somewhat disagree",
    3: "neutral",
    4: "somewhat agree",
    5: "strongly agree",
}


def with_channel(text: str, channels: Sequence[str]) -> str:
    """Return an export with the column DistributionChannel, given for each person."""
    rows = list(csv.reader(io.StringIO(text)))
    more = ["DistributionChannel", "Verteilungskanal", '{"ImportId":"distributionChannel"}', *channels]
    changed = io.StringIO()
    csv.writer(changed).writerows([*row, cell] for row, cell in zip(rows, more, strict=True))
    return changed.getvalue()


def export(*rows: Any, ids: bool = True, status: str = "0") -> str:
    """Return the text of an export with two questions, made for these tests."""
    head = [
        ["StartDate", "Status", "ResponseId", "kmss_1", "kmss_2", "kmss_3", "p1_Page Submit"],
        [
            "Start Date",
            "Response Type",
            "Response ID",
            "How\nsatisfied?",
            "As a partner?",
            "With us?",
            "Timing",
        ],
    ]
    if ids:
        names = ("startDate", "status", "_recordId", "QID1_1", "QID1_2", "QID1_3", "QID2_PAGE_SUBMIT")
        head.append([json.dumps({"ImportId": name}) for name in names])
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(head)
    for number, row in enumerate(rows):
        kind, *answers = row if isinstance(row[0], str) else (status, *row)
        writer.writerow(["2026-01-01 10:00", kind, f"R_{number}", *answers, "3.2"])
    return text.getvalue()


def survey_of(
    options: Mapping[int, str],
    recodes: Mapping[int, int],
    *more: tuple[str, Mapping[int, int]],
    trash: str = "",
) -> str:
    """Return a survey file with a matrix of the three items.

    ``more`` are matrices with the same export tags, by their ids, and their recode values; ``trash`` is the
    id of a matrix that was deleted.
    """
    elements: list[Any] = []
    for identifier, values in (("QID1", recodes), *more):
        payload = {
            "QuestionID": identifier,
            "QuestionType": "Matrix",
            "SubSelector": "SingleAnswer",
            "DataExportTag": "q",
            "QuestionText": "Agree?",
            "Choices": {str(n): {"Display": f"Statement {n}"} for n in (1, 2, 3)},
            "Answers": {str(key): {"Display": text} for key, text in options.items()},
            "RecodeValues": {str(key): str(code) for key, code in values.items()},
            "ChoiceDataExportTags": {str(n): f"kmss_{n}" for n in (1, 2, 3)},
        }
        elements.append({"Element": "SQ", "Payload": payload})
    block = {"Type": "Trash", "BlockElements": [{"Type": "Question", "QuestionID": trash}]}
    elements.append({"Element": "BL", "Payload": {"1": block}})
    return json.dumps({"SurveyElements": elements})
