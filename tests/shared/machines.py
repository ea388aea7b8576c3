"""Other machines, as far as this one can play them: each in a fresh process with settings of its own.

What may differ between machines: the kernels of OpenBLAS (by processor), numpy's vector instructions,
whether the C library multiplies and adds in one step, and the number of threads. Each of these can be
set from outside.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.shared.folders import ROOT

# kernels of OpenBLAS that differ, and what a processor must be able to do to run them
_KERNELS = {
    "Prescott": (),
    "Nehalem": ("sse4_2",),
    "Sandybridge": ("avx",),
    "Haswell": ("avx2", "fma"),
    "Zen": ("avx2", "fma"),
    "SkylakeX": ("avx512f", "avx512dq", "avx512bw", "avx512vl"),
    "Cooperlake": ("avx512f", "avx512_bf16"),
    "SapphireRapids": ("avx512f", "amx_bf16"),
}
_INTEL = ("x86_64", "AMD64")
_SECONDS = 600


@dataclass(frozen=True, slots=True, eq=False)
class Machine:
    """A machine: its name in messages, and the environment that makes a process run as on it."""

    name: str
    environment: dict[str, str]


def _flags() -> set[str]:
    """Return what the processor says it can do; nothing where the system has no such list."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return set()
    return next((set(line.split(":", 1)[1].split()) for line in lines if line.startswith("flags")), set())


def kernels() -> tuple[str, ...]:
    """Return the kernels of OpenBLAS that this processor can run; none where that is not known."""
    if platform.machine() not in _INTEL:
        return ()
    flags = _flags()
    return tuple(name for name, needed in _KERNELS.items() if flags and flags.issuperset(needed))


# names of groups (numpy 2.4) and of single features (before); numpy passes over those it has not
_WIDE_VECTORS = (
    "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
)
_THREADS = {
    words: {"OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n}
    for n, words in (("1", "one thread"), ("2", "two threads"))
}


def _without_instructions() -> dict[str, dict[str, str]]:
    """Return what passes over instructions that older processors have not, by words for it."""
    if platform.machine() not in _INTEL:
        return {}
    # the GNU C library takes other versions of exp, log and sin where there is no such instruction
    tunables = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX2_Usable,-FMA_Usable"
    return {
        "numpy without wide vectors": {"NPY_DISABLE_CPU_FEATURES": _WIDE_VECTORS},
        "C library without fused steps": {"GLIBC_TUNABLES": tunables},
    }


def _machines() -> Iterator[Machine]:
    yield Machine("as it is", {})
    for words, threads in _THREADS.items():
        yield Machine(words, threads)
    for name in kernels():
        yield Machine(f"kernel {name}", {"OPENBLAS_CORETYPE": name})
    for words, older in _without_instructions().items():
        yield Machine(words, older)


def _different() -> Iterator[Machine]:
    """Yield machines for searches, which take long: each kernel once, by turns with one thread and two.

    The oldest has, like processors of its years, neither wide vectors nor steps that multiply and add.
    """
    named = [name for name in kernels() if name != "Zen"]  # today's OpenBLAS has none of its own for Zen
    settings = [(f"kernel {name}", {"OPENBLAS_CORETYPE": name}) for name in named]
    settings += [("the processor's own kernel", {})] * (len(_THREADS) - len(named))
    older: dict[str, str] = {}
    for one in _without_instructions().values():
        older |= one
    for (name, kernel), words in zip(settings, cycle(_THREADS), strict=False):
        with_all = f"{name}, {words}" + (", without wide vectors and fused steps" if older else "")
        yield Machine(with_all, kernel | _THREADS[words] | older)
        older = {}


MACHINES = tuple(_machines())
DIFFERENT = tuple(_different())


def answer(machine: Machine, module: str, function: str) -> Any:
    """Return what a function of a module of these tests returns on a machine, by way of JSON."""
    code = (
        "import importlib, json, sys\n"
        f"print(json.dumps(getattr(importlib.import_module({module!r}), {function!r})()))"
    )
    environment = os.environ | machine.environment
    paths = [str(ROOT), *(p for p in sys.path if p)]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    if run.returncode:
        raise AssertionError(f"{module}.{function} on {machine.name}: exit {run.returncode}\n{run.stderr}")
    return json.loads(run.stdout)


@cache
def answers_everywhere(
    module: str, function: str, machines: tuple[Machine, ...] = MACHINES
) -> dict[str, Any]:
    """Return what a function returns on each machine, by the machine's name."""
    return {machine.name: answer(machine, module, function) for machine in machines}
