"""Who the couples are whose scores were computed: from the caller's table, or from a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.frame_columns import frame_of_couples
from intimacy_scales.results.result import plain


def _texts(labels: list[Any]) -> list[Any]:
    """Return labels as a document holds them: finite numbers, texts, and others as texts."""
    values = [label.item() if isinstance(label, np.generic) else label for label in labels]
    return [plain(value) if isinstance(value, str | int | float | None) else str(value) for value in values]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleLabels:
    """Labels of couples and occasions, as columns of the caller's table.

    Attributes
    ----------
    dyads
        The couples, without answers or scores.
    """

    dyads: Dyads

    def __len__(self) -> int:
        return len(self.dyads)

    @property
    def show_values(self) -> bool | None:
        """Whether messages may contain labels, as in `Reading`."""
        return self.dyads.show_values

    @property
    def couples(self) -> list[Any]:
        """The label of each couple."""
        return self.dyads.couples

    @property
    def times(self) -> list[Any] | None:
        """The occasion of each row; None where there is one."""
        return self.dyads.times

    def texts(self, labels: list[Any]) -> list[Any]:
        """Return labels as a document holds them."""
        return _texts(labels)

    def frame(self, columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return labels, then columns, in a frame of the caller's library.

        Raises
        ------
        ResponseError
            Two columns would have one name.
        """
        return frame_of_couples(self.dyads, columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCouples:
    """Labels of couples and occasions, as a document lists them."""

    couples: list[Any]
    times: list[Any] | None
    show_values: ClassVar[bool | None] = None

    def __len__(self) -> int:
        return len(self.couples)

    def texts(self, labels: list[Any]) -> list[Any]:
        """Return labels as a document holds them."""
        return _texts(labels)

    def frame(self, columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return labels, then columns, in a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        times = {} if self.times is None else {"time": self.times}
        return pandas_frame({"couple": self.couples, **times, **columns})
