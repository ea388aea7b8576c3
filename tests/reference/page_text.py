"""The text of the page."""

from __future__ import annotations

from collections.abc import Callable

from .oracles import Row

INTRODUCTION = """# Agreement with R

This page compares figures of this library with those that R's packages compute from the same data: real
answers on scales of two to nine points, some of them missing, and simulated couples. R's values were
computed once and stored: a first set with the versions of 2022-23, and again with newer versions, where they
gave other values; and a second set with the newer versions, of which the part on couples is compared here
(the others are about ordered answers and item response models). A test computes our values anew. It fails if
one of them differs from R's by more than its tolerance, if a value of R is neither compared nor listed below
as not compared, or if this page is out of date. `{command}` writes the page.
"""

HOW_TO_READ = """## How to read this page

- **Tolerances.** Closed forms: 1e-10; p values: 1e-8 of R's value, because an absolute tolerance says
  nothing about a p value of 1e-30. Where R iterates, the tolerance is what its own stopping rules allow:
  - psych's reliability of repeated measurements: 1e-3; other variance components and what is computed from
    them: 1e-4 of R's value; means: 1e-5 of it;
  - factor models: 1e-4 for estimates, fit indices and log likelihoods; 1e-3 for chi-squares; 1e-3 of R's
    value for robust standard errors and scaled tests;
  - couples: 1e-4 for common fate models, dMACS, couples of several compositions and all standard errors; 1e-5
    for other paths and for omegas of couple scores; 1e-6 for response surfaces; coefficients of gls and their
    standard errors 1e-5 of R's value, their covariances 1e-6;
  - exploratory factors: 1e-4 against the exact solution (varimax 1e-6, promax 1e-5); 1e-3 against psych
    (varimax 0.015, promax 5e-3, because `stats::varimax` stops early);
  - simulated eigenvalues: four standard errors of R's; numbers of factors that depend on them: 1.
- **Cells.** A row is a value; a cell shows our value, R's value, and in italics the difference (relative to
  R's value where the last column says so). For an array, such as one value for each item, the cell shows
  the element that differs most, or the first one if all agree; the difference is the largest. Values that R
  gives more than once share a row, with ` = ` between their names.
- **Families.** Large families of values share a row that names them. Its cells show how many values there
  are and, in italics, the largest share of a tolerance that a difference uses; the value is shown if that
  share is above one hundredth.
- **Scores of persons** are compared, but not shown.
- **Ids.** The id of a value in the reference files is data set, column and row: coefficient alpha of
  agreeableness is `bfi.scales.agree.alpha_pairwise.raw_alpha`.
"""

_DIFFERENCES = """## Where definitions or methods differ

What follows is about the first set (psych 2.2.9, lavaan 0.6-14, semTools 0.5-6) and about couples.

**Correlations of incomplete answers.** psych 2.2.9 divides a pairwise covariance by the standard deviations
of all who answered each item; psych 2.5 uses those of the persons who answered both. Both are in the
tables: `alpha_pairwise` is psych 2.2.9 and equals our default, `from_pairwise_correlations` is the newer
definition and equals `sds="pairs"`. Our default keeps correlations consistent with the covariances that
alpha is computed from. With complete answers there is no difference.

**Number of persons behind an interval.** psych counts every row, even of persons who answered hardly
anything. We use the harmonic mean of the numbers of persons behind the covariances, and accept another
number as `n=`; for this comparison we passed psych's. The same holds for the standard error of alpha
without an item.

**1.96.** psych's symmetric interval is alpha ± 1.96 standard errors; ours uses 1.959964. We compare the
standard error, and the interval with 1.96. The same holds for the change that counts as reliable.

**Split halves.** For an odd number of items, `psych::splitHalf` 2.2.9 makes only half of the splits (its
NEWS says so). For more than 16 items it samples 10,000 splits; we compute all of them up to 24 items. In
these cases psych's best split cannot be better than ours and its worst cannot be worse, so they are shown
as bounds, with ≥ and ≤.

**Number of occasions.** psych's RkF, RkR and RkRn are for means over as many occasions as there are
different ones, even if nobody answered on all of them. Ours are for the average number of occasions per
person, and `n_occasions=` takes another number; for this comparison we passed psych's.

**Lambda 4.** Guttman's lambda 4 is the best of all splits, into halves of any size. `psych::guttman`
reports the best one that `splitHalf` finds, in equal halves, with the limitation above. For this one of its
six values it also reverses the items that load negatively on the first component. So for commitment as
stored, its lambda 4 ({l4}) belongs to other keys than its lambda 2 ({l2}). We never change the keys; for
this comparison we keyed the items as psych does.

**Iteration.** psych calls lme4 with its default settings, which stop slightly before the optimum. If every
person answered on every occasion and no variance component is negative, as here, restricted maximum
likelihood must give the same as mean squares. For the anxiety items, `Rc` is {rc_aov} by mean squares,
{rc_lmer} by lme4, and {rc_reml} by our restricted maximum likelihood.

**Scores on different ranges.** psych averages whatever a person answered, even test scores that range from
1 to 36 and from 200 to 800 (`sat_act`). `score()` gives such a person a score only if everything was
answered; the mean and the standard deviation of what psych averages are computed here from moments.

**Reverse-keyed items.** Answers are reversed in the declared range of the item, not the range of the data.
R's values were computed that way too; `psych::alpha(keys=)` by itself would use the lowest and the highest
answer in the data.

**Order of groups.** Groups are in the order in which their labels first appear in the table, as in lavaan.
So values for several groups, `c(0, NA)`, refer to the same groups, and differences of factor means have the
same sign. lavaan ignores the order of a factor's levels; we use the order of an ordered Categorical. For
lavaan's order, pass `table["wave"].astype(str)`.

**Skew and kurtosis** divide by the standard deviation with n - 1, which is psych's `type = 3`.

**Convergence.** lavaan stops when further steps gain little; we continue with Newton's method until they
gain nothing. lavaan's estimates are up to {furthest} from ours (the loading of {item}: {lavaan}, ours
{ours}). In each row `objective at R's estimates`, the likelihood at our estimates is at least as good: the
row shows -logL / n at ours and at R's estimates.

**Unweighted least squares.** The test and the standard errors that lavaan 0.6-14 reports for ULS depend on
the units of the answers, so only its estimates are compared here. Those of lavaan 0.7-2 are compared in
full, see above.

**Robust fit indices.** lavaan computes the interval of the scaled RMSEA from the uncorrected chi-square
with df times the scaling factor as degrees of freedom; we use the corrected chi-square with df. The two
differ by up to 0.013 here and are not compared. Ours, times the square root of the scaling factor, equals
lavaan's interval of the robust RMSEA, which is compared. With missing answers, lavaan's robust CFI, TLI and
RMSEA are other coefficients, which are also corrected for missing answers (Zhang & Savalei, 2023); ours are
`fit.missing_corrected`.

**Alpha of a factor model.** semTools computes alpha from the observed covariances, without a model. With
complete answers this is Cronbach's alpha. With missing answers no function of ours reports it; we compute
it here from the full-information covariances that omega uses.

**Order and sign of factors.** psych and factanal order factors and choose their signs by other rules than
ours. Before loadings are compared, our factors are put into R's order and direction by the similarity of
their loadings. Factors solved exactly in base R are in our order.

**Promax.** psych's `promax` scales each item's loadings to length 1, rotates, and scales them back;
`Promax`, `stats::promax` and ours do not. Here it is computed by `rotate()` from rows of length 1.

**Too many factors.** If more factors are extracted than the items support (a factor without items, a
uniqueness at its bound, no degrees of freedom), Schmid-Leiman figures may differ by 0.02. One such case is
the solution with six factors for the second partners' 18 items, for which oblimin has several local minima:
psych stops at a criterion of {psych_end}, ours is {our_end}, and the factors differ.

**Improper solutions.** The six factors of relationship quality correlate so highly that their covariance
matrix is not positive definite, and a between-person variance of positive affect is negative. R reports
both, and so do we. The fit of these models is compared; their estimates should not be interpreted. The
common fate model of satisfaction and positivity is improper too (`common_fate_sat_otherpos`).

**Actor-partner models as structural equations.** Paths, their differences between roles, residuals and k
are compared as `apim()` reports them; parameters that it does not report, such as means and variances of
predictors, as `sem()` estimates them in R's model. Where `apim()` gives no k, because the actor effect is
near 0, the value behind it is compared (`ratio().figure`). lavaan's search stops early in years of
marriage, a centred covariate, whose mean is {mean_ours} and not {mean_lavaan}; this is less than a
thousandth of its standard error.

**Actor-partner models by gls.** With maximum likelihood, `gls` multiplies standard errors by sqrt(N / (N -
p)), for N persons and p coefficients, and tests with N - p degrees of freedom. `apim()` reports the standard
errors of maximum likelihood, and with restricted maximum likelihood t tests with Satterthwaite's degrees of
freedom. In these tables, our standard errors are multiplied as those of `gls`, and tests and intervals have
its degrees of freedom. The model of commitment has couples in which one partner's outcome is missing, so
that standard errors are of two kinds and are not compared (see below); those of `gls` follow from our
residual covariances by generalized least squares.

**Scores of couples.** R has the sum of both partners' items, `couple_reliability()` the mean of both
partners' mean scores. Omegas are the same, and variances are turned into those of sums here.

**dMACS by dySEM** is rounded to four decimals, and divides by standard deviations of all answers; ours are
those of the couples that the model uses, and are turned into the others here.
"""


def differences(value: Callable[[str], Row], number: Callable[[float], str]) -> str:
    """Return the section on differences, with the values it names."""

    def short(x: float) -> str:
        return number(float(f"{x:.7g}"))  # so far, iteration always ends at the same digits

    stored = "commitmentQ.scales.commitment_as_stored_p1.psych_guttman_cor_pairwise"
    multilevel = "sai_vale.multilevel"
    loading = value("bfi.cfa_five_factor.ml.params.est")
    mean = value("dyads_acipair.apim_otherpos_covariate_yearsmar_complete.indistinguishable.ML.params.est")
    assert mean.element == "yr ~1"
    ends = value("prqcQ.scales.total18_p2.psych_omega_nf6.oblique_loadings")
    return _DIFFERENCES.format(
        l4=short(value(f"{stored}.lambda.4").theirs),
        l2=short(value(f"{stored}.lambda.2").theirs),
        rc_aov=short(value(f"{multilevel}.aov.Rc").ours),
        rc_lmer=short(value(f"{multilevel}.lmer.Rc").theirs),
        rc_reml=short(value(f"{multilevel}.lmer.Rc").ours),
        furthest=f"*{loading.difference:.1e}*",
        item=loading.element.rpartition(" ")[2],
        lavaan=short(loading.theirs),
        ours=short(loading.ours),
        mean_lavaan=f"{mean.theirs:.1e}",
        mean_ours=f"{mean.ours:.1e}",
        psych_end=number(float(f"{ends.theirs:.4g}")),
        our_end=number(float(f"{ends.ours:.4g}")),
    )
