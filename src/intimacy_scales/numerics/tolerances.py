"""Tolerances (plain numbers): how large a difference may be and still count as rounding error.

Each says what it is relative to. Step lengths, numbers of starts and other settings of one search stay with
that search. A tolerance answers one question only: are these two numbers the same, or is this one zero?
"""

from __future__ import annotations

# In general

ROUNDING = 1e-12  # relative to the larger of two figures that are equal in exact arithmetic
SINGULAR = 1e-10  # of the largest eigenvalue: a smaller one counts as zero
EQUAL_SHARES = 1e-4  # of 1: shares of variables in a singular direction that count as equal

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

# Diaries

# Planning and simulation
