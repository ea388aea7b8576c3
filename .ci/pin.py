"""Write constraints.txt anew: the newest versions that install together, for each Python that is given.

Run as `python .ci/pin.py python3.11 python3.12 python3.13`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Versions that CI installs, so that a run today and one next month check the same; by .ci/pin.py.\n"
WHAT = ("-e", ".[all,test,style,site,dask,duckdb,spark]", "-r", "benchmarks/requirements.txt", "hatchling")


def newest(python: str) -> tuple[str, dict[str, str]]:
    """Return a Python's version, and that of everything that an empty environment of it gets."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        own = str(Path(folder) / "bin" / "python")
        subprocess.run([own, "-m", "pip", "install", "--quiet", *WHAT], cwd=ROOT, check=True)
        command = [own, "-m", "pip", "freeze", "--exclude-editable"]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        which = subprocess.run([own, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    return which, dict(line.split("==") for line in lines)


def constraints(found: dict[str, dict[str, str]]) -> list[str]:
    """Return a line for each package and version, with the Pythons that it is for where they differ."""
    lines = []
    for name in sorted({name for versions in found.values() for name in versions}, key=str.lower):
        pythons: dict[str, list[str]] = {}
        for which, versions in found.items():
            if name in versions:
                pythons.setdefault(versions[name], []).append(which)
        for version, those in pythons.items():
            marker = " or ".join(f'python_version == "{which}"' for which in those)
            lines.append(f"{name}=={version}" + (f"; {marker}" if len(pythons) > 1 else ""))
    return lines


def main() -> None:
    """Install for each Python, and write what was found."""
    found = dict(newest(python) for python in sys.argv[1:])
    text = HEAD + "".join(line + "\n" for line in constraints(found))
    (ROOT / "constraints.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
