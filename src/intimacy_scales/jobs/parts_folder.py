"""The folder that parts are written to: what was asked for, which parts are done, and who may write.

A run leaves two things beside the parts it writes: ``_job.json``, which says what was asked for, and
``_parts/``, which has an account of each part that is done. Whoever reads a folder as one table passes by
names with an underscore.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError, shortened_text
from intimacy_scales.files.replacement import UNFINISHED as _UNFINISHED
from intimacy_scales.files.replacement import write_text, writing
from intimacy_scales.jobs.parts import Part, Parts

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_JOB, _DONE = "_job.json", "_parts"
_OF_A_PART = {"within", "answers", "digest", "summary", "n_blank_rows"}
_SHOWN = 5


class PartsFolder:
    """The folder that parts, or their bad cells, are written to, and what is known of runs before.

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
        if before == text:
            return
        if all(path.name in (_JOB, _DONE) for path in self.folder.iterdir()) and not any(
            (self.folder / _DONE).rglob("*.json")
        ):  # nothing came of the run before
            write_text(mark, text)
            return
        told = "; ".join(_differences(before, job)) or "what was asked for"
        raise ResponseError(
            f"{self.folder}: holds the scores of another run, which differs in {told}. Choose another "
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

    def gone(self, parts: Parts) -> dict[str, Any]:
        """Return the accounts of parts whose files of answers are no longer there, by their names.

        Raises
        ------
        ResponseError
            Scores have no account: a run was killed before it wrote that, and their answers are gone.
        """
        names, found = {part.name for part in parts.parts}, {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir() or name in names or name.startswith(("_", ".")):
                continue
            account = _account(self.folder / _DONE / f"{name}.json")
            if account is None:
                raise ResponseError(f"{path}: is of no file of answers that is known; delete it")
            if not (parts.folder / account["within"]).is_file():
                found[name] = account
        return found

    def refuse_gone(self, names: Collection[str]) -> None:
        """Raise if scores are of files that are no longer there: they would stay among the others.

        Raises
        ------
        ResponseError
            Names them.
        """
        if names:
            shown = sorted(names)[:_SHOWN]
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            raise ResponseError(
                f"{self.folder}: the files of answers of {', '.join(shown)}{more} are gone. If their scores "
                "are to stay, pass gone='keep'; if not, delete those files of scores"
            )

    def output_of(self, part: Part) -> Path:
        """Return where a part is written to; its folder is made."""
        return _in_folder(self.folder, part.name)

    def account_of(self, part: Part) -> Any | None:
        """Return the account of a part that is done; None where it is still to be done.

        A part is done where its output stands as it was written, and its file of answers is the same.
        """
        found = _account(self._account_path(part))
        if found is None:
            return None
        try:
            same = found["answers"] == part.seen() and found["digest"] == _digest(self.folder / part.name)
        except OSError:
            return None
        return found if same else None

    def _account_path(self, part: Part) -> Path:
        return self.folder / _DONE / f"{part.name}.json"

    def forget(self, part: Part) -> None:
        """Take away what stands there of a part that is to be done again, and may hold bad answers now."""
        with writing(self.folder):
            self._account_path(part).unlink(missing_ok=True)
            (self.folder / part.name).unlink(missing_ok=True)

    def done(self, part: Part, seen: Mapping[str, int], account: Mapping[str, Any]) -> None:
        """Say that a part is done, after its output was put in place."""
        digest = _digest(self.folder / part.name)
        told = {"within": part.within, "answers": dict(seen), "digest": digest, **account}
        path = _in_folder(self.folder / _DONE, f"{part.name}.json")
        write_text(path, json.dumps(told, sort_keys=True) + "\n")


def _in_folder(folder: Path, name: str) -> Path:
    path = folder / name
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _account(path: Path) -> Any | None:
    """Return an account of a part; None where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.keys() >= _OF_A_PART else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _differences(before: str, job: Mapping[str, Any]) -> list[str]:
    """Return what was asked for in another way: then, and now."""
    try:
        told = json.loads(before)
    except ValueError:
        return []
    asked = json.loads(json.dumps(job, default=str))
    return [
        f"{name} ({shortened_text(told.get(name))}, now {shortened_text(asked.get(name))})"
        for name in sorted({*told, *asked})
        if told.get(name) != asked.get(name)
    ]
