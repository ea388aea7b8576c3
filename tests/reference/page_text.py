"""The words of the page."""

from __future__ import annotations

from collections.abc import Callable

from .oracles import Row

INTRODUCTION = """# Agreement with R

Whoever moves an analysis from R to Python wants the same numbers, or a reason. This page puts {n:,} values
next to those that {versions} computes from the same data: real answers on two to nine points, with gaps.

- **How it is made.** R's values were computed once and kept; a test computes ours anew and fails if one of
  them is further away than it may be, if a value of R is neither compared nor named below, or if this page
  is out of date. `{command}` writes it.
- **How far apart values may be.** Closed forms: 1e-10, and p values to 1e-8 of themselves, since ten
  decimals say nothing about a p of 1e-30. Where R iterates, as far as its own settings go: 1e-3 for psych's
  reliability of repeated answers, 1e-4 of R's value for other variance components and what is made of them,
  1e-5 of it for means. Of factor models: 1e-4 for estimates, indices of fit and log likelihoods, 1e-3 for
  chi-squares; 1e-3 of R's value for robust standard errors and scaled tests. Of exploratory factors: 1e-4
  against the exact solution (varimax 1e-6, promax 1e-5), 1e-3 against psych's (varimax 0.015, promax 5e-3,
  because `stats::varimax` stops early). Simulated eigenvalues: four standard errors of R's; numbers of
  factors that rest on them: 1.
- **How to read the tables.** One row for each value; in each cell ours, R's, and in italics how far they
  are apart (relative to R's value where the last column says so). Of an array, such as one value for each
  item, the cell shows the element that is furthest apart, or the first where all agree; the difference is
  the largest. Large families of values share a row that names them: the cell says how many there are, and
  in italics how much the furthest one uses of what it may differ by; that one is shown if it uses more than
  a hundredth. Scores of persons are compared, but not shown. A value's id in the reference files is data
  set, column and row: the coefficient alpha of agreeableness is
  `bfi.scales.agree.alpha_pairwise.raw_alpha`. Values that are the same for R in all columns share a row,
  with ` = ` between them.
"""

_DIFFERENCES = """## Where they differ, and why

**Correlations of incomplete answers.** psych 2.2.9 divides a pairwise covariance by the standard deviations
of everyone who answered the item; psych 2.5 by those of the persons who answered both, as
`cor(use = "pairwise")` does. We do the first, so that correlations belong to the covariances that alpha is
made of, and the second with `sds="pairs"`. Both are in the tables: `alpha_pairwise` is psych 2.2.9,
`from_pairwise_correlations` the newer one. For agreeableness the standardized alpha is {old} or {new}.
Where nothing is missing there is no difference.

**How many persons an interval counts on.** psych counts every row, also of persons who answered hardly
anything. We count the harmonic mean of the persons behind each covariance, and take any other number as
`n=`; here psych's was passed. The same goes for the standard error of alpha without an item.

**1.96.** psych's symmetric interval is alpha ± 1.96 standard errors, ours ± 1.959964. What is compared is
the standard error, and the interval with 1.96. So it is with the change that counts as reliable.

**Splits into halves.** Of an odd number of items, `psych::splitHalf` 2.2.9 makes only half of the splits
(its news say so). Beyond 16 items it samples 10,000 splits; we make all of them up to 24 items. In these
cases psych's best split can only be worse than ours, and its worst only better: they are shown as bounds,
with ≥ and ≤.

**How many occasions.** psych's RkF, RkR and RkRn are for means over as many occasions as there were different
ones, also where nobody answered on all of them. Ours are for as many as a person answered on average, and
take any other number as `n_occasions=`; here psych's was passed.

**Lambda 4.** Guttman's lambda 4 is the best split of all, in halves of any size. `psych::guttman` reports
the best one that `splitHalf` finds, in equal halves, with the gap above; and before that it reverses the
items that load negatively on the first component, for this one of its six values. So for commitment as
stored its lambda 4 ({l4}) is one of other items than its lambda 2 ({l2}). We never reverse an item by
ourselves; for this comparison we keyed them as psych does.

**Iteration.** psych calls lme4 with its default settings, which stop some millionths before the optimum.
Where every person answered on every occasion, restricted likelihood must give the same as mean squares,
unless a component comes out negative, and none does. For the anxiety items, `Rc` by mean squares is
{rc_aov}, by lme4 {rc_lmer}, and by our restricted likelihood {rc_reml}.

**Scores on different ranges.** psych averages whatever a person answered, also of test scores that go from
1 to 36 and from 200 to 800 (`sat_act`). `score()` gives such a person no score unless everything was
answered; only the mean and standard deviation of what psych averages are computed here, from moments.

**Reversal.** Reverse-keyed answers are mirrored in the declared range of the item, not the range of the
data. The reference values were made so too; `psych::alpha(keys=)` alone would use the lowest and the
highest answer seen.

**Order of partners.** R subtracts the second partner from the first; `test_retest()` subtracts what it gets
first from what it gets second. They were passed in that order.

**Order of groups.** Groups come in the order in which their labels first appear in the table, as in lavaan;
so values for several groups, `c(0, NA)`, belong to the same groups, and differences of factor means have
the same sign. lavaan takes no notice of the order that a factor declares; we do of that of an ordered
Categorical. Where it is another one, pass `table["wave"].astype(str)`.

**Skew and kurtosis** divide by the n - 1 standard deviation, which is psych's `type = 3`.

**Where a search ends.** lavaan stops once further steps gain little; we go on by Newton's method until they
gain nothing. So its estimates are up to {furthest} from ours (the loading of {item}: {lavaan}, ours {ours}),
and in each row `objective at R's estimates` the likelihood at ours is at least as good: what is shown is
-logL / n, ours and at R's estimates.

**Robust indices of fit.** The interval of the scaled RMSEA is made by lavaan of the uncorrected chi-square
with a noninteger number of degrees of freedom, df times the scaling factor; ours of the corrected one with
df. They lie up to 0.013 apart here and are not compared. Ours, times the root of the scaling factor, is
lavaan's interval of the robust RMSEA; that is compared. With missing answers lavaan's robust CFI, TLI and
RMSEA are other coefficients, corrected for these too (Zhang & Savalei, 2023).

**Alpha of a factor model.** semTools computes alpha from the covariances that the answers have without any
model: with complete answers it is Cronbach's alpha; with missing ones no function of ours gives it, and it
is made here of the covariances by full information that omega rests on.

**Which factor is which.** psych and factanal order factors and turn their signs in other ways than we do.
Before loadings are compared, our factors are put in R's order and direction, each where its loadings are
most like. Factors solved exactly in base R come in our order.

**Promax.** What psych calls `promax` brings each item's loadings to length 1, rotates, and brings them back;
`Promax`, `stats::promax` and ours do not. Here it is made by `rotate()` of rows of length 1.

**Too many factors.** Where there are more factors than the items have (a factor without items, a uniqueness
at its bound, no degrees of freedom), the figures of Schmid and Leiman may differ by 0.02. So it is with six
factors of the second partners' 18 items, whose rotation by oblimin can end in several places: psych stops at
a criterion of {psych_end}, we find {our_end}, and the factors are others.

**Improper solutions.** The six factors of relationship quality correlate so highly that their covariances
are not positive definite, and a variance of positive affect between persons comes out negative. R says so,
and so do we. How well these models fit is compared; estimates are not to be read.
"""


def differences(value: Callable[[str], Row], number: Callable[[float], str]) -> str:
    """Return the section on differences, with the values it names."""

    def short(x: float) -> str:
        return number(float(f"{x:.7g}"))  # so far, iteration always ends at the same digits

    agree, stored = (
        "bfi.scales.agree",
        "commitmentQ.scales.commitment_as_stored_p1.psych_guttman_cor_pairwise",
    )
    multilevel = "sai_vale.multilevel"
    loading = value("bfi.cfa_five_factor.ml.params.est")
    ends = value("prqcQ.scales.total18_p2.psych_omega_nf6.oblique_loadings")
    return _DIFFERENCES.format(
        old=short(value(f"{agree}.alpha_pairwise.std_alpha").theirs),
        new=short(value(f"{agree}.from_pairwise_correlations.std_alpha").theirs),
        l4=short(value(f"{stored}.lambda.4").theirs),
        l2=short(value(f"{stored}.lambda.2").theirs),
        rc_aov=short(value(f"{multilevel}.aov.Rc").ours),
        rc_lmer=short(value(f"{multilevel}.lmer.Rc").theirs),
        rc_reml=short(value(f"{multilevel}.lmer.Rc").ours),
        furthest=f"*{loading.difference:.1e}*",
        item=loading.element.rpartition(" ")[2],
        lavaan=short(loading.theirs),
        ours=short(loading.ours),
        psych_end=number(float(f"{ends.theirs:.4g}")),
        our_end=number(float(f"{ends.ours:.4g}")),
    )
