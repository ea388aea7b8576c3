"""The folder of the parts of a job, with a record of the request and of finished parts, and a lock.

Next to the parts, a run writes ``_job.json``, the request, and ``_parts/``, with an account of each finished
part. Programs that read a folder as one table skip names with a leading underscore.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.replacement import UNFINISHED as _UNFINISHED
from intimacy_scales.files.replacement import write_text, writing
from intimacy_scales.jobs.parts import Part, Parts
from intimacy_scales.messages import shortened_text

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_JOB, _DONE = "_job.json", "_parts"
_ACCOUNT_KEYS = {"within", "answers", "digest", "summary", "n_blank_rows"}
_SHOWN = 5


class PartsFolder:
    """A folder of parts, or of their bad cells, with the record of earlier runs.

    Parameters
    ----------
    folder
        The folder, which is created if missing.
    job
        The request, by name. An earlier run is resumed only with the same request.
    replaceable
        Names of files that are deleted where an earlier run had another request, such as bad cells of answers
        that are scored anew.

    Raises
    ------
    ResponseError
        The folder holds the output of a different job, or other files.
    """

    def __init__(self, folder: Path, job: Mapping[str, Any], *, replaceable: Collection[str] = ()) -> None:
        self.folder = folder
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._claim(json.dumps(job, indent=2, sort_keys=True, default=str) + "\n", job, replaceable)

    def _claim(self, text: str, job: Mapping[str, Any], replaceable: Collection[str]) -> None:
        """Write the request, or check that it is the same as before."""
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
        paths = [path for path in self.folder.rglob("*") if path.is_file() and path != mark]
        old = [path for path in paths if path.relative_to(self.folder).as_posix() in replaceable]
        if all(path in old or path.name.startswith(_UNFINISHED) for path in paths):  # no part is finished
            for path in old:
                path.unlink(missing_ok=True)
            write_text(mark, text)
            return
        differences = "; ".join(_differences(before, job)) or "its options"
        raise ResponseError(
            f"{self.folder}: holds the scores of another run, which differs in {differences}. Choose another "
            "folder, or delete this one to start again"
        )

    @property
    def is_begun(self) -> bool:
        """Whether a run has finished a part."""
        return any((self.folder / _DONE).rglob("*.json"))

    @contextmanager
    def alone(self, *others: Path | None) -> Iterator[None]:
        """Lock the folder against other runs, and delete unfinished files of a run that was killed.

        ``others`` are further folders that such a run writes to.

        Raises
        ------
        ResponseError
            Another run holds the lock.
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
        """Return the accounts of parts whose files of answers no longer exist, by name.

        Raises
        ------
        ResponseError
            There are scores without an account (a run was killed before writing it) and without answers.
        """
        names, accounts = {part.name for part in parts.parts}, {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_dir() or name in names or name.startswith(("_", ".")):
                continue
            account = _account(self.folder / _DONE / f"{name}.json")
            if account is None:
                raise ResponseError(f"{path}: belongs to no known file of answers; delete it")
            if not (parts.folder / account["within"]).is_file():
                accounts[name] = account
        return accounts

    def refuse_gone(self, names: Collection[str]) -> None:
        """Raise if there are scores of files that no longer exist, which would stay among the others."""
        if names:
            shown = sorted(names)[:_SHOWN]
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            raise ResponseError(
                f"{self.folder}: the files of answers of {', '.join(shown)}{more} no longer exist. To keep "
                "their scores, pass gone='keep'; otherwise delete these files of scores"
            )

    def output_of(self, part: Part) -> Path:
        """Return the output path of a part, whose folder is created."""
        return _in_folder(self.folder, part.name)

    def account_of(self, part: Part) -> Any | None:
        """Return the account of a finished part; None if the part is unfinished.

        A part is finished if its output is unchanged since it was written, and its file of answers as well.
        """
        account = _account(self._account_path(part))
        if account is None:
            return None
        try:
            same = account["answers"] == part.stamp() and account["digest"] == _digest(
                self.folder / part.name
            )
        except OSError:
            return None
        return account if same else None

    def _account_path(self, part: Part) -> Path:
        return self.folder / _DONE / f"{part.name}.json"

    def forget(self, part: Part) -> None:
        """Delete the output and account of a part that is scored again, since its answers may now be bad."""
        with writing(self.folder):
            self._account_path(part).unlink(missing_ok=True)
            (self.folder / part.name).unlink(missing_ok=True)

    def write_account(self, part: Part, stamp: Mapping[str, int], entries: Mapping[str, Any]) -> None:
        """Write the account of a part, which marks it as finished, after its output is in place."""
        digest = _digest(self.folder / part.name)
        account = {"within": part.within, "answers": dict(stamp), "digest": digest, **entries}
        path = _in_folder(self.folder / _DONE, f"{part.name}.json")
        write_text(path, json.dumps(account, sort_keys=True) + "\n")


def _in_folder(folder: Path, name: str) -> Path:
    """Return a path in a folder, after creating the folders above it."""
    path = folder / name
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _account(path: Path) -> Any | None:
    """Return the account in a file; None if there is no readable one."""
    try:
        account = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return account if isinstance(account, dict) and account.keys() >= _ACCOUNT_KEYS else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _differences(before: str, job: Mapping[str, Any]) -> list[str]:
    """Return the entries that differ between the earlier request and this one."""
    try:
        earlier = json.loads(before)
    except ValueError:
        return []
    now = json.loads(json.dumps(job, default=str))
    return [
        f"{name} ({shortened_text(earlier.get(name))}, now {shortened_text(now.get(name))})"
        for name in sorted({*earlier, *now})
        if earlier.get(name) != now.get(name)
    ]
