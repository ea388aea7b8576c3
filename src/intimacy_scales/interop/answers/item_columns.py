"""Which column of a file holds the answers to each item, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile
from intimacy_scales.files.facts import NOTHING, ColumnFacts
from intimacy_scales.instrument import Instrument
from intimacy_scales.interop.answers.declared_keys import check_title, key_cautions
from intimacy_scales.interop.answers.item_groups import Place, check_one_group
from intimacy_scales.interop.answers.option_meanings import (
    ask_for_codes,
    read_options,
    recodes_positions,
)
from intimacy_scales.interop.answers.questions import (
    Question,
    columns_by_text,
    is_marked_reversed,
    matching_questions,
    questions_of,
)
from intimacy_scales.reading.answer_keys import Meaning, whole_meaning
from intimacy_scales.reading.columns import as_spelled, column_names
from intimacy_scales.reading.options import Reading

_SUB_QUESTION = re.compile(r"[^\[\]\s]+\[([^\[\]]+)\]")  # question[row], as LimeSurvey names columns


class ItemSource(NamedTuple):
    """Where the answers to one item are, and how they are read.

    Attributes
    ----------
    item, column
        The item, and the column; None if the file has none.
    why
        Why it is this column.
    how
        How its values are read.
    meaning
        Missing codes and recoding that follow from the file.
    cautions
        What the user should check.
    """

    item: str
    column: str | None
    why: str
    how: str
    meaning: Meaning = Meaning()
    cautions: tuple[str, ...] = ()

    @property
    def is_recoded(self) -> bool:
        """Whether stored values stand for other answers than they show."""
        return self.how.startswith("recoded")


def item_sources(
    form: Instrument, names: Sequence[str], columns: Mapping[str, ColumnFacts], reading: Reading
) -> tuple[ItemSource, ...]:
    """Return the column of each item, by what the user said, the names, or the questions of the columns.

    ``names`` are the columns of a file, and ``columns`` what it says of them.

    Raises
    ------
    ResponseError
        The options of an item contradict the instrument, or nothing shows which answers its codes are.
    """
    named = as_spelled(column_names(form, reading.columns), names)
    present = set(names)
    named_in_structure = _names_in_structure(names, columns)
    texts = {item.id: item.text for item in form.items if item.text and item.id not in named_in_structure}
    questions = questions_of(names, columns)
    by_text = columns_by_text(texts, questions)
    given = reading.columns is not None
    reverse_keyed = {key.item for scale in form.scales for key in scale.keys if key.reverse}
    if not given:
        absent = {item.id for item in form.items}.difference(map(str, present))
        _check_groups(form, absent, named_in_structure, columns, matching_questions(texts, questions))
    sources, unexplained = [], {}
    for item, name in zip(form.items, named, strict=True):
        column, why = str(name), "named by you" if given else "named like the item"
        if name not in present:
            matching = None if given else by_text.get(item.id)
            if not given and item.id in named_in_structure:
                matching = named_in_structure[item.id], "its question has the name of the item"
            if matching is None:
                sources.append(ItemSource(item.id, None, "no column has its name or its text", ""))
                continue
            column, why = matching
        given_meaning = whole_meaning(item, reading.missing_codes, reading.recode, reading.by_item)
        facts = columns.get(column, NOTHING)
        recode = given_meaning.recode
        if facts.holds_positions and not recodes_positions(item, recode):
            recode = ()
        options = read_options(item, facts, column, recode=recode, missing_codes=given_meaning.missing_codes)
        cautions = (
            *options.cautions,
            *_keying(facts.question or column, reverse_keyed, item.id),
            *key_cautions(form, item, facts, by_number=options.by_number),
        )
        sources.append(ItemSource(item.id, column, why, options.how, options.meaning, cautions))
        if options.unexplained:
            unexplained[item.id] = options.unexplained
    if unexplained:
        raise ResponseError(ask_for_codes(unexplained))
    return tuple(sources)


def reading_with(sources: Sequence[ItemSource], reading: Reading) -> Reading:
    """Return how a file is read: what the user said, and for the rest what follows from the file."""
    meanings_given = dict(reading.by_item)
    by_item = dict(meanings_given)
    for source in sources:
        meaning, of_user = source.meaning, meanings_given.get(source.item, Meaning())
        if of_user != Meaning():
            codes = tuple(dict.fromkeys([*of_user.missing_codes, *meaning.missing_codes]))
            ranges = (*of_user.missing_ranges, *meaning.missing_ranges)
            meaning = Meaning(codes, tuple(dict.fromkeys(ranges)), (*of_user.recode, *meaning.recode))
        if meaning != Meaning():
            by_item[source.item] = meaning
    if reading.columns is not None:  # as the user said, so that messages name what was looked for
        return replace(reading, by_item=tuple(by_item.items()))
    columns = {source.item: source.column for source in sources if source.column is not None}
    is_renamed = any(item != column for item, column in columns.items())
    return replace(reading, columns=columns if is_renamed else None, by_item=tuple(by_item.items()))


def _names_in_structure(names: Sequence[str], columns: Mapping[str, ColumnFacts]) -> dict[str, str]:
    """Return name of a question → the column that holds it, for names that only one column has.

    The row of a question has the name in brackets: ``us[kmss_1]``.
    """
    having: dict[str, list[str]] = {}
    for column in names:
        row = _SUB_QUESTION.fullmatch(column)
        name = columns.get(column, NOTHING).name or (row[1] if row else None)
        if name is not None:
            having.setdefault(name, []).append(column)
    return {name: places[0] for name, places in having.items() if len(places) == 1}


def _check_groups(
    form: Instrument,
    absent: Set[str],
    named: Mapping[str, str],
    columns: Mapping[str, ColumnFacts],
    by_text: Mapping[str, Question],
) -> None:
    """Raise where items without a column of their name are in different groups, by name or by text.

    ``named`` and ``by_text`` are the columns that are known by the name and by the text of an item.

    Raises
    ------
    ResponseError
        There is more than one group.
    """
    by_name = {
        item: Place(column, columns.get(column, NOTHING).name_within)
        for item in form.item_ids
        if (column := item if item not in absent else named.get(item)) is not None
    }
    if not absent.isdisjoint(by_name):
        check_one_group(form.ref.called, by_name)
    check_one_group(form.ref.called, {item: by_text[item].place for item in by_text if item in absent})


def _keying(question: str, reverse_keyed: set[str], item: str) -> tuple[str, ...]:
    """Return a caution where a question is marked as reversed, and no scale reverses its item."""
    if not is_marked_reversed(question) or item in reverse_keyed:
        return ()
    return ("its question is marked as reversed, and no scale of the instrument reverses it",)


class FileReading(NamedTuple):
    """How an opened file is read: the column of each item, and options with what follows from the file."""

    sources: tuple[ItemSource, ...]
    reading: Reading


def file_reading(
    form: Instrument, file: AnswerFile, reading: Reading, *, settled: bool = False
) -> FileReading:
    """Return how an opened file is read; a plain table is read as the user said.

    With ``settled``, ``reading`` says all of it, and nothing is taken from what the file says of itself.
    """
    columns = _positions_of(file.facts.columns) if settled else file.facts.columns
    is_plain = not columns and not settled
    if is_plain and not _may_have_texts(form, file.names, reading):
        return FileReading((), reading)
    if not settled:
        check_title(form, file.facts, is_named=reading.columns is not None)
    sources = item_sources(form, file.names, columns, reading)
    if is_plain and all(source.column in (None, source.item) for source in sources):
        return FileReading((), reading)
    if settled:
        return FileReading(tuple(_settled(source, dict(reading.by_item)) for source in sources), reading)
    return FileReading(sources, reading_with(sources, reading))


def _may_have_texts(form: Instrument, names: Sequence[str], reading: Reading) -> bool:
    """Tell whether the header of a plain table may hold texts of items, or rows of a question.

    Rows of a question have names such as ``us[kmss_1]``.
    """
    if reading.columns is not None:
        return False
    if not any(item.text for item in form.items) and not any(map(_SUB_QUESTION.fullmatch, names)):
        return False
    return not set(names).issuperset(form.item_ids)


def _positions_of(columns: Mapping[str, ColumnFacts]) -> dict[str, ColumnFacts]:
    """Return the columns that hold positions: these must be recoded, whoever says how a file is read."""
    return {
        name: ColumnFacts(holds_positions=True) for name, facts in columns.items() if facts.holds_positions
    }


def _settled(source: ItemSource, meanings: Mapping[str, Meaning]) -> ItemSource:
    """Return the source of an item of which a mapping file says all."""
    meaning = meanings.get(source.item, Meaning())
    return source._replace(why="named by the mapping file", how="as the mapping file says", meaning=meaning)
