"""Advice where the first rows of a table are header rows of an export that were read as answers."""

from __future__ import annotations

from intimacy_scales.reading.problems import Problems

_IMPORT_ID = '{"ImportId"'  # the third header row of Qualtrics
_FEWEST = 3  # different texts in a row, from which it is a header rather than labels
_ADVICE = "Read the file with read_answers(path), which knows them, or leave them out: "


def header_rows_advice(problems: Problems, n_items: int) -> str:
    """Return what to do about header rows among the answers; an empty text where there are none.

    Exports of Qualtrics have two or three header rows, and a data frame takes the first alone for names.
    """
    columns = problems.columns
    if problems.offset or len(columns) < n_items:
        return ""
    first = [dict(zip(map(int, part.rows[:2]), part.values[:2], strict=True)) for part in columns]
    if all(str(cells.get(1, "")).startswith(_IMPORT_ID) for cells in first):
        return (
            "The first 2 rows are the question texts and ImportIds of an export of Qualtrics, not answers. "
            f"{_ADVICE}table.iloc[2:] in pandas."
        )
    texts = [cells.get(0) for cells in first]
    recurs = any(text in list(part.values[1:]) for text, part in zip(texts, columns, strict=True))
    if len(set(map(str, texts))) < max(_FEWEST, n_items) or recurs or not all(_is_words(t) for t in texts):
        return ""
    return (
        "The first row holds another text for each item, like the second header row of some exports "
        f"(Qualtrics before 2017). {_ADVICE}table.iloc[1:] in pandas."
    )


def _is_words(value: object) -> bool:
    return isinstance(value, str) and sum(character.isalpha() for character in value) > 1
