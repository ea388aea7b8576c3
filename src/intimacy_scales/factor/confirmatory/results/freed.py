"""Parameters that are free in each group although those of their kind are equal: partial invariance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intimacy_scales.results.wording import joined

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.results.result import CFAResult

_OPERATORS = {"loadings": "=~", "intercepts": "~1", "residuals": "~~", "regressions": "~"}
_TITLES = {"residuals": "residual variances"}


def freed_keys(result: CFAResult) -> list[tuple[str, str, str]]:
    """Return the parameters that differ between groups though those of their kind are equal.

    A parameter that is equal has one estimate in all groups, to the bit.
    """
    chosen = {_OPERATORS[kind] for kind in result.equal}
    latent = result.model.latent
    values: dict[tuple[str, str, str], set[float]] = {}
    for row in result.parameters:
        measured = row.lhs not in latent and (row.op != "~~" or row.lhs == row.rhs)
        if row.op in chosen and (row.op in ("=~", "~") or measured):
            values.setdefault((row.lhs, row.op, row.rhs), set()).add(row.estimate)
    return [key for key, estimates in values.items() if len(estimates) > 1]


def freed_names(result: CFAResult) -> tuple[str, ...]:
    """Return the same parameters as they are written in a model."""
    keys = set(freed_keys(result))
    return tuple(dict.fromkeys(p.name for p in result.parameters if (p.lhs, p.op, p.rhs) in keys))


def equal_sentence(result: CFAResult) -> str:
    """Return the sentence on which parameters are equal across groups, and which of them are not."""
    if not result.equal:
        return ""
    kinds = joined([_TITLES.get(kind, kind) for kind in result.equal])
    text = f"{kinds[0].upper()}{kinds[1:]} were equal across groups"
    freed = freed_names(result)
    return f"{text}, except {joined(list(freed))}, which {_were(freed)} free in each group." if freed else (
        f"{text}."
    )  # fmt: skip


def partial_sentence(freed: Sequence[str], where: str) -> str:
    """Return the sentence that invariance is partial, with the parameters that are free; else nothing.

    Examples
    --------
    >>> partial_sentence(["tru04 ~ 1"], "in each group")
    'Invariance is partial: tru04 ~ 1 was free in each group.'
    """
    return f"Invariance is partial: {joined(list(freed))} {_were(freed)} free {where}." if freed else ""


def _were(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"
