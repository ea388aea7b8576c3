"""Answers in many files: which parts there are, what each is written to, and which are done.

A run leaves two things beside the parts it writes: ``_job.json``, which says what was asked for, and
``_parts/``, which has an account of each part that is done. Whoever reads a folder as one table passes by
names with an underscore.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError, shortened_text
from intimacy_scales.files.base import FilePath, as_path
from intimacy_scales.files.formats import endings
from intimacy_scales.files.replacement import UNFINISHED as _UNFINISHED
from intimacy_scales.files.replacement import write_text, writing

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_JOB, _DONE = "_job.json", "_parts"
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of several.

    Attributes
    ----------
    source
        The file of answers.
    name
        What it is called beside the others: its path in their common folder, with the ending of its output.
    """

    source: Path
    name: str

    def seen(self) -> dict[str, int]:
        """Return by what a change of the file is noticed."""
        found = self.source.stat()
        return {"size": found.st_size, "modified_ns": found.st_mtime_ns}


def is_several(source: FilePath | Sequence[FilePath]) -> bool:
    """Tell whether a source names several files: a folder, a pattern, or a list of them."""
    if isinstance(source, str | os.PathLike):
        path = as_path(source, "source")
        return path.is_dir() or (has_magic(str(source)) and not path.is_file())
    return True


def parts_of(source: FilePath | Sequence[FilePath], folder: Path, ending: str | None) -> list[Part]:
    """Return the files of a folder, a pattern or a list, in the order of their names.

    Parameters
    ----------
    source
        A folder (with those below it, but for names that begin with ``_`` or ``.``), a pattern such as
        ``answers/*.parquet``, or a list of files.
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
    known, writable = endings().split(", "), endings(output=True).split(", ")
    for file in files:
        if file.suffix.lower() not in known:
            raise ResponseError(
                f"{file}: is no file of answers by its name; name those that are by a pattern, such as "
                f"'{common}/*{known[0]}'"
            )
    parts, written = [], dict[str, Path]()
    for file in files:
        new = file.suffix.lower() if ending is None else ending
        name = file.relative_to(common).with_suffix(new if new in writable else ".csv").as_posix()
        if name.casefold() in written:
            raise ResponseError(f"{file} and {written[name.casefold()]} would both be written to {name}")
        written[name.casefold()] = file
        parts.append(Part(source=file, name=name))
    return parts


def _files_of(source: FilePath | Sequence[FilePath]) -> tuple[Path, list[Path]]:
    """Return the folder that several files have in common, and the files."""
    if not isinstance(source, str | os.PathLike):
        if not isinstance(source, Sequence):
            as_path(source, "source")  # refuses it
        files = list(dict.fromkeys(as_path(one, "source") for one in source))
        missing = [file for file in files if not file.is_file()]
        if missing:
            raise ResponseError(f"{missing[0]}: there is no such file")
        return _common(files), files
    path = as_path(source, "source")
    if path.is_dir():
        return path, [file for file in path.rglob("*") if file.is_file() and not _hidden(file, path)]
    plain = list(takewhile(lambda name: not has_magic(name), path.parts))
    fixed = Path(*plain) if len(plain) < len(path.parts) else path.parent
    found = fixed.glob(path.relative_to(fixed).as_posix())
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


class PartsFolder:
    """The folder that parts are written to, with what a run needs to know of those before it.

    Parameters
    ----------
    folder
        Made where it is not there.
    job
        What is asked for: a run goes on only with the same.

    Raises
    ------
    ResponseError
        The folder holds what another job has written, or something else.
    """

    def __init__(self, folder: Path, job: Mapping[str, Any]) -> None:
        self.folder = folder
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._claim(json.dumps(job, indent=2, sort_keys=True, default=str) + "\n", job)

    def _claim(self, text: str, job: Mapping[str, Any]) -> None:
        """Write down what is asked for, or see that it is the same as before."""
        mark = self.folder / _JOB
        if not mark.exists():
            if any(not name.name.startswith(_UNFINISHED) for name in self.folder.iterdir()):
                raise ResponseError(
                    f"{self.folder}: is not empty; choose a new folder for the scores of several files"
                )
            write_text(mark, text)
            return
        before = mark.read_text(encoding="utf-8")
        if before != text:
            told = ", ".join(_differences(before, job)) or "what was asked for"
            raise ResponseError(
                f"{self.folder}: holds the scores of another run, which differs in {told}; choose another "
                "folder, or delete this one to begin anew"
            )

    @contextmanager
    def alone(self, *others: Path | None) -> Iterator[None]:
        """Keep other runs out of the folder, and take away what a killed one has left unfinished.

        ``others`` are more folders that such a run writes to.

        Raises
        ------
        ResponseError
            Another run is writing to the folder.
        """
        with (self.folder / _JOB).open("rb") as mark:
            if fcntl is not None:
                try:
                    fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise ResponseError(f"{self.folder}: another run is writing to it; wait for it") from None
                except OSError:  # some file systems have no locks
                    pass
                else:
                    for folder in (self.folder, *others):
                        for left in [] if folder is None else folder.rglob(f"{_UNFINISHED}*"):
                            left.unlink(missing_ok=True)
            yield

    def check_strangers(self, parts: Iterable[Part]) -> None:
        """Raise where an output is of a file that is no longer there: it would stay among the others.

        Raises
        ------
        ResponseError
            Names them.
        """
        names = {part.name for part in parts}
        done = self.folder / _DONE
        written = {file.relative_to(done).as_posix().removesuffix(".json") for file in done.rglob("*.json")}
        strangers = sorted(written - names)
        if strangers:
            more = f" and {len(strangers) - _SHOWN} more" if len(strangers) > _SHOWN else ""
            raise ResponseError(
                f"{self.folder}: {', '.join(strangers[:_SHOWN])}{more} were written before, and their files "
                "of answers are gone; bring those back, or delete the folder to begin anew"
            )

    def output_of(self, part: Part) -> Path:
        """Return where a part is written to; its folder is made."""
        return _in_folder(self.folder, part.name)

    def account_of(self, part: Part) -> Any | None:
        """Return the account of a part that is done; None where it is still to be done.

        A part is done where its output stands as it was written, and its file of answers is the same.
        """
        output, account = self.folder / part.name, self.folder / _DONE / f"{part.name}.json"
        try:
            found = json.loads(account.read_text(encoding="utf-8"))
            same = found["answers"] == part.seen() and found["bytes"] == output.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if same else None

    def done(self, part: Part, seen: Mapping[str, int], account: Mapping[str, Any]) -> None:
        """Say that a part is done, after its output was put in place."""
        size = (self.folder / part.name).stat().st_size
        told = {"answers": dict(seen), "bytes": size, **account}
        path = _in_folder(self.folder / _DONE, f"{part.name}.json")
        write_text(path, json.dumps(told, sort_keys=True) + "\n")


def _in_folder(folder: Path, name: str) -> Path:
    path = folder / name
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _differences(before: str, job: Mapping[str, Any]) -> list[str]:
    """Return what was asked for in another way."""
    try:
        told = json.loads(before)
    except ValueError:
        return []
    asked = json.loads(json.dumps(job, default=str))
    return sorted(name for name in {*told, *asked} if told.get(name) != asked.get(name))
