"""Write docs/explanation/agreement-with-r.md: ``python -m tests.reference.write_page``."""

from __future__ import annotations

import os
from pathlib import Path

from .agreement import DATA_SETS, compare
from .page import page

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "explanation" / "agreement-with-r.md"


def main() -> None:
    """Compare everything and write the page."""
    shared = Path(os.environ.get("INTIMACY_SCALES_SHARED", ROOT.parent / "shared"))
    compared = [compare(shared, name) for name in DATA_SETS]
    PAGE.write_text(page(compared, shared), encoding="utf-8")


if __name__ == "__main__":
    main()
