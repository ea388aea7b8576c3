"""Options that commands share, and how their texts are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import typer

from intimacy_scales.errors import ResponseError, UnknownInstrumentError
from intimacy_scales.instrument import Instrument, ItemBank
from intimacy_scales.instrument.loading import known_id, load, load_either, shipped_ids
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.reading.answers import stored_value

_OTHER_FILE = re.compile(r"\.(csv|txt|tsv|ya?ml|xlsx|ini|jsonl|md)$", re.IGNORECASE)


class OnInvalidChoice(StrEnum):
    """What to do about cells that are no answers."""

    RAISE = "raise"
    MISSING = "missing"

    def as_option(self) -> Literal["raise", "missing"]:
        """Return it as functions have it."""
        return "raise" if self is OnInvalidChoice.RAISE else "missing"


AnswersFile = Annotated[
    Path, typer.Argument(help="Answers: .csv, .tsv, .txt, .parquet, .jsonl, .ndjson or .xlsx.")
]
InstrumentName = Annotated[str, typer.Option("--instrument", "-i", help="Id or file of the instrument.")]
ColumnsText = Annotated[
    str | None,
    typer.Option(
        help="Pattern such as 'q{n}' ({n}: position from 1, {item}: id), or a .toml or .json file of "
        'item = "column".'
    ),
]
PersonColumn = Annotated[str | None, typer.Option(help="Column of persons' ids, for messages.")]
MissingCodes = Annotated[
    list[str] | None, typer.Option(help="Value that means no answer, such as -99; may be repeated.")
]
RecodePairs = Annotated[
    list[str] | None,
    typer.Option(
        help="STORED=ANSWER for answers stored in another way, such as 0=1; repeated for every one of them. "
        "STORED= alone: no answer."
    ),
]
OnInvalidOption = Annotated[
    OnInvalidChoice, typer.Option(help="Bad cells: stop and write nothing, or count them as missing.")
]
AllowMissingItems = Annotated[
    bool, typer.Option("--allow-missing-items", help="Items without a column were skipped by everyone.")
]
ProblemsFile = Annotated[Path | None, typer.Option(help="Write every bad cell to this .csv file.")]
CodingName = Annotated[
    str | None,
    typer.Option(help="How answers were stored, if not as the printed value: a coding that show names."),
]
LanguageName = Annotated[
    str | None,
    typer.Option(help="Language in which it was answered, such as de; its labels are read as answers."),
]
VariantName = Annotated[
    str | None,
    typer.Option(help="Form of gendered words in that language, such as feminine; show names them."),
]
FormVersion = Annotated[
    str | None,
    typer.Option(
        "--form-version",
        help="Version of the instrument that was answered, such as 0.2.0; show names them. By default the "
        "current one.",
    ),
]
SheetName = Annotated[
    str | None, typer.Option(help="Sheet of a workbook; by default the first that is not hidden.")
]
EncodingName = Annotated[str | None, typer.Option(help="Encoding of a text file, if not detected.")]


def typed_source(text: str) -> str | Path:
    """Return what a person typed as an id, or as a path where it looks like one.

    Only here, where files are those of the person who types: functions read a text as an id.
    """
    is_path = text.casefold().endswith((".toml", ".json")) or "/" in text or "\\" in text
    return Path(text) if is_path else text


class Wanted(NamedTuple):
    """Which wording of an instrument is wanted: arguments of `load`, each None where it was not asked for."""

    version: str | None
    language: str | None
    variant: str | None


AS_IT_IS = Wanted(None, None, None)


def load_for(name: str, wanted: Wanted, coding: str | None = None) -> Instrument:
    """Load the instrument, in the version, wording and coding of the answers."""
    form = load(typed_source(name), **wanted._asdict())
    return form if coding is None else form.with_coding(coding)


def load_named(name: str, wanted: Wanted) -> Instrument | ItemBank:
    """Load an instrument or an item bank, which there is in one wording only.

    Raises
    ------
    UnknownInstrumentError
        There is nothing of that name, or a bank is wanted in another wording.
    """
    if known_id(name, shipped_ids()) is not None:
        return load_for(name, wanted)
    found = load_either(typed_source(name))
    if isinstance(found, ItemBank):
        if wanted != AS_IT_IS:
            raise UnknownInstrumentError(
                f"{found.id} is an item bank, which is read as it was written: --form-version, --language "
                "and --variant are of instruments, such as those that are made of it"
            )
        return found
    return found if wanted == AS_IT_IS else load_for(name, wanted)


def read_columns(text: str | None) -> Any:
    """Read ``--columns``: a pattern, or a TOML or JSON file of ``item = "column"``."""
    if text is None:
        return None
    if not text.casefold().endswith((".toml", ".json")):
        if "{" not in text and (Path(text).is_file() or _OTHER_FILE.search(text)):
            raise ResponseError(
                f"--columns {text}: a file that says which column each item is in ends in .toml, with lines "
                'of item = "column", or in .json, with {"item": "column"}'
            )
        return text
    import json
    import tomllib

    try:
        content = Path(text).read_text(encoding="utf-8-sig")
        mapping = tomllib.loads(content) if text.casefold().endswith(".toml") else json.loads(content)
    except (OSError, ValueError) as error:
        raise ResponseError(f"--columns {text}: cannot be read: {error}") from None
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise ResponseError(f'--columns {text}: must hold lines of item = "column"')
    return mapping


def read_missing_codes(codes: Sequence[str]) -> list[int | float | str]:
    """Read codes given as text: numbers where they are numbers."""
    return [_number_or_text(code) for code in codes]


def read_recode(pairs: Sequence[str]) -> dict[Any, Any] | None:
    """Read ``--recode``: what was stored, and the answer that it stands for."""
    read: dict[Any, Any] = {}
    first: dict[Any, str] = {}
    for pair in pairs:
        stored, equals, answer = pair.rpartition("=")
        if equals and not stored.strip():
            raise ResponseError(
                f"--recode {pair}: a blank is no answer, and cannot be recoded. If it stands for "
                "one, fill that in in the file first (docs/how-to/score-files.md)"
            )
        if not equals:
            raise ResponseError(f"--recode {pair}: write STORED=ANSWER, such as --recode 0=1 --recode 1=2")
        value = _number_or_text(stored.strip())
        name = stored_value(value)
        if name in first:
            raise ResponseError(
                f"--recode {pair}: --recode {first[name]} was given before it, and a stored value stands "
                "for one answer; leave one of them out"
            )
        first[name] = pair
        read[value] = _number_or_text(answer.strip()) if answer.strip() else None
    return read or None


def _number_or_text(text: str) -> int | float | str:
    number = as_number(text)
    return text if number is None else number
