"""The parts of a job over many files, and the names of their outputs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.formats import endings
from intimacy_scales.interop.answers.opening import ENDINGS, ENDINGS_OF_ANY
from intimacy_scales.messages import shortened_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of several.

    Attributes
    ----------
    source
        The file of answers.
    within
        Its path relative to the common folder.
    name
        That path with the ending of the output.
    """

    source: Path
    within: str
    name: str

    @property
    def problems(self) -> str:
        """The relative path of its file of bad cells."""
        return self.name if self.name.endswith(".csv") else f"{self.name}.csv"

    def stamp(self) -> dict[str, int]:
        """Return the figures of the file by which a change is noticed."""
        status = self.source.stat()
        return {
            "size": status.st_size,
            "modified_ns": status.st_mtime_ns,
            "changed_ns": status.st_ctime_ns,  # differs if another file of the same size and time replaced it
            "inode": status.st_ino,
        }


class Parts(NamedTuple):
    """Several files, and their common folder."""

    folder: Path
    parts: tuple[Part, ...]


def is_several(source: FilePath | Sequence[FilePath]) -> bool:
    """Return whether a source names several files: a folder, a pattern, or a list of them."""
    if isinstance(source, str | os.PathLike):
        path = as_path(source, "source")
        return path.is_dir() or (has_magic(str(source)) and not path.is_file())
    return True


def parts_of(source: FilePath | Sequence[FilePath], folder: Path, ending: str | None) -> Parts:
    """Return the files of a folder, a pattern or a list, in the order of their names.

    Parameters
    ----------
    source
        A folder (with its subfolders, except names that begin with ``_`` or ``.``), a pattern such as
        ``answers/*.parquet``, or a list of files and patterns. Files that may also be surveys, such as .json,
        are chosen by patterns or listed.
    folder
        Folder of the outputs, whose files are never read as answers.
    ending
        Ending of the outputs; None: that of the file of answers.

    Raises
    ------
    ResponseError
        There are no files, the ending of one is unknown, or two would have the same output.
    """
    common, files = _files_of(source)
    if folder.resolve() == common.resolve():
        raise ResponseError(f"{folder}: the scores would be written among the answers; choose another folder")
    if common.resolve() in folder.resolve().parents:
        files = [file for file in files if folder.resolve() not in file.resolve().parents]
    files = sorted(files)
    if not files:
        raise ResponseError(
            f"{shortened_text(source)}: there are no files of answers; allowed endings: {_allowed()}"
        )
    is_folder = isinstance(source, str | os.PathLike) and as_path(source, "source").is_dir()
    _check_endings(files, common, (*_known(), *(() if is_folder else ENDINGS_OF_ANY)))
    writable = endings(output=True).split(", ")
    parts, written = [], dict[str, Path]()
    for file in files:
        suffix = file.suffix.lower() if ending is None else ending
        name = file.relative_to(common).with_suffix(suffix if suffix in writable else ".csv").as_posix()
        part = Part(source=file, within=file.relative_to(common).as_posix(), name=name)
        for target in {name, part.problems}:
            if (other := written.setdefault(target.casefold(), file)) != file:
                raise ResponseError(f"{file} and {other} would both be written to {target}")
        parts.append(part)
    return Parts(common, tuple(parts))


def _known() -> tuple[str, ...]:
    """Return the endings of files that hold answers and nothing else."""
    return (*endings().split(", "), *ENDINGS)


def _allowed() -> str:
    return ", ".join((*_known(), *ENDINGS_OF_ANY))


def _check_endings(files: Sequence[Path], common: Path, known: Sequence[str]) -> None:
    """Raise if a file has an ending of no known format of answers."""
    others = [file for file in files if file.suffix.lower() not in known]
    if not others:
        return
    readable = (*_known(), *ENDINGS_OF_ANY)
    found_endings = dict.fromkeys(file.suffix for file in files if file.suffix.lower() in readable)
    patterns = " ".join(f"'{common}/*{ending}'" for ending in found_endings)
    advice = f"; select the others by patterns, such as {patterns}" if found_endings else ""
    raise ResponseError(
        f"{others[0]}: is not a file of answers by its name; allowed endings: {', '.join(known)}{advice}"
    )


def _files_of(source: FilePath | Sequence[FilePath]) -> tuple[Path, list[Path]]:
    """Return the common folder of several files, and the files."""
    if isinstance(source, str | os.PathLike):
        path = as_path(source, "source")
        if path.is_dir():
            return path, _below(path)
        return _matching(path)
    if not isinstance(source, Sequence):
        as_path(source, "source")  # raises
    files: list[Path] = []
    for path in (as_path(entry, "source") for entry in source):
        if path.is_file():
            files.append(path)
        elif has_magic(str(path)):
            files += _matching(path)[1]
        else:
            raise ResponseError(
                f"{path}: is a folder, or does not exist; allowed in a list: files and patterns"
            )
    # absolute and without .., but with the names of links, which resolve() would replace
    files = [Path(os.path.abspath(file)) for file in files]  # noqa: PTH100
    return _common(files), list(dict.fromkeys(files))


def _below(folder: Path) -> list[Path]:
    """Return the files of a folder and its subfolders.

    Raises
    ------
    ResponseError
        There is a link to a folder, which could lead in a circle.
    """
    files = []
    for path in folder.rglob("*"):
        if _hidden(path, folder):
            continue
        if path.is_symlink() and path.is_dir():
            raise ResponseError(
                f"{path}: is a link to a folder, which is not followed; pass a pattern for its files"
            )
        if path.is_file():
            files.append(path)
    return files


def _matching(pattern: Path) -> tuple[Path, list[Path]]:
    """Return the folder above the first wildcard of a pattern, and the files that match."""
    names = list(takewhile(lambda name: not has_magic(name), pattern.parts))
    folder = Path(*names) if len(names) < len(pattern.parts) else pattern.parent
    paths = folder.glob(pattern.relative_to(folder).as_posix())
    return folder, [path for path in paths if path.is_file() and not _hidden(path, folder)]


def _common(files: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all files."""
    folders = [file.parent.parts for file in files]
    shared = 0
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        shared += 1
    return Path(*folders[0][:shared]) if files else Path()


def _hidden(file: Path, folder: Path) -> bool:
    return any(name.startswith(("_", ".")) for name in file.relative_to(folder).parts)
