"""The interface of engines: score a frame lazily, and sum it up in place."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork

ROWS = 131_072  # of a part, if the engine leaves the choice


class Engine(Protocol):
    """A frame of an engine, and the operations on it."""

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns, without reading answers."""
        ...

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a frame of the same kind, which computes the scores when it is run.

        Parameters
        ----------
        work
            The function that scores a part.
        scores
            The columns of scores, without kept columns.
        """
        ...

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all answers; each part is summed up in place.

        If `SumWork.together` names a column, rows with equal values in it are brought into one part, next to
        each other.

        Raises
        ------
        ResponseError
            The engine cannot bring rows together.
        """
        ...
