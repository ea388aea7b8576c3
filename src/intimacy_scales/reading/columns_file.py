"""Files that say which column holds the answers to which item, as TOML or JSON."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from intimacy_scales.errors import ResponseError

_ALLOWED = (
    'allowed for a file of columns: .toml, with lines of item = "column", and .json, with {"item": "column"}'
)


def columns_of_file(path: Path, name: str = "columns") -> dict[str, str]:
    """Return item → column, as a file says; ``name`` is the option in messages.

    Raises
    ------
    ResponseError
        The file cannot be read, has another ending, or holds something else.
    """
    ending = path.suffix.casefold()
    if ending not in (".toml", ".json"):
        raise ResponseError(f"{name} {path}: the ending is not valid; {_ALLOWED}")
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ResponseError(f"{name} {path}: cannot be read: {error}") from None
    try:
        mapping = tomllib.loads(content) if ending == ".toml" else json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ResponseError(
            f"{name} {path}: cannot be read: {error}. Texts stand in quotes; {_ALLOWED}"
        ) from None
    if not isinstance(mapping, dict) or not all(isinstance(column, str) for column in mapping.values()):
        raise ResponseError(f'{name} {path}: must hold lines of item = "column"')
    return mapping
