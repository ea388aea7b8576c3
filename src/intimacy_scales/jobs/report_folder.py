"""The folder of a report: its files replace those of an earlier run, and nothing else.

``contents.txt`` lists the files of a run. It is written first, so that a later run knows the files of one
that was killed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.replacement import UNFINISHED, Replacement, put_text, target_of, writing

CONTENTS = "contents.txt"
_MARK = "Files of a report by intimacy-scales. The same command replaces them."
_SHOWN = 3


class ReportFolder:
    """A folder that is missing, empty, or holds an earlier report.

    Parameters
    ----------
    folder
        The folder.
    outside
        Files that must not lie in it: the answers, and other output.

    Raises
    ------
    ResponseError
        The folder holds other files, cannot be made, or one of these files lies in it.
    """

    def __init__(self, folder: Path, outside: Sequence[Path | None] = ()) -> None:
        self.folder = folder
        if folder.exists() and not folder.is_dir():
            raise ResponseError(
                f"{folder}: is a file, and a report is written to a folder; choose another name"
            )
        if not folder.parent.is_dir():
            raise ResponseError(f"{folder}: there is no folder {folder.parent}; create it first")
        home = target_of(folder)
        for path in outside:
            if path is not None and target_of(path).is_relative_to(home):
                raise ResponseError(
                    f"{folder}: {path} lies in this folder, which is for the report alone; choose another "
                    "folder"
                )
        self._earlier = self._files_of_earlier_run()
        self._refuse_others()

    def _files_of_earlier_run(self) -> tuple[str, ...]:
        """Return the files that an earlier run wrote."""
        contents = self.folder / CONTENTS
        if not contents.is_file():
            return ()
        first, *names = contents.read_text(encoding="utf-8", errors="replace").splitlines()[:1000] or [""]
        return tuple(filter(_lies_within, names)) if first == _MARK else ()

    def _refuse_others(self) -> None:
        """Raise where the folder holds files that no earlier run wrote."""
        if not self.folder.is_dir():
            return
        known = {CONTENTS, *self._earlier} if self._earlier else set[str]()
        names = [
            path.relative_to(self.folder).as_posix()
            for path in sorted(self.folder.rglob("*"))
            if not path.is_dir() and not path.name.startswith(UNFINISHED)
        ]
        others = [name for name in names if name not in known]
        if others:
            more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
            raise ResponseError(
                f"{self.folder}: holds other files ({', '.join(others[:_SHOWN])}{more}), which a report must "
                "not be mixed with; choose a new or an empty folder, or move them elsewhere"
            )

    def write(self, files: Mapping[str, bytes]) -> tuple[Path, ...]:
        """Write all files, and delete those of an earlier report that this one does not have.

        All of them are on the disk before the first one is put in place: if that fails, an earlier report
        stays as it was.

        Parameters
        ----------
        files
            Name within the folder → content.

        Returns
        -------
        tuple of Path
            The files.

        Raises
        ------
        ResponseError
            A file cannot be written.
        """
        paths = {name: self.folder / name for name in files}
        with writing(self.folder):
            for path in paths.values():
                path.parent.mkdir(parents=True, exist_ok=True)
        stale = [name for name in self._earlier if name not in files]
        with ExitStack() as stack:
            new = {name: stack.enter_context(Replacement(path)) for name, path in paths.items()}
            for name, replacement in new.items():
                with writing(replacement.path):
                    replacement.file.write(files[name])
                    replacement.file.flush()
            self._list([*files, *stale])
            for replacement in new.values():
                replacement.put_in_place()
        with writing(self.folder):
            for name in stale:
                (self.folder / name).unlink(missing_ok=True)
        for emptied in {(self.folder / name).parent for name in stale} - {self.folder}:
            with suppress(OSError):  # it has other files
                emptied.rmdir()
        if stale:
            self._list(list(files))
        return tuple(paths.values())

    def _list(self, names: Sequence[str]) -> None:
        """Write the list of files."""
        with Replacement(self.folder / CONTENTS) as contents:
            put_text(contents, "\n".join([_MARK, *names]) + "\n")


def _lies_within(name: str) -> bool:
    """Return whether a listed name is that of a file within the folder; people can edit the list."""
    return bool(name) and not Path(name).is_absolute() and ".." not in Path(name).parts
