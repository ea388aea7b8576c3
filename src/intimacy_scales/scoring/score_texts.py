"""One person's scores as JSON, joined of texts that were written before.

Of a document like that of `PersonScores` most is the same for everybody who filled in one form (which it is,
which scores it can have), and persons with one score on a scale share all that is said of it. Both are
written once; what is left for each person is to join them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from json import JSONEncoder
from operator import is_, itemgetter
from types import NoneType
from typing import Any

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.scoring.scale_score import ScaleScore

_MAX_KEPT = 4_096  # texts of one scale; then it begins anew
_encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # as `Result.to_json` writes
_PLAIN = frozenset({NoneType, bool, int, float})
_SCORE = itemgetter(0)  # of a `ScaleScore`
_OF_A_SCALE: dict[str, Callable[[ScaleScore], Any]] = {
    "scores": lambda row: row.score,
    "pomp": lambda row: row.pomp,
    "answered": lambda row: row.answered,
    "prorated": lambda row: row.prorated,
    "bounds": lambda row: (row.low, row.high),
}


class ScoreTexts:
    """The texts of one instrument.

    Parameters
    ----------
    instrument
        What scores say of the instrument.
    document
        The document of somebody's scores, without problems: what is said of scales in it does not matter.
    may_not_apply
        Whether there are items that may not apply to a person, which is no part of these texts.
    """

    def __init__(
        self, instrument: InstrumentRef, document: Mapping[str, Any], *, may_not_apply: bool = False
    ) -> None:
        self.instrument = instrument
        self.may_not_apply = may_not_apply
        self.ids = list(document["scores"])
        self.names = [f"{_encode(name)}: " for name in self.ids]
        self.sections = [name for name in document if name in _OF_A_SCALE]  # in their order
        parts = [
            f"{_encode(name)}: " + ("{%s}" if name in _OF_A_SCALE else _encode(part).replace("%", "%%"))
            for name, part in document.items()
        ]
        self.template = f"{{{', '.join(parts)}}}"
        # of each scale, by the identity of a `ScaleScore`, which stays its own while it is kept beside
        self.kept: list[dict[int, tuple[tuple[str, ...], ScaleScore]]] = [{} for _ in self.ids]

    def joined(
        self, instrument: InstrumentRef, scores: Mapping[str, Any], rows: Sequence[ScaleScore]
    ) -> str | None:
        """Return the document of scores without problems; None of what the scorer did not make."""
        if instrument is not self.instrument or list(scores) != self.ids or len(rows) != len(self.ids):
            return None
        told = []
        for kept, name, row in zip(self.kept, self.names, rows, strict=True):
            found = kept.get(id(row))
            if found is None:
                if type(row) is not ScaleScore or not _PLAIN.issuperset(map(type, row)):
                    return None
                found = self._written(kept, name, row)
            told.append(found[0])
        if not all(map(is_, scores.values(), map(_SCORE, rows))):
            return None
        return self.template % tuple(map(", ".join, zip(*told, strict=True)))

    def _written(
        self, kept: dict[int, tuple[tuple[str, ...], ScaleScore]], name: str, row: ScaleScore
    ) -> tuple[tuple[str, ...], ScaleScore]:
        """Write what is said of one score on one scale, and keep it."""
        texts = tuple(name + _encode(_OF_A_SCALE[section](row)) for section in self.sections)
        if len(kept) >= _MAX_KEPT:
            kept.clear()
        kept[id(row)] = found = texts, row
        return found
