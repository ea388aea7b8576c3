"""Whether a statistic tells the two partners of a couple apart."""

from __future__ import annotations

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened


def as_distinguishable(dyads: Dyads, asked: bool | None) -> bool:
    """Return whether partners are told apart: as asked; None: where every couple has the same two roles.

    Raises
    ------
    EstimationError
        They should be and have no roles, or couples of several compositions.
    """
    if asked is None:
        return dyads.distinguishable
    if not isinstance(asked, bool):
        raise EstimationError(
            f"distinguishable={shortened(asked)} is not valid; allowed: True, False, or None (by the roles)"
        )
    if asked and not dyads.distinguishable:
        why = "couples differ in their roles" if dyads.has_roles else "partners have no roles"
        raise EstimationError(
            f"distinguishable=True needs the same two roles in every couple, and {why}; name the column of roles "
            "when couples are paired (role=...), or leave distinguishable out"
        )
    return asked
