"""The files that a job reads and writes, none of which overwrites another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.replacement import target_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPaths:
    """The paths of the answers, of the output, and of the file of bad cells.

    Attributes
    ----------
    source, output, problems
        The last two may be None: they are then not written.
    """

    source: Path
    output: Path | None
    problems: Path | None

    @classmethod
    def of(
        cls,
        source: FilePath,
        output: FilePath | None,
        problems: FilePath | None,
    ) -> Self:
        """Return the paths of a job, checked.

        Raises
        ------
        ResponseError
            An argument is not a path, or a file would overwrite another.
        """
        paths = cls(
            source=as_path(source, "source"),
            output=None if output is None else as_path(output, "output"),
            problems=None if problems is None else as_path(problems, "problems"),
        )
        paths._check()
        return paths

    def _check(self) -> None:
        written = [path for path in (self.output, self.problems) if path is not None]
        for path in written:
            if target_of(path) == target_of(self.source):
                raise ResponseError(f"{path}: would overwrite the answers; choose another name")
        if len(set(map(target_of, written))) < len(written):
            raise ResponseError(f"{self.output}: would overwrite the problems; choose another name")
