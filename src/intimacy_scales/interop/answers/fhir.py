"""FHIR QuestionnaireResponses as JSON or XML: one, a Bundle or a list of them, or one on each line."""

from __future__ import annotations

import json
import re
from array import array
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import BATCH_ROWS
from intimacy_scales.files.facts import FileFacts
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.fhir_columns import (
    QUESTIONNAIRE,
    ResponseColumns,
    answers,
    questionnaire_url,
)
from intimacy_scales.interop.answers.fhir_questionnaire import (
    Questionnaire,
    questionnaire_of,
    read_questionnaire,
    release_of,
    resources_in,
)
from intimacy_scales.interop.answers.fhir_value_sets import Resource, ValueSets
from intimacy_scales.interop.answers.fhir_xml import begins_xml, read_xml
from intimacy_scales.interop.answers.json_source import begins_json, decoded, objects_of, parsed, read_json
from intimacy_scales.interop.answers.platform import USUAL, OpenOptions, Platform
from intimacy_scales.interop.answers.row_choice import some_rows
from intimacy_scales.messages import first_of, shortened
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.results.wording import counted

_RESPONSE = re.compile(r'"resourceType"\s*:\s*"QuestionnaireResponse"')
_ITEMS = re.compile(r'"item"\s*:\s*\[')  # which a flat table of the same names does not have
_OTHER = re.compile(r'"resourceType"\s*:\s*"(?:Questionnaire|Bundle)"')
_XML = re.compile(
    r"<(?:\w+:)?(Questionnaire(?:Response)?|Bundle)\b[^>]*xmlns(?::\w+)?\s*=\s*[\"']http://hl7\.org/fhir[\"']"
)
_LONGEST = 8_000_000  # bytes of a line
_SHOWN = 6
_DESCRIBING = ("Questionnaire", "ValueSet", "CodeSystem")
_WRONG = "entered-in-error"
_USUAL = ("completed", "amended")
_KEPT = {"in-progress": "not finished", "stopped": "abandoned"}
_ADVICE = (
    "; export it as NDJSON (one resource on each line, as a bulk export does), which is read line by line: "
    "jq -c '.entry[].resource' bundle.json > responses.ndjson"
)


class FhirFile(Platform):
    """QuestionnaireResponses of FHIR (STU3, R4, R4B, R5), a row for each.

    Columns are named by linkId. Cells hold codes; the Questionnaire, which may be in the file, says what they
    mean. Responses that were entered in error are left out.
    """

    _platform = "FHIR"
    structure_is = "the FHIR Questionnaire that was answered"
    leaves_out = "responses of FHIR that were entered in error"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with a resource that may hold answers, as JSON or XML."""
        text = head.text or ""
        if begins_json(head):
            return bool(_OTHER.search(text) or (_RESPONSE.search(text) and _ITEMS.search(text)))
        return bool(_XML.search(text))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        super().__init__(path, how)
        self._encoding = how.encoding
        reading, questionnaire = self._read(path, how, by_path=False)
        if reading.columns.is_ambiguous or (questionnaire is not None and questionnaire.repeated):
            reading, questionnaire = self._read(path, how, by_path=True)
            reading.facts.decide("columns", "named by path", "a linkId occurs in several groups")
        self.facts, self._reading = reading.facts, reading
        self.names = reading.columns.describe(questionnaire, ValueSets(reading.near))
        self.size = len(reading.rows)
        if how.structure is not None and questionnaire is not None:
            self._check_structure(how.structure, questionnaire)
        self.facts.add(reading.columns.facts)
        self.facts.row_id = reading.columns.row_id()
        reading.note(questionnaire)

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time; very many responses are read again.

        Responses to questionnaires without any of the items are left out, where others have them.
        """
        left_out = self._reading.columns.others(set(map(str, items)))
        wanted = list(dict.fromkeys(map(str, [*items, *others, *([QUESTIONNAIRE] if left_out else [])])))
        numbers = np.array(self._reading.rows, dtype=np.intp)
        held = self._reading.columns.columns(wanted)
        again = None if held is not None else self._cells_again()
        for start in range(0, self.size, BATCH_ROWS):
            self.position = stop = min(start + BATCH_ROWS, self.size)
            if held is not None:
                columns: dict[Hashable, list[Any]] = {name: held[name][start:stop] for name in wanted}
            else:
                assert again is not None
                rows = list(islice(again, stop - start))  # raises if there are fewer
                columns = {name: [row.get(name) for row in rows] for name in wanted}
            table = ListTable(columns, stop - start)
            if self.size < self._reading.n_responses:
                table.row_numbers = numbers[start:stop]
            yield self._without(left_out, table, numbers[start:stop]) if left_out else table

    def _without(self, left_out: Mapping[str, str], table: ListTable, numbers: NDArray[np.intp]) -> Table:
        """Return a table without responses to some questionnaires, which are recorded."""
        urls = [str(address or "").partition("|")[0] for address in listed(table, QUESTIONNAIRE)]
        for url, why in left_out.items():
            gone = numbers[np.array([address == url for address in urls], dtype=np.bool_)]
            self.facts.leave_out(why, (gone + 1).tolist())
        kept = np.array([url not in left_out for url in urls], dtype=np.bool_)
        chosen = some_rows(table, np.flatnonzero(kept), 0)
        chosen.row_numbers = numbers[kept]
        return chosen

    def _cells_again(self) -> Iterator[dict[str, Any]]:
        """Read all kept responses again, and yield the cells of each.

        Raises
        ------
        ResponseError
            The file has changed.
        """
        kept, n, row = self._reading.rows, 0, 0
        for resource in _resources(self.path, self._encoding):
            if resource.get("resourceType") != "QuestionnaireResponse":
                continue
            if row < len(kept) and kept[row] == n:
                yield self._reading.columns.cells(resource, row)
                row += 1
            n += 1
        if row < len(kept):
            raise ResponseError(f"{self.path}: changed while it was read; read it again")

    def _read(self, path: Path, how: OpenOptions, *, by_path: bool) -> tuple[_Reading, Questionnaire | None]:
        """Read all responses, and return them with the Questionnaire that describes them."""
        given, beyond = (None, []) if how.structure is None else questionnaire_of(how.structure)
        columns = ResponseColumns(path, by_path=by_path)
        reading = _Reading(path, FileFacts(self._platform), columns, given, all_rows=how.all_rows)
        for resource in _resources(path, how.encoding):
            reading.add(resource)
        reading.near += beyond
        return reading, reading.questionnaire()

    def _check_structure(self, structure: Path, questionnaire: Questionnaire) -> None:
        """Raise where a structure describes none of the questions that were answered."""
        matched = [name for name in questionnaire.columns if name in self.names]
        if not matched:
            answered = [name for name in self.names if not name.startswith("QuestionnaireResponse.")]
            raise ResponseError(
                f"structure={str(structure)!r}: none of its linkIds ({_listed([*questionnaire.columns])}) "
                f"has answers in {self.path} ({_listed(answered)}); is it the Questionnaire that was "
                "answered?"
            )
        self.facts.decide("options", structure.name, f"describes {counted(len(matched), 'question')}")


def _listed(names: list[str]) -> str:
    return first_of([*map(shortened, names)])


def _resources(path: Path, encoding: str | None) -> Iterator[Resource]:
    """Yield the resources of a file, and its Bundles; one line at a time if each line has one."""
    if begins_xml(path):
        yield from _with_bundles(read_xml(path, str(path)))
        return
    with path.open("rb") as file:
        first = file.readline(_LONGEST)
        if file.readline(_LONGEST).lstrip()[:1] != b"{" or not first.rstrip().endswith(b"}"):
            document = read_json(path, str(path), encoding=encoding, advice=_ADVICE)
            yield from _with_bundles(document)
            return
        file.seek(0)
        number = 0
        while line := file.readline(_LONGEST):
            number += 1
            if len(line) >= _LONGEST:
                raise ResponseError(
                    f"{path}: line {number} has more than {_LONGEST // 1_000_000} MB, too much for a response"
                )
            if line.strip():
                yield from _with_bundles(parsed(decoded(path, line, encoding), f"{path}, line {number}"))


def _with_bundles(document: Any) -> Iterator[Resource]:
    """Yield the resources of a document, before them the Bundle if it is one."""
    if isinstance(document, dict) and document.get("resourceType") == "Bundle":
        yield document
    yield from resources_in(document)


class _Reading:
    """Resources as they are read: responses become rows, and what describes them is kept.

    Attributes
    ----------
    columns, facts
        The columns, and what is known of the file.
    near
        Resources that may describe questions and options.
    n_responses
        Number of responses so far.
    rows
        Number of each kept response among all, from 0.
    """

    def __init__(
        self,
        path: Path,
        facts: FileFacts,
        columns: ResponseColumns,
        given: Resource | None,
        *,
        all_rows: bool,
    ) -> None:
        self.columns, self.facts = columns, facts
        self.near: list[Resource] = []
        self.rows = array("q")
        self.n_responses = 0
        self._path, self._given, self._all_rows = path, given, all_rows
        self._contained: set[str] = set()
        self._others: Counter[str] = Counter()
        self._states: Counter[str] = Counter()

    def add(self, resource: Resource) -> None:
        """Take a resource."""
        kind = resource.get("resourceType")
        if kind == "QuestionnaireResponse":
            self._add_response(resource)
        elif kind == "Bundle":
            self._note_pages(resource)
        elif kind in _DESCRIBING:
            self.near.append(resource)
        else:
            self._others[str(kind)] += 1

    def _add_response(self, response: Resource) -> None:
        self.n_responses += 1
        status = str(response.get("status"))
        why = self._why_left_out(response, status)
        if why is not None:
            self.facts.leave_out(why, [self.n_responses])
            return
        self._states[status] += 1
        for part in objects_of(response.get("contained")):
            self._add_contained(part)
        self.facts.version = self.facts.version or release_of(response)
        if isinstance(response.get("questionnaire"), dict):
            self.facts.version = "STU3"  # later releases have an address instead of a reference
        self.columns.add(response)
        self.rows.append(self.n_responses - 1)

    def _add_contained(self, part: Resource) -> None:
        """Take what describes questions out of a response; the same part of other responses once."""
        if part.get("resourceType") in _DESCRIBING:
            text = json.dumps(part, sort_keys=True)
            if text not in self._contained:
                self._contained.add(text)
                self.near.append(part)

    def _why_left_out(self, response: Resource, status: str) -> str | None:
        """Return why a response is not a row; None if it is one."""
        if status == _WRONG and not self._all_rows:
            return f"status {_WRONG}"
        answered = questionnaire_url(response)
        if self._given is not None and answered is not None and not answers(answered, self._given):
            return f"answers another questionnaire, {answered}"
        return None

    def _note_pages(self, bundle: Resource) -> None:
        """Note that a Bundle is one page of several."""
        n = sum(1 for _ in objects_of(bundle.get("entry")))
        if any(link.get("relation") == "next" for link in objects_of(bundle.get("link"))):
            total = bundle.get("total")
            among = f" of {total}" if isinstance(total, int) else ""
            self.facts.notes.append(
                f"the Bundle is one page of several ({n}{among} entries, and a link to the next): fetch all"
            )

    def questionnaire(self) -> Questionnaire | None:
        """Return the Questionnaire that describes the responses: the given one, or one in the file.

        Raises
        ------
        ResponseError
            There are no responses, or they answer several questionnaires that use the same linkIds.
        """
        inside = [part for part in self.near if part.get("resourceType") == "Questionnaire"]
        if not self.rows and not self.facts.left_out.get(f"status {_WRONG}"):
            self._refuse(is_questionnaire=bool(inside))
        answered = self.columns.answered
        if self._given is not None:
            return read_questionnaire(self._given, self.near)
        self._check_one(answered)
        if len(inside) > 1:
            inside = [part for part in inside if any(answers(url, part) for url in answered)]
        return read_questionnaire(inside[0], self.near) if len(inside) == 1 else None

    def _check_one(self, answered: Mapping[str, Mapping[str, None]]) -> None:
        """Raise where two questionnaires use the same linkIds, perhaps for different questions."""
        seen: dict[str, str] = {}
        for url, links in answered.items():
            for link in links:
                if seen.setdefault(link, url) != url:
                    raise ResponseError(
                        f"{self._path}: has responses to {counted(len(answered), 'questionnaire')} "
                        f"({_listed([*answered])}), and linkId {shortened(link)} occurs in more than one. "
                        "Pass the Questionnaire that you want as structure=, which leaves the others out"
                    )

    def _refuse(self, *, is_questionnaire: bool) -> None:
        """Raise for a file without responses, or without responses to the given Questionnaire."""
        if self.n_responses:
            whys = "; ".join(self.facts.left_out)
            raise ResponseError(
                f"{self._path}: has no response to the Questionnaire that was passed as structure= "
                f"({shortened(self._given and self._given.get('url'))}): its responses are to others "
                f"({whys}). Pass the Questionnaire that was answered"
            )
        if is_questionnaire:
            raise ResponseError(
                f"{self._path}: is a FHIR Questionnaire, which has questions and no answers; pass it as "
                "structure=, and a file of QuestionnaireResponses as the answers"
            )
        seen = ", ".join(f"{n} {kind}" for kind, n in self._others.most_common(_SHOWN))
        raise ResponseError(
            f"{self._path}: has no QuestionnaireResponse ({seen or 'no resource'}); allowed: FHIR "
            "QuestionnaireResponses. Answers that a server turned into Observations are not read"
        )

    def note(self, questionnaire: Questionnaire | None) -> None:
        """Note what the reader should know."""
        facts = self.facts
        facts.version = (questionnaire and questionnaire.version) or facts.version
        facts.titles += [] if questionnaire is None else questionnaire.titles
        for status, n in self._states.items():
            if status not in _USUAL:
                what = _KEPT.get(status, "not a status of a finished response")
                facts.notes.append(f"kept {counted(n, 'response')} with status {status} ({what})")
        if self._others:
            kinds = ", ".join(f"{n} {kind}" for kind, n in self._others.most_common(_SHOWN))
            facts.notes.append(f"other resources were left alone: {kinds}")
        facts.notes += self.columns.notes(questionnaire)
