"""The R script that fits a model of couples with lavaan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intimacy_scales.dyads.models.couple_table import COMPOSITION, CoupleTable


def r_script(text: str, table: CoupleTable, path: str, options: Mapping[str, Any], note: str = "") -> str:
    """Return an R script that reads a table of couples and fits a model.

    Parameters
    ----------
    text
        The model.
    table
        The numbers that it is fitted to.
    path
        The file with these numbers.
    options
        Options of `sem`: ``estimator`` and ``missing``.
    note
        A comment for the head of the script.

    Examples
    --------
    >>> from intimacy_scales.dyads.models.couple_table import CoupleTable
    >>> table = CoupleTable(
    ...     columns={}, partners={}, couples={}, composition=None, n_given=3, left_out={}, n_one_partner=0
    ... )
    >>> print(r_script("y ~ x", table, "couples.csv", {"missing": "listwise"}).splitlines()[-3])
    fit <- lavaan::sem(model, data = couples, fixed.x = FALSE, meanstructure = TRUE, estimator = "ML",
    """
    arguments = {
        "fixed.x": "FALSE",
        "meanstructure": "TRUE",
        "estimator": f'"{options.get("estimator", "ML")}"',
        "missing": f'"{options.get("missing", "listwise")}"',
    }
    if table.composition is not None:
        arguments |= {"group": f'"{COMPOSITION}"', "group.label": _labels(table.composition)}
    written = [f"{name} = {value}" for name, value in arguments.items()]
    quoted = path.replace("\\", "\\\\").replace('"', '\\"')
    first, rest = ", ".join(written[:3]), ", ".join(written[3:])
    comment = [f"# {line}" for line in note.splitlines()]
    return "\n".join(
        [
            *comment,
            f'couples <- read.csv("{quoted}")',
            f"model <- '\n{text}\n'",
            f"fit <- lavaan::sem(model, data = couples, {first},",
            f"                   {rest})",
            "lavaan::summary(fit, standardized = TRUE, fit.measures = TRUE)",
        ]
    )


def _labels(composition: tuple[str, ...]) -> str:
    labels = ", ".join(f'"{name}"' for name in dict.fromkeys(composition))
    return f"c({labels})"


def actor_partner_script(text: str, table: CoupleTable, path: str, estimator: str, missing: str) -> str:
    """Return the script of an actor-partner model."""
    options = {"estimator": "MLR" if estimator == "MLR" else "ML", "missing": missing}
    note = "actor-partner model of couples, a row for each"
    if estimator == "REML":
        note += "\nlavaan has no REML: paths are the same by ML, with slightly smaller standard errors"
    return r_script(text, table, path, options, note)
