"""Exchange with other tools: answers as survey platforms export them, and which instrument they are to."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.interop.answers import (
        FileAnswers,
        MappingReport,
        open_file,
        read_answers,
        save_mapping,
    )
    from intimacy_scales.interop.recognition import Candidate, Recognition, recognize

# loaded at first use: scoring a plain file needs no reader of a platform
_HOME = {
    "Candidate": "recognition", "FileAnswers": "answers", "MappingReport": "answers",
    "Recognition": "recognition", "open_file": "answers", "read_answers": "answers",
    "recognize": "recognition", "save_mapping": "answers",
}  # fmt: skip

__all__ = [
    "Candidate",
    "FileAnswers",
    "MappingReport",
    "Recognition",
    "open_file",
    "read_answers",
    "recognize",
    "save_mapping",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
