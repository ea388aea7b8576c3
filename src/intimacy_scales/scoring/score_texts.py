"""One person's scores as JSON, joined from prepared texts.

Most of a `PersonScores` document is the same for all respondents of an instrument (its reference, its
ranges), and persons with the same score on a scale share the entries of that scale. Both are written once;
only joining them is left for each person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from json import JSONEncoder
from operator import is_, itemgetter
from types import NoneType
from typing import Any

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.scoring.scale_score import ScaleScore

_MAX_KEPT = 4_096  # texts of one scale, after which the cache is cleared
_encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # as `Result.to_json` writes
_PLAIN = frozenset({NoneType, bool, int, float})
_SCORE = itemgetter(0)  # of `ScaleScore`
_SCALE_SECTIONS: dict[str, Callable[[ScaleScore], Any]] = {
    "scores": lambda row: row.score,
    "pomp": lambda row: row.pomp,
    "answered": lambda row: row.answered,
    "prorated": lambda row: row.prorated,
    "bounds": lambda row: (row.low, row.high),
}


class ScoreTexts:
    """The texts of the documents of one instrument.

    Parameters
    ----------
    instrument
        The reference to the instrument that scores carry.
    document
        The document of any person's scores, without problems; its entries of scales are not used.
    may_not_apply
        Whether some item may not apply to a person; these texts do not include that.
    """

    def __init__(
        self, instrument: InstrumentRef, document: Mapping[str, Any], *, may_not_apply: bool = False
    ) -> None:
        self.instrument = instrument
        self.may_not_apply = may_not_apply
        self.ids = list(document["scores"])
        self.names = [f"{_encode(name)}: " for name in self.ids]
        self.sections = [name for name in document if name in _SCALE_SECTIONS]  # in the order of the document
        parts = [
            f"{_encode(name)}: " + ("{%s}" if name in _SCALE_SECTIONS else _encode(part).replace("%", "%%"))
            for name, part in document.items()
        ]
        self.template = f"{{{', '.join(parts)}}}"
        # for each scale: id() of a `ScaleScore`, unique as long as the object is kept too → its texts
        self.kept: list[dict[int, tuple[tuple[str, ...], ScaleScore]]] = [{} for _ in self.ids]

    def joined(
        self, instrument: InstrumentRef, scores: Mapping[str, Any], rows: Sequence[ScaleScore]
    ) -> str | None:
        """Return the document of scores without problems; None if the rows do not come from the scorer."""
        if instrument is not self.instrument or list(scores) != self.ids or len(rows) != len(self.ids):
            return None
        texts = []
        for kept, name, row in zip(self.kept, self.names, rows, strict=True):
            entry = kept.get(id(row))
            if entry is None:
                if type(row) is not ScaleScore or not _PLAIN.issuperset(map(type, row)):
                    return None
                entry = self._written(kept, name, row)
            texts.append(entry[0])
        if not all(map(is_, scores.values(), map(_SCORE, rows))):
            return None
        return self.template % tuple(map(", ".join, zip(*texts, strict=True)))

    def _written(
        self, kept: dict[int, tuple[tuple[str, ...], ScaleScore]], name: str, row: ScaleScore
    ) -> tuple[tuple[str, ...], ScaleScore]:
        """Write the entries of one score on one scale, and keep them with the score."""
        texts = tuple(name + _encode(_SCALE_SECTIONS[section](row)) for section in self.sections)
        if len(kept) >= _MAX_KEPT:
            kept.clear()
        kept[id(row)] = entry = texts, row
        return entry
