"""Models of couples without paths: partners that are exchangeable, and variables that are unrelated.

I-SAT, the model of exchangeable partners by which others are judged, has k (k + 1) degrees of freedom for k
variables of each partner. `exchangeable_fit` says why it takes the place of the saturated model, and I-NULL
that of independence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from intimacy_scales.dyads.models.couple_table import Pair


def isat_text(partners: Mapping[str, Pair], couples: Sequence[str] = ()) -> str:
    """Return the model in which all moments are those of exchangeable partners.

    Parameters
    ----------
    partners
        Variable → its columns.
    couples
        Columns of variables of couples.

    Examples
    --------
    >>> print(isat_text({"love": ("love_1", "love_2")}))
    love_1 ~ m1*1
    love_1 ~~ v1*love_1
    love_2 ~ m1*1
    love_2 ~~ v1*love_2
    love_1 ~~ love_2
    """
    pairs = list(partners.values())
    lines = _equal_spreads(pairs)
    lines += [f"{first} ~~ {second}" for first, second in pairs]
    for (i, one), (j, other) in combinations(enumerate(pairs, 1), 2):
        for place in (0, 1):
            lines.append(f"{one[place]} ~~ w{i}_{j}*{other[place]}")
            lines.append(f"{one[place]} ~~ x{i}_{j}*{other[1 - place]}")
    for k, column in enumerate(couples, 1):
        lines += [
            f"{pair[place]} ~~ z{i}_{k}*{column}" for i, pair in enumerate(pairs, 1) for place in (0, 1)
        ]
    return "\n".join(lines + _free(couples))


def inull_text(partners: Mapping[str, Pair], couples: Sequence[str] = ()) -> str:
    """Return the model in which variables are unrelated and partners exchangeable."""
    return "\n".join(_equal_spreads(list(partners.values())) + _free(couples))


def _equal_spreads(pairs: Sequence[Pair]) -> list[str]:
    """Return means and variances that are equal for both partners."""
    return [
        line
        for k, pair in enumerate(pairs, 1)
        for column in pair
        for line in (f"{column} ~ m{k}*1", f"{column} ~~ v{k}*{column}")
    ]


def _free(couples: Sequence[str]) -> list[str]:
    """Return moments of variables of couples, which exchangeability does not restrict."""
    lines = [line for column in couples for line in (f"{column} ~ 1", f"{column} ~~ {column}")]
    return lines + [f"{one} ~~ {other}" for one, other in combinations(couples, 2)]
