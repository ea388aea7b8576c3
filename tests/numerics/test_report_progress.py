"""Long work tells how far it is, and Ctrl-C ends it at once."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from intimacy_scales import cronbach_alpha, mcdonald_omega, parallel_analysis, report_progress
from intimacy_scales.factor import cfa, htmt
from intimacy_scales.numerics import progress
from intimacy_scales.reliability import two_level_omega
from tests.shared.comparison import assert_close
from tests.shared.factor_answers import parts
from tests.shared.instruments import coded
from tests.shared.result_examples import diary

ANSWERS = coded(parts(80, (3, 3), gaps=0.02), {"a": "q1 q2 q3", "b": "q4 q5 q6"})
MODEL = "a =~ q1 + q2 + q3; b =~ q4 + q5 + q6"
LONG: dict[str, Callable[[], Any]] = {
    "parallel analysis": lambda: parallel_analysis(ANSWERS, n_iterations=5, rng=1),
    "fitting the model": lambda: cfa(MODEL, ANSWERS, missing="fiml"),
    "fitting two levels": lambda: two_level_omega(*diary(), person="who"),
    "resampling the ratio": lambda: htmt(MODEL, ANSWERS).confidence_interval(
        "a", "b", n_resamples=100, rng=1
    ),
    "resampling alpha, batches": lambda: cronbach_alpha(ANSWERS, scale="a").confidence_interval(
        method="bootstrap", n_resamples=100, rng=1
    ),
    "resampling omega": lambda: mcdonald_omega(ANSWERS, scale="a").confidence_interval(
        method="bootstrap", n_resamples=100, rng=1
    ),
}


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
@pytest.mark.parametrize("name", LONG)
def test_long_work_is_told_to_whoever_asks(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    told: list[tuple[str, int, int | None]] = []
    with report_progress(lambda *step: told.append(step)):
        found = LONG[name]()
    own = [(done, total) for what, done, total in told if what == name]
    assert own, {what for what, *_ in told}
    counts = [done for done, _ in own]
    assert all(b >= a or b == 1 for a, b in pairwise(counts))
    for done, total in own:
        assert total is None or 0 < done <= total
    if own[-1][1] is not None:
        assert own[-1][0] == own[-1][1]
        first = [what for what, *_ in told].index(name)
        assert {what for what, *_ in told[first:]} == {name}, "work within work is not told"
    again = LONG[name]()
    if found != again:  # the last digits of a search depend on where its arrays lie in memory
        assert_close(found.to_dict(), again.to_dict())


def test_nobody_is_told_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    LONG["parallel analysis"]()
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("total", [3, None])
def test_a_terminal_is_told_after_two_seconds_and_left_clean(
    total: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, clock = Terminal(), iter(np.arange(0.0, 100.0, 1.5))
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    assert list(progress.steps(range(3), "counting", total)) == [0, 1, 2]
    last = f"[{'#' * 24}] counting: 3 of 3" if total else "counting: step 3"
    shown = [line for line in terminal.getvalue().split("\r") if line.strip()]
    assert shown[-1].rstrip() == last
    assert not total or shown[0].startswith("[########                ] counting: 1 of 3, 9 s left")
    assert terminal.getvalue().endswith("\r") and not terminal.getvalue().split("\r")[-2].strip()
    with report_progress(None):
        before = terminal.getvalue()
        assert list(progress.steps(range(3), "counting", total)) == [0, 1, 2]
    assert terminal.getvalue() == before


class ZMQInteractiveShell:
    """What a notebook's kernel is called in IPython."""


@pytest.mark.parametrize("total", [3, None])
def test_a_notebook_gets_one_bar_that_disappears(total: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []

    class Output:
        def update(self, content: dict[str, str], raw: bool) -> None:
            assert raw
            shown.append(("changed", content["text/html"]))

    def display(content: dict[str, str], raw: bool, display_id: bool) -> Output:
        assert raw and display_id and content["text/plain"] == ""
        shown.append(("new", content["text/html"]))
        return Output()

    ipython, displays = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = ZMQInteractiveShell  # type: ignore[attr-defined]
    displays.display = display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", displays)
    clock = iter(np.arange(0.0, 100.0, 1.5))
    monkeypatch.setattr(progress.time, "monotonic", lambda: float(next(clock)))
    assert list(progress.steps(range(3), "counting <", total)) == [0, 1, 2]
    assert [kind for kind, _ in shown] == ["new", *["changed"] * (len(shown) - 1)]
    assert all("counting &lt;" in html for _, html in shown[:-1]) and shown[-1][1] == ""
    assert ('value="1.000"' in shown[-2][1]) == (total is not None)
    before = list(shown)
    with report_progress(None):
        assert list(progress.steps(range(3), "counting", total)) == [0, 1, 2]
    assert shown == before


def test_short_work_leaves_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert list(progress.steps(range(1000), "counting", 1000)) == list(range(1000))
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_work_that_is_ended_is_reported_no_longer(error: type[BaseException]) -> None:
    told: list[Any] = []
    with report_progress(lambda *step: told.append(step)):
        with pytest.raises(error):
            for step in progress.steps(range(5), "first", 5):
                if step == 2:
                    raise error
        assert list(progress.steps(range(2), "second", 2)) == [0, 1]
    assert told[-1] == ("second", 2, 2)


def test_threads_are_told_apart() -> None:
    told: dict[str, list[Any]] = {"one": [], "other": []}

    def work(name: str) -> None:
        with report_progress(lambda *step: told[name].append(step)):
            list(progress.steps(range(4), name, 4))

    threads = [threading.Thread(target=work, args=(name,)) for name in told]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: [what for what, *_ in steps] for name, steps in told.items()} == {
        name: [name] * len(steps) for name, steps in told.items()
    }
    assert all(steps[-1] == (name, 4, 4) for name, steps in told.items())


CHILD = """
import signal, sys, warnings
signal.signal(signal.SIGINT, signal.default_int_handler)
warnings.simplefilter("ignore")
import numpy as np, pandas as pd
from intimacy_scales import cfa, cronbach_alpha, mcdonald_omega, parallel_analysis, simulate
points = np.random.default_rng(1).integers(1, 8, size=(1500, 24))
answers = pd.DataFrame(points, columns=[f"q{{n}}" for n in range(24)])
gaps = answers.mask(np.random.default_rng(2).random(answers.shape) < 0.1)
ras = simulate("ras", n=400, rng=1).answers
print("ready", flush=True)
{call}
"""
_AT_ONCE = 6  # seconds; a third of one on a quiet machine
CALLS = {
    "parallel analysis": "parallel_analysis(answers, n_iterations=10**6, rng=1)",
    "full information": "cfa('f =~ ' + ' + '.join(gaps.columns), gaps, missing='fiml', estimator='MLR')\n"
    * 50,
    "alpha": "cronbach_alpha('ras', ras).confidence_interval(method='bootstrap', n_resamples=10**8, rng=1)",
    "omega": "mcdonald_omega('ras', ras).confidence_interval(method='bootstrap', n_resamples=10**6, rng=1)",
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT of another process")
def test_ctrl_c_ends_long_work_at_once() -> None:
    running = {
        name: subprocess.Popen(
            [sys.executable, "-c", CHILD.format(call=call)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, call in CALLS.items()
    }
    took = {}
    for child in running.values():
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    time.sleep(0.3)
    for name, child in running.items():
        assert child.poll() is None, f"{name} ended by itself: {child.communicate()}"
        since = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
        took[name] = time.monotonic() - since
        assert told.rstrip().endswith("KeyboardInterrupt"), told[-300:]
    slow = {name: seconds for name, seconds in took.items() if seconds > _AT_ONCE}
    assert not slow, slow
