"""The program `intimacy-scales`, also run by `python -m intimacy_scales`."""

import gc


def run() -> None:
    """Run the command line.

    Garbage collection is off while the command line is imported, where it takes a tenth of the time and finds
    almost nothing; afterwards the imported objects are excluded from it.
    """
    gc.disable()
    from intimacy_scales.cli import app

    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    run()
