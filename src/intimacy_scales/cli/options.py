"""The options that commands share, and the functions that read their texts."""

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
from intimacy_scales.reading.columns_file import columns_of_file

_OTHER_FILE = re.compile(r"\.(csv|txt|tsv|ya?ml|xlsx|ini|jsonl|md)$", re.IGNORECASE)


class OnInvalidChoice(StrEnum):
    """The treatment of bad cells."""

    RAISE = "raise"
    MISSING = "missing"

    def as_option(self) -> Literal["raise", "missing"]:
        """Return the choice as the value of ``on_invalid=``."""
        return "raise" if self is OnInvalidChoice.RAISE else "missing"


AnswersFile = Annotated[
    Path, typer.Argument(help="Answers: .csv, .tsv, .txt, .parquet, .jsonl, .ndjson or .xlsx.")
]


def complete_ids(incomplete: str) -> list[str]:
    """Return the shipped ids that begin so, for the shell."""
    return [name for name in shipped_ids() if name.startswith(incomplete)]


InstrumentName = Annotated[
    str,
    typer.Option("--instrument", "-i", help="Id or file of the instrument.", autocompletion=complete_ids),
]
ColumnsText = Annotated[
    str | None,
    typer.Option(
        help="Pattern such as 'q{n}' ({n}: position from 1, {item}: id), or a .toml or .json file of "
        'item = "column".'
    ),
]
PersonColumn = Annotated[str | None, typer.Option(help="Column of persons' ids, for messages.")]
MissingCodes = Annotated[
    list[str] | None,
    typer.Option(help="Value that stands for a missing answer, such as -99; may be repeated."),
]
RecodePairs = Annotated[
    list[str] | None,
    typer.Option(
        help="STORED=ANSWER for answers stored as other values, such as 0=1; repeated for each of them. "
        "STORED= without ANSWER: missing."
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
    typer.Option(help="Coding of the answers, if not stored as printed values; listed by the command show."),
]
LanguageName = Annotated[
    str | None,
    typer.Option(help="Language of the answers, such as de; labels in it are read as answers."),
]
VariantName = Annotated[
    str | None,
    typer.Option(
        help="Form of gendered words in that language, such as feminine; listed by the command show."
    ),
]
FormVersion = Annotated[
    str | None,
    typer.Option(
        "--form-version",
        help="Version of the instrument that was answered, such as 0.2.0; by default the current one. Listed "
        "by the command show.",
    ),
]


def typed_source(text: str) -> str | Path:
    """Return a typed text as an id, or as a path if it looks like one.

    Functions of the library take every text as an id; on the command line, files are the user's own.
    """
    is_path = text.casefold().endswith((".toml", ".json")) or "/" in text or "\\" in text
    return Path(text) if is_path else text


class Wanted(NamedTuple):
    """The requested version and wording of an instrument: arguments of `load`, None if not given."""

    version: str | None
    language: str | None
    variant: str | None


AS_IT_IS = Wanted(None, None, None)


def load_for(name: str, wanted: Wanted, coding: str | None = None) -> Instrument:
    """Load the instrument, in the version, wording and coding of the answers."""
    form = load(typed_source(name), **wanted._asdict())
    return form if coding is None else form.with_coding(coding)


def load_named(name: str, wanted: Wanted) -> Instrument | ItemBank:
    """Load an instrument, or an item bank, which has one wording only.

    Raises
    ------
    UnknownInstrumentError
        The name is unknown, or another wording of a bank was requested.
    """
    if known_id(name, shipped_ids()) is not None:
        return load_for(name, wanted)
    loaded = load_either(typed_source(name))
    if isinstance(loaded, ItemBank):
        if wanted != AS_IT_IS:
            raise UnknownInstrumentError(
                f"{loaded.id} is an item bank, which has one wording only: --form-version, --language and "
                "--variant are for instruments, such as those made from it"
            )
        return loaded
    return loaded if wanted == AS_IT_IS else load_for(name, wanted)


def read_columns(text: str | None) -> Any:
    """Return the value of ``--columns``: a pattern, or the content of a TOML or JSON file."""
    if text is None:
        return None
    is_named = text.casefold().endswith((".toml", ".json"))
    if is_named or ("{" not in text and (Path(text).is_file() or _OTHER_FILE.search(text))):
        return columns_of_file(Path(text), "--columns")
    return text


def read_missing_codes(codes: Sequence[str]) -> list[int | float | str]:
    """Return codes that were typed, as numbers where they are numbers."""
    return [_number_or_text(code) for code in codes]


def read_recode(pairs: Sequence[str]) -> dict[Any, Any] | None:
    """Return the pairs of ``--recode`` as stored value → answer; None without any."""
    answers: dict[Any, Any] = {}
    pairs_read: dict[Any, str] = {}
    for pair in pairs:
        stored, equals, answer = pair.rpartition("=")
        if equals and not stored.strip():
            raise ResponseError(
                f"--recode {pair}: a blank is a missing answer, and cannot be recoded. If it stands for an "
                "answer, fill in that answer in the file first (docs/how-to/score-files.md)"
            )
        if not equals:
            raise ResponseError(f"--recode {pair}: write STORED=ANSWER, such as --recode 0=1 --recode 1=2")
        value = _number_or_text(stored.strip())
        name = stored_value(value)
        if name in pairs_read:
            raise ResponseError(
                f"--recode {pair}: --recode {pairs_read[name]} has the same stored value, which stands for "
                "one answer only; leave one of them out"
            )
        pairs_read[name] = pair
        answers[value] = _number_or_text(answer.strip()) if answer.strip() else None
    return answers or None


def _number_or_text(text: str) -> int | float | str:
    number = as_number(text)
    return text if number is None else number
