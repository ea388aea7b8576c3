"""Values of the answers in FHIR responses, and what these show of their questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from intimacy_scales.files.facts import Code
from intimacy_scales.interop.answers.fhir_value_sets import Resource, absent_reason, number_of
from intimacy_scales.interop.answers.json_source import text_of

_PLAIN = (int, float, str)
_MOST_KNOWN = 10_000  # codings of a question that are remembered


class Coding(NamedTuple):
    """A chosen option."""

    code: Code
    system: str | None


class Absent(NamedTuple):
    """A reason why there is no answer."""

    reason: str


class Several(NamedTuple):
    """Several answers to one question."""

    answers: tuple[Any, ...]


class Seen:
    """What the answers to one question show: its text, texts and numbers of options, and units."""

    def __init__(self, link: str, path: str) -> None:
        self.link, self.path = link, path
        self.text: str | None = None
        self.labels: dict[Coding, dict[str, None]] = {}
        self.numbers: dict[Any, set[int | float]] = {}
        self.units: dict[str, None] = {}
        self.reasons: dict[str, None] = {}
        self.is_boolean = False
        self._codings: dict[tuple[tuple[str, str], ...], Any] = {}

    def value(self, answer: Resource) -> Any:
        """Return the value of an answer; None if it has none."""
        if len(answer) == 1:  # most answers are one number, text or coding, and recur
            ((name, value),) = answer.items()
            if name == "valueCoding":
                return self._known_coding(value, answer)
            if type(value) in _PLAIN and name.startswith("value"):
                return value
        return self._any_value(answer)

    def _known_coding(self, value: Any, answer: Resource) -> Any:
        """Return the value of an answer that is a coding, which is worked out once."""
        parts = tuple(value.items()) if isinstance(value, dict) else ()
        if not all(type(part) is str for _, part in parts):
            return self._any_value(answer)
        if parts not in self._codings and len(self._codings) < _MOST_KNOWN:
            self._codings[parts] = self._any_value(answer)
        return self._codings[parts] if parts in self._codings else self._any_value(answer)

    def _any_value(self, answer: Resource) -> Any:
        """Return the value of an answer of any kind."""
        name, value = next(
            ((n, v) for n, v in answer.items() if n.startswith("value") and v is not None), (None, None)
        )
        beyond = next((v for n, v in answer.items() if n.startswith("_value")), None)
        if name is None:
            reason = absent_reason(answer, beyond)
            return None if reason is None else self._absent(reason)
        if isinstance(value, dict):
            return self._element(str(name), value, answer)
        self.is_boolean = self.is_boolean or isinstance(value, bool)
        if isinstance(value, list):
            return str(value)
        self._count(value, number_of(beyond, answer))
        return ("false", "true")[value] if isinstance(value, bool) else value

    def _absent(self, reason: str) -> Absent:
        self.reasons[reason] = None
        return Absent(reason)

    def _element(self, name: str, value: Resource, answer: Resource) -> Any:
        """Return a value that has parts: a coding, a quantity, a reference or an attachment."""
        if name == "valueQuantity":
            self.units[str(value.get("unit") or value.get("code") or "")] = None
            return value.get("value")
        if name != "valueCoding":
            return next((t for t in map(text_of, (value.get("reference"), *value.values())) if t), str(value))
        code, label = text_of(value.get("code")), text_of(value.get("display"))
        coding = Coding(code or label or "a coding without a code", text_of(value.get("system")))
        texts = self.labels.setdefault(coding, {})
        if label is not None:
            texts[label] = None
        self._count(coding, number_of(value, answer))
        return coding

    def _count(self, value: Any, number: int | float | None) -> None:
        if number is not None:
            self.numbers.setdefault(value, set()).add(number)


def cell_of(value: Any, codes: Mapping[Coding, Code]) -> Any:
    """Return a value as its cell has it: the code of an option; several answers joined."""
    if isinstance(value, Coding):
        return codes[value]
    if isinstance(value, Absent):
        return value.reason
    return "|".join(str(cell_of(v, codes)) for v in value.answers) if isinstance(value, Several) else value


def flat_answers(items: Any) -> list[tuple[str, Resource, Resource]] | None:
    """Return linkId, answer and item of each answered item; None if `walked` is needed to name them.

    It is not needed if no item lies in another one, no linkId occurs twice, and no question has several
    answers.
    """
    if not isinstance(items, list):
        return None
    answered: list[tuple[str, Resource, Resource]] = []
    links: set[str] = set()
    for item in items:
        link = item.get("linkId") if type(item) is dict else None
        if type(link) is not str or not link or "item" in item or link in links:
            return None
        links.add(link)
        answers = item.get("answer")
        if not answers:
            continue
        if type(answers) is not list or len(answers) > 1:
            return None
        answer = answers[0]
        if type(answer) is not dict or "item" in answer:
            return None
        answered.append((link, answer, item))
    return answered
