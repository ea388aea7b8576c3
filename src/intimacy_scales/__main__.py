"""The program `intimacy-scales`, which is also `python -m intimacy_scales`."""

import gc


def run() -> None:
    """Run the command line.

    Hardly anything that loading makes is garbage, and looking for it takes a tenth of the start: it is not
    looked for while the command line loads, and what was loaded is not looked at again.
    """
    gc.disable()
    from intimacy_scales.cli import app

    gc.freeze()
    gc.enable()
    app()


if __name__ == "__main__":
    run()
