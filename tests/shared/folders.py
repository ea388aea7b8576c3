"""Where files lie: the project, R's values, and the reference data that are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = ROOT / "tests" / "reference"


def reference_data() -> Path:
    """Return the folder of reference data, which need not exist: the named one, or `shared` next to ROOT."""
    named = os.environ.get("INTIMACY_SCALES_SHARED")
    return Path(named) if named else ROOT.parent / "shared"
