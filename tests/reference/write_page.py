"""Write docs/reference/agreement-with-r.md: ``python -m tests.reference.write_page``."""

from __future__ import annotations

from tests.shared.folders import DOCS, reference_data

from .agreement import DATA_SETS, compare
from .newer import NEWER_SETS, compare_newer
from .page import page
from .second import SECOND_SETS, compare_second

PAGE = DOCS / "reference" / "agreement-with-r.md"


def main() -> None:
    """Compare everything and write the page."""
    shared = reference_data()
    compared = [compare(shared, name) for name in DATA_SETS]
    second = [compare_second(shared, name) for name in SECOND_SETS]
    newer = [compare_newer(shared, name) for name in NEWER_SETS]
    PAGE.write_text(page(compared, second, newer, shared), encoding="utf-8")


if __name__ == "__main__":
    main()
