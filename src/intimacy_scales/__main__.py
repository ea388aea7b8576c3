"""The program `intimacy-scales`, also run by `python -m intimacy_scales`."""

import gc
import sys

_COMMAND = "intimacy-scales"


def run() -> None:
    """Run the command line.

    Garbage collection is off while the command line is imported, where it takes a tenth of the time and finds
    almost nothing; afterwards the imported objects are excluded from it.
    """
    gc.disable()
    from intimacy_scales.cli import app

    gc.freeze()
    gc.enable()
    app(prog_name=_name_to_complete())


def _name_to_complete() -> str | None:
    """Return the command to complete where `python -m` is asked for completion; None: the program's own name.

    Shells complete commands by their names, and `python -m intimacy_scales` is not the name of one.
    """
    arguments = sys.argv[1:2]
    asked = arguments in (["--show-completion"], ["--install-completion"])
    if not (asked and sys.argv[0].endswith("__main__.py")):
        return None
    import shutil
    import sysconfig

    lines = ["This is for the command intimacy-scales: shells do not complete python -m."]
    if shutil.which(_COMMAND) is None:
        lines.append(f"The shell does not find it: add its folder, {sysconfig.get_path('scripts')}, to PATH.")
    sys.stderr.write("\n".join([*lines, ""]))
    return _COMMAND


if __name__ == "__main__":
    run()
