"""What results of couples with a page of tables share: cautions, couples left out, and their document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from intimacy_scales.results.document_types import documented
from intimacy_scales.results.paged import Paged
from intimacy_scales.results.result import plain
from intimacy_scales.results.tables import Page


class PagedResult(Paged):
    """Base of a result of couples that has a page, cautions, and couples that were left out.

    Attributes
    ----------
    left_out
        Why couples are left out → how many.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, response_surface
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = response_surface(dyads, "caring", "trust")
    >>> isinstance(result, PagedResult), result.n_left_out
    (True, 0)
    """

    __slots__: tuple[str, ...] = ()
    _not_in_documents: ClassVar[tuple[str, ...]] = ()

    left_out: Mapping[str, int]

    @property
    def n_left_out(self) -> int:
        """Number of couples that were left out."""
        return sum(self.left_out.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the figures."""
        raise NotImplementedError

    def page(self, confidence_level: float = 0.95) -> Page:
        """Return the page that `to_markdown` writes, as data."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the fields with the cautions, as plain values."""
        names = [name for name in self.__slots__ if name not in self._not_in_documents]
        return {name: plain(getattr(self, name)) for name in names} | {"warnings": [*self.warnings]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=cls._not_in_documents, warnings=tuple[str, ...])
