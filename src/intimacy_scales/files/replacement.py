"""A file that takes its place when it is whole: until then the old one stands, and nothing is left of it."""

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
UNFINISHED = ".scores-"  # how a file is called for a moment, before it takes its place
_NEW = 0o666  # the system takes away what the umask forbids
_OURS = 0o600
_EXTRA = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)

Identity = tuple[int, int, int, int]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says of a full disk, a missing right … into an error that names the file.

    Raises
    ------
    ResponseError
        It cannot be written.
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
    """Return where a path leads by its links.

    Raises
    ------
    ResponseError
        The links lead in a circle.
    """
    try:
        target = path.resolve()
        circle = target.is_symlink()  # from Python 3.13 on the way to a circle is left as it is
    except (OSError, RuntimeError):
        circle = True
    if circle:
        raise ResponseError(f"{path}: is a symbolic link that leads to itself")
    return target


def _identity(found: os.stat_result | None) -> Identity | None:
    """Return what changes where a file is written or replaced; None where there is none."""
    return None if found is None else (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


class Replacement:
    """A file being written, which replaces that of its path when it is put in place.

    Where the system has files without a name (Linux), it has none until then, and nothing is left of it
    however the process ends, SIGKILL included. Elsewhere it is a hidden file in the same folder.

    The new file has the permissions of the one that it replaces, from the beginning. Where the path is a
    symbolic link, the file that it points to is replaced, as any program would that opens it to write.

    Parameters
    ----------
    path
        Where it will stand.

    Attributes
    ----------
    file
        What to write to: bytes.

    Raises
    ------
    ResponseError
        No file can be written there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with writing(path):
            self._target = target_of(path)
            there = _stat(self._target)
            self._check(there)
            self._before = _identity(there)
            handle, self._name = self._begin(_NEW if there is None else _OURS)
            self.file = os.fdopen(handle, "wb")
            if there is not None:
                _resemble(handle, there)

    def _check(self, there: os.stat_result | None) -> None:
        if not self._target.parent.is_dir():
            raise ResponseError(f"{self.path}: there is no folder {self._folder_told()}")
        if there is not None and stat.S_ISDIR(there.st_mode):
            raise ResponseError(f"{self.path}: is a folder")
        if there is not None and not stat.S_ISREG(there.st_mode):
            raise ResponseError(f"{self.path}: is a device or a pipe, not a file; choose another name")
        if there is not None and not os.access(self._target, os.W_OK):
            raise PermissionError(
                errno.EACCES, os.strerror(errno.EACCES)
            )  # its folder may allow to replace it

    def _folder_told(self) -> Path:
        return self._target.parent if self.path.is_symlink() else self.path.parent

    def _begin(self, mode: int) -> tuple[int, Path | None]:
        """Create an empty file; return its handle, and its name if it has one."""
        if hasattr(os, "O_TMPFILE") and _OPEN_FILES.is_dir():
            with contextlib.suppress(OSError):  # not every file system has them
                return os.open(self._target.parent, os.O_TMPFILE | os.O_RDWR | _EXTRA, mode), None
        name = self._free_name()
        return os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR | _EXTRA, mode), name

    def _free_name(self) -> Path:
        return self._target.parent / f"{UNFINISHED}{secrets.token_hex(8)}.part"

    def put_in_place(self) -> None:
        """Give the finished file its place, once it is on the disk.

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
            self.file.close()  # some systems move no open file
            self._name.replace(self._target)
            self._name = None
            _sync_folder(self._target.parent)

    def _link(self, name: Path) -> None:
        """Give the file a name, or copy it where that is not possible."""
        handle = self.file.fileno()
        try:
            folder = os.open(name.parent, os.O_RDONLY)
            try:
                # a folder must be given, or Python links the link in /proc rather than what it points to
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
        """Leave nothing, unless it was put in its place."""
        with contextlib.suppress(OSError):  # of what could not be written
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
    """Give a file the owner, where that is allowed, and the permissions of another."""
    if not hasattr(os, "fchmod"):
        return
    with contextlib.suppress(OSError):
        os.fchown(handle, other.st_uid, other.st_gid)
    with contextlib.suppress(OSError):  # some file systems have none
        os.fchmod(handle, stat.S_IMODE(other.st_mode))


def _sync_folder(folder: Path) -> None:
    """See to it that the new name is on the disk too, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write a text file, or leave what stood there.

    Raises
    ------
    ResponseError
        It cannot be written.
    """
    with Replacement(path) as new:
        put_text(new, text)


def put_text(new: Replacement, text: str) -> None:
    """Write a text as the whole of a file, and put it in its place.

    Raises
    ------
    ResponseError
        It cannot be written.
    """
    with writing(new.path):
        new.file.write(text.encode("utf-8", "backslashreplace"))
    new.put_in_place()
