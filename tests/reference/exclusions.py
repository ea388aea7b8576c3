"""Values of R that are not compared, each with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

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
    Exclusion(r"^(meta|timing_seconds|warnings|null_reasons)(\.|$)", "about the run of R"),
    Exclusion(r"(^|\.)(csv|formula|rule|method|brute|note)$", "a note on how a value was made"),
    Exclusion(r"\.max_abs_gradient$", "how far R's own search went"),
)

DIFFERENT = (
    Exclusion(
        r"^(?!global6|scales\.(negative|positive)_time1).*psych_splitHalf\.\w+\.(mean|n_splits_used)$",
        "psych 2.2.9 skips half of the splits of an odd number of items, and samples splits of more than 16 "
        "items: its mean is of other splits, and its best and worst split are bounds of ours",
    ),
    Exclusion(
        r"psych_guttman_cor_pairwise\.lambda\.5p$",
        "psych's variant of lambda 5, which this library does not compute",
    ),
    Exclusion(
        r"^scales\.(total18_p\d|state_anxiety_time1)\.splits_definition\.\w+\.lambda4_any_size$",
        "best split into halves of any size: for more than 14 items R was not asked to try all of them",
    ),
    Exclusion(
        r"^cfa_\w+\.mlr_fiml\.fit\.\w+_robust$",
        "with missing answers, lavaan's robust indices are corrected for missingness as well (Zhang & "
        "Savalei, 2023); ours only for nonnormality",
    ),
    Exclusion(
        r"\.rmsea_ci_(lower|upper)_scaled$",
        "lavaan's interval of the scaled RMSEA uses the uncorrected chi-square, with df times the scaling "
        "factor as degrees of freedom; ours uses the corrected one with df. Times the square root of the "
        "scaling factor, ours equals lavaan's interval of the robust RMSEA, which is compared",
    ),
    Exclusion(
        r"^cfa_\w+\.uls\.(fit\.(chisq|pvalue|baseline_chisq|cfi|tli|rmsea\w*)|params\.(se|z|pvalue|ci_\w+))$",
        "lavaan 0.6-14's test and standard errors of ULS depend on the units of the answers; its estimates "
        "are compared, and lavaan 0.7-2's test and standard errors",
    ),
    Exclusion(
        r"^scales\.total18_p2\.psych_omega_nf6\.(phi_of_oblique|schmid_leiman|omega_group)\b",
        "for six factors, psych's single start of oblimin ends at a higher criterion than ours, with other "
        "factors: the criterion and the omegas of the whole scale are compared",
    ),
    Exclusion(
        r"^retention\w*\.psych_fa\.parallel\.(fa_sim|fa_simr|pc_simr)$",
        "eigenvalues of 20 random matrices without a measure of their spread",
    ),
)
IMPROPER = (
    Exclusion(
        r"^cfa_six_factor_p1\.\w+\.params\b",
        "estimates of a model in which the covariance matrix of the factors is not positive definite; its "
        "objective and its fit are compared",
    ),
    Exclusion(
        r"^PA\.twolevel_cfa\.(within|between|alpha_|implied_)",
        "estimates of a model with a negative residual variance; the likelihood is compared",
    ),
)

NOT_OFFERED = (
    Exclusion(r"^cfa_\w+\.mlm\.params\b", "the standard errors of MLM; its estimates are those of ML"),
    Exclusion(r"^dyad_scores\.\w+\.pearson_[tp]$", "a test of a retest correlation against 0"),
    Exclusion(r"^dyad_scores\.\w+\.mean_difference_ci$", "a confidence interval of a mean change"),
    Exclusion(r"\.REML_loglik$", "the value of the restricted log likelihood"),
    Exclusion(
        r"(^|\.)icc12\.(MSB|MSW)$", "the mean squares from which ICC(1) and ICC(2) of groups are computed"
    ),
)

LATER = (
    Exclusion(r"^dyad_scores\.\w+\.double_entry_\w+$", "double-entry correlation"),
    Exclusion(r"^dyad_scores\.\w+\.pitman_morgan_\w+$", "Pitman-Morgan test"),
    Exclusion(r"omega_ordinal", "omegas of ordered categories"),
    Exclusion(r"polychoric|tetrachoric", "polychoric correlations"),
    Exclusion(r"spearman_listwise", "rank correlations"),
    Exclusion(
        r"^cfa_\w+\.(wlsmv|dwls)\b", "confirmatory factor analysis of ordered categories by WLSMV and DWLS"
    ),
    Exclusion(r"grm_|2pl", "item response models"),
    Exclusion(r"^careless", "careless responding"),
    Exclusion(r"^isat", "tests of distinguishability"),
    Exclusion(r"^apim_(?!sem)|^published_check_dyadr_readme", "actor-partner models by gls"),
)

EVERY = (*BOOKKEEPING, *DIFFERENT, *IMPROPER, *NOT_OFFERED, *LATER)


@cache
def excluded_by(key: Key) -> Exclusion | None:
    """Return why a value is not compared, or None where nothing says so."""
    return next((exclusion for exclusion in EVERY if exclusion.covers(key)), None)
