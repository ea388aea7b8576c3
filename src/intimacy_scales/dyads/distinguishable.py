"""Whether a statistic tells the two partners of a couple apart, and whose figures are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.messages import not_one_of, shortened, values_as_asked, values_shown


def as_distinguishable(dyads: Dyads, asked: bool | None, *, mixed: bool = False) -> bool:
    """Return whether partners are told apart: as asked; None: where their roles allow it.

    Roles allow it if every couple has the same two; with ``mixed``, which is for statistics of several
    compositions, if couples have roles.

    Raises
    ------
    EstimationError
        They should be, and their roles do not allow it.
    """
    check_asked(asked)
    possible = dyads.has_roles if mixed else dyads.distinguishable
    if asked is None:
        return possible
    if asked and not possible:
        needed = "roles" if mixed else "the same two roles in every couple"
        why = "couples differ in their roles" if dyads.has_roles else "partners have no roles"
        raise EstimationError(
            f"distinguishable=True needs {needed}, and {why}; name the column of roles when couples are "
            "paired (role=...), or leave distinguishable out"
        )
    return asked


def check_one_composition(dyads: Dyads, asked: bool | None) -> None:
    """Raise where couples of several compositions would be pooled without being asked for.

    Raises
    ------
    EstimationError
        Couples differ in their roles, and ``distinguishable`` was left out.
    """
    if dyads.mixed and asked is None:
        raise EstimationError(
            f"{which_compositions(dyads)}, and this has one set of figures: {pooled_or_chosen(dyads)}"
        )


def which_compositions(dyads: Dyads) -> str:
    """Return in words which kinds of couples a mixed sample has."""
    kinds = {name for name in dyads.compositions or () if name is not None}
    if len(kinds) > 1:
        return "couples of several compositions are in the sample"
    known = "couples of one composition" if kinds else "no couple whose roles are both known"
    return f"the sample was paired as a mixed one (mixed=True) and has {known}"


def pooled_or_chosen(dyads: Dyads) -> str:
    """Return what to do about a mixed sample: pool its couples, or choose those of a kind that it has."""
    advice = "to pool them as exchangeable, pass distinguishable=False"
    counts = Counter(name for name in dyads.compositions or () if name is not None)
    if not counts:
        return advice
    with values_as_asked(dyads.show_values):
        example = repr(counts.most_common(1)[0][0]) if values_shown() else "COMPOSITION"
    return f"{advice}; or choose couples of one kind, as by dyads.of_composition({example})"


def check_asked(asked: Any) -> None:
    """Raise unless ``distinguishable=`` is True, False or None."""
    if asked is not None and not isinstance(asked, bool):
        raise EstimationError(
            f"distinguishable={shortened(asked)} is not valid; allowed: True, False, or None (by the roles)"
        )


def place_of(option: str, partner: str | None, partners: Sequence[str | None]) -> int:
    """Return the position of a partner's figures; None is the name of those of both alike.

    Raises
    ------
    UnknownNameError
        There are none of that partner.

    Examples
    --------
    >>> place_of("partner", "wife", ["wife", "husband"])
    0
    """
    if partner in partners:
        return list(partners).index(partner)
    names = [name for name in partners if name is not None]
    if not names:
        raise UnknownNameError(
            f"{option}={shortened(partner)} is not valid: partners are exchangeable, and figures are those "
            f"of both alike; leave {option} out"
        )
    raise UnknownNameError(not_one_of(option, partner, names))
