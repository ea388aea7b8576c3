"""The base of all readers of platforms: how one is recognised, and what may describe its file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.base import BATCH_ROWS, AnswerFile
from intimacy_scales.files.head import Head
from intimacy_scales.reading.frames import ListTable, Table


class OpenOptions(NamedTuple):
    """How the file of a platform is opened.

    Attributes
    ----------
    encoding
        Encoding of a text file; None to detect it.
    structure
        A file that describes the questions and options; None if it is not given.
    all_rows
        Whether to keep rows that the platform marks as previews or tests.
    sheet
        Name of the sheet of a workbook; None: the first that is not hidden.
    """

    encoding: str | None = None
    structure: Path | None = None
    all_rows: bool = False
    sheet: str | None = None


USUAL = OpenOptions()


class Platform(AnswerFile):
    """A file that a survey platform, or a statistics program, wrote.

    Attributes
    ----------
    structure_is
        What a file that describes its questions and options is, for messages; None if the platform has none.
    leaves_out
        Rows that are left out unless ``all_rows`` is said, for messages; None if all are read anyway.
    has_encoding
        Whether files can be in several encodings of text; otherwise the format settles it.
    """

    structure_is: ClassVar[str | None] = None
    leaves_out: ClassVar[str | None] = None
    has_encoding: ClassVar[bool] = True

    @classmethod
    @abstractmethod
    def detect(cls, head: Head) -> bool:
        """Tell from the beginning of a file whether this platform wrote it."""

    @classmethod
    def describes(cls, head: Head) -> bool:
        """Tell from the beginning of a structure whether it is of this platform, and belongs to any table."""
        del head
        return False

    @classmethod
    def is_described_by(cls, head: Head, structure: Path) -> bool:
        """Tell whether a structure shows that this platform wrote a file that does not show it itself."""
        return head.is_table_of_text and structure.is_file() and cls.describes(Head.of(structure))

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        """Open a file."""
        del how
        super().__init__(path)


class LoadedFile(Platform):
    """A file that is read as a whole when it is opened, as its format requires.

    Subclasses implement `_load`, which returns the columns and records facts. If it leaves rows out, it sets
    ``_row_numbers`` to the numbers of the others in the file, from 0.
    """

    def __init__(self, path: Path, how: OpenOptions = USUAL) -> None:
        super().__init__(path, how)
        self._row_numbers: NDArray[np.intp] | None = None
        self._columns = self._load(path, how)
        self.names = list(self._columns)
        self.size = max(map(len, self._columns.values()), default=0)

    @abstractmethod
    def _load(self, path: Path, how: OpenOptions) -> dict[str, list[Any]]:
        """Return the columns, equally long, with None where there is no value.

        Raises
        ------
        ResponseError
            The file is damaged, or not what it seems to be.
        """

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        wanted = list(dict.fromkeys(map(str, [*items, *others])))
        for start in range(0, self.size, BATCH_ROWS):
            stop = min(start + BATCH_ROWS, self.size)
            self.position = stop
            table = ListTable({name: self._columns[name][start:stop] for name in wanted}, stop - start)
            if self._row_numbers is not None:
                table.row_numbers = self._row_numbers[start:stop]
            yield table
