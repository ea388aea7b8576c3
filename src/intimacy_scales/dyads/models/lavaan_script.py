"""The R script that fits a model of couples with lavaan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intimacy_scales.dyads.models.couple_table import COMPOSITION, CoupleTable
from intimacy_scales.factor.confirmatory.results.r_script import SAY_FIT, say_fit_line
from intimacy_scales.results.r_text import AS_NUMBERS, SAY, r_string, reading_lines, script

if TYPE_CHECKING:
    from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel

_SUMMARY = "lavaan::summary(fit, standardized = TRUE, fit.measures = TRUE)"
_SAY_LABELLED = """# figures of a label of the model
estimates <- lavaan::parameterEstimates(fit)
say_labelled <- function(name, label, error = TRUE) {
  row <- estimates[match(label, estimates$label), ]
  say(paste0(name, ".estimate"), row$est, label)
  if (error) say(paste0(name, ".se"), row$se, label)
}"""


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
    first, rest = ", ".join(written[:3]), ", ".join(written[3:])
    comment = [f"# {line}" for line in note.splitlines()]
    return "\n".join(
        [
            *comment,
            *reading_lines(path, "couples"),
            AS_NUMBERS,
            f"couples <- as_numbers(couples{_numbers(table)})",
            f"model <- '\n{text}\n'",
            f"fit <- lavaan::sem(model, data = couples, {first},",
            f"                   {rest})",
            _SUMMARY,
        ]
    )


def _numbers(table: CoupleTable) -> str:
    """Return the argument that names the columns of numbers, where there is another one."""
    return "" if table.composition is None else f', setdiff(names(couples), "{COMPOSITION}")'


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


def figures_script(model: ActorPartnerModel, engine: Any, path: str) -> str:
    """Return the script of an actor-partner model that prints a line for each figure.

    Errors are left out where the model was fitted by REML, since lavaan has those of ML.
    """
    fitted = actor_partner_script(engine.text.text(), engine.table, path, model.estimator, model.missing)
    errors = "" if model.estimator != "REML" else ", FALSE"
    labels = {term: engine.text.label(term) for term in engine.text.terms}
    lines = [
        f"say_labelled({r_string(f'effects[{effect.name}]')}, {r_string(label)}{errors})"
        for effect, label in zip(model.effects, labels.values(), strict=True)
    ]
    for place, composition in enumerate(engine.text.compositions):
        label = engine.text.correlation_label(composition)
        lines.append(f'say_labelled("residual_correlations[{place}]", {r_string(label)}{errors})')
    fit = [] if model.fit is None else [SAY_FIT, say_fit_line(model.fit)]
    return script(fitted.removesuffix(_SUMMARY).rstrip(), SAY, _SAY_LABELLED, lines, *fit)
