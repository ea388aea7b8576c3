"""Trials of jsPsych as one row for each run: answers by question, and what all its trials share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import is_empty
from intimacy_scales.interop.answers.json_source import GrownColumns
from intimacy_scales.interop.answers.nested_cells import flat_cells

JOINT = "."
Trial = Mapping[str, Any]
_IDS = (
    "subject_id", "subject", "subjectid", "participant_id", "participant", "participantid", "prolific_pid",
    "prolific_id", "prolificid", "subj_id", "subj", "pid", "worker_id", "workerid", "sona_id", "id",
    "run_id", "session_id",
)  # fmt: skip
_OF_TRIAL = frozenset({
    "trial_type", "trial_index", "time_elapsed", "internal_node_id", "rt", "response", "responses",
    "question_order", "stimulus", "view_history", "slider_start", "button_pressed", "plugin_version",
    "success",
})  # fmt: skip
_VARIES = object()


def id_name(names: Collection[str]) -> str | None:
    """Return the name that identifies participants; None if there is none.

    Examples
    --------
    >>> id_name(["rt", "PROLIFIC_PID", "run_id"])
    'PROLIFIC_PID'
    """
    by_folded = {name.casefold().replace("-", "_"): name for name in names}
    return next((by_folded[name] for name in _IDS if name in by_folded), None)


class Answer(NamedTuple):
    """The answer to one question in one trial.

    Attributes
    ----------
    trial
        Number of the trial.
    name
        Name of the question.
    value
        What is stored.
    is_position
        Whether it is the position of an option, counted from 0.
    """

    trial: str
    name: str
    value: Any
    is_position: bool


class Run:
    """One time that a participant went through the experiment."""

    def __init__(self, part: int, identifier: Any) -> None:
        self.part, self.identifier = part, identifier
        self.answers: list[Answer] = []
        self.times: dict[str, Any] = {}
        self.orders: dict[str, str] = {}
        self.shared: dict[str, Any] | None = None
        self.seen: set[str] = set()
        self.time_elapsed: Any = None

    def add(self, trial: Trial, number: str) -> bool:
        """Take a trial; return whether it holds answers."""
        self.seen.add(number)
        self._share(trial)
        if not is_empty(trial.get("time_elapsed")):
            self.time_elapsed = trial["time_elapsed"]
        answers = list(_answers(trial, number))
        if answers:
            self.answers += answers
            self.times[number] = trial.get("rt")
            if not is_empty(trial.get("question_order")):
                self.orders[number] = _as_cell(trial["question_order"])
        return bool(answers)

    def _share(self, trial: Trial) -> None:
        """Keep the properties that have had the same value in every trial so far."""
        values = {
            name: value
            for name, value in trial.items()
            if name not in _OF_TRIAL and not is_empty(value) and not isinstance(value, dict | list)
        }
        if self.shared is None:
            self.shared = values
        else:
            self.shared = {n: v for n, v in self.shared.items() if values.get(n, _VARIES) == v}


def _answers(trial: Trial, number: str) -> Iterator[Answer]:
    """Yield the answers of a trial; keys that were pressed are not answers."""
    kind = str(trial.get("trial_type", ""))
    response = trial.get("response")
    response = trial.get("responses") if is_empty(response) else response
    response = trial.get("button_pressed") if is_empty(response) else response
    by_question = _as_object(response)
    if by_question is not None:
        for name, value in flat_cells(by_question, JOINT).items():
            is_number = isinstance(value, int | float)
            yield Answer(number, name, value, is_position=is_number and "likert" in kind)
    elif ("slider" in kind or "button" in kind) and not is_empty(response) and not isinstance(response, list):
        yield Answer(number, "response", response, is_position="button" in kind)


def _as_object(response: Any) -> Mapping[str, Any] | None:
    """Return answers by question, which tables hold as JSON text; None for other values."""
    if isinstance(response, dict):
        return response
    if not isinstance(response, str) or not response.lstrip().startswith("{"):
        return None
    try:
        parsed = json.loads(response)
    except (ValueError, RecursionError):
        raise ResponseError(
            f"a response is not JSON ({len(response):,} characters that begin with a brace): was the table "
            "changed, or cut off, by another program? Use the file as jsPsych saved it"
        ) from None
    return parsed if isinstance(parsed, dict) else None


def _as_cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Runs:
    """Runs, as their trials arrive.

    Attributes
    ----------
    all
        The runs, in the order in which they begin.
    n_without_answers
        Type of a trial → the number of its trials without answers.
    n_others
        Number of entries that are not trials.
    """

    def __init__(self, identifier: str | None) -> None:
        self.all: list[Run] = []
        self.n_without_answers: Counter[str] = Counter()
        self.n_others = 0
        self._id = identifier
        self._by_id: dict[Any, Run] = {}

    def add(self, part: int, trial: Any) -> None:
        """Take an entry of the file, and put it into its run."""
        if not isinstance(trial, dict) or is_empty(trial.get("trial_type")):
            self.n_others += 1
            return
        identifier = None if self._id is None or is_empty(trial.get(self._id)) else trial[self._id]
        index = trial.get("trial_index")
        number = "" if is_empty(index) else str(index)
        run = self._run(part, identifier, number)
        if not run.add(trial, number or str(len(run.seen))):
            self.n_without_answers[str(trial["trial_type"])] += 1

    def _run(self, part: int, identifier: Any, number: str) -> Run:
        """Return the run of a trial: a new one for a new id or list, or where its number was seen before."""
        last = self.all[-1] if self.all else None
        run = last if identifier is None else self._by_id.get(identifier)
        if run is None and last is not None and last.identifier is None and last.part == part:
            run = last  # an id that is stored from some trial on
        if run is None or run.part != part or (number and number in run.seen):
            run = Run(part, identifier)
            self.all.append(run)
        if identifier is not None:
            run.identifier = identifier
            self._by_id[identifier] = run
        return run


class RunColumns(NamedTuple):
    """Columns of runs, one row each.

    Attributes
    ----------
    values
        Name → values.
    positions
        Columns that hold positions of options.
    answers, times, orders
        Columns of answers, of times, and of the order of questions.
    repeated
        Names of questions that occur in several trials of a run, whose columns have the number of the trial.
    """

    values: dict[str, list[Any]]
    positions: set[str]
    answers: set[str]
    times: set[str]
    orders: set[str]
    repeated: list[str]


def run_columns(path: Path, runs: list[Run], identifier: str | None) -> RunColumns:
    """Return the columns of runs; questions of the same name in several trials are not merged.

    Raises
    ------
    ResponseError
        There are too many columns.
    """
    repeated: dict[str, None] = {"response": None}
    for run in runs:
        names = Counter(answer.name for answer in run.answers)
        repeated |= {name: None for name, n in names.items() if n > 1}
    columns = GrownColumns(path)
    named = RunColumns({}, set(), set(), set(), set(), [name for name in repeated if name != "response"])
    for row, run in enumerate(runs):
        cells: dict[str, Any] = {}
        for answer in run.answers:
            name = f"{answer.name} (trial {answer.trial})" if answer.name in repeated else answer.name
            cells[name] = answer.value
            named.answers.add(name)
            if answer.is_position:
                named.positions.add(name)
        times = {f"rt (trial {trial})": value for trial, value in run.times.items()}
        orders = {f"question_order (trial {trial})": value for trial, value in run.orders.items()}
        named.times.update(times, ["time_elapsed"])
        named.orders.update(orders)
        shared = {} if identifier is None else {identifier: run.identifier}
        shared |= {name: value for name, value in (run.shared or {}).items() if name != identifier}
        shared = {f"{n} (every trial)" if n in cells else n: value for n, value in shared.items()}
        for name, value in (shared | cells | times | orders | {"time_elapsed": run.time_elapsed}).items():
            columns.put(name, row, value)
    return named._replace(values=columns.filled(len(runs)))
