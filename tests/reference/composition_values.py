"""What R says of couples of several compositions in one actor-partner model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.dyads.actor_partner.fit import fit

from .forms import table_of
from .gls_values import Fitted, gls_rows, weights_of
from .oracles import ESTIMATE, Block, Reference, Row

_TITLE = "couples of women, of men, and of both"
_METHODS = ("ML", "REML")


def _couples(ref: Reference) -> Dyads:
    table = table_of(ref.folder, "sim_compositions").rename(columns={"x_A": "x"})
    return Dyads.of_scores(table, ["x", "y"], couple="dyad", person="member", role="gender", mixed=True)


def composition_rows(ref: Reference) -> Iterator[Row]:
    """Compare one model of three compositions, by an own likelihood in R, by glmmTMB and by gls."""
    block = ref.block("compositions", table=_TITLE, column="ML")
    dyads = _couples(ref)
    models = {method: apim(dyads, "y", "x", estimator=method, centred=False) for method in _METHODS}
    cells = dict(zip(block.given("cells"), models["ML"].cells, strict=True))
    roles = {f"cell{name}": cell for name, cell in cells.items()}
    for method, model in models.items():
        estimates = model.engine.estimates
        terms = ref.at(("compositions", f"own_{method}", "fixed", "term"))
        weights = weights_of(terms, estimates.terms, roles, {})
        values = (
            weights @ estimates.values,
            np.sqrt((weights @ estimates.covariance @ weights.T).diagonal()),
        )
        sds = {name: model.residual_sds[cell] for name, cell in cells.items()}
        kinds = dict.fromkeys(name.partition("_")[0] for name in cells)
        rhos = {kind: rho.estimate for kind, rho in zip(kinds, model.residual_correlations, strict=True)}
        likelihood = model.engine.result.log_likelihood
        for source in ("own", "glmmTMB"):
            part = ref.block(
                "compositions", f"{source}_{method}", table=_TITLE, column=method,
                prefix=f"{'likelihood' if source == 'own' else source}.",
            )  # fmt: skip
            yield from _model_rows(part, method, values, (sds, rhos, likelihood))
    yield from _one_correlation_rows(ref, models["ML"].engine, roles)


def _model_rows(
    block: Block, method: str, values: tuple[Any, Any], residuals: tuple[Mapping[str, float], Any, float]
) -> Iterator[Row]:
    sds, rhos, likelihood = residuals
    function = f'apim(estimator="{method}")'
    terms = block.reference.at((*block.key, "fixed", "term"))
    fixed = block.part("fixed")
    for name in ("row", "term"):
        if fixed.has(name):
            fixed.check_labels(name, terms)
    how: Any = {"elements": terms, "tolerance": ESTIMATE}
    yield fixed.row("estimate", values[0], function, **how)
    yield fixed.row("se", values[1], function, **how)
    call = f"{function}: log likelihood"
    yield block.row("logLik", likelihood, call, tolerance=ESTIMATE)
    for name, (key, cell) in _residuals_of(block).items():
        ours = rhos[cell] if name.endswith("rho") else sds[cell]
        what = "residual_correlations" if name.endswith("rho") else "residual_sds"
        label = f"{block.prefix}{name}"
        part = block.part(*key[:-1])
        yield part.row(key[-1], ours, f"{function}.{what}", tolerance=ESTIMATE, label=label)


def _residuals_of(block: Block) -> dict[str, tuple[tuple[str, ...], str]]:
    """Return a name for each residual sd and correlation, the key to it, and whose it is."""
    if block.has("residual_sd"):
        cells = block.reference.at((*block.key, "residual_sd"))
        kinds = block.reference.at((*block.key, "residual_rho"))
        sds = {f"{cell} sd": (("residual_sd", cell), cell) for cell in cells}
        return sds | {f"{kind} rho": (("residual_rho", kind), kind) for kind in kinds}
    alike = {f"{kind} sd": ((kind, "sd"), kind) for kind in ("FF", "MM")}
    rhos = {f"{kind} rho": ((kind, "rho"), kind) for kind in ("FF", "MM", "FM")}
    return (
        alike | rhos | {f"FM_{role} sd": (("FM", f"sd_{role}"), f"FM_{role}") for role in ("female", "male")}
    )


def _one_correlation_rows(ref: Reference, engine: Any, roles: Mapping[str, str]) -> Iterator[Row]:
    """Compare a model in which residuals of all kinds of couples correlate equally, which gls can fit."""
    result = fit(engine.model, residuals="one_correlation", method="ML")
    key = ("compositions", "gls_one_rho_for_all_ML")
    names = ref.at((*key, "coefficients", "row"))
    weights = weights_of(names, result.model.terms, roles, {})
    ours = Fitted(
        function='actor_partner.fit.fit(residuals="one_correlation")',
        estimates=weights @ result.coefficients,
        covariance=weights @ result.covariance @ weights.T,
        log_likelihood=result.log_likelihood,
        n_parameters=result.n_parameters,
        sds={name.removeprefix("cell"): result.residual_sds[cell] for name, cell in roles.items()},
        rho=next(iter(result.residual_correlations.values())),
        n=2 * result.model.n,
    )
    title = f"{_TITLE}, with one residual correlation"
    yield from gls_rows(ref.block(*key, table=title, column="ML"), ours)
