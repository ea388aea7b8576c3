"""Answers in many files: which parts there are, and what each is called."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from intimacy_scales.errors import ResponseError, shortened_text
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.formats import endings


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of several.

    Attributes
    ----------
    source
        The file of answers.
    within
        Its path in their common folder.
    name
        That path with the ending of its output.
    """

    source: Path
    within: str
    name: str

    @property
    def problems(self) -> str:
        """The path of its file of bad cells."""
        return self.name if self.name.endswith(".csv") else f"{self.name}.csv"

    def seen(self) -> dict[str, int]:
        """Return by what a change of the file is noticed."""
        found = self.source.stat()
        return {
            "size": found.st_size,
            "modified_ns": found.st_mtime_ns,
            "changed_ns": found.st_ctime_ns,  # also where a file of the same size and time takes its place
            "inode": found.st_ino,
        }


class Parts(NamedTuple):
    """Several files, and the folder that they have in common."""

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
        A folder (with those below it, but for names that begin with ``_`` or ``.``), a pattern such as
        ``answers/*.parquet``, or a list of files and patterns.
    folder
        Where the outputs go: what stands there are no answers.
    ending
        Of the outputs; None: each as its file.

    Raises
    ------
    ResponseError
        There are none, one is no file of answers by its ending, or two would be written to one.
    """
    common, found = _files_of(source)
    if folder.resolve() == common.resolve():
        raise ResponseError(f"{folder}: the scores would stand among the answers; choose another folder")
    if common.resolve() in folder.resolve().parents:
        found = [file for file in found if folder.resolve() not in file.resolve().parents]
    files = sorted(found)
    if not files:
        raise ResponseError(f"{shortened_text(source)}: there are no files of answers ({endings()})")
    _check_endings(files, common)
    writable = endings(output=True).split(", ")
    parts, written = [], dict[str, Path]()
    for file in files:
        new = file.suffix.lower() if ending is None else ending
        name = file.relative_to(common).with_suffix(new if new in writable else ".csv").as_posix()
        part = Part(source=file, within=file.relative_to(common).as_posix(), name=name)
        for target in {name, part.problems}:
            if (other := written.setdefault(target.casefold(), file)) != file:
                raise ResponseError(f"{file} and {other} would both be written to {target}")
        parts.append(part)
    return Parts(common, tuple(parts))


def _check_endings(files: Sequence[Path], common: Path) -> None:
    known = endings().split(", ")
    others = [file for file in files if file.suffix.lower() not in known]
    if not others:
        return
    there = dict.fromkeys(file.suffix for file in files if file.suffix.lower() in known)
    patterns = " ".join(f"'{common}/*{ending}'" for ending in there)
    advice = (
        f"name those that are by patterns, such as {patterns}" if there else f"such files end in {endings()}"
    )
    raise ResponseError(f"{others[0]}: is no file of answers by its name; {advice}")


def _files_of(source: FilePath | Sequence[FilePath]) -> tuple[Path, list[Path]]:
    """Return the folder that several files have in common, and the files."""
    if isinstance(source, str | os.PathLike):
        path = as_path(source, "source")
        if path.is_dir():
            return path, _below(path)
        return _matching(path)
    if not isinstance(source, Sequence):
        as_path(source, "source")  # refuses it
    files: list[Path] = []
    for path in (as_path(one, "source") for one in source):
        if path.is_file():
            files.append(path)
        elif has_magic(str(path)):
            files += _matching(path)[1]
        else:
            raise ResponseError(f"{path}: there is no such file, or it is a folder; name files or patterns")
    # of one kind and without .., but links stay what they are called
    files = [Path(os.path.abspath(file)) for file in files]  # noqa: PTH100
    return _common(files), list(dict.fromkeys(files))


def _below(folder: Path) -> list[Path]:
    """Return the files of a folder and of those below it.

    Raises
    ------
    ResponseError
        A link to a folder, which could lead in a circle.
    """
    found = []
    for path in folder.rglob("*"):
        if _hidden(path, folder):
            continue
        if path.is_symlink() and path.is_dir():
            raise ResponseError(
                f"{path}: is a link to a folder, which is not followed; name its files by a pattern"
            )
        if path.is_file():
            found.append(path)
    return found


def _matching(pattern: Path) -> tuple[Path, list[Path]]:
    """Return the folder above the first name of a pattern that is one, and the files that match."""
    plain = list(takewhile(lambda name: not has_magic(name), pattern.parts))
    fixed = Path(*plain) if len(plain) < len(pattern.parts) else pattern.parent
    found = fixed.glob(pattern.relative_to(fixed).as_posix())
    return fixed, [file for file in found if file.is_file() and not _hidden(file, fixed)]


def _common(files: Sequence[Path]) -> Path:
    folders = [file.parent.parts for file in files]
    shared = 0
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        shared += 1
    return Path(*folders[0][:shared]) if files else Path()


def _hidden(file: Path, folder: Path) -> bool:
    return any(name.startswith(("_", ".")) for name in file.relative_to(folder).parts)
