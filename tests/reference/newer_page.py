"""The section on newer versions of R's packages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .newer import NewerBlock, NewerValues
from .oracles import Row
from .overview import Compared, n_agreeing, n_values

_FUNCTIONS = {
    "alpha_pairwise": "`psych::alpha`",
    "alpha_25": "`psych::alpha`",
    "psych_guttman_cor_pairwise": "`psych::guttman`",
    "psych_splitHalf": "`psych::splitHalf`",
    "uls": '`lavaan::cfa(estimator = "ULS")`',
    "scale": "all of one scale (`lsat6.scale`)",
}
_OF_ORDERED_ANSWERS = re.compile(r"omega_ordinal|\.(wlsmv|dwls)\b")

_INTRODUCTION = """## What newer R does differently

R's values of the first set were computed again with the newer versions. Of {n_recomputed:,} values of
{n_sets} data sets, {n_changed:,} changed by more than the tolerance of that comparison. The newer set holds
the blocks in which a value changed. All other blocks that this library computes, and the data sets
`acipair` and `gratitude_a`, stayed the same; for them, the tables below hold for both sets of versions. This
library computes {n_compared:,} values of the newer set too: {n_default:,} agree with our defaults, and
{n_matched:,} agree with ours by the newer definition ([block by block](#newer-versions-block-by-block)).

{functions}

| in R | what changed | this library |
|---|---|---|
"""

# in R, what changed, this library
_CHANGES = (
    (
        "`psych::alpha` with missing answers: standardized alpha, lambda 6, signal/noise, correlations "
        "between items (`average_r`, `median_r`, `var_r`), `std.r`, `r.cor`",
        "2.2.9 divides a pairwise covariance by the standard deviations of all who answered each item; 2.5.3 "
        'uses `cor(use = "pairwise")`, with standard deviations of the persons who answered both',
        '`sds="items"`, the default, equals 2.2.9; `sds="pairs"` equals 2.5.3. Standardized alpha of '
        "agreeableness: {std_older} and {std_newer}, ours {std_ours} and {std_matched}",
    ),
    (
        "`psych::splitHalf`, an odd number of items",
        "2.2.9 makes half of the splits; 2.5.3 makes all of them",
        "`split_halves()` makes all of them. Mean of the splits of neuroticism (5 items, covariances): 2.2.9 "
        "{odd_older}, 2.5.3 {odd_newer}, ours {odd_ours}",
    ),
    (
        "`psych::splitHalf`, a negative split",
        "2.5.3 gives its absolute value",
        "`split_halves()` keeps the sign; `abs(split_halves().values)` equals 2.5.3. Lowest split of "
        "`commitment_keyed_p2` (covariances): 2.5.3 {negative_newer}, ours {negative_ours}, by absolute "
        "values {negative_matched}",
    ),
    (
        "`psych::splitHalf`, an even number of items",
        "2.5.3 counts each split twice, once for each half; the other figures are the same",
        "`split_halves()` counts each split once. `negative_time1` (10 items): 2.2.9 {twice_older}, 2.5.3 "
        "{twice_newer}, ours {twice_ours}",
    ),
    (
        "`psych::guttman`, lambda 4",
        "it is the best split that `splitHalf` finds, so for an odd number of items it changed too, and for "
        "more than 16 items, of which both versions sample splits",
        "`guttman_lambdas()` searches halves of any size, so it is never lower; the largest split of "
        "`split_halves()` equals 2.5.3 (up to 16 items). `commitment_keyed_p1`: 2.2.9 {l4_older}, 2.5.3 "
        "{l4_newer}, ours {l4_ours} by `guttman_lambdas()`, {l4_matched} by `split_halves()`",
    ),
    (
        '`lavaan::cfa(estimator = "ULS")` of numbers',
        "the test and the standard errors; those of 0.6-14 depend on the units of the answers, and its test "
        "has no p value. The estimates are the same",
        '`cfa(estimator="ULS")` equals 0.7-2 without further options. One factor of neuroticism: chi-square '
        "{uls_older} in 0.6-14, {uls_newer} in 0.7-2, ours {uls_ours}; standard error of the loading of N2 "
        "{se_older} in 0.6-14, {se_newer} in 0.7-2; all of ours are within {se_apart} of 0.7-2",
    ),
)

_LIMITS = """
With missing answers, the correlations in `psych::splitHalf` 2.5.3 are still those of 2.2.9, our default.

This library does not compute models and coefficients of ordered categories yet (`estimator = "DWLS"`, robust
by default in lavaan 0.7; WLSMV; omega of ordered categories; polychoric correlations, which changed where a
cell is nearly empty); the newer set has {n_ordered:,} values of them (arrays count once).
"""

_TEXT = "".join([_INTRODUCTION, *(f"| {' | '.join(change)} |\n" for change in _CHANGES), _LIMITS])

# the values that the text names: their data set, block and id
_NAMED = {
    "std": ("bfi", "scales.agree.alpha_pairwise", "std_alpha"),
    "odd": ("bfi", "scales.neuroticism.psych_splitHalf", "cov_pairwise.mean"),
    "negative": ("commitmentQ", "scales.commitment_keyed_p2.psych_splitHalf", "cov_pairwise.min"),
    "twice": ("sai_vale", "scales.negative_time1.psych_splitHalf", "cov_pairwise.n_splits_used"),
    "l4": ("commitmentQ", "scales.commitment_keyed_p1.psych_guttman_cor_pairwise", "lambda.4"),
    "uls": ("bfi", "cfa_neuroticism.uls", "fit.chisq"),
}


def newer_section(compared: Compared, newer: Sequence[NewerValues]) -> str:
    """Return the section on what newer versions of R's packages do differently."""
    blocks = [block for values in newer for block in values.blocks]
    matched = [row for block in blocks for row in block.matched]
    metas = [values.newer["meta"] for values in newer]
    return _TEXT.format(
        n_recomputed=sum(meta["values_compared"] for meta in metas),
        n_changed=sum(meta["values_outside_tolerance"] for meta in metas),
        n_sets=len(metas),
        functions="\n".join(_by_function(blocks)),
        n_compared=n_values(matched),
        n_default=n_agreeing([row for block in blocks for row in block.defaults]),
        n_matched=n_agreeing(matched),
        n_ordered=sum(bool(_OF_ORDERED_ANSWERS.search(".".join(key))) for v in newer for key in v.keys),
        **_named_values(compared, newer),
        **_standard_errors(compared, newer),
    )


def _function_of(block: NewerBlock) -> str:
    return next(_FUNCTIONS[part] for part in reversed(block.name.split(".")) if part in _FUNCTIONS)


def _by_function(blocks: Sequence[NewerBlock]) -> Iterator[str]:
    """Yield a table of how many values agree, with a row for each function of R."""
    names = "in R", "blocks", "values", "agree, defaults", "outside", "agree, newer definition", "outside"
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for function in dict.fromkeys(map(_function_of, blocks)):
        of_function = [block for block in blocks if _function_of(block) == function]
        counts = [_counts(block) for block in of_function]
        sums = [f"{sum(column):,}" for column in zip(*counts, strict=True)]
        yield f"| {function} | {len(of_function)} | {' | '.join(sums)} |"


def _counts(block: NewerBlock) -> list[int]:
    """Return how many values there are, and how many agree and do not: our defaults, the newer definition."""
    counts = [n_values(block.matched)]
    for rows in (block.defaults, block.matched):
        counts += [n_agreeing(rows), n_values(rows) - n_agreeing(rows)]
    return counts


def _named_values(compared: Compared, newer: Sequence[NewerValues]) -> dict[str, str]:
    """Return each named value: R's older and newer one, ours by default and by the newer definition."""
    first = {reference.name: reference for reference, _ in compared}
    shown: dict[str, str] = {}
    for name, (data, block, value) in _NAMED.items():
        default, matched = _rows_of(newer, data, block, value)
        of_all = {
            "older": float(first[data].at(default.key)),
            "newer": default.theirs,
            "ours": default.ours,
            "matched": matched.ours,
        }
        shown |= {f"{name}_{which}": f"{figure:.7g}" for which, figure in of_all.items()}
    return shown


def _standard_errors(compared: Compared, newer: Sequence[NewerValues]) -> dict[str, str]:
    """Return R's standard errors of the second loading, and how far all of ours are from the newer ones."""
    key = ("cfa_neuroticism", "uls", "params", "se")
    of_versions = [
        next(reference for reference in references if reference.name == "bfi").at(key)[1]
        for references in ([reference for reference, _ in compared], [v.reference for v in newer])
    ]
    apart = _rows_of(newer, "bfi", "cfa_neuroticism.uls", "params.se")[0].difference
    older, newest = (f"{se:.4g}" for se in of_versions)
    return {"se_older": older, "se_newer": newest, "se_apart": f"*{apart:.1e}*"}


def _rows_of(newer: Sequence[NewerValues], data: str, block: str, name: str) -> tuple[Row, Row]:
    """Return a value of R compared with our default, and with ours by the newer definition."""
    (found,) = (b for v in newer if v.reference.name == data for b in v.blocks if b.name == block)
    default, matched = (
        next(row for row in rows if ".".join(row.key) == f"{block}.{name}")
        for rows in (found.defaults, found.matched)
    )
    return default, matched


def block_by_block(newer: Sequence[NewerValues]) -> Iterator[str]:
    """Yield a table with a row for each block of newer values."""
    yield "## Newer versions, block by block\n"
    yield (
        "`changed` counts the values that R's own comparison of its versions found changed; `outside`, those "
        "that differ from ours by more than the tolerance: from our defaults, and from ours by the newer "
        "definition.\n"
    )
    names = "block", "in R", "values", "changed", "agree, defaults", "outside", "agree, newer", "outside"
    yield f"| {' | '.join([*names, 'largest difference, newer'])} |"
    yield f"|{'---|' * (len(names) + 1)}"
    for values in newer:
        for block in values.blocks:
            yield _block_line(f"{values.reference.name}.{block.name}", block)


def _block_line(name: str, block: NewerBlock) -> str:
    n, *agreement = _counts(block)
    largest = max(row.difference for row in block.matched)
    cells = [name, _function_of(block), n, block.n_changed, *agreement]
    return f"| {' | '.join(map(str, cells))} | {f'*{largest:.1e}*' if largest else '*0*'} |"
