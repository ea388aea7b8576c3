"""Factor models: what answers have in common, and whether it is what a scale says it is.

Names load at first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.factor.comparison import FitChange, ModelComparison, compare_models
    from intimacy_scales.factor.confirmatory import CFAResult, cfa
    from intimacy_scales.factor.equal_steps import Invariance, invariance
    from intimacy_scales.factor.model import Model
    from intimacy_scales.factor.sample import SampleMoments, covariances_as_sample

_HOMES = {
    "comparison": ("FitChange", "ModelComparison", "compare_models"),
    "confirmatory": ("CFAResult", "cfa"),
    "equal_steps": ("Invariance", "invariance"),
    "model": ("Model",),
    "sample": ("SampleMoments", "covariances_as_sample"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CFAResult", "FitChange", "Invariance", "Model", "ModelComparison", "SampleMoments", "cfa",
    "compare_models", "covariances_as_sample", "invariance",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
