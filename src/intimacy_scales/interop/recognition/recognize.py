"""`recognize`: which instrument a table or a file holds answers to, with the evidence."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import load, load_file, load_shipped, shipped_ids
from intimacy_scales.interop.answers.item_columns import ItemSource, reading_with
from intimacy_scales.interop.answers.option_meanings import read_options
from intimacy_scales.interop.answers.questions import questions_of
from intimacy_scales.interop.answers.source_file import SourceFile
from intimacy_scales.interop.recognition.column_names import (
    Affix,
    Columns,
    IdIndex,
    by_question,
    numbered_sets,
)
from intimacy_scales.interop.recognition.result import Basis, Candidate, ColumnSet, Recognition
from intimacy_scales.messages import shortened
from intimacy_scales.reading.answers import PROBLEM
from intimacy_scales.reading.columns import check_width, loose, name_text
from intimacy_scales.reading.frames import ListTable, Table, open_table
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.reading.options import AS_THEY_ARE
from intimacy_scales.results.wording import counted

_MOST_ROWS = 2_000  # of which values are looked at
_MOST_SETS = 500  # of columns for one instrument, such as those of both partners on many days
_FEWEST_LETTERS = 2


class _Sheet(NamedTuple):
    """The beginning of a table or file: its columns, some rows, and what the file says of its columns.

    Attributes
    ----------
    names
        Name of a column as text → the name itself, which need not be one.
    others
        Name of another sheet → its columns.
    """

    names: Mapping[str, Hashable]
    table: Table
    facts: Mapping[str, ColumnFacts]
    others: Mapping[str, Sequence[str]] = MappingProxyType({})


def recognize(
    answers: Any,
    instruments: Iterable[Instrument | str | Path] | FilePath | None = None,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    structure: FilePath | None = None,
    all_rows: bool = False,
    skip_rows: int = 0,
) -> Recognition:
    """Say which instrument a table or a file holds answers to.

    Parameters
    ----------
    answers
        A table, as for `score`, or the path of a file.
    instruments
        Instruments to compare in addition to the shipped ones: a folder of their .toml and .json files, or a
        list of instruments and paths.
    encoding, sheet, structure, all_rows, skip_rows
        As in `read_answers`, for files.

    Returns
    -------
    Recognition
        The instruments with columns for at least half of their items, the likeliest first. Evidence is the
        wording of items where the file has their questions, ids in names of columns (also of both partners,
        as ``_A`` and ``_B``), the number of columns, their options, and whether the values are answers.

    Raises
    ------
    ResponseError
        The file cannot be read.
    InstrumentError
        One of the user's own files is not a valid instrument.

    Examples
    --------
    >>> table = [{f"{who}_ras_{n}": 4 for who in ("P1", "P2") for n in range(1, 8)}]
    >>> found = recognize(table)
    >>> found.best.instrument.id, [part.pattern for part in found.best.sets]
    ('ras', ['P1_{item}', 'P2_{item}'])
    """
    forms = _forms(instruments)
    opening = {
        "encoding": encoding, "sheet": sheet, "structure": structure, "all_rows": all_rows,
        "skip_rows": skip_rows,
    }  # fmt: skip
    opened = _opened(answers, opening)
    index = IdIndex(forms)
    fitting = _found(forms, index, list(opened.names), opened.facts)
    candidates = [_candidate(form, basis, sets, opened) for form, basis, sets in fitting]
    others = {
        sheet: tuple(form.id for form, _, _ in _found(forms, index, names, {}))
        for sheet, names in opened.others.items()
    }
    return Recognition(
        other_sheets={sheet: ids for sheet, ids in others.items() if ids},
        candidates=tuple(sorted(candidates, key=_rank)),
        n_columns=len(opened.names),
        n_rows=len(opened.table),
        n_compared=len(forms),
    )


def _forms(instruments: Any) -> list[Instrument]:
    """Return the shipped instruments and the user's own."""
    forms = [load_shipped(name) for name in shipped_ids()]
    if instruments is None:
        return forms
    if isinstance(instruments, str | os.PathLike):
        folder = as_path(instruments, "instruments")
        if not folder.is_dir():
            raise ResponseError(f"instruments={str(folder)!r}: is not a folder; pass a folder, or a list")
        sources: list[Any] = sorted(path for path in folder.iterdir() if path.suffix in (".toml", ".json"))
    else:
        sources = list(instruments)
    for given in sources:
        if isinstance(given, Instrument):
            forms.append(given)
        else:
            forms.append(load_file(given) if isinstance(given, Path) else load(given))
    return forms


def _opened(answers: Any, opening: Mapping[str, Any]) -> _Sheet:
    """Return the beginning of a table or of a file."""
    if not isinstance(answers, str | os.PathLike):
        table = open_table(answers)
        check_width(len(table.names))
        named = [(text, name) for name in table.names if (text := name_text(name)) is not None]
        texts = {name: name for _, name in named if isinstance(name, str)}  # these come before others
        return _Sheet(dict(named) | texts, table, {})
    with SourceFile.of(opening).open(as_path(answers, "answers")) as file:
        names: dict[str, Hashable] = {name: name for name in file.names}
        check_width(len(names))
        others = file.other_headers()
        for batch in file.batches([], list(names)):
            return _Sheet(names, batch, dict(file.facts.columns), others)
        return _Sheet(names, ListTable({name: [] for name in names}, 0), dict(file.facts.columns), others)


def _found(
    forms: Sequence[Instrument], index: IdIndex, names: Sequence[str], facts: Mapping[str, ColumnFacts]
) -> Iterator[tuple[Instrument, Basis, list[Columns]]]:
    """Yield each instrument that has columns for at least half of its items, by what, and these."""
    sets, runs, questions = index.sets(names), numbered_sets(names), questions_of(names, facts)
    for number, form in enumerate(forms):
        by_text = by_question(form, questions)
        by_id = [part for part in sets.get(number, []) if 2 * len(part.columns) >= len(form.items)]
        if by_text is not None:
            yield form, "wording", [by_text]
        elif by_id:
            yield form, "ids", by_id
        elif numbered := _numbered(form, runs):
            yield form, "numbered columns", numbered


def _numbered(form: Instrument, runs: Mapping[int, Sequence[tuple[str, dict[int, str]]]]) -> list[Columns]:
    """Return runs of columns, numbered as the items of a form, whose names resemble its id."""
    letters = loose(form.id.partition("-")[0]).rstrip("0123456789")  # forms of one family differ in the order
    sets = []
    for pattern, columns in runs.get(len(form.items), ()):
        if len(letters) >= _FEWEST_LETTERS and letters in loose(pattern.replace("{n", "")):
            named = {item.id: columns[n] for n, item in enumerate(form.items, start=1)}
            sets.append(Columns(Affix(pattern.partition("{n")[0], ""), named, pattern))
    return sets


def _candidate(form: Instrument, basis: Basis, sets: Sequence[Columns], opened: _Sheet) -> Candidate:
    """Return an instrument with what speaks for it and against it."""
    n, n_sets = len(form.items), len(sets)
    most = max(len(part.columns) for part in sets)
    sets = sets[:_MOST_SETS]
    fits = [_fit(form, part, opened) for part in sets]
    what = {
        "wording": f"{most} of {n} questions are the texts of its items",
        "ids": f"{most} of {counted(n, 'item')} have a column with their id",
        "numbered columns": f"{n} numbered columns whose name resembles its id",
    }[basis]
    evidence, against = [what], []
    n_answers, n_invalid = (sum(getattr(part, name) for part in fits) for name in ("n_answers", "n_invalid"))
    if n_answers and not n_invalid:
        evidence.append(f"all of {counted(n_answers, 'value')} are answers to their items")
    if n_invalid:
        example = next(part.example for part in fits if part.example is not None)
        values = counted(n_answers, "value")
        against.append(f"{n_invalid} of {values} are not answers to their item, such as {example}")
    if n_sets > _MOST_SETS:
        against.append(f"{n_sets:,} sets of columns have its ids; only the first {_MOST_SETS} were looked at")
    if most < n:
        against.append(f"{n - most} of {counted(n, 'item')} have no column")
    cautions = {text for part in sets for text in _cautions(form, part, opened.facts)}
    return Candidate(
        instrument=form.ref,
        basis=basis,
        n_items=n,
        sets=tuple(fits),
        evidence=tuple(evidence),
        contradictions=(*against, *sorted(cautions)),
    )


def _cautions(form: Instrument, part: Columns, facts: Mapping[str, ColumnFacts]) -> list[str]:
    """Return what contradicts the instrument in the options that the file declares."""
    texts: list[str] = []
    for item, column in part.columns.items():
        if column in facts:
            try:
                read_options(form.item(item), facts[column], column)
            except ResponseError as error:
                texts.append(str(error).partition(". Say what")[0])
    return texts[:1]


def _fit(form: Instrument, part: Columns, opened: _Sheet) -> ColumnSet:
    """Return a set of columns, with how many of their values are answers."""
    sources = []
    for item, column in part.columns.items():
        known = opened.facts.get(column)
        try:
            options = None if known is None else read_options(form.item(item), known, column)
        except ResponseError:
            options = None
        if options is not None:
            sources.append(ItemSource(item, column, "", "", options.meaning))
    keys = dict(zip(form.item_ids, reading_with(sources, AS_THEY_ARE).keys(form), strict=True))
    n_answers = n_invalid = 0
    example = None
    for item, column in part.columns.items():
        cells = listed(opened.table, opened.names[column])[:_MOST_ROWS]
        values = Counter(map(_hashable, cells))
        for value, times in values.items():
            code = keys[item].decode(value)
            n_answers += times
            if code == PROBLEM:
                n_invalid += times
                example = example or f"{shortened(value)} in {column}"
    return ColumnSet(
        whose=part.affix.shown,
        pattern=part.pattern,
        columns=dict(part.columns),
        n_answers=n_answers,
        n_invalid=n_invalid,
        example=example,
    )


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | float | str | type(None)) else str(value)


def _rank(candidate: Candidate) -> tuple[Any, ...]:
    """Return the order of a candidate among others: fewer contradictions, better basis, more items."""
    basis = ("wording", "ids", "numbered columns").index(candidate.basis)
    return (len(candidate.contradictions), basis, -candidate.n_found, candidate.instrument.id)
