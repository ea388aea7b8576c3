"""The columns of FHIR QuestionnaireResponses: one for each linkId, and what their cells mean."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.interop.answers.fhir_cells import Coding, Seen, Several, cell_of, flat_answers
from intimacy_scales.interop.answers.fhir_questionnaire import YES_NO, Questionnaire, walked
from intimacy_scales.interop.answers.fhir_value_sets import (
    Option,
    Resource,
    ValueSets,
    codes_of,
    is_absent,
    labels_of,
)
from intimacy_scales.interop.answers.json_source import GrownColumns, objects_of, text_of
from intimacy_scales.messages import first_of, shortened
from intimacy_scales.reading.columns import check_width

_SHOWN = 6
_MOST_HELD = 3_000_000  # cells, which take up to 200 MB
_WHOLE = "QuestionnaireResponse."
QUESTIONNAIRE = f"{_WHOLE}questionnaire"
_METADATA: dict[str, Role] = {
    "id": "id", "subject": "id", "authored": "time", "status": "layout", "questionnaire": "layout",
    "author": "layout", "source": "layout", "encounter": "id", "language": "layout",
}  # fmt: skip


class ResponseColumns:
    """The answers of responses, a row for each.

    Cells are held while they are few. Of more, only what describes the columns is kept, and `cells` returns
    those of a response that is read again.

    Attributes
    ----------
    facts
        Name of a column → what is known of it; set by `describe`.
    answered
        Address of each answered questionnaire → the linkIds in its responses.
    is_ambiguous
        Whether a response has the same linkId in two groups, so that columns must be named by path.
    held
        The columns; None if there are too many cells to hold.
    """

    def __init__(self, path: Path, *, by_path: bool = False) -> None:
        self._by_path, self.is_ambiguous = by_path, False
        self.facts: dict[str, ColumnFacts] = {}
        self.answered: dict[str, dict[str, None]] = {}
        self.held: GrownColumns | None = GrownColumns(path)
        self._path = path
        self._seen: dict[str, Seen] = {}
        self._codes: dict[str, dict[Coding, Code]] = {}
        self._several: Counter[str] = Counter()
        self._metadata: dict[str, None] = {}
        self._named: dict[str, None] = {}
        self._named_in: dict[str, set[str]] = {}
        self._ids = {name: array("q") for name in ("subject", "id")}  # hashes, 8 bytes for each response
        self._n = 0
        self._contradicted: list[str] = []

    def add(self, response: Resource) -> None:
        """Add the row of a response."""
        row = self._n
        self._n += 1
        for name, value in _metadata_of(response):
            self._metadata[f"{_WHOLE}{name}"] = None
            if name in self._ids:
                self._ids[name].append(hash(value))
            if self.held is not None:
                self.held.put(f"{_WHOLE}{name}", row, value)
        url = questionnaire_url(response) or ""
        links, names = self.answered.setdefault(url, {}), self._named_in.setdefault(url, set())
        for name, link, value in self._answers(response, row):
            links[link] = None
            names.add(name)
            if name not in self._named:
                check_width(len(self._named) + 1, f"{self._path}: has {{}} questions")
                self._named[name] = None
            if isinstance(value, Several):
                self._several[name] += 1
            if self.held is not None:
                self.held.put(name, row, value)
        if self.held is not None and self.held.n_cells > _MOST_HELD:
            self.held = None

    def others(self, items: Collection[str]) -> dict[str, str]:
        """Return address of a questionnaire → why its responses are left out, if other ones have the items.

        Responses in which nobody answered anything may be to the same questionnaire, and stay.
        """
        is_among = {url: not names.isdisjoint(items) for url, names in self._named_in.items()}
        if not any(is_among.values()):
            return {}
        return {
            url: f"answers another questionnaire, {url or 'which is not named'}"
            for url, is_wanted in is_among.items()
            if not is_wanted and self._named_in[url]
        }

    def _answers(self, response: Resource, row: int) -> Iterator[tuple[str, str, Any]]:
        """Yield name, linkId and value of each question of a response that has an answer."""
        flat = flat_answers(response.get("item"))
        if flat is not None:
            for link, answer, item in flat:
                seen = self._seen.get(link) or self._new(link, link, link)
                value = seen.value(answer)
                if seen.text is None and "text" in item:
                    seen.text = text_of(item["text"])
                if value is not None:
                    yield link, link, value
            return
        named: set[str] = set()
        for place in walked(response, f"{self._path}: response {row + 1}", by_path=self._by_path):
            if not place.item.get("answer"):
                continue
            link = str(place.item.get("linkId"))
            seen = self._seen.get(place.name) or self._new(place.name, link, place.path)
            values = [v for v in map(seen.value, objects_of(place.item["answer"])) if v is not None]
            seen.text = seen.text or text_of(place.item.get("text"))
            if values and place.name in named:
                self._note_ambiguous(place.name, row)
            elif values:
                named.add(place.name)
                yield place.name, link, values[0] if len(values) == 1 else Several(tuple(values))

    def _new(self, name: str, link: str, path: str) -> Seen:
        self._seen[name] = seen = Seen(link, path)
        return seen

    def _note_ambiguous(self, name: str, row: int) -> None:
        """Note that two answers of a response have the same name; raise if even their paths are the same."""
        if self._by_path:
            raise ResponseError(
                f"{self._path}: response {row + 1} has two questions with the path {shortened(name)}; FHIR "
                "allows a linkId only once in a questionnaire"
            )
        self.is_ambiguous = True

    def describe(self, questionnaire: Questionnaire | None, near: ValueSets) -> list[str]:
        """Return the names of all columns, metadata first, then questions in the order of the Questionnaire.

        What is known of the columns is in `facts` then.
        """
        order = {} if questionnaire is None else {link: n for n, link in enumerate(questionnaire.columns)}
        last = len(order)
        self.facts = {name: ColumnFacts(role=_METADATA[name.removeprefix(_WHOLE)]) for name in self._metadata}
        keys = {name: self._key(name, questionnaire) for name in self._named}
        names = sorted(self._named, key=lambda name: order.get(keys[name], last))
        for name in names:
            facts, self._codes[name] = self._facts_of(name, self._seen[name], questionnaire, near)
            self.facts[name] = facts
        if questionnaire is not None:
            self.facts |= {n: f for n, f in questionnaire.columns.items() if n not in self.facts}
        return [*self._metadata, *names]

    def columns(self, names: Sequence[str]) -> dict[str, list[Any]] | None:
        """Return some columns; None if they are not held."""
        if self.held is None:
            return None
        filled = self.held.filled(self._n)
        return {
            name: [cell_of(value, self._codes[name]) for value in filled[name]]
            if name in self._codes
            else filled[name]
            for name in names
        }

    def cells(self, response: Resource, row: int) -> dict[str, Any]:
        """Return name → cell of a response, which was added before as this row."""
        cells: dict[str, Any] = {f"{_WHOLE}{name}": value for name, value in _metadata_of(response)}
        for name, _, value in self._answers(response, row):
            cells[name] = cell_of(value, self._codes[name])
        return cells

    def _key(self, name: str, questionnaire: Questionnaire | None) -> str:
        seen = self._seen[name]
        return seen.link if questionnaire is None else questionnaire.key(seen.link, seen.path)

    def _facts_of(
        self, name: str, seen: Seen, questionnaire: Questionnaire | None, near: ValueSets
    ) -> tuple[ColumnFacts, dict[Coding, Code]]:
        """Return what is known of a column, and the code of each coding as its cells have it."""
        key = self._key(name, questionnaire)
        known = None if questionnaire is None else questionnaire.columns.get(key)
        listed = () if questionnaire is None else questionnaire.options.get(key, ())
        options = [*listed, *self._unlisted(seen, listed, near)]
        stored = codes_of(options)
        codes = {
            coding: next(c for c, o in zip(stored, options, strict=True) if _is_same(coding, o))
            for coding in seen.labels
        }
        facts = known or ColumnFacts(
            question=seen.text, role="answer", labels=YES_NO if seen.is_boolean else ()
        )
        labels = labels_of(zip(stored, options, strict=True)) if options else facts.labels
        numbers = dict(facts.numbers)
        numbers |= {c: o.number for c, o in zip(stored, options, strict=True) if o.number is not None}
        absent = [(c, o.label) for c, o in zip(stored, options, strict=True) if is_absent(o.system)]
        facts = replace(
            facts,
            question=facts.question or seen.text,
            role="choice" if name in self._several and facts.role == "answer" else facts.role,
            labels=labels,
            numbers=tuple(self._with_embedded(name, seen, numbers, codes).items()),
            missing=tuple(dict.fromkeys([*absent, *((reason, reason) for reason in seen.reasons)])),
            holds_labels=False if seen.labels or seen.is_boolean else facts.holds_labels,
        )
        return facts, codes

    @staticmethod
    def _unlisted(seen: Seen, listed: Sequence[Option], near: ValueSets) -> Iterator[Option]:
        """Yield options that were chosen and are not listed, with each of their texts."""
        for coding, texts in seen.labels.items():
            if any(_is_same(coding, option) for option in listed):
                continue
            number = near.number(coding.system, coding.code)
            for text in texts or (None,):
                yield Option(coding.code, coding.system, text, number)

    def _with_embedded(
        self, name: str, seen: Seen, numbers: dict[Code, int | float], codes: Mapping[Coding, Code]
    ) -> dict[Code, int | float]:
        """Return the numbers of options; those that the answers carry come before those of the Questionnaire.

        If two answers carry different numbers for the same option, no number is used.
        """
        for value, given in seen.numbers.items():
            code: Code = codes[value] if isinstance(value, Coding) else value
            number = next(iter(given))
            if len(given) > 1:
                self._contradicted.append(
                    f"{name}: answers carry different numbers for {code!r}; none is used"
                )
                return {}
            if numbers.get(code, number) != number:
                self._contradicted.append(
                    f"{name}: answers carry {number:g} for {code!r}, where the Questionnaire has "
                    f"{numbers[code]:g}; that of the answers is used"
                )
            numbers[code] = number
        return numbers

    def row_id(self) -> str | None:
        """Return the column that identifies rows: the subject if each has one response, or the response."""
        for name in ("subject", "id"):
            ids = np.array(self._ids[name])
            if self._n and len(ids) == self._n == len(np.unique(ids)):
                return f"{_WHOLE}{name}"
        return f"{_WHOLE}subject" if len(self._ids["subject"]) else None

    def notes(self, questionnaire: Questionnaire | None) -> list[str]:
        """Return what the reader should know of the columns."""
        notes = list(self._contradicted)
        for name, seen in self._seen.items():
            if name in self._several:
                notes.append(f"{name}: {self._several[name]} responses have several answers, joined with |")
            if len(seen.units) > 1:
                notes.append(f"{name}: values have several units: {first_of([*seen.units])}")
        for name in ("subject", "id"):
            n_again = int((np.unique(np.array(self._ids[name]), return_counts=True)[1] > 1).sum())
            if n_again:
                what = "subjects have" if name == "subject" else "ids of responses occur"
                more = "several responses, a row for each" if name == "subject" else "more than once"
                notes.append(f"{n_again} {what} {more}")
        if len(self.answered) > 1:
            notes.append(f"the responses answer several questionnaires: {first_of([*self.answered])}")
        return notes + ([] if questionnaire is None else self._unmatched(questionnaire))

    def _unmatched(self, questionnaire: Questionnaire) -> list[str]:
        """Return notes on answers to unknown questions, and on options that are in other files."""
        notes = []
        links = dict.fromkeys(self._key(name, questionnaire) for name in self._seen)
        if unknown := [link for link in links if link not in questionnaire.columns]:
            notes.append(f"linkIds with answers that are not in the Questionnaire: {first_of(unknown)}")
        for address in dict.fromkeys(questionnaire.elsewhere.values()):
            having = [link for link, other in questionnaire.elsewhere.items() if other == address]
            notes.append(
                f"options of {first_of(having)} are in value set {address}, which is not in the file; their "
                "numbers are not known"
            )
        return notes


def _metadata_of(response: Resource) -> Iterator[tuple[str, str]]:
    """Yield what is known of a response besides its answers."""
    for name in _METADATA:
        value = _reference(response.get(name)) if name in response else None
        if value is not None:
            yield name, value


def _is_same(coding: Coding, option: Option) -> bool:
    """Tell whether a coding is an option; a system that only one of them names does not count."""
    return coding.code == option.code and (
        coding.system == option.system or None in (coding.system, option.system)
    )


def questionnaire_url(response: Resource) -> str | None:
    """Return the address of the questionnaire that a response answers, without its version."""
    address = _reference(response.get("questionnaire"))
    return None if address is None else address.partition("|")[0]


def answers(address: str, questionnaire: Resource) -> bool:
    """Tell whether an address, which may be relative, is that of a Questionnaire; True if it has none."""
    names = {text_of(questionnaire.get("url")), f"Questionnaire/{questionnaire.get('id')}"}
    if "url" not in questionnaire and "id" not in questionnaire:
        return True
    tail = "/".join(address.split("/")[-2:])
    return bool(names & {address, tail, f"Questionnaire/{address.lstrip('#')}"})


def _reference(value: Any) -> str | None:
    """Return a plain value as text, or what a reference refers to."""
    if not isinstance(value, dict):
        return text_of(value)
    identifier = value.get("identifier")
    inner = identifier.get("value") if isinstance(identifier, dict) else None
    texts = map(text_of, (value.get("reference"), inner, value.get("display")))
    return next(filter(None, texts), None)
