"""What lavaan says of measurement invariance: across groups, and across the partners of couples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from intimacy_scales.dyads import Dyads, dyadic_invariance
from intimacy_scales.factor import CFAResult, FitChange, Model, invariance

from .factor_values import as_in_r, fit_rows, objective_row, parameter_rows
from .forms import form_of
from .oracles import CHI_SQUARE, CLOSED_FORM, ESTIMATE, ROBUST, TEST, Block, Reference, Row

_CHANGES = {
    "delta_cfi": "cfi_change",
    "delta_rmsea": "rmsea_change",
    "delta_srmr": "srmr_change",
    "delta_tli": "tli_change",
}
# our steps → R's levels
_LEVELS = {
    "configural": "configural",
    "metric": "metric",
    "scalar": "scalar",
    "residual": "residual",
    "means": "indistinguishable",
}


class _Place:
    """Where one study's values stand, and the table they are shown in: a column for each level."""

    def __init__(self, ref: Reference, key: tuple[str, ...], title: str, label: str) -> None:
        self.ref, self.key, self.title, self.label = ref, key, title, label
        self.given = ref.block(*key, table=title).given

    def at(self, *key: str, level: str, prefix: str) -> Block:
        """Return a part that is shown in the column of a level."""
        prefix = f"{self.label}.{prefix}."
        return self.ref.block(*self.key, *key, table=self.title, column=level, prefix=prefix)

    def has(self, name: str) -> bool:
        """Whether R has values of this name."""
        return name in self.ref.at(self.key)


def _level_rows(place: _Place, level: str, result: CFAResult, function: str, *, gaps: bool) -> Iterator[Row]:
    """Compare one model."""
    fit = place.at("fit", level, level=level, prefix="fit")
    if place.has("params"):
        parameters = place.at("params", level, level=level, prefix="params")
        label = f"{place.label}.objective at R's estimates"
        yield objective_row(fit, "converged", result, parameters, label)
        yield from parameter_rows(parameters, result, function)
    else:
        assert fit.given("converged")
    yield from fit_rows(fit, result.fit, f"{function}.fit", gaps=gaps)


def _change_rows(
    place: _Place, changes: Mapping[str, FitChange], function: str, *, robust: bool
) -> Iterator[Row]:
    """Compare each model with the one before it."""
    for name in place.ref.at((*place.key, "difference")):
        later = name.partition("_vs_")[0]
        change = changes[later]
        assert name == f"{change.name}_vs_{change.before}"
        block = place.at("difference", name, level=later, prefix="difference")
        test: Any = {"tolerance": ROBUST, "relative": True} if robust else {"tolerance": CHI_SQUARE}
        yield block.row("chisq_diff", change.chi_square_change, f"{function}.chi_square_change", **test)
        rest = block.as_family()
        yield rest.row("df_diff", change.df_change, function, tolerance=CLOSED_FORM)
        yield rest.row("p", change.p_value, function, tolerance=ESTIMATE if robust else TEST)
        for index, attribute in _CHANGES.items():
            yield rest.row(index, getattr(change, attribute), function, tolerance=ESTIMATE)


def group_invariance_rows(
    ref: Reference, name: str, table: pd.DataFrame, group: str, title: str
) -> Iterator[Row]:
    """Compare the steps of invariance across groups."""
    estimator: Any = name.rpartition("_")[2]
    label = name.removeprefix("invariance_")
    place = _Place(ref, (name,), title, label)
    result = invariance(place.given("model"), table, groups=group, estimator=estimator)
    assert list(result.groups) == place.given("groups")
    counts = ref.block(name, table=title, column="configural", prefix=f"{label}.")
    yield counts.row("group_n", list(result.groups.values()), "invariance().groups")
    for level, model in result.models.items():
        yield from _level_rows(place, level, model, "invariance()[step]", gaps=False)
    changes = {change.name: change for change in result.changes}
    yield from _change_rows(place, changes, "invariance().changes", robust=estimator == "MLR")


def _omega(result: CFAResult, factor: str) -> float:
    """Return omega of one factor from the parameters of a model with several."""
    loads = {p.rhs: p.estimate for p in result.parameters if p.op == "=~" and p.lhs == factor}
    errors = [p.estimate for p in result.parameters if p.op == "~~" and p.lhs == p.rhs and p.lhs in loads]
    common = sum(loads.values()) ** 2 * result.parameters[f"{factor} ~~ {factor}"].estimate
    return float(common / (common + sum(errors)))


def _couples(models: Mapping[str, str], table: pd.DataFrame) -> tuple[Dyads, dict[str, str]]:
    """Return the couples of R's models, and our names of variables and factors → R's."""
    model = Model.from_text(models["configural"])
    partners = {"first": model.indicators("P1"), "second": model.indicators("P2")}
    items = [f"item{n}" for n in range(1, len(partners["first"]) + 1)]
    answers = table[list(model.observed)]
    form = form_of({"scale": items}, 1, 9 if answers.max(axis=None) > 7 else 7)
    columns = {partner: dict(zip(items, names, strict=True)) for partner, names in partners.items()}
    names = {f"{item}_{p}": name for p, of_partner in columns.items() for item, name in of_partner.items()}
    names |= {"scale_first": "P1", "scale_second": "P2"}
    return Dyads.from_wide(form, answers, columns=columns, role=True), names


def dyadic_rows(ref: Reference, name: str, construct: str, table: pd.DataFrame, title: str) -> Iterator[Row]:
    """Compare the levels of invariance across partners; R has no step between equal residuals and means."""
    options: Any = {
        "estimator": "MLR" if name.endswith("_mlr") else "ML",
        "missing": "fiml" if name.endswith("_fiml") else "listwise",
    }
    gaps, function = options["missing"] == "fiml", "dyadic_invariance()"
    place = _Place(ref, (name, construct), title, construct)
    dyads, names = _couples(place.given("models"), table)
    tested = dyadic_invariance(dyads, "scale", steps=tuple(_LEVELS), **options)
    first = ref.block(name, construct, table=title, column="configural", prefix=f"{construct}.")
    yield first.row("n", tested.n_couples, f"{function}.n_couples")
    for step, level in _LEVELS.items():
        result = as_in_r(tested[step], names)
        yield from _level_rows(place, level, result, f"{function}[step]", gaps=gaps)
        block = place.at("latent_correlation", level=level, prefix="latent_correlation")
        ours = result.parameters["P1 ~~ P2"].std_all
        label = f"{construct}.latent_correlation"
        called = f"{function}[step].parameters[].std_all"
        yield block.row(level, ours, called, tolerance=ESTIMATE, label=label)
        block = place.at("omega", level, level=level, prefix="omega")
        for partner in ("P1", "P2"):
            ours = _omega(result, partner)
            called = f"omega of {function}[step].parameters"
            yield block.as_family().row(partner, ours, called, tolerance=ESTIMATE)
    changes = {_LEVELS[change.name]: replace(change, name=_LEVELS[change.name]) for change in tested.changes}
    robust = options["estimator"] == "MLR"
    yield from _change_rows(place, changes, f"{function}.changes", robust=robust)
