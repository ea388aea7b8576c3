"""Columns that may hold the items of an instrument: by their ids, running numbers, or questions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.answers.questions import Question, columns_by_text
from intimacy_scales.reading.columns import loose

_TOKEN = re.compile(r"[^\W\d_]+|\d+|[\W_]+")
_MOST_TOKENS = 12  # of a name; a longer one is a question
_SHORTEST_ID = 3  # characters; shorter ids occur in names by chance


class Affix(NamedTuple):
    """What is written before and after the items' names, the same for all items of a set."""

    before: str
    after: str

    @property
    def shown(self) -> str:
        """The text as people read it."""
        return f"{self.before}…{self.after}" if self.before and self.after else self.before or self.after


class Columns(NamedTuple):
    """Item → column for one set, and a pattern that gives these columns if there is one."""

    affix: Affix
    columns: Mapping[str, str]
    pattern: str | None


class IdIndex:
    """The ids of all items of several instruments, to be found in names of columns.

    Parameters
    ----------
    forms
        The instruments.
    """

    def __init__(self, forms: Sequence[Instrument]) -> None:
        self._forms = forms
        self._places: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, form in enumerate(forms):
            for item in form.item_ids:
                self._places[loose(item)].append((number, item))

    def sets(self, names: Iterable[str]) -> dict[int, list[Columns]]:
        """Return position of an instrument → sets of columns that have its ids."""
        hits: dict[int, dict[Affix, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
        for name in names:
            for before, text, after in _parts(name):
                for number, item in self._places.get(loose(text), ()):
                    if len(text) >= _SHORTEST_ID or (not before and not after):
                        hits[number][Affix(before, after)].setdefault(item, name)
        return {
            number: [
                Columns(affix, columns, _pattern(self._forms[number], columns, affix))
                for affix, columns in sets.items()
            ]
            for number, sets in hits.items()
        }


def _parts(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield a name as text before, text, and text after, cut between letters, digits and other characters."""
    cuts = [0, *(match.end() for match in _TOKEN.finditer(name))]
    if len(cuts) - 1 > _MOST_TOKENS:
        yield "", name, ""
        return
    for i, start in enumerate(cuts):
        for stop in cuts[i + 1 :]:
            if name[start].isalnum() and name[stop - 1].isalnum():
                yield name[:start], name[start:stop], name[stop:]


def _pattern(form: Instrument, columns: Mapping[str, str], affix: Affix) -> str | None:
    """Return the pattern of ids that gives these columns; None if their spelling differs from the ids."""
    before, after = (text.replace("{", "{{").replace("}", "}}") for text in affix)
    pattern = f"{before}{{item}}{after}"
    if all(pattern.format(item=item) == column for item, column in columns.items()):
        return pattern if len(columns) == len(form.item_ids) else None
    return None


def numbered_sets(names: Iterable[str]) -> dict[int, list[tuple[str, dict[int, str]]]]:
    """Return length → runs of columns that differ in a number from 1 to that length: pattern and columns."""
    runs: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for name in names:
        tokens = _TOKEN.findall(name)
        if len(tokens) > _MOST_TOKENS:
            continue
        for place, token in enumerate(tokens):
            if token.isdecimal() and len(token) < 5:
                runs["".join(tokens[:place]), "".join(tokens[place + 1 :])].setdefault(int(token), name)
    by_length: dict[int, list[tuple[str, dict[int, str]]]] = defaultdict(list)
    for (before, after), columns in runs.items():
        n = len(columns)
        if n > 1 and set(columns) == set(range(1, n + 1)):
            width = len(columns[1]) - len(before) - len(after)
            number = "{n}" if width == 1 else f"{{n:0{width}d}}"
            escaped = [text.replace("{", "{{").replace("}", "}}") for text in (before, after)]
            by_length[n].append((f"{escaped[0]}{number}{escaped[1]}", columns))
    return by_length


def by_question(form: Instrument, questions: Mapping[str, Question]) -> Columns | None:
    """Return the columns whose questions are the texts of the items; None if fewer than half have one.

    ``questions`` are those of `questions_of`.
    """
    by_text = columns_by_text({item.id: item.text for item in form.items if item.text}, questions)
    matched = {item: column for item, (column, _) in by_text.items()}
    return Columns(Affix("", ""), matched, None) if 2 * len(matched) >= len(form.items) else None
