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

# Estimates of factor models

DISCREPANCY_ROUNDING = 1e-11  # of a discrepancy per person, such as -logL / n: less may be rounding error
EQUALLY_LIKELY = 1e-9  # of -logL / n: optima that differ by less are equally good
SAME_OPTIMUM = 1e-6  # of -logL / n: optima that differ by more are different ones
UNIDENTIFIED = 1e-9  # of 1: eigenvalues of information scaled to a unit diagonal, and variance explained
SINGULAR_CORRELATIONS = 1e-6  # of 1: a smaller eigenvalue of a correlation matrix counts as zero
SAME_MOMENTS = 1e-7  # of standard deviations and correlations: implied moments of two models that are equal
DETERMINED = 1e-6  # of 1: how far the projection of a factor on its answered items may be from the factor
ELIMINATED = 1e-10  # of the largest coefficient of a linear constraint: a smaller one counts as zero

# Exploratory factor models

# Reliability

INDEFINITE = 1e-9  # of the largest eigenvalue: one below minus this makes covariances indefinite
ABOVE_ONE = 1e-9  # of 1: a share of variance that exceeds 1 by more is improper
SINGULAR_CORRELATIONS = 1e-12  # of the largest eigenvalue: of a smaller one there is no inverse

# Diaries

# Planning and simulation
