"""The top of the page: versions and counts, an overview by subject and by data set, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .exclusions import (
    BOOKKEEPING,
    DIFFERENT,
    IMPROPER,
    LATER,
    NOT_OFFERED,
    UNDEFINED,
    Exclusion,
    excluded_by,
)
from .newer import NewerValues
from .oracles import P_VALUE, TWO_DECIMALS, Reference, Row, leaves

Compared = Sequence[tuple[Reference, list[Row]]]

PACKAGES = ("psych", "lavaan", "semTools", "GPArotation", "lme4", "nlme", "glmmTMB", "RSA")
_HYPHENATED = {"lavaan", "semTools", "GPArotation", "lme4", "nlme"}  # 0.6-14, which R prints as 0.6.14
# subject, where R's values come from, and the ids of its values; the first that fits
_Subjects = Sequence[tuple[str, str, str]]
FIRST_SUBJECTS: _Subjects = (
    ("describing items", "psych::describe", r"(^|\.)describe(_time1)?\."),
    ("partners' scores", "base R, psych::ICC", r"^dyad_scores\."),
    ("scale scores", "base R", r"\.scores\."),
    ("split halves", "base R, psych::splitHalf", r"splits_definition|psych_splitHalf|odd_even"),
    ("Guttman's bounds", "base R, psych::guttman", r"guttman"),
    (
        "alpha and item analysis",
        "psych::alpha",
        r"(^|\.)alpha_(pairwise|listwise|25|all_rows_ignoring_nesting)\.|from_pairwise_correlations\."
        r"|^(scales|global6|lsat6)\S*\.n_(rows|complete)$|^sat_act\.cor_",
    ),
    ("omega of one factor", "lavaan, semTools", r"\.omega_cfa_"),
    ("omega hierarchical", "psych::omega", r"psych_omega_nf|^omega_"),
    ("exploratory factor analysis", "base R, psych::fa, stats::factanal", r"^efa"),
    ("number of factors", "base R, psych::fa.parallel, psych::vss", r"^retention"),
    ("confirmatory factor analysis", "lavaan::cfa", r"^cfa_|fiml_saturated"),
    ("HTMT", "semTools::htmt", r"^htmt"),
    ("measurement invariance", "lavaan::cfa", r"^(dyadic_)?invariance"),
    ("actor-partner models", "lavaan::sem, nlme::gls", r"^apim_|^published_check_dyadr"),
    ("distinguishable partners (I-SAT)", "lavaan", r"^isat"),
    ("intraclass correlations", "psych::ICC, lme4", r"shrout_fleiss|(^|\.)icc"),
    (
        "reliability of repeated measurements",
        "psych::multilevel.reliability, lme4, lavaan",
        r"multilevel|nested|twolevel|^n_(complete_beeps|persons)$",
    ),
    ("reliable change, cut-offs, test length, attenuation", "base R", r"^(rci|spearman|attenuation)"),
)
COUPLE_SUBJECTS: _Subjects = (
    ("actor-partner models", "lavaan::sem, base R", r"^(apim|em_check)_|^n_deleted$"),
    ("couples of several compositions", "base R, glmmTMB, nlme::gls", r"^compositions"),
    ("distinguishable partners (I-SAT)", "lavaan", r"^isat"),
    ("common fate", "lavaan::sem", r"^common_fate"),
    ("mutual influence", "lavaan::sem", r"^mutual_influence"),
    ("judgements, truth and bias", "lavaan::sem, nlme::gls, base R", r"^truth_and_bias"),
    ("response surfaces", "lavaan::sem, stats::lm, RSA", r"^drsa"),
    ("profile similarity", "base R", r"^profile"),
    ("reliability of couple scores", "lavaan, semTools", r"^couple_omega"),
    ("dMACS", "lavaan, base R, dySEM", r"^dmacs"),
)


def subject_of(row: Row, subjects: _Subjects = FIRST_SUBJECTS) -> str:
    """Return the subject of a value."""
    name = ".".join(row.key)
    return next(subject for subject, _, pattern in subjects if re.search(pattern, name))


def n_values(rows: Sequence[Row]) -> int:
    """Return how many values were compared."""
    return sum(row.n_values for row in rows)


def n_agreeing(rows: Sequence[Row]) -> int:
    """Return how many values agree within their tolerance."""
    return sum(row.n_values - row.n_outside for row in rows)


def _furthest(rows: Sequence[Row]) -> str:
    """Show the largest difference, as a share of its tolerance, and this tolerance."""
    if not rows:
        return ""
    row = max(rows, key=lambda row: row.share)
    relative = " of R's" if row.relative else ""
    return f"*{row.difference:.1e} of {row.tolerance:.0e}{relative}*" if row.difference else "*0*"


def _kinds(rows: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Return values in closed form, by iteration, and with a rough tolerance."""
    rough = [row for row in rows if row.rule != "equal" or row.tolerance == TWO_DECIMALS]
    exact = [row for row in rows if row.rule == "equal" and row.tolerance != TWO_DECIMALS]
    closed = [row for row in exact if row.tolerance <= P_VALUE]
    return closed, [row for row in exact if row.tolerance > P_VALUE], rough


def _line(first: Sequence[str], rows: Sequence[Row]) -> str:
    closed, iterated, rough = _kinds(rows)
    counts = [f"{n_values(part):,}" if part else "" for part in (rows, closed, iterated, rough)]
    cells = [*first, counts[0], counts[1], _furthest(closed), counts[2], _furthest(iterated), counts[3]]
    return f"| {' | '.join(cells)} |"


def _header(*first: str) -> Iterator[str]:
    names = [
        *first,
        "values",
        "closed form",
        "furthest value: difference of tolerance",
        "by iteration",
        "furthest value: difference of tolerance",
        "bounds, two decimals, random values",
    ]
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"


def by_subject(compared: Compared, subjects: _Subjects) -> Iterator[str]:
    """Yield a table with a row for each subject."""
    rows = [row for _, of_data in compared for row in of_data]
    of_rows = [subject_of(row, subjects) for row in rows]
    yield from _header("subject", "in R")
    for subject, source, _ in subjects:
        of_subject = [row for row, name in zip(rows, of_rows, strict=True) if name == subject]
        yield _line([subject, source], of_subject)
    yield _line(["all", ""], rows)


def by_data(compared: Compared) -> Iterator[str]:
    """Yield a table with a row for each data set."""
    yield from _header("data set")
    for reference, rows in compared:
        yield _line([f"[{reference.name}](#{reference.name.lower()})"], rows)


def _first_versions(folder: Path) -> dict[str, str]:
    text = (folder / "r_versions.txt").read_text(encoding="utf-8")
    pattern = r"R version (\S+)|\b(" + "|".join(PACKAGES) + r")_(\S+)"
    return {match[2] or "R": match[1] or match[3] for match in re.finditer(pattern, text)}


def _versions_in(metas: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return the versions that all of these files of R's values were computed with."""
    (run,) = {(meta["R"], *meta["packages"].items()) for meta in metas}
    packages = {
        name: re.sub(r"^(\d+\.\d+)\.", r"\1-", version) if name in _HYPHENATED else version
        for name, version in run[1:]
    }
    return {"R": run[0].split()[2], **packages}


def versions(
    compared: Compared, second: Compared, newer: Sequence[NewerValues], folder: Path
) -> Iterator[str]:
    """Yield a table with a row for each set of R's values: versions, and how many of the values agree."""
    names = ("set", "R", *PACKAGES, "values compared", "agree", "agree with our defaults")
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    first, couples = ([row for _, rows in part for row in rows] for part in (compared, second))
    blocks = [block for values in newer for block in values.blocks]
    matched = [row for block in blocks for row in block.matched]
    defaults = f"{n_agreeing([row for block in blocks for row in block.defaults]):,}"
    of_newer = _versions_in([values.newer["meta"] for values in newer])
    of_couples = _versions_in([reference.values["meta"] for reference, _ in second])
    for name, found, rows, plain in (
        ("first (2022-23)", _first_versions(folder), first, ""),
        ("newer: blocks with a changed value", of_newer, matched, defaults),
        ("second: couples", of_couples, couples, ""),
    ):
        cells = [name, *(found.get(package, "") for package in ("R", *PACKAGES)), f"{n_values(rows):,}"]
        yield f"| {' | '.join([*cells, f'{n_agreeing(rows):,}', plain])} |"


def not_compared(compared: Compared) -> Iterator[str]:
    """Yield the values that are not compared, by reason."""
    counts: dict[Exclusion, int] = {}
    for reference, _ in compared:
        for key in leaves(reference.values):
            exclusion = None if key in reference.touched else excluded_by(key)
            if exclusion is not None:
                counts[exclusion] = counts.get(exclusion, 0) + 1
    for title, exclusions in (
        ("R defines it differently", DIFFERENT),
        ("It is undefined", UNDEFINED),
        ("R's solution is improper", IMPROPER),
        ("This library does not report it", NOT_OFFERED),
        ("This library does not compute it yet", LATER),
    ):
        yield f"**{title}**\n"
        yield from (f"- {exclusion.reason} ({counts[exclusion]:,})" for exclusion in exclusions)
        yield ""
    yield f"Notes on how R was run ({sum(counts[e] for e in BOOKKEEPING):,}) are not results."
