"""What all parts of an instrument share: frozen, strict about unknown fields, plain ids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_ID = re.compile(r"\w[\w.\-]*")


class Part(BaseModel):
    """Base of every model: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed, validated like any other."""
        del deep  # every part is immutable: sharing is safe
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **(update or {})})


def _check_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(
            f"{value!r} is not an id: use letters, digits, '_', '.' or '-', and do not begin with '-' or '.'"
        )
    return value


Id = Annotated[str, Field(max_length=100), AfterValidator(_check_id)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]

LOOKALIKES = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u2033": '"',
        "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\ufeff": None, "\u200b": None, "\u200e": None, "\u200f": None,
    }
)  # fmt: skip


def normalized(text: str) -> str:
    """Return text as it is compared: without regard to case, blanks, BOM, or typographic quotes.

    Examples
    --------
    >>> normalized("  DON'T   Know ")
    "don't know"
    """
    folded = unicodedata.normalize("NFKC", text.translate(LOOKALIKES)).casefold()
    return " ".join(folded.split())
