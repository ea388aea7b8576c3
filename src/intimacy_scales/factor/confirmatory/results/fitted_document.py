"""Documents of fitted models: what a `CFAResult` is as plain values, and how these are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import DocumentError
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate, Parameters
from intimacy_scales.results.document_types import Unless, documented, many
from intimacy_scales.results.result import plain

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.results.result import CFAResult


def fitted_values(result: CFAResult) -> dict[str, Any]:
    """Return model, fit and parameters as plain values."""
    values = {
        "model": str(result.model),
        "statements": plain(result.model.statements),
        "instrument": None if result.instrument is None else result.instrument.to_dict(),
        "estimator": result.estimator,
        "missing": result.missing,
        "identification": result.identification,
        "information": result.information,
        "groups": dict(zip(result.groups, result.group_n, strict=True)) if result.groups else {},
        "equal": list(result.equal),
        "n": result.n,
        "n_rows": result.n_rows,
        "n_clusters": result.n_clusters,
        "iterations": result.iterations,
        "improper": list(result.improper),
        "notes": list(result.notes),
        "never_together": [list(pair) for pair in result.never_together],
        "fit": result.fit.to_dict(),
        "parameters": result.parameters.to_dict(),
    }
    if result.auxiliary:
        values["auxiliary"] = list(result.auxiliary)
        values["auxiliary_parameters"] = result.auxiliary_parameters.to_dict()
    return values


def types_of_fitted(cls: type[CFAResult], statements: Any) -> Mapping[str, Any]:
    """Return the type of each value of a document."""
    return documented(
        cls,
        without=("group_n", "solution"),
        model=str,
        statements=many(statements),
        groups=Mapping[str, int],
        parameters=many(ParameterEstimate),
        notes=Sequence[str],
        auxiliary=Unless(Sequence[str], nothing=()),
        auxiliary_parameters=Unless(many(ParameterEstimate), nothing=()),
    )


def parts_of_fitted(name: str, values: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Return groups and parameters of a fitted model that is read from a document.

    Raises
    ------
    DocumentError
        Loadings are not those of the model, a parameter is there twice, or groups differ from those of the
        parameters.
    """
    rows = {(row.lhs, row.op, row.rhs) for row in values["parameters"]}
    loadings = {(s.lhs, s.op, s.rhs) for s in model.loadings}
    unmatched = [" ".join(row) for row in sorted(loadings ^ {row for row in rows if row[1] == "=~"})]
    if unmatched:
        raise DocumentError(f"{name}.parameters: {', '.join(unmatched)} must be in the model and here")
    if len(values["parameters"]) > len(
        {(row.lhs, row.op, row.rhs, row.group) for row in values["parameters"]}
    ):
        raise DocumentError(f"{name}.parameters: a parameter is there twice")
    groups = values["groups"]  # a store may have sorted them; the parameters keep their order
    row_groups = [row.group for row in values["parameters"] if row.op != ":="]
    order = list(dict.fromkeys(row_groups)) if groups else []
    if set(order) != set(groups):
        raise DocumentError(f"{name}.groups: those of the parameters are {', '.join(map(str, order))}")
    return {
        "groups": tuple(order),
        "group_n": tuple(groups[label] for label in order),
        "parameters": Parameters(values["parameters"]),
        "auxiliary_parameters": Parameters(values["auxiliary_parameters"]),
    }
