"""Values of R that are not compared, each with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .oracles import Key


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Values of R that are not compared.

    Attributes
    ----------
    pattern
        What their ids look like, without the data set's name.
    reason
        Why not.
    """

    pattern: str
    reason: str

    def covers(self, key: Key) -> bool:
        """Whether a value is among them."""
        return re.search(self.pattern, ".".join(key)) is not None


BOOKKEEPING = (
    Exclusion(r"^(meta|timing_seconds|warnings|null_reasons)(\.|$)", "about the run of R, no results"),
    Exclusion(r"(^|\.)(csv|formula|rule|method|brute)$", "a note on how a value was made"),
)

DIFFERENT = (
    Exclusion(
        r"^(?!global6|scales\.(negative|positive)_time1).*psych_splitHalf\.\w+\.(mean|n_splits_used)$",
        "of an odd number of items psych 2.2.9 skips half of the splits, and beyond 16 items it samples "
        "them: its mean is another, and its best and worst split are bounds of ours",
    ),
    Exclusion(r"psych_guttman_cor_pairwise\.lambda\.5p$", "psych's variant of lambda 5; not in this package"),
    Exclusion(
        r"^scales\.(total18_p\d|state_anxiety_time1)\.splits_definition\.\w+\.lambda4_any_size$",
        "of more than 14 items R was not asked to try all splits",
    ),
)

NOT_OFFERED = (
    Exclusion(r"^dyad_scores\.\w+\.pearson_[tp]$", "a test that a retest correlation is 0"),
    Exclusion(r"^dyad_scores\.\w+\.mean_difference_ci$", "an interval of a mean change"),
    Exclusion(r"\.REML_loglik$", "the value of the restricted likelihood"),
    Exclusion(r"(^|\.)icc12\.(MSB|MSW)$", "the mean squares that ICC(1) and ICC(2) of groups rest on"),
)

LATER = (
    Exclusion(r"^dyad_scores\.\w+\.double_entry_\w+$", "double-entry correlation"),
    Exclusion(r"^dyad_scores\.\w+\.pitman_morgan_\w+$", "Pitman-Morgan test"),
    Exclusion(r"omega_(cfa|ordinal|nf|\d)", "coefficients omega"),
    Exclusion(r"^htmt", "HTMT"),
    Exclusion(r"polychoric|tetrachoric", "polychoric correlations"),
    Exclusion(r"spearman_listwise|fiml_saturated", "rank correlations; moments by full information"),
    Exclusion(r"^(efa|retention)", "exploratory factor analysis"),
    Exclusion(r"^cfa_|twolevel_cfa", "confirmatory factor analysis"),
    Exclusion(r"invariance", "measurement invariance"),
    Exclusion(r"grm_|2pl", "item response models"),
    Exclusion(r"^careless", "careless responding"),
    Exclusion(r"^isat", "tests of distinguishability"),
    Exclusion(r"^apim|^published_check_dyadr_readme", "actor-partner models"),
)

EVERY = (*BOOKKEEPING, *DIFFERENT, *NOT_OFFERED, *LATER)


def excluded_by(key: Key) -> Exclusion | None:
    """Return why a value is not compared, or None where nothing says so."""
    return next((exclusion for exclusion in EVERY if exclusion.covers(key)), None)
