"""Whether answers are coded as their instrument says: evidence for and against each way of storing them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.coding.check import check_coding
    from intimacy_scales.coding.codings import HYPOTHESES, Hypothesis
    from intimacy_scales.coding.result import CodingCheck, CodingFinding
    from intimacy_scales.coding.warning import coding_warning

_HOMES = {
    "check": ("check_coding",),
    "codings": ("HYPOTHESES", "Hypothesis"),
    "result": ("CodingCheck", "CodingFinding"),
    "warning": ("coding_warning",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["HYPOTHESES", "CodingCheck", "CodingFinding", "Hypothesis", "check_coding", "coding_warning"]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
