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

# Estimates of factor models

# Exploratory factor models

# Reliability

NO_SUM_OF_SQUARES = 1e-28  # of the sum of squares of the values: a smaller sum of squares counts as 0
SAME_SCORE = 1e-9  # of the largest score, or 1: scores that differ by less are equal
POLE = 1e-6  # of 1: a denominator of Spearman-Brown's formula below it counts as 0
SAME_DEVIANCE = 1e-9  # of the deviance: minima of variance components that differ by less are the same
INDEFINITE = 1e-9  # of the largest eigenvalue: one below minus this makes covariances indefinite
ABOVE_ONE = 1e-9  # of 1: a share of variance that exceeds 1 by more is improper
SINGULAR_CORRELATIONS = 1e-12  # of the largest eigenvalue: of a smaller one there is no inverse

# Diaries

SAME_TWO_LEVEL_MAXIMUM = 1e-11  # of -2 log likelihood: maxima that differ by less are the same
TWO_LEVEL_ROUNDING = 1e-14  # of -2 log likelihood: an increase by less counts as none
NO_INFORMATION = 1e-8  # per answer to standardized items: less does not determine a parameter
NO_LOADING = 1e-5  # of an item's standard deviation: if all loadings are smaller, they count as 0
NO_LEVEL_VARIANCE = 1e-10  # of the variance of the sum of the items at both levels: a smaller one counts as 0
CORRELATION_BOUND = 1e-6  # of 1: an estimated correlation above 1 by less counts as 1

# Planning and simulation

WHOLE_NUMBER = 1e-9  # of 1: a quotient that exceeds a whole number by less is that number
GIVEN_CORRELATION = 1e-8  # of 1: differences of given correlations from symmetry, and from 1 on the diagonal
NO_COMMON_VARIANCE = 1e-10  # of the squared sum of absolute weights: a smaller variance of a sum counts as 0
