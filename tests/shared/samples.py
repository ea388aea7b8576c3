"""Real files of many tools, which are not part of the repository."""

from __future__ import annotations

import pytest

from tests.shared.folders import reference_data

REAL_FILES = reference_data() / "samples"
needs_samples = pytest.mark.skipif(not REAL_FILES.is_dir(), reason="the real files are not here")
