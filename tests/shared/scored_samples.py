"""Instruments for real files, made of what the files say, and their scores computed without the library.

Items are columns of the file, ranges are those that the file or its description states. No text of an item is
written here; where items are found by their texts, these are read from the header of the file.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales import Instrument
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES

_OFTEN = {0: "Not at all", 1: "Several days", 2: "More than half the days", 3: "Nearly every day"}
_AGREE = {
    1: "strongly disagree", 2: "somewhat disagree", 3: "neutral", 4: "somewhat agree", 5: "strongly agree",
}  # fmt: skip
Answers = Sequence[float | None]


class ScoredSample(NamedTuple):
    """A real file, the instrument for it, and a naive computation.

    Attributes
    ----------
    form
        Makes the instrument, whose only scale is ``t``.
    naive
        Path → keyed answers of each person, None for no answer, by csv, json or pyreadstat alone.
    reading
        Options of reading.
    method
        Whether scores are means or sums.
    n_refused
        Number of answers outside the range, for which scoring is refused.
    """

    form: Callable[[], Instrument]
    naive: Callable[[Path], Iterable[Answers]]
    reading: Mapping[str, Any] = {}
    method: str = "sum"
    n_refused: int = 0

    def naive_scores(self, path: Path) -> list[float]:
        """Return the scores of persons who answered half of the items or more."""
        scores = []
        for answers in self.naive(path):
            given = [answer for answer in answers if answer is not None]
            if given and 2 * len(given) >= len(answers):
                mean = sum(given) / len(given)
                scores.append(mean * len(answers) if self.method == "sum" else mean)
        return scores


def _form(keys: Iterable[str], low: int, high: int, method: str = "sum", **fields: Any) -> Instrument:
    scale = {"id": "t", "items": list(keys), "method": method}
    return form_of([scale], low=low, high=high, evidence=PUBLISHED, **fields)


def _numbered(prefix: str, n: int) -> list[str]:
    return [f"{prefix}{k}" for k in range(1, n + 1)]


def _rows(path: Path, separator: str = ",", *, skip: int = 0) -> list[dict[str, str]]:
    """Return the rows of a text file below its header; ``skip`` of them are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))[skip:]


def _number(text: str) -> float | None:
    return None if text.strip() in ("", "n/a", "NA", "N/A") else float(text)


def _columns(names: Sequence[str], separator: str = ",", *, skip: int = 0) -> Callable[[Path], list[Answers]]:
    """Return a computation that takes the numbers of some columns."""
    return lambda path: [[_number(row[name]) for name in names] for row in _rows(path, separator, skip=skip)]


def _extraversion() -> Instrument:
    path = REAL_FILES / "google_forms" / "extraversion_raw_de.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        questions = next(csv.reader(file))[2:12]
    items = [{"id": f"e{n}", "text": text.removesuffix(" (-)")} for n, text in enumerate(questions, start=1)]
    keys = ["-" * text.endswith("(-)") + f"e{n}" for n, text in enumerate(questions, start=1)]
    return _form(keys, 1, 4, "mean", items=items)


def _extraversion_answers(path: Path) -> Iterable[Answers]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file)
    for row in rows:
        yield [
            None if (x := _number(cell)) is None else 5 - x if name.endswith("(-)") else x
            for name, cell in zip(names[2:12], row[2:12], strict=True)
        ]


def _legitimacy_answers(path: Path) -> Iterable[Answers]:
    points: dict[str, float] = {text: value for value, text in _AGREE.items()} | {"stronlgy disagree": 1.0}
    for row in _rows(path, skip=2):
        yield [points.get(row[f"legitimacy_1_{n}"].strip().lower()) for n in range(1, 5)]


def _by_codes(names: Sequence[str], points: Mapping[str, float]) -> Callable[[Path], list[Answers]]:
    return lambda path: [[points.get(row[name]) for name in names] for row in _rows(path) if row["id"]]


def _often_answers(path: Path) -> Iterable[Answers]:
    points = {text: float(value) for value, text in _OFTEN.items()}
    for row in _rows(path):
        if any(row.values()):
            yield [points.get(cell) for name, cell in row.items() if name.startswith("D3[SQ")]


def _hotel_answers(path: Path) -> Iterable[Answers]:
    import pyreadstat

    frame, _ = pyreadstat.read_sav(str(path))
    for row in frame.to_dict("records"):
        yield [6 - row[name] if name in ("v3", "v5") else row[name] for name in _numbered("v", 5)]


def _displays(path: Path) -> Iterable[Answers]:
    points = {text: float(value) for value, text in _OFTEN.items()}
    items = json.loads(path.read_text(encoding="utf-8"))["item"]
    codings = {one["linkId"]: one["answer"][0].get("valueCoding", {}) for one in items if "answer" in one}
    yield [points[codings[name]["display"]] for name in _PHQ]


def _reproschema_answers(path: Path) -> Iterable[Answers]:
    values = {
        part["isAbout"].rpartition("/")[2]: part["value"]
        for part in json.loads(path.read_text(encoding="utf-8"))
        if part["@type"] == "reproschema:Response"
    }
    yield [float(values[name]) for name in _numbered("gad7_", 7)]


def _enjoyment(path: Path) -> Iterable[Answers]:
    submissions = json.loads(path.read_text(encoding="utf-8"))["submissions"]
    return [[float(one["customer_enjoyment"] == "yes")] for one in submissions]


def _gods_answers(path: Path) -> Iterable[Answers]:
    for row in json.loads(path.read_text(encoding="utf-8")):
        yield [row[name] for name in _GODS]


_ASRS = ["fidget", "organize", "remappointment", "finaldetail", "aviodstart", "overactive"]
_ACE = [*(f"b_ace_q{n}" for n in range(1, 6)), "tesi_s_165", *(f"b_ace_q{n}" for n in (7, 8, 9)), "ceahd15"]
_BOXES = [f"check_two___{letter}" for letter in "abcde"]
_GODS = ["religiousness_1", "religiousness_2R", "religiousness_3", "religiousness_4"]
_LIMESURVEY = [f"D3[SQ{n:03d}]" for n in range(1, 9)]
_MATRIX = ["Q5_question_one", "Q5_question_two", "Q5_question_three"]
_PHQ = [
    "LittleInterest", "FeelingDown", "TroubleSleeping", "FeelingTired", "BadAppetite", "FeelingBadAboutSelf",
    "TroubleConcentrating", "MovingSpeaking",
]  # fmt: skip
_WITHOUT_BASIS = _numbered("Q3_", 4)

SCORED: dict[str, ScoredSample] = {
    "bids/asrs.tsv": ScoredSample(lambda: _form(_ASRS, 0, 4), _columns(_ASRS, "\t")),
    "bids/hopkins.tsv": ScoredSample(
        lambda: _form(_numbered("hopkins", 58), 0, 3, "mean"), _columns(_numbered("hopkins", 58), "\t"),
        method="mean",
    ),
    "bids/pheno004_ace.tsv": ScoredSample(lambda: _form(_ACE, 0, 1), _columns(_ACE, "\t")),
    "csv/divorce_predictors_semicolon.csv": ScoredSample(
        lambda: _form(_numbered("Q", 54), 0, 4), _columns(_numbered("Q", 54), ";")
    ),
    "fhir/R4/phq9_external_valueset_response.json": ScoredSample(
        lambda: _form(_PHQ, 0, 3, response_scale={"minimum": 0, "maximum": 3, "labels": _OFTEN}), _displays
    ),
    "formr/gods_results.json": ScoredSample(
        lambda: _form(_GODS, 1, 4, "mean"), _gods_answers, method="mean", n_refused=4
    ),
    "google_forms/extraversion_raw_de.csv": ScoredSample(_extraversion, _extraversion_answers, method="mean"),
    "limesurvey/phd_survey_2021_answer_codes_bom.csv": ScoredSample(
        lambda: _form(_numbered("q", 8), 0, 3, response_scale={"minimum": 0, "maximum": 3, "labels": _OFTEN}),
        _by_codes(_LIMESURVEY, {f"A{n + 1}": float(n) for n in range(4)}),
        {"columns": "D3[SQ{n:03d}]", "missing_codes": ["A5"]},
    ),
    "limesurvey/phd_survey_codes_and_question_text.csv": ScoredSample(
        lambda: _form(_numbered("q", 8), 0, 3, response_scale={"minimum": 0, "maximum": 3, "labels": _OFTEN}),
        _often_answers,
        {"columns": "D3[SQ{n:03d}]"},
    ),
    "qualtrics/legitimacy_choice_text.csv": ScoredSample(
        lambda: _form(
            _numbered("legitimacy_1_", 4), 1, 5, "mean",
            response_scale={"minimum": 1, "maximum": 5, "labels": _AGREE},
        ),
        _legitimacy_answers,
        {"recode": {"stronlgy disagree": "strongly disagree"}},
        "mean",
    ),
    "qualtrics/matrix_single_answer_insights.csv": ScoredSample(
        lambda: _form(_MATRIX, 10, 13, "mean"), _columns(_MATRIX, skip=2), {"all_rows": True}, "mean"
    ),
    "qualtrics/no_basis_for_evaluation_insights.csv": ScoredSample(
        lambda: _form(_WITHOUT_BASIS, 1, 3, "mean"),
        lambda path: [
            [None if (x := _number(row[name])) is None or x < 0 else x for name in _WITHOUT_BASIS]
            for row in _rows(path, skip=2)
        ],
        {"all_rows": True},
        "mean",
    ),
    "redcap/checkboxes-1_data.csv": ScoredSample(lambda: _form(_BOXES, 0, 1), _columns(_BOXES)),
    "redcap/longitudinal_data.csv": ScoredSample(
        lambda: _form(_numbered("pmq", 4), 0, 5, "mean"), _columns(_numbered("pmq", 4)), method="mean"
    ),
    "reproschema/responses/activity_0.jsonld": ScoredSample(
        lambda: _form(_numbered("gad7_", 7), 0, 3), _reproschema_answers
    ),
    "spss/hotel_likert.sav": ScoredSample(
        lambda: _form(["v1", "v2", "-v3", "v4", "-v5"], 1, 5, "mean"), _hotel_answers, method="mean"
    ),
    "xlsform/kobo_customer_satisfaction.json": ScoredSample(
        lambda: _form(["customer_enjoyment"], 0, 1, "mean",
                      response_scale={"minimum": 0, "maximum": 1, "labels": {0: "No", 1: "Yes"}}),
        _enjoyment,
        method="mean",
    ),
}  # fmt: skip
