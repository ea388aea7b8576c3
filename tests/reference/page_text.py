"""The words of the page."""

from __future__ import annotations

from collections.abc import Callable

from .oracles import Row

INTRODUCTION = """# Agreement with R

Whoever moves an analysis from R to Python wants the same numbers, or a reason. This page puts {n:,} values
beside those that {versions} computes from the same data: real answers on two to nine points, with gaps.

- **How it is made.** R's values were computed once and kept; a test computes ours anew and fails if one of
  them is further away than it may be, if a value of R is neither compared nor named below, or if this page
  is out of date. `{command}` writes it.
- **How far apart values may be.** Closed forms: 1e-10, and p values to 1e-8 of themselves, since ten
  decimals say nothing about a p of 1e-30. Where R iterates, as far as its own settings go: 1e-3 for psych's
  reliability of repeated answers, 1e-4 of R's value for other variance components and what is made of them,
  1e-5 of it for means.
- **How to read the tables.** One row for each value; in each cell ours, R's, and in italics how far they
  are apart (relative to R's value where the last column says so). Of an array, such as one value for each
  item, the cell shows the element that is furthest apart, or the first where all agree; the difference is
  the largest. Scores of persons are compared, but not shown. A value's id in the reference files is data
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

**Skew and kurtosis** divide by the n - 1 standard deviation, which is psych's `type = 3`.
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
    return _DIFFERENCES.format(
        old=short(value(f"{agree}.alpha_pairwise.std_alpha").theirs),
        new=short(value(f"{agree}.from_pairwise_correlations.std_alpha").theirs),
        l4=short(value(f"{stored}.lambda.4").theirs),
        l2=short(value(f"{stored}.lambda.2").theirs),
        rc_aov=short(value(f"{multilevel}.aov.Rc").ours),
        rc_lmer=short(value(f"{multilevel}.lmer.Rc").theirs),
        rc_reml=short(value(f"{multilevel}.lmer.Rc").ours),
    )
