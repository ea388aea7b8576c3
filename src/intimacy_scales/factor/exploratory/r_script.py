"""The R scripts of exploratory factors (psych::fa, rotations of R) and of eigenvalues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.reading.r_answers import answers_header, answers_lines
from intimacy_scales.results.r_text import (
    KEYED,
    SAY,
    comment,
    packages_line,
    r_numbers,
    r_strings,
    script,
)

if TYPE_CHECKING:
    from intimacy_scales.factor.exploratory.analysis import EFAResult
    from intimacy_scales.factor.exploratory.parallel import ParallelAnalysis

_ROTATIONS = {
    "none": "loadings <- unrotated",
    "varimax": "loadings <- unclass(stats::varimax(unrotated, normalize = TRUE, eps = 1e-14)$loadings)",
    "oblimin": """rotated <- GPArotation::oblimin(unrotated, normalize = FALSE, eps = 1e-7, maxit = 20000)
loadings <- unclass(rotated$loadings)
phi <- rotated$Phi""",
    "promax": """varimax <- stats::varimax(unrotated, normalize = TRUE, eps = 1e-14)
rotated <- stats::promax(varimax$loadings, m = 4)
loadings <- unclass(rotated$loadings)
phi <- solve(crossprod(rotated$rotmat))""",
}
_ARRANGE = """# factors by descending sum of squared loadings, each with a positive sum
sign <- ifelse(colSums(loadings) < 0, -1, 1)
place <- order(-colSums(loadings^2))
loadings <- sweep(loadings, 2, sign, "*")[, place, drop = FALSE]
phi <- (phi * outer(sign, sign))[place, place, drop = FALSE]"""
_SAY_LOADINGS = """for (j in seq_len(ncol(loadings)))
  say(paste0("loadings[", rownames(loadings), ", F", j, "]"), loadings[, j])
for (j in seq_len(ncol(loadings))) for (i in seq_len(j - 1)) say(sprintf("phi[F%d, F%d]", j, i), phi[j, i])"""


def efa_script(result: EFAResult, form: Instrument | None, path: str) -> str:
    """Return the script of exploratory factors."""
    m = len(result.factors)
    lines = [
        f'fit <- suppressWarnings(psych::fa(r, nfactors = {m}, n.obs = nrow(x), fm = "{result.method}", '
        'rotate = "none"))',
        'say(paste0("uniquenesses[", names(x), "]"), fit$uniquenesses)',
    ]
    rotation = "none" if m == 1 else result.rotation
    if rotation in _ROTATIONS:
        lines += ["unrotated <- unclass(fit$loadings)", f"phi <- diag({m})", _ROTATIONS[rotation]]
        lines += [_ARRANGE, _SAY_LOADINGS]
    else:
        lines += comment(f"the rotation {rotation} has other definitions in R; rotated loadings are left out")
    packages = ("psych", "GPArotation") if rotation == "oblimin" else ("psych",)
    return script(
        *_data("Exploratory factors", form, result.names, result.missing, path, packages),
        ['r <- cor(x, use = "pairwise")', *lines],
    )


def parallel_script(
    result: ParallelAnalysis, form: Instrument | None, items: Sequence[str], path: str
) -> str:
    """Return the script of the observed eigenvalues of a parallel analysis."""
    lines = [
        'r <- cor(x, use = "pairwise")',
        'say(paste0("component_values[", seq_along(x), "]"), eigen(r)$values)',
        'one <- suppressWarnings(psych::fa(r, nfactors = 1, n.obs = nrow(x), fm = "minres",',
        '                                  rotate = "none"))',
        'say(paste0("factor_values[", seq_along(x), "]"), one$values)',
        *comment(
            "Means and quantiles are of random data, which R draws otherwise. They are similar to those of",
            f'psych::fa.parallel(x, fm = "minres", fa = "both", n.iter = {result.n_iterations}, '
            f"quant = {result.quantile:g})",
        ),
    ]
    return script(*_data("Eigenvalues", form, items, result.missing, path, ("psych",)), lines)


def _data(
    what: str,
    form: Instrument | None,
    items: Sequence[str],
    missing: str,
    path: str,
    packages: Sequence[str],
) -> Iterator[str | list[str]]:
    """Yield the parts that read the items as ``x``."""
    if form is None:
        yield comment(f"{what}, as intimacy-scales computes them", "The file has a column for each variable.")
    else:
        yield answers_header(what, form)
    yield packages_line(*packages)
    yield from answers_lines(path, form, items)
    yield KEYED
    yield SAY
    listwise = ["x <- na.omit(x)"] if missing == "listwise" else []
    yield [f"x <- keyed({r_strings(items)}{_ends(form, items)})", *listwise]


def _ends(form: Instrument | None, items: Sequence[str]) -> str:
    """Return the argument with the reverse-keyed items; empty without any."""
    if form is None:
        return ""
    keyed = some_items(form, items)
    ends = {
        item: float(end)
        for item, end, reverse in zip(keyed.ids, keyed.ends, keyed.reverse, strict=True)
        if reverse
    }
    return f", {r_numbers(ends)}" if ends else ""
