"""JSON that no platform is recognised in: a list of objects, one for each person, or one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head
from intimacy_scales.files.jsonlines import JsonLinesFile
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.interop.answers.json_entries import beginning_of, json_entries
from intimacy_scales.interop.answers.nested_cells import named_within, nested_columns, unambiguous_ends
from intimacy_scales.interop.answers.platform import LoadedFile, OpenOptions
from intimacy_scales.results.wording import counted

JOINT = "."
_DESCRIBES = ("@context", "$schema", "resourceType", "SurveyElements", "MeasurementToolMetadata")


def scalar_share(entry: Mapping[str, Any]) -> float:
    """Return the share of values that are neither objects nor lists of them."""
    n = sum(
        not isinstance(value, dict)
        and not (isinstance(value, list) and any(isinstance(v, dict) for v in value))
        for value in entry.values()
    )
    return n / max(1, len(entry))


def _is_number(value: Any) -> bool:
    """Tell whether a value is a number, however it is written; a list of questions has none."""
    return isinstance(value, int | float) or (isinstance(value, str) and spelled(value) is not None)


def note_lists(columns: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield a note if columns hold lists as JSON text."""
    names = [
        name
        for name, values in columns.items()
        if any(isinstance(value, str) and value.startswith(("[{", "[[")) for value in values)
    ]
    if names:
        listing = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
        yield (
            f"{counted(len(names), 'column')} ({listing}) hold lists of answers, such as rows that a person "
            "could add; they are kept as JSON text and not scored"
        )


class JsonAnswersFile(LoadedFile):
    """Answers as JSON; names within objects are joined by a dot."""

    _platform = "JSON"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether it is a list of objects, or one object whose values are mostly answers."""
        start = beginning_of(head)
        if start is None or any(name in start.first for name in _DESCRIBES):
            return False
        if start.is_list:
            return not start.first or scalar_share(start.first) > 0
        if not start.is_alone or JsonLinesFile.detect(head):
            return False  # lines stay lines, which are read in parts
        return scalar_share(start.first) >= 0.5 and any(map(_is_number, start.first.values()))

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        columns, n_rows = nested_columns(path, _values(path, how), JOINT)
        if not columns:
            raise ResponseError(f"{path}: has no answers; allowed: a list with an object for each person")
        self.facts.decide("rows", counted(n_rows, "object"), "one for each person")
        if any(JOINT in name for name in columns):
            self.facts.decide("names", "joined by a dot", "some answers are objects within objects")
        ends = unambiguous_ends(columns, JOINT)
        self.facts.add({name: named_within(name, ends.get(name)) for name in columns if JOINT in name})
        self.facts.notes += note_lists(columns)
        return columns


def _values(path: Path, how: OpenOptions) -> Iterator[Any]:
    return (entry.value for entry in json_entries(path, how.encoding))
