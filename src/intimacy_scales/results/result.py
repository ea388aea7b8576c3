"""Base class of all results: immutable, comparable, and written as JSON.

Nothing here needs numpy, as the scores of one person are a result too.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from html import escape
from typing import Any, ClassVar, Self, TypeVar, cast, dataclass_transform

import intimacy_scales.instrument as models
from intimacy_scales.results.frozen import Frozen, alike, compared_names, hashed
from intimacy_scales.results.paged import Paged, has_own_page

Kind = TypeVar("Kind")


@dataclass_transform(eq_default=False, frozen_default=True, kw_only_default=True)
def result_class(kind: type[Kind]) -> type[Kind]:
    """Make a class a frozen dataclass with keyword-only fields, which `Result` compares."""
    return dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)(kind)


class Result(Frozen, Paged, ABC):
    """Base class of all results.

    Fields, arrays and mappings cannot be changed. Two results are equal if they are of the same class and all
    their compared fields are equal: arrays by their values, and nan as equal to nan.

    Examples
    --------
    >>> from intimacy_scales import PersonScores, score
    >>> result = score("csi-4", {"csi4_1": 4, "csi4_2": 3, "csi4_3": 4, "csi4_4": 2})
    >>> PersonScores.from_json(result.to_json()) == result
    True
    """

    __slots__: tuple[str, ...] = ()

    # name of an array → a letter for each axis; in a document, axes with the same letter have the same length
    _axes: ClassVar[Mapping[str, str]] = {}

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""

    def to_json(self, *, indent: int | None = None) -> str:
        """Return `to_dict` as JSON, with null for undefined and ``"Infinity"`` for infinite values.

        Parameters
        ----------
        indent
            Number of spaces at each level, for people to read; None: a single line.
        """
        text = self._text() if indent is None else None
        if text is not None:
            return text
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent, allow_nan=False)

    def _text(self) -> str | None:
        """Return the single line of `to_json` if a class can make it faster than `json`; else None."""
        return None

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: models.Instrument | None = None) -> Self:
        """Return the result that `to_dict` wrote.

        Parameters
        ----------
        document
            What `to_dict` returned, or the same from JSON.
        instrument
            The instrument, for results that need one, such as scores; None: the shipped one with the same id
            and digest.

        Raises
        ------
        DocumentError
            A value is missing, unknown or of another type; or the instrument is not the one with which the
            result was made.

        Notes
        -----
        The result has the figures of the document. Documents of statistics hold neither the answers nor the
        fitted model: methods that need them, such as a bootstrap interval, raise `DocumentError`, whose
        message says how to get them.

        Examples
        --------
        >>> from intimacy_scales import PersonScores, score
        >>> result = score("kmss", {"kmss_1": 7, "kmss_2": 6, "kmss_3": 7})
        >>> PersonScores.from_dict(result.to_dict()) == result
        True
        """
        from intimacy_scales.results.documents import result_of

        result: Self = result_of(cls, document, instrument)
        return result

    @classmethod
    def from_json(cls, text: str | bytes, *, instrument: models.Instrument | None = None) -> Self:
        """Return the result that `to_json` wrote; parameters and errors as in `from_dict`."""
        from intimacy_scales.results.documents import parsed

        return cls.from_dict(parsed(text, cls.__name__), instrument=instrument)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of what `to_dict` and `to_json` write."""
        from intimacy_scales.results.document_types import schema_of

        return schema_of(cls)

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        """Return the names that `to_dict` writes, with the types of their values."""
        from intimacy_scales.results.document_types import types_of

        return types_of(cls)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> Any:
        """Return the result from the values of its document and the instrument that the caller passed."""
        from intimacy_scales.results.documents import made_of

        return made_of(cls, values)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        """Return how pydantic, and frameworks that use it, read and write the result: as its document."""
        from intimacy_scales.results.pydantic_documents import core_schema_of

        return core_schema_of(cls)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(alike(getattr(self, name), getattr(other, name)) for name in compared_names(type(self)))

    def __hash__(self) -> int:
        return hash((type(self), *(hashed(getattr(self, name)) for name in compared_names(type(self)))))

    def _repr_html_(self) -> str:
        if has_own_page(type(self)):
            return Paged._repr_html_(self)
        text = repr(self)
        first, *rest = escape(text[1:-1] if text.startswith("<") else text).split("; ")
        return f"<div><b>{first}</b>{''.join(f'<br>{line}' for line in rest)}</div>"


def plain(value: Any) -> Any:
    """Return a value as in JSON: arrays as lists, nan as None, infinite numbers as text.

    Examples
    --------
    >>> plain((1.5, float("nan"), float("-inf")))
    [1.5, None, '-Infinity']
    """
    if isinstance(value, float):
        return _plain_float(value)
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_dataclass(value):  # a part of a result
        return {name: plain(getattr(value, name)) for name in compared_names(cast(Any, type(value)))}
    return plain(value.tolist()) if hasattr(value, "tolist") else value  # arrays and their scalars


def _plain_float(value: float) -> float | str | None:
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None if math.isnan(value) else float(value)
