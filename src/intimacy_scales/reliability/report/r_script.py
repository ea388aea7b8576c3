"""The R script that computes the figures of a reliability report: psych, and lavaan for omega."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.scale_items import ScaleItems, scale_items
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.r_answers import answers_header, answers_lines
from intimacy_scales.reliability.consistency.omega_figures import model_of
from intimacy_scales.results.r_text import (
    KEYED,
    SAY,
    comment,
    packages_line,
    r_names,
    r_numbers,
    r_strings,
    renamed_text,
    script,
)

if TYPE_CHECKING:
    from intimacy_scales.reliability.report.report import ReliabilityReport
    from intimacy_scales.reliability.report.scale_report import ScaleReliability

_FUNCTIONS = """# harmonic mean of the numbers of persons who answered both items of a pair
n_of <- function(x) {
  counts <- crossprod(!is.na(x))
  pairs <- counts[lower.tri(counts)]
  floor(length(pairs) / sum(1 / pairs) + 1e-9)
}

# Guttman's lambda-2 of covariances
lambda_2 <- function(v) {
  off <- v
  diag(off) <- 0
  (sum(off) + sqrt(ncol(v) / (ncol(v) - 1) * sum(off^2))) / sum(v)
}

# share of the factors in the variance that the model implies for a weighted sum of items
omega_total <- function(fit, weights) {
  estimates <- lavaan::lavInspect(fit, "est")
  common <- estimates$lambda %*% estimates$psi %*% t(estimates$lambda)
  w <- weights[rownames(estimates$lambda)]
  sum(w * (common %*% w)) / sum(w * ((common + estimates$theta) %*% w))
}"""

_BONETT = """z <- qnorm((1 + {level}) / 2)
half <- z * sqrt(2 * {k} / (({k} - 1) * (n - 2)))
say("{scale}.interval.low", 1 - exp(log(1 - alpha$total$raw_alpha) + half))
say("{scale}.interval.high", 1 - exp(log(1 - alpha$total$raw_alpha) - half))"""

_LOGIT = """table <- lavaan::parameterEstimates(fit)
omega <- table$est[table$lhs == "omega"]
half <- qnorm((1 + {level}) / 2) * table$se[table$lhs == "omega"] / (omega * (1 - omega))
say("{scale}.omega.estimate", omega)
say("{scale}.omega_interval.low", plogis(qlogis(omega) - half))
say("{scale}.omega_interval.high", plogis(qlogis(omega) + half))"""


def reliability_script(report: ReliabilityReport, form: Instrument, path: str) -> str:
    """Return the script of all scales."""
    items = dict.fromkeys(item for scale in report.scales for item in scale_items(form)[scale.scale].ids)
    blocks = [block for scale in report.scales for block in _scale_blocks(report, scale, form)]
    return script(
        answers_header("Reliability", form),
        comment(
            "psych::alpha of keyed items: alpha, alpha without an item, corrected item-total correlations",
            "standardized alpha and mean correlation: psych::alpha of correlations, covariances divided by",
            "  the standard deviations of all who answered the item; psych 2.5 uses other ones for raw data",
            "omega total: lavaan, maximum likelihood from the covariances, as they are with missing answers",
        ),
        packages_line("psych", "lavaan"),
        *answers_lines(path, form, list(items)),
        KEYED,
        _FUNCTIONS,
        SAY,
        *blocks,
    )


def _scale_blocks(report: ReliabilityReport, scale: ScaleReliability, form: Instrument) -> Iterator[str]:
    """Yield the parts of one scale, with comments on what R has no function for."""
    items = scale_items(form)[scale.scale]
    title = f"# {scale.title} ({scale.scale})"
    if scale.alpha.reason is not None:
        yield f"{title}: alpha is not defined: {' '.join(scale.alpha.reason.split())}"
        return
    yield "\n".join([title, *_alpha_lines(report, scale, items)])
    if scale.stratified is not None and scale.stratified.reason is None:
        yield "\n".join(_stratified_lines(report, scale, form))
    yield "\n".join(_omega_lines(report, scale, items, form))


def _alpha_lines(report: ReliabilityReport, scale: ScaleReliability, items: ScaleItems) -> Iterator[str]:
    name = scale.scale
    yield f"x <- {_keyed(items)}"
    if report.missing == "listwise":
        yield "x <- na.omit(x)"
    yield "n <- n_of(x)"
    yield 'v <- cov(x, use = "pairwise")'
    yield "alpha <- suppressWarnings(psych::alpha(x, check.keys = FALSE, warnings = FALSE))"
    yield f'say("{name}.alpha.estimate", alpha$total$raw_alpha)'
    if scale.interval.method == "bonett" and scale.interval.reason is None:
        yield _BONETT.format(scale=name, level=f"{report.confidence_level:g}", k=scale.n_items)
    elif scale.interval.reason is None:
        yield f"# no R function has the interval {scale.interval.method} of this report"
    yield "standardized <- suppressWarnings(psych::alpha(cov2cor(v), check.keys = FALSE, warnings = FALSE))"
    yield f'say("{name}.standardized_alpha", standardized$total$raw_alpha)'
    yield f'say("{name}.inter_item.mean", standardized$total$average_r)'
    yield f'say("{name}.lambda2", lambda_2(v))'
    if scale.n_items == 2 and scale.split_half.reason is None:
        yield "r <- cov2cor(v)[1, 2]"
        yield f'say("{name}.split_half.estimate", 2 * r / (1 + r))'
    if scale.items is not None and scale.n_items > 2:
        items_named = f'paste0("{name}.items[", names(x), "]'
        yield f'say({items_named}.r_drop"), alpha$item.stats$r.drop)'
        yield f'say({items_named}.alpha_if_dropped"), alpha$alpha.drop$raw_alpha)'


def _stratified_lines(report: ReliabilityReport, scale: ScaleReliability, form: Instrument) -> Iterator[str]:
    """Yield the lines of stratified alpha: ``1 - sum of error variances of the parts / total variance``."""
    if scale.stratified is None:
        return
    items = scale_items(form)[scale.scale]
    yield "# stratified alpha: the error variance of each part over the variance of the total"
    if report.missing == "listwise":
        yield "# left out: with listwise deletion, parts are based on other persons than the total"
        return
    by_item = dict(zip(items.ids, items.weights.tolist(), strict=True))
    yield f"w <- {r_numbers(by_item)}"
    yield "error <- 0"
    for part in scale.stratified.parts:
        ids = scale_items(form)[part].ids
        yield f"part <- {r_strings(ids)}"
        yield "part_variance <- sum(outer(w[part], w[part]) * v[part, part])"
        yield "part_alpha <- suppressWarnings(psych::alpha(x[part], check.keys = FALSE, warnings = FALSE))"
        yield "error <- error + (1 - part_alpha$total$raw_alpha) * part_variance"
    yield f'say("{scale.scale}.stratified.estimate", 1 - error / sum(outer(w, w) * v))'


def _omega_lines(
    report: ReliabilityReport, scale: ScaleReliability, items: ScaleItems, form: Instrument
) -> Iterator[str]:
    name, omega = scale.scale, scale.omega
    if omega.reason is not None or omega.improper:
        reason = f"improper solution: {omega.improper[0]}" if omega.improper else str(omega.reason)
        yield f"# omega of {name} is not reported: {' '.join(reason.split())}"
        return
    model, _ = model_of(form, name, omega.model, items.ids)
    equal_weights = float(items.weights.max() - items.weights.min()) <= ROUNDING * float(items.weights.max())
    names = r_names([*items.ids, *model.latent], taken=_labels(len(items.ids)))
    in_r = [names[item] for item in items.ids]
    closed = omega.model == "one_factor" and equal_weights
    yield "covariances <- v"
    yield f"rownames(covariances) <- colnames(covariances) <- {r_strings(in_r)}"
    yield "model <- '"
    if closed:
        yield from _labelled(in_r)
    else:
        yield renamed_text(str(model), names)
    yield "'"
    yield (
        "fit <- lavaan::cfa(model, sample.cov = covariances, sample.nobs = n, std.lv = TRUE, "
        "control = list(rel.tol = 1e-10))"
    )
    if closed and scale.omega_interval.method == "logit" and scale.omega_interval.reason is None:
        yield _LOGIT.format(scale=name, level=f"{report.confidence_level:g}")
        return
    weights = dict(zip(in_r, items.weights.tolist(), strict=True))
    yield f"weights <- {r_numbers(weights)}"
    yield f'say("{name}.omega.estimate", omega_total(fit, weights))'
    if scale.omega_interval.reason is None:
        yield f"# no R function has the interval {scale.omega_interval.method} of this omega"


def _labels(n: int) -> list[str]:
    """Return the names that a model of ``n`` items has besides them: loadings, error variances, others."""
    return [f"{kind}{number}" for kind in "le" for number in range(1, n + 1)] + ["factor", "omega"]


def _labelled(names: Sequence[str]) -> Iterator[str]:
    """Yield a model of one factor in which omega is a defined parameter; names of items are those in R."""
    labels = _labels(len(names))
    loads, errors = labels[: len(names)], labels[len(names) : -2]
    yield f"factor =~ {' + '.join(f'{label}*{name}' for label, name in zip(loads, names, strict=True))}"
    for label, name in zip(errors, names, strict=True):
        yield f"{name} ~~ {label}*{name}"
    common = f"({' + '.join(loads)})^2"
    yield f"omega := {common} / ({common} + {' + '.join(errors)})"


def _keyed(items: ScaleItems) -> str:
    """Return the call that takes the items of a scale from the table, reverse-keyed ones reversed."""
    ends = {
        item: float(end)
        for item, end, reverse in zip(items.ids, items.ends, items.reverse, strict=True)
        if reverse
    }
    reversal = f", {r_numbers(ends)}" if ends else ""
    return f"keyed({r_strings(items.ids)}{reversal})"
