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
    Exclusion(
        r"(^|\.)(csv|formula|rule|method|brute|note|definition|deletion_rule|adjusted_fit_formula)$",
        "a note on how a value was made",
    ),
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
        r"\.rmsea_(ci_(lower|upper)|pvalue)_scaled$",
        "lavaan's interval of the scaled RMSEA, and its test of close fit, use the uncorrected chi-square, "
        "with df times the scaling factor as degrees of freedom; ours the corrected one with df. Times the "
        "square root of the scaling factor, ours equals lavaan's interval of the robust RMSEA, which is "
        "compared",
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
    Exclusion(
        r"^apim_gls\.(in)?distinguishable\w*\.ML\.(coefficients\.(se|t|p)|ci95|coef_vcov)\b",
        "where one partner's outcome is missing, gls takes standard errors from the expected information, "
        "given each couple's predictors; apim() from the observed information, which does not assume that "
        "answers are missing completely at random (Kenward & Molenberghs, 1998)",
    ),
)
UNDEFINED = (
    Exclusion(
        r"^(apim_\w+\.distinguishable\.MLR|drsa_\w+\.distinguishable_MLR)\.fit"
        r"\.(chisq_scaled|pvalue_scaled|chisq_scaling_factor|rmsea_scaled)$"
        r"|^drsa_\w+\.distinguishable_MLR\.fit\.(cfi|tli|rmsea|rmsea_ci_\w+)_robust$",
        "scaled tests and robust indices of models without degrees of freedom",
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
    Exclusion(r"\.REML_loglik$", "the value of the restricted log likelihood"),
    Exclusion(
        r"\.fit\.(rmr|gfi|mfi|rni(_scaled|_robust)?|cn_05|rmsea_pvalue_robust)$",
        "RMR, GFI, MFI, RNI, Hoelter's critical n, and the test of close fit by the robust RMSEA",
    ),
    Exclusion(
        r"^(apim|common_fate|couple_omega\.)\w+_fiml(\.(in)?distinguishable)?(\.ML)?\.fit"
        r"\.(cfi|tli|rmsea|rmsea_ci_\w+)_robust$",
        "robust indices with ML, corrected for missing answers alone; with MLR they are compared",
    ),
    Exclusion(
        r"^apim_gls\.\w+\.REML\.",
        "restricted maximum likelihood where a partner's outcome is missing: apim() has it for complete "
        "couples",
    ),
    Exclusion(
        r"^truth_and_bias\w+\.gls_\w+\.\w+\.(logLik|AIC|BIC|coef_vcov)\b",
        "log likelihoods of truth and bias models by gls, and covariances of their paths",
    ),
    Exclusion(
        r"\.classical_difference_score_reliability\.(difference|sum)$",
        "the reliability of the sum and of the difference of partners from alphas, as if their errors were "
        "independent; that of a model of both partners is compared",
    ),
    Exclusion(
        r"(^|\.)icc12\.(MSB|MSW)$", "the mean squares from which ICC(1) and ICC(2) of groups are computed"
    ),
)

LATER = (
    Exclusion(r"omega_ordinal", "omegas of ordered categories"),
    Exclusion(r"polychoric|tetrachoric", "polychoric correlations"),
    Exclusion(r"spearman_listwise", "rank correlations"),
    Exclusion(
        r"^cfa_\w+\.(wlsmv|dwls)\b", "confirmatory factor analysis of ordered categories by WLSMV and DWLS"
    ),
    Exclusion(r"grm_|2pl", "item response models"),
    Exclusion(r"^careless", "careless responding"),
    Exclusion(r"^diary\.", "actor-partner models of diaries"),
)

EVERY = (*BOOKKEEPING, *DIFFERENT, *UNDEFINED, *IMPROPER, *NOT_OFFERED, *LATER)


@cache
def excluded_by(key: Key) -> Exclusion | None:
    """Return why a value is not compared, or None where nothing says so."""
    return next((exclusion for exclusion in EVERY if exclusion.covers(key)), None)
