"""Google Forms and Microsoft Forms: plain tables whose header holds the questions themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from intimacy_scales.files.base import AnswerFile
from intimacy_scales.files.facts import ColumnFacts, Role
from intimacy_scales.reading.columns import check_width

# the first column of Google Forms, in its languages
_TIMESTAMP = frozenset({
    "timestamp", "zeitstempel", "horodateur", "marca temporal", "tijdstempel", "informazioni cronologiche",
    "carimbo de data/hora", "tidsstempel", "tidsstämpel", "tidstämpel", "sygnatura czasowa", "aikaleima",
    "časové razítko", "časová značka", "zaman damgas\u0131", "отметка времени", "позначка часу", "időbélyeg",
    "タイムスタンプ", "时间戳记", "時間戳記", "타임스탬프",
})  # fmt: skip
# start and end in Microsoft Forms, in its languages
_START_END = frozenset({
    ("start time", "completion time"), ("startzeit", "fertigstellungszeit"),
    ("heure de début", "heure de fin"), ("hora de inicio", "hora de finalización"),
    ("ora di inizio", "ora di completamento"), ("begintijd", "tijd van voltooien"),
    ("starttid", "slutförandetid"), ("hora de início", "hora de conclusão"),
})  # fmt: skip
_OF_PERSON = frozenset({
    "email", "e-mail", "email address", "username", "e-mail-adresse", "nutzername", "adresse e-mail",
    "adresse de messagerie", "dirección de correo electrónico", "correo electrónico", "name", "nom", "nombre",
    "naam", "nome", "namn",
})  # fmt: skip
_MODIFIED = frozenset({"last modified time", "zeitpunkt der letzten änderung"})
_POINTS = re.compile(r"^(?:points|feedback|punkte)\s*-\s", re.IGNORECASE)  # of a quiz
_GRID = re.compile(r"(?P<stem>.+?)\s*\[(?P<row>[^\[\]]+)\]\s*", re.DOTALL)


def describe_header(file: AnswerFile, names: Sequence[str]) -> None:
    """Record what the header of a plain table shows, if Google Forms or Microsoft Forms wrote it."""
    folded = [name.strip().casefold() for name in names]
    if len(folded) > 1 and folded[0] in _TIMESTAMP and any(" " in name for name in folded[1:]):
        check_width(len(names), f"{file.path}: has {{}} columns")
        file.facts.platform = "Google Forms"
        file.facts.decide("platform", "Google Forms", f"the first column is {names[0]!r}")
        file.facts.add({names[0]: ColumnFacts(role="time")} | _questions(names[1:]))
    elif len(folded) > 3 and folded[0].rstrip(".") == "id" and (folded[1], folded[2]) in _START_END:
        check_width(len(names), f"{file.path}: has {{}} columns")
        file.facts.platform = "Microsoft Forms"
        file.facts.decide("platform", "Microsoft Forms", f"the first columns are ID, {names[1]}, {names[2]}")
        start: dict[str, Role] = {names[0]: "id", names[1]: "time", names[2]: "time"}
        file.facts.add({name: ColumnFacts(role=role) for name, role in start.items()} | _questions(names[3:]))
        file.facts.row_id = names[0]


def _questions(names: Sequence[str]) -> dict[str, ColumnFacts]:
    """Return what is known of columns that are named by their questions."""
    columns = {}
    for name in names:
        folded = name.strip().casefold()
        if folded in _OF_PERSON:
            columns[name] = ColumnFacts(role="id")
        elif folded in _MODIFIED:
            columns[name] = ColumnFacts(role="time")
        elif _POINTS.match(name):
            columns[name] = ColumnFacts(question=name, role="calculated")
        elif grid := _GRID.fullmatch(name):
            columns[name] = ColumnFacts(question=grid["row"], group=grid["stem"], role="answer")
        else:
            columns[name] = ColumnFacts(question=name, role="answer")
    return columns
