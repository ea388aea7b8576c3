"""What each figure of a response surface says, in plain language (Shanock et al., 2010)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intimacy_scales.dyads.caution_sentences import caution_sentences
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.results.wording import apa, apa_p, counted, differs, shown

if TYPE_CHECKING:
    from intimacy_scales.dyads.surfaces.result import ResponseSurface
    from intimacy_scales.dyads.surfaces.surface import PartnerSurface


def surface_sentences(result: ResponseSurface, confidence_level: float) -> Iterator[str]:
    """Yield a sentence on the sample, on each figure of each surface, and on whether both are equal."""
    kind = "partners in roles" if result.distinguishable else "exchangeable partners"
    yield (
        f"Response surface of {result.outcome} on both partners' {result.predictor} in "
        f"{counted(result.n_couples, 'couple')}, {kind}, {result.method}; scores less "
        f"{shown(result.centre, 2)}."
    )
    yield from caution_sentences(result.warnings)
    for surface in result.surfaces:
        yield from _of_surface(result, surface, confidence_level)
    if result.distinguishable:
        yield (
            "That the surfaces and residual variances of both partners are equal "
            f"{'is' if result.p < 0.05 else 'is not'} contradicted, chi-square({result.df}) = "
            f"{shown(result.chisq, 2)}, {apa_p(result.p)} (likelihood ratio)."
        )


def _of_surface(result: ResponseSurface, surface: PartnerSurface, level: float) -> Iterator[str]:
    """Yield what a1 to a5 say of one surface, what it explains, where it is level, and the checklist."""
    whose = "" if surface.partner is None else f"For the {surface.partner}: "
    for estimate in surface.parameters:
        yield whose + _tested(estimate, _reading(estimate, result, level), level)
    yield whose + f"The surface explains {apa(surface.r_squared)} of the variance of {result.outcome}."
    if surface.shape != "none":
        x, y = (shown(float(surface.estimate(name)) + surface.centre, 2) for name in ("x0", "y0"))
        yield whose + (
            f"The surface is level where one's own {result.predictor} is {x} and the partner's is "
            f"{y}: a {surface.shape}{' point' if surface.shape == 'saddle' else ''}."
        )
    yield whose + f"By the checklist of congruence, {surface.congruence(level).conclusion}."


def _tested(estimate: CoupleEstimate, reading: str, level: float) -> str:
    if estimate.reason is not None:
        return f"{estimate.name} is not defined: {estimate.reason}."
    value = shown(estimate.estimate, estimate.digits(2))
    return f"{reading} ({estimate.name} = {value}, {estimate.tested_text(level)})."


def _reading(estimate: CoupleEstimate, result: ResponseSurface, level: float) -> str:
    """Return what a parameter means: a slope or a curvature along a line, or a difference of curvatures."""
    y, x, value = result.outcome, result.predictor, estimate.estimate
    change = f"{differs(value, estimate.digits(2))}, at the centre"
    curves = f"curves {'upwards' if value >= 0 else 'downwards'}"
    compared = f"curves {'more' if value >= 0 else 'less'} upwards than"
    if estimate.reason is None and 0 in estimate.confidence_interval(level):
        change, curves, compared = (
            "does not clearly differ",
            "does not clearly curve",
            "does not clearly curve unlike",
        )
    return {
        "a1": f"Where both partners have the same {x}, and it is 1 higher, {y} {change}",
        "a2": f"Where both partners have the same {x}, {y} {curves} as it is higher",
        "a3": f"Where one's own {x} is 1 higher and the partner's is 1 lower, {y} {change}",
        "a4": f"Away from equal {x}, {y} {curves} as partners differ more",
        "a5": f"Along one's own {x}, {y} {compared} along the partner's {x}",
    }[estimate.name]
