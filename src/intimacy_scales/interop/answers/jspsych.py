"""Data of jsPsych (JSON, CSV, one list of trials for each participant): one row for each participant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import is_empty
from intimacy_scales.files.delimited import DelimitedFile
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.json_entries import beginning_of, json_entries
from intimacy_scales.interop.answers.jspsych_trials import RunColumns, Runs, id_name, run_columns
from intimacy_scales.interop.answers.platform import LoadedFile, OpenOptions
from intimacy_scales.interop.answers.table_heads import text_header
from intimacy_scales.messages import first_of
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.results.wording import counted

_MARKS = frozenset({"trial_type", "trial_index"})
_TIMES = frozenset({"time_elapsed", "internal_node_id"})
_SHOWN = 6


class JspsychFile(LoadedFile):
    """Data of jsPsych, in which each row or object is a trial.

    A row of answers is one run of a participant: the trials with the same id, of the same list, and with
    different numbers. Answers of Likert scales and buttons are positions of options, counted from 0.
    """

    _platform = "jsPsych"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the first object, or the header, has the names that jsPsych gives to every trial."""
        start = beginning_of(head)
        names = set(text_header(head)) if start is None else start.first.keys()
        return names >= _MARKS and not _TIMES.isdisjoint(names)

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        is_json = beginning_of(Head.of(path)) is not None
        trials = _json_trials if is_json else _table_trials
        identifier = id_name(_names_with_values(trials(path, how)))
        runs = Runs(identifier)
        for part, trial in trials(path, how):
            try:
                runs.add(part, trial)
            except ResponseError as error:
                raise ResponseError(f"{path}: run {len(runs.all)}: {error}") from None
        columns = run_columns(path, runs.all, identifier)
        if not columns.answers:
            kinds = ", ".join(kind for kind, _ in runs.n_without_answers.most_common(_SHOWN))
            raise ResponseError(
                f"{path}: is data of jsPsych without answers to questions (trials: {kinds or 'none'}); "
                "allowed: data with trials such as survey-likert, whose responses are stored by question"
            )
        self._decide_rows(runs, identifier)
        self._describe(columns, identifier)
        self._note(runs, columns, identifier)
        return columns.values

    def _decide_rows(self, runs: Runs, identifier: str | None) -> None:
        n_parts = len({run.part for run in runs.all})
        if identifier is not None:
            why = f"the trials with the same {identifier}"
        elif len(runs.all) == 1:
            why = "all trials: no column identifies participants, and no trial number occurs twice"
        elif n_parts == len(runs.all):
            why = "each list of trials: no column identifies participants"
        else:
            why = "a run begins where a trial number occurs again: no column identifies participants"
        self.facts.decide("rows", counted(len(runs.all), "run"), why)

    def _describe(self, columns: RunColumns, identifier: str | None) -> None:
        facts: dict[str, ColumnFacts] = {}
        for name in columns.values:
            if name == identifier:
                facts[name] = ColumnFacts(role="id")
            elif name in columns.answers:
                facts[name] = ColumnFacts(role="answer", holds_positions=name in columns.positions)
            elif name in columns.times:
                facts[name] = ColumnFacts(role="time")
            elif name in columns.orders:
                facts[name] = ColumnFacts(role="layout")
            else:
                facts[name] = ColumnFacts()
        self.facts.add(facts)
        self.facts.row_id = identifier
        if columns.positions:
            names = [name for name in columns.values if name in columns.positions]
            self.facts.decide("values", "positions counted from 0", f"as jsPsych stores {first_of(names)}")

    def _note(self, runs: Runs, columns: RunColumns, identifier: str | None) -> None:
        notes = self.facts.notes
        ids = Counter(run.identifier for run in runs.all if run.identifier is not None)
        if several := sum(n > 1 for n in ids.values()):
            notes.append(f"{counted(several, 'participant')} with several runs; each run is a row")
        if identifier is not None and (n := sum(run.identifier is None for run in runs.all)):
            notes.append(f"{counted(n, 'run')} without {identifier}")
        if columns.repeated:
            notes.append(
                f"{first_of(columns.repeated)}: asked in several trials of a run, and named by the number of "
                "the trial. If the order of trials was random, such a column holds different questions"
            )
        if runs.n_without_answers:
            kinds = ", ".join(f"{n} {kind}" for kind, n in runs.n_without_answers.most_common(_SHOWN))
            notes.append(f"trials without answers to questions were left alone: {kinds}")
        if runs.n_others:
            notes.append(f"{counted(runs.n_others, 'object')} without trial_type were left alone")


def _json_trials(path: Path, how: OpenOptions) -> Iterator[tuple[int, Any]]:
    """Yield the trials of JSON, with the number of the list that they are in."""
    n_lists = 0
    for entry in json_entries(path, how.encoding):
        if isinstance(entry.value, list):  # a list of participants' lists
            n_lists += 1
            for trial in entry.value:
                yield -n_lists, trial
        else:
            yield entry.part if entry.in_list else 0, entry.value


def _table_trials(path: Path, how: OpenOptions) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the trials of delimited text; empty cells are left out."""
    with DelimitedFile(path, how.encoding) as file:
        names = list(dict.fromkeys(name for name in file.names if name))
        check_width(len(names), f"{path}: has {{}} columns")
        for table in file.batches([], names):
            columns = [listed(table, name) for name in names]
            for cells in zip(*columns, strict=True):
                yield 0, {name: cell for name, cell in zip(names, cells, strict=True) if not is_empty(cell)}


def _names_with_values(trials: Iterator[tuple[int, Any]]) -> set[str]:
    names: set[str] = set()
    for _, trial in trials:
        if isinstance(trial, dict):
            names.update(name for name, value in trial.items() if name not in names and not is_empty(value))
    return names
