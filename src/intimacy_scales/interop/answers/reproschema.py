"""Responses of ReproSchema as its web page stores them (JSON-LD): a row for each person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.json_source import (
    GrownColumns,
    begins_json,
    objects_of,
    read_json,
    text_of,
)
from intimacy_scales.interop.answers.platform import LoadedFile, OpenOptions
from intimacy_scales.interop.answers.reproschema_activity import item_name, kind_of, read_activity
from intimacy_scales.results.wording import counted

_CONTEXT = re.compile(r'"@context"\s*:\s*(?:\[\s*)?"[^"]*reproschema[^"]*"', re.IGNORECASE)
_ACTIVITY = re.compile(r"/activities/([^/]+)/items/")
_OF_LIBRARY = {"DAS": "Daily Affect Scale"}  # names in ReproNim's library that others know as another's
_PERSON, _STARTED, _ENDED, _LANGUAGE = "participant", "startedAtTime", "endedAtTime", "inLanguage"
_SHOWN = 6


class _Answer(NamedTuple):
    """One answer: who gave it, to which item, and when."""

    person: str
    address: str
    value: Any
    started: str | None
    ended: str | None
    language: str | None


class ReproSchemaFile(LoadedFile):
    """Responses of ReproSchema: the answers of each person in one row, named like the items.

    If a person answered an item again, the last answer counts; persons who answered all items equally often
    have a row for each time.
    """

    _platform = "ReproSchema"
    structure_is = "the schema of a ReproSchema activity (its folder, or the file that ends with _schema)"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with JSON-LD of ReproSchema."""
        return begins_json(head) and bool(_CONTEXT.search(head.text or ""))

    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        document = read_json(path, str(path), encoding=how.encoding)
        answers = self._answers(document)
        names = self._names(answers)
        self._add_titles(answers)
        rows = self._rows(answers, names)
        columns = self._columns_of(rows, names)
        self.facts.add({name: ColumnFacts(role="answer") for name in columns})
        roles = {_PERSON: "id", _STARTED: "time", _ENDED: "time", _LANGUAGE: "layout"}
        self.facts.add({name: ColumnFacts(role=role) for name, role in roles.items() if name in columns})  # type: ignore[arg-type]  # a dictionary of literals
        self.facts.row_id = _PERSON if _PERSON in columns else None
        if how.structure is not None:
            self._describe(how.structure, columns)
        else:
            self.facts.notes.append(
                "questions and options are in the activity, not in the responses: pass its folder as "
                "structure="
            )
        return columns

    def _answers(self, document: Any) -> list[_Answer]:
        """Return the answers in a list of responses, or in a graph of them."""
        if (kind := kind_of(document)) is not None:
            raise ResponseError(
                f"{self.path}: is {kind} of ReproSchema, which has questions and no answers; pass the folder "
                "of the activity as structure=, and a file of responses (.jsonld) as the answers"
            )
        graph = document.get("@graph", [document]) if isinstance(document, dict) else document
        activities: dict[str, Mapping[str, Any]] = {}
        responses = []
        for part in objects_of(graph):
            kind = str(part.get("@type")).removeprefix("reproschema:")
            if kind == "ResponseActivity" and (generated := _reference(part.get("generated"))):
                activities[generated] = part
            elif kind == "Response":
                responses.append(part)
        if not responses:
            raise ResponseError(
                f"{self.path}: is JSON-LD of ReproSchema without a Response; allowed: responses as its web "
                "page stores them (a list of ResponseActivity and Response)"
            )
        return [self._answer(part, activities) for part in responses]

    def _answer(self, response: Mapping[str, Any], activities: Mapping[str, Mapping[str, Any]]) -> _Answer:
        activity = activities.get(_reference(response.get("@id")) or "", {})
        address = _reference(response.get("isAbout"))
        if address is None:
            raise ResponseError(f"{self.path}: a Response does not say which item it is about (isAbout)")
        value = response.get("value")
        if isinstance(value, list):
            value = "|".join(map(str, value)) if len(value) != 1 else value[0]
        elif isinstance(value, dict):
            value = text_of(value.get("@value")) or str(value)
        return _Answer(
            _reference(response.get("wasAttributedTo")) or "",
            address,
            ("false", "true")[value] if isinstance(value, bool) else value,
            text_of(activity.get("startedAtTime")),
            text_of(activity.get("endedAtTime")),
            text_of(activity.get("inLanguage")),
        )

    @staticmethod
    def _names(answers: list[_Answer]) -> dict[str, str]:
        """Return address of an item → name of its column, with the activity if two have the same name."""
        activities: dict[str, set[str]] = {}
        for address in dict.fromkeys(answer.address for answer in answers):
            activities.setdefault(item_name(address), set()).add(_activity(address))
        return {
            a.address: item_name(a.address)
            if len(activities[item_name(a.address)]) == 1
            else f"{_activity(a.address)}/{item_name(a.address)}"
            for a in answers
        }

    def _add_titles(self, answers: list[_Answer]) -> None:
        """Add the names of activities, which are abbreviations, as far as they are known to be misleading."""
        for name in dict.fromkeys(_activity(answer.address) for answer in answers):
            in_library = any(
                "reproschema-library" in a.address for a in answers if _activity(a.address) == name
            )
            if in_library and name in _OF_LIBRARY:
                self.facts.titles.append(_OF_LIBRARY[name])
                self.facts.notes.append(f"{name} in ReproNim's library is the {_OF_LIBRARY[name]}")

    def _rows(self, answers: list[_Answer], names: Mapping[str, str]) -> list[dict[str, _Answer]]:
        """Return the answers of each row: of a person, or of one of several occasions."""
        by_person: dict[str, dict[str, list[_Answer]]] = {}
        for answer in answers:
            of_person = by_person.setdefault(answer.person, {})
            of_person.setdefault(names[answer.address], []).append(answer)
        rows: list[dict[str, _Answer]] = []
        changed: Counter[str] = Counter()
        n_again = 0
        for of_person in by_person.values():
            times = {len(given) for given in of_person.values()}
            ordered = {name: sorted(given, key=_when) for name, given in of_person.items()}
            if len(times) == 1 and len(of_person) > 1:
                n = times.pop()
                n_again += n > 1
                rows += [{name: given[k] for name, given in ordered.items()} for k in range(n)]
                continue
            changed.update(name for name, given in of_person.items() if len(given) > 1)
            rows.append({name: given[-1] for name, given in ordered.items()})
        if n_again:
            self.facts.notes.append(
                f"{counted(n_again, 'person')} answered all items again: a row for each time"
            )
        if changed:
            listed = ", ".join([*changed][:_SHOWN])
            self.facts.notes.append(
                f"items answered again by the same person, of which the last counts: {listed}"
            )
        return rows

    def _columns_of(self, rows: list[dict[str, _Answer]], names: Mapping[str, str]) -> dict[str, list[Any]]:
        """Return the columns: who and when, then the items in the order in which they first occur."""
        columns = GrownColumns(self.path)
        for number, row in enumerate(rows):
            given = list(row.values())
            times = [answer.started for answer in given if answer.started is not None]
            ends = [answer.ended for answer in given if answer.ended is not None]
            languages = dict.fromkeys(answer.language for answer in given if answer.language is not None)
            about = {
                _PERSON: given[0].person or None,
                _STARTED: min(times, default=None),
                _ENDED: max(ends, default=None),
                _LANGUAGE: "|".join(languages) or None,
            }
            for name, value in about.items():
                if value is not None:
                    columns.put(name, number, value)
            for name, answer in row.items():
                if answer.value is not None:
                    columns.put(name, number, answer.value)
        filled = columns.filled(len(rows))
        order = [*(_PERSON, _STARTED, _ENDED, _LANGUAGE), *dict.fromkeys(names.values())]
        return {name: filled.get(name, [None] * len(rows)) for name in order}

    def _describe(self, structure: Path, columns: Mapping[str, list[Any]]) -> None:
        """Add what the activity says of the items."""
        languages = dict.fromkeys("|".join(filter(None, columns[_LANGUAGE])).split("|"))
        activity = read_activity(structure, tuple(languages))
        described = [name for name in activity.columns if name in columns]
        if not described:
            raise ResponseError(
                f"structure={str(structure)!r}: none of its items "
                f"({', '.join([*activity.columns][:_SHOWN])}) has answers in {self.path}; is it the activity "
                "that was answered?"
            )
        self.facts.add({name: activity.columns[name] for name in described})
        self.facts.titles += activity.titles
        self.facts.scores += activity.scores
        self.facts.decide("options", structure.name, f"describes {counted(len(described), 'item')}")
        self.facts.notes += activity.notes
        for name, facts in activity.columns.items():
            if facts.formula is not None and name not in columns:
                self.facts.notes.append(
                    f"the activity computes {name} = {facts.formula}; not in the responses"
                )


def _activity(address: str) -> str:
    match = _ACTIVITY.search(address)
    return "" if match is None else match[1]


def _reference(value: Any) -> str | None:
    """Return an address, which may be in an object as its @id."""
    return text_of(value.get("@id")) if isinstance(value, dict) else text_of(value)


def _when(answer: _Answer) -> str:
    return answer.ended or answer.started or ""
