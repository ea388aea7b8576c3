"""Tolerances (plain numbers): how large a difference may be and still count as rounding error.

Each says what it is relative to. Step lengths, numbers of starts and other settings of one search stay with
that search. A tolerance answers one question only: are these two numbers the same, or is this one zero?
"""

from __future__ import annotations

# In general

ROUNDING = 1e-12  # relative to the larger of two figures that are equal in exact arithmetic
SINGULAR = 1e-10  # of the largest eigenvalue: a smaller one counts as zero
EQUAL_SHARES = 1e-4  # of 1: shares of variables in a singular direction that count as equal

# Choices, eigenvectors and smoothed scores

SAME = 1e-9  # of the largest of several numbers: two that differ by less are tied
EQUAL_EIGENVALUES = 1e-11  # of the largest eigenvalue: those that differ by less are equal
LOST_LENGTH = 1e-20  # of a squared length: a remainder below it is mostly rounding error
LOG_LIKELIHOOD = 1e-15  # per person: a smaller gain is lost in the rounding of the log-likelihood
HALFWAY = 1e-9  # of one step between possible scores: so near to the middle, a score counts half at each

# Instruments and scores

DOCUMENT_ROUNDING = 1e-6  # of the larger of two figures, or 1: one may have been computed on another machine
EQUAL_DECIMALS = 1e-9  # of a step between scores: what equal decimals may differ by as sums of floats
EQUAL_SCORES = 1e-9  # of the range of scores: what equal totals of unequal parts may differ by
PRINTED_DECIMALS = 0.01  # of the range of scores: how far rounding in print may move a figure of a norm

# Reading answers

FLOAT64_SPACING = 2.0**-52  # of float64 next to 1
STORED_SPACINGS = 4  # times the spacing of an answer's type at the larger of point and step: 0.1 + 0.2 is 0.3

# Estimates of factor models

DISCREPANCY_ROUNDING = 1e-11  # of a discrepancy per person, such as -logL / n: less may be rounding error
EQUALLY_LIKELY = 1e-9  # of -logL / n: optima that differ by less are equally good
SAME_OPTIMUM = 1e-6  # of -logL / n: optima that differ by more are different ones
UNIDENTIFIED = 1e-9  # of 1: eigenvalues of information scaled to a unit diagonal, and variance explained
SINGULAR_SATURATED = 1e-6  # of 1: a smaller eigenvalue of a correlation matrix counts as zero
SAME_MOMENTS = 1e-7  # of standard deviations and correlations: implied moments of two models that are equal
DETERMINED = 1e-6  # of 1: how far the projection of a factor on its answered items may be from the factor
ELIMINATED = 1e-10  # of the largest coefficient of a linear constraint: a smaller one counts as zero
NO_VARIANCE = 1e-20  # of the squared mean: a smaller variance is rounding error, and the item constant
NO_RESAMPLED_VARIANCE = 1e-13  # of n times a sum of squares: an item is constant in a resample
NEGATIVE_CURVATURE = 1e-6  # of the largest second derivative: less is rounding error, or a flat minimum
NEGATIVE_EIGENVALUE = 1e-8  # of 1, the mean eigenvalue of correlations: above it, a negative one is real
CANCELLED = 1e-13  # of the sum of absolute terms: a variance that is 0 for all values of the parameters
NO_INFORMATION = 1e-9  # of a parameter's information: less is left given the free parameters
IMPLIED_CONSTRAINT = 1e-9  # of 1: how much of a constraint the others leave if it does not follow from them
EQUAL_INDICES = 1e-9  # of 1 and the largest: modification indices of equivalent parameters
EQUAL_FITS = 1e-4  # of a log likelihood, or of 1 for a chi-square: two models fit equally well
EQUAL_FALLS = 1e-4  # of the fall from a saddle point: both sides are equally low

# Exploratory factor models

VALUE_ROUNDING = 1e-14  # of 1 plus an objective's value, or its largest terms: its rounding error
ZERO_EIGENVALUE = 1e-12  # of 1, the mean eigenvalue of correlations: smaller ones or differences are 0
AT_BOUND = 1e-9  # of the lower bound of uniquenesses: a uniqueness is at the bound
NO_COMPONENT = 1e-10  # of 1: an eigenvalue of correlations, or a partial variance, is 0
NO_FACTOR = 1e-8  # of the largest singular value of loadings, or of 1: a factor without loadings
EQUAL_CRITERIA = 1e-5  # of 1 plus a rotation's criterion: two starts reached the same minimum
CRITERION_ROUNDING = 1e-11  # of 1 plus a rotation's criterion: its rounding error at a minimum
SADDLE_FALL = 1e-9  # of 1 plus a rotation's criterion: a smaller fall from a saddle point is rounding error
NO_CURVATURE = 1e-8  # of the largest: less along a direction is rounding error of differences

# Reliability

NO_SUM_OF_SQUARES = 1e-28  # of the sum of squares of the values: a smaller sum of squares counts as 0
SAME_SCORE = 1e-9  # of the largest score (of single scores: or 1): scores that differ by less are equal
POLE = 1e-6  # of 1: a denominator of Spearman-Brown's formula below it counts as 0
SAME_DEVIANCE = 1e-9  # of the deviance: minima of variance components that differ by less are the same
INDEFINITE = 1e-9  # of the largest eigenvalue: one below minus this makes covariances indefinite
ABOVE_ONE = 1e-9  # of 1: a share of variance that exceeds 1 by more is improper
SINGULAR_CORRELATIONS = 1e-12  # of the largest eigenvalue: of a smaller one there is no inverse

# Diaries

SAME_TWO_LEVEL_MAXIMUM = 1e-11  # of -2 log likelihood: maxima that differ by less are the same
TWO_LEVEL_ROUNDING = 1e-14  # of -2 log likelihood: an increase by less counts as none
NO_ANSWER_INFORMATION = 1e-8  # per answer to standardized items: less does not determine a parameter
NO_LOADING = 1e-5  # of an item's standard deviation: if all loadings are smaller, they count as 0
NO_LEVEL_VARIANCE = 1e-10  # of the variance of the sum of the items at both levels: a smaller one counts as 0
CORRELATION_BOUND = 1e-6  # of 1: an estimated correlation above 1 by less counts as 1

# Couples

SAME_RESIDUALS = 1e-12  # of the product of two residual standard deviations: covariances that are equal
PERFECT_PREDICTION = 1e-12  # of the outcome's sum of squares: a smaller one of residuals counts as 0

# Planning and simulation

WHOLE_NUMBER = 1e-9  # of 1: a quotient that exceeds a whole number by less is that number
GIVEN_CORRELATION = 1e-8  # of 1: differences of given correlations from symmetry, and from 1 on the diagonal
NO_COMMON_VARIANCE = 1e-10  # of the squared sum of absolute weights: a smaller variance of a sum counts as 0
