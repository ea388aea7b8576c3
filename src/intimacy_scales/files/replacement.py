"""Files that replace an older one only when they are complete; if writing fails, the old one stays."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from intimacy_scales.errors import ResponseError

_OPEN_FILES = Path("/proc/self/fd")
UNFINISHED = ".scores-"  # beginning of the name of a file before it is put in place
_NEW = 0o666  # permissions, from which the system removes those of the umask
_OURS = 0o600
_EXTRA = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

Identity = tuple[int, int, int, int]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn errors of the system, such as a full disk or a missing permission, into one that names the file.

    Raises
    ------
    ResponseError
        The file cannot be written.
    """
    try:
        yield
    except OSError as error:
        raise ResponseError(f"{path}: cannot be written: {error.strerror or error}") from None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def target_of(path: Path) -> Path:
    """Return the file to which a path leads through symbolic links.

    Raises
    ------
    ResponseError
        The links lead in a circle.
    """
    try:
        target = path.resolve()
        is_circle = target.is_symlink()  # from Python 3.13 on, a circle is returned unresolved
    except (OSError, RuntimeError):
        is_circle = True
    if is_circle:
        raise ResponseError(f"{path}: is a symbolic link that leads to itself")
    return target


def _identity(status: os.stat_result | None) -> Identity | None:
    """Return numbers that change when a file is written or replaced; None if there is no file."""
    return None if status is None else (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


class Replacement:
    """A file being written, which replaces the file at its path when it is put in place.

    On systems that have files without a name (Linux) it has no name until then, and nothing is left of it
    however the process ends, even by SIGKILL. Elsewhere it is a hidden file in the same folder.

    From the beginning the new file has the permissions of the one that it replaces. If the path is a symbolic
    link, the file that it points to is replaced, as if it had been opened for writing.

    Parameters
    ----------
    path
        The path of the file.

    Attributes
    ----------
    file
        The new file, open for writing bytes.

    Raises
    ------
    ResponseError
        No file can be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with writing(path):
            self._target = target_of(path)
            old = _stat(self._target)
            self._check(old)
            self._before = _identity(old)
            handle, self._name = self._begin(_NEW if old is None else _OURS)
            self.file = os.fdopen(handle, "wb")
            if old is not None:
                _resemble(handle, old)

    def _check(self, old: os.stat_result | None) -> None:
        if not self._target.parent.is_dir():
            folder = (self._target if self.path.is_symlink() else self.path).parent
            raise ResponseError(f"{self.path}: there is no folder {folder}")
        if old is not None and stat.S_ISDIR(old.st_mode):
            raise ResponseError(f"{self.path}: is a folder")
        if old is not None and not stat.S_ISREG(old.st_mode):
            raise ResponseError(f"{self.path}: is a device or a pipe, not a file; choose another name")
        # the permissions of its folder might allow replacing a file that must not be written
        if old is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def _begin(self, mode: int) -> tuple[int, Path | None]:
        """Create an empty file; return its handle, and its name if it has one."""
        if hasattr(os, "O_TMPFILE") and _OPEN_FILES.is_dir():
            with contextlib.suppress(OSError):  # not every file system has files without a name
                return os.open(self._target.parent, os.O_TMPFILE | os.O_RDWR | _EXTRA, mode), None
        name = self._free_name()
        return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR | _EXTRA, mode), name

    def _free_name(self) -> Path:
        return self._target.parent / f"{UNFINISHED}{secrets.token_hex(8)}.part"

    def put_in_place(self) -> None:
        """Put the complete file in its place, once it is on the disk.

        Raises
        ------
        ResponseError
            The disk is full, or another program wrote the file in the meantime.
        """
        with writing(self.path), self:
            self.file.flush()
            os.fsync(self.file.fileno())
            if _identity(_stat(self._target)) != self._before:
                raise ResponseError(
                    f"{self.path}: another program wrote it in the meantime, and it was left as it is; "
                    "choose another name, or run this again"
                )
            if self._name is None:
                self._name = self._free_name()
                self._link(self._name)
            self.file.close()  # some systems cannot move an open file
            self._name.replace(self._target)
            self._name = None
            _sync_folder(self._target.parent)

    def _link(self, name: Path) -> None:
        """Give the file a name, or copy it where that is not possible."""
        handle = self.file.fileno()
        try:
            folder = os.open(name.parent, os.O_RDONLY)
            try:
                # with a folder given, Python follows the link in /proc; without one it would link the link
                os.link(_OPEN_FILES / str(handle), name.name, dst_dir_fd=folder)
            finally:
                os.close(folder)
        except OSError:
            copy = os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR | _EXTRA, _OURS)
            with os.fdopen(copy, "wb") as to, os.fdopen(os.dup(handle), "rb") as written:
                _resemble(copy, os.fstat(handle))
                written.seek(0)
                shutil.copyfileobj(written, to)
                to.flush()
                os.fsync(copy)

    def discard(self) -> None:
        """Remove the file, unless it was put in place."""
        with contextlib.suppress(OSError):  # closing writes what is buffered, which may fail again
            self.file.close()
        if self._name is not None:
            with contextlib.suppress(OSError):
                self._name.unlink()
            self._name = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()


def _resemble(handle: int, other: os.stat_result) -> None:
    """Give a file the permissions of another, and its owner if that is allowed."""
    if not hasattr(os, "fchmod"):
        return
    with contextlib.suppress(OSError):
        os.fchown(handle, other.st_uid, other.st_gid)
    with contextlib.suppress(OSError):  # some file systems have no permissions
        os.fchmod(handle, stat.S_IMODE(other.st_mode))


def _sync_folder(folder: Path) -> None:
    """Write the new name of a file to the disk too, if the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file; if that fails, an older one stays.

    Raises
    ------
    ResponseError
        The file cannot be written.
    """
    with Replacement(path) as new:
        put_text(new, text)


def put_text(new: Replacement, text: str) -> None:
    """Write a text as the whole content of a file, and put it in place.

    Raises
    ------
    ResponseError
        The file cannot be written.
    """
    put_content(new, text.encode("utf-8", "backslashreplace"))


def put_content(new: Replacement, content: bytes) -> None:
    """Write the whole content of a file, and put it in place.

    Raises
    ------
    ResponseError
        The file cannot be written.
    """
    with writing(new.path):
        new.file.write(content)
    new.put_in_place()
