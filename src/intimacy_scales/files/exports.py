"""Exports of survey platforms that look like plain tables but are not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, detect_separator
from intimacy_scales.files.head import Head

_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']""")
_SAMPLE = 200


class QualtricsFile(DelimitedFile):
    """A Qualtrics CSV file, with question texts and import ids in the rows below the header."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether one of the two rows below the header has Qualtrics' import ids."""
        if head.text is None or "ImportId" not in head.text:
            return False
        lines = head.text.lstrip("\r\n").splitlines(keepends=True)[:_SAMPLE]
        try:
            rows = list(csv.reader(lines, delimiter=detect_separator(lines)))
        except csv.Error:
            return False
        return any(_IMPORT_ID.match(cell) for row in rows[1:3] for cell in row)

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        super().__init__(path, encoding)
        raise ResponseError(
            f"{path}: the rows below the header are Qualtrics' question texts and import ids, not "
            "answers; remove them and score the file again"
        )
