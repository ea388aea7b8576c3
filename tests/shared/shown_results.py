"""Results, shown and written in every way."""

from __future__ import annotations

import json
import math
from typing import Any

from intimacy_scales.reliability import Coefficient, ItemAnalysis


def presentable(result: Coefficient | ItemAnalysis) -> Any:
    """Return a result after showing it in every way."""
    assert str(result.instrument) in repr(result)
    assert result._repr_html_().startswith("<")
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["scale"] == result.scale
    assert len(result.to_frame()) == (len(result.items) if isinstance(result, ItemAnalysis) else 1)
    if isinstance(result, Coefficient):
        assert math.isnan(result.estimate) == (result.reason is not None), "an estimate or a reason"
        assert result.reason is None or result.reason in repr(result)
    return result
