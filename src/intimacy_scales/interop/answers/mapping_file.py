"""Mapping files: how a file of answers was read, as TOML, so that the next run reads it in the same way."""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.replacement import Replacement, put_text
from intimacy_scales.interop.answers.mapping_report import (
    NOTHING_DECLARED,
    DeclaredOptions,
    ItemMapping,
    MappingReport,
)
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.reading.answer_keys import Meaning
from intimacy_scales.reading.answers import Recode, as_missing_codes, as_recode

_TABLES = ("file", "instrument", "columns", "missing_codes", "missing_ranges", "recode", "declared")
_OF_INSTRUMENT = ("id", "version", "digest", "key_digest")
_DECLARED = tuple(f.name for f in fields(DeclaredOptions))
_OF_FILE = ("platform", "encoding", "sheet", "structure", "all_rows", "skip_rows")


class SavedMapping(NamedTuple):
    """The content of a mapping file.

    Attributes
    ----------
    source
        Its path.
    platform
        The platform of the file for which it was saved; None: any.
    opening
        Options of opening the file, such as ``sheet``.
    columns
        Item → column.
    meanings
        Item → what its stored values mean.
    recode
        What stored values of all items stand for, in addition.
    instrument
        Id, version and digests of the instrument for which it was saved; empty if it does not say.
    declared
        Item → what the file for which it was saved says of the options of its column.
    """

    source: Path
    platform: str | None
    opening: Mapping[str, Any]
    columns: Mapping[str, str]
    meanings: Mapping[str, Meaning]
    recode: Recode = ()
    instrument: Mapping[str, str] = MappingProxyType({})
    declared: Mapping[str, DeclaredOptions] = MappingProxyType({})


def save_mapping(report: MappingReport, path: FilePath) -> None:
    r"""Write how a file was read to a TOML file.

    Parameters
    ----------
    report
        The mapping report of the file.
    path
        The file to write; an older one is replaced. A structure is named by its path from there.

    Raises
    ------
    ResponseError
        The report is of a file that was read without an instrument, or the file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.interop import read_answers
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1,kmss_2,kmss_3\n6,5,6\n")
    ...     save_mapping(read_answers(path, "kmss").report, Path(folder, "map.toml"))
    ...     print(Path(folder, "map.toml").read_text().splitlines()[1:5])
    ['[file]', 'platform = "delimited text"', '', '[instrument]']
    """
    target = as_path(path, "save_mapping")
    if report.instrument is None:
        raise ResponseError("save_mapping: no items were looked for; read the file with an instrument")
    if target.suffix.lower() != ".toml":
        raise ResponseError(f"save_mapping={str(target)!r}: the ending is not valid; allowed: .toml")
    with Replacement(target) as new:
        put_text(new, "\n".join(_lines(report, target.parent)) + "\n")


def _lines(report: MappingReport, folder: Path) -> Iterator[str]:
    assert report.instrument is not None
    yield f"# How {report.file} is read for {report.instrument.named}: pass it as mapping= or --mapping."
    yield "[file]"
    yield f"platform = {_value(report.platform)}"
    for name in _OF_FILE[1:]:
        value = report.opening.get(name)
        if value:
            yield f"{name} = {_value(_seen_from(folder, value) if name == 'structure' else value)}"
    yield "\n[instrument]"
    ref = report.instrument
    for name, value in zip(_OF_INSTRUMENT, (ref.id, ref.version, ref.digest, report.key_digest), strict=True):
        yield f"{name} = {_value(value)}"
    yield from _lines_of_items(report.items)


def _lines_of_items(items: Sequence[ItemMapping]) -> Iterator[str]:
    yield "\n[columns]"
    for item in items:
        if item.column is not None:
            yield f"{_key(item.item)} = {_value(item.column)}"
    yield "\n[missing_codes]"
    for item in items:
        if item.missing:
            yield f"{_key(item.item)} = [{', '.join(map(_value, item.missing))}]"
    yield "\n[missing_ranges]"
    for item in items:
        if item.missing_ranges:
            parts = (f"[{_value(float(low))}, {_value(float(high))}]" for low, high in item.missing_ranges)
            yield f"{_key(item.item)} = [{', '.join(parts)}]"
    for item in items:
        if item.recode:
            yield f'\n[recode.{_key(item.item)}]  # stored value = answer; "" = no answer'
            for stored, answer in item.recode:
                yield f"{_key(str(stored))} = {_value('' if answer is None else answer)}"
    for item in items:
        yield from _lines_of_declared(item)


def _lines_of_declared(item: ItemMapping) -> Iterator[str]:
    if item.declared == NOTHING_DECLARED:
        return
    yield f"\n[declared.{_key(item.item)}]  # by the file; another file is compared with it"
    for name in _DECLARED:
        if pairs := getattr(item.declared, name):
            yield f"{name} = [{', '.join(map(_pair, pairs))}]"


def _pair(pair: tuple[Any, Any]) -> str:
    return "[" + ", ".join('""' if one is None else _value(one) for one in pair) + "]"


def _seen_from(folder: Path, structure: str) -> str:
    """Return the path of a structure as seen from the folder of the mapping file; absolute paths stay."""
    path = Path(structure)
    return structure if path.is_absolute() else Path(os.path.relpath(path, folder)).as_posix()


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else ("inf" if value > 0 else "-inf")
    # TOML's basic strings are JSON's, apart from the character DEL
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def read_mapping(path: FilePath) -> SavedMapping:
    """Read a mapping file.

    Raises
    ------
    ResponseError
        It is not TOML, or has a table or value that mapping files do not have.
    """
    source = as_path(path, "mapping")
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ResponseError(f"mapping={str(source)!r}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ResponseError(f"mapping={str(source)!r}: is not TOML: {error}") from None
    _check_names(source, content, _TABLES, "table")
    tables = {name: _table(source, content, name) for name in _TABLES}
    _check_names(source, tables["file"], _OF_FILE, "name in [file]")
    common = {stored: one for stored, one in tables["recode"].items() if not isinstance(one, dict)}
    tables["recode"] = {item: one for item, one in tables["recode"].items() if isinstance(one, dict)}
    items = dict.fromkeys(
        [*tables["columns"], *tables["missing_codes"], *tables["missing_ranges"], *tables["recode"]]
    )
    opening = {name: value for name, value in tables["file"].items() if name != "platform"}
    if "structure" in opening:  # in the folder of the mapping file, unless its path says another
        opening["structure"] = source.parent / str(opening["structure"])
    for item, column in tables["columns"].items():
        if not isinstance(column, str):
            raise ResponseError(
                f"mapping={str(source)!r}: columns.{item} = {shortened(column)} is not valid; write a text"
            )
    return SavedMapping(
        source=source,
        platform=tables["file"].get("platform"),
        opening=opening,
        columns=tables["columns"],
        meanings={item: _meaning(source, tables, item) for item in items},
        recode=_recode(common),
        instrument=_checked_instrument(source, tables["instrument"]),
        declared={item: _declared(source, item, of_item) for item, of_item in tables["declared"].items()},
    )


def _checked_instrument(source: Path, table: Mapping[str, Any]) -> Mapping[str, str]:
    _check_names(source, table, _OF_INSTRUMENT, "name in [instrument]")
    for name, value in table.items():
        if not isinstance(value, str):
            raise ResponseError(
                f"mapping={str(source)!r}: instrument.{name} = {shortened(value)} is not valid; write a text"
            )
    return table


def _declared(source: Path, item: str, table: Any) -> DeclaredOptions:
    """Return what the file of a mapping said of a column; raise where it is not written in pairs."""
    where = f"mapping={str(source)!r}: declared.{item}"
    if not isinstance(table, dict):
        raise ResponseError(f"{where} must be a table, as in [declared.{item}]")
    _check_names(source, table, _DECLARED, f"name in [declared.{item}]")
    for name, pairs in table.items():
        if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
            raise ResponseError(f'{where}.{name} must be a list of pairs, as in [[1, "never"]]')
    return DeclaredOptions(**{name: tuple(map(tuple, pairs)) for name, pairs in table.items()})


def _check_names(source: Path, table: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for name in table:
        if name not in known:
            raise ResponseError(
                f"mapping={str(source)!r}: {shortened(name)} is not a {what}; allowed: {', '.join(known)}"
                f"{suggest(name, known)}"
            )


def _table(source: Path, content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise ResponseError(f"mapping={str(source)!r}: {name} must be a table, as in [{name}]")
    return table


def _meaning(source: Path, tables: Mapping[str, Mapping[str, Any]], item: str) -> Meaning:
    """Return what stored values of an item mean; raise where the file says something else."""
    ranges = tables["missing_ranges"].get(item, [])
    try:
        ends = tuple((float(low), float(high)) for low, high in ranges)
    except (TypeError, ValueError):
        raise ResponseError(
            f"mapping={str(source)!r}: missing_ranges.{item} must be pairs of numbers, as in [[-999, -1]]"
        ) from None
    recode = _recode(tables["recode"].get(item, {}))
    return Meaning(as_missing_codes(tables["missing_codes"].get(item)), ends, recode)


def _recode(pairs: Mapping[str, Any]) -> Recode:
    """Return a table of stored = answer as pairs."""
    return as_recode({stored: None if answer == "" else answer for stored, answer in pairs.items()})
