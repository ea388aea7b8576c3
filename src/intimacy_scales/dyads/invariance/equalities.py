"""The parameters that a step of invariance across partners sets equal, and their tests by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from intimacy_scales.dyads.invariance.models import PairedItems
from intimacy_scales.dyads.invariance.steps import parameter_name
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.results.constraint_tests import ConstraintTest
from intimacy_scales.factor.confirmatory.results.result import CFAResult


def parameters_set_equal(models: Mapping[str, CFAResult], step: str, pair: PairedItems) -> set[str]:
    """Return the first partner's parameters that a step, and no earlier one, sets equal.

    Raises
    ------
    EstimationError
        There are none.
    """
    names = list(models)
    earlier = names[: names.index(step)]
    before = _labelled(models[earlier[-1]]) if earlier else set()
    shared = (_labelled(models[step]) - before) & set(plain_names(pair))
    if not shared:
        raise EstimationError(f"step={step!r} sets no parameters equal that are free before it")
    return shared


def named_for_partners(test: ConstraintTest, pair: PairedItems) -> ConstraintTest:
    """Return a test with the parameter named as in a model of one partner."""
    name = plain_names(pair)[test.parameters[0]]
    text = f"{name}: {' == '.join(pair.partners)}"
    return replace(test, constraint=text, kind="equal", parameters=(name,))


def plain_names(pair: PairedItems) -> dict[str, str]:
    """Return the names of parameters of the first partner → as in a model of one partner."""
    variables, factor = pair.variables(0), pair.factors[0]
    names = {
        f"{factor} ~~ {factor}": f"{pair.scale} ~~ {pair.scale}",
        f"{factor} ~ 1": f"{pair.scale} ~ 1",
    }
    for kind in ("loadings", "intercepts", "residuals"):
        for item, variable in zip(pair.items, variables, strict=True):
            names[parameter_name(kind, variable, factor)] = parameter_name(kind, item, pair.scale)
    return names


def _labelled(model: CFAResult) -> set[str]:
    """Return the parameters with a label, which are equal for both partners."""
    return {row.name for row in model.parameters if row.label is not None}
