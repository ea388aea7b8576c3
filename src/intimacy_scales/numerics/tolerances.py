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

NO_VARIANCE = 1e-20  # of the squared mean: a smaller variance is rounding error, and the item constant
NO_PAIR_VARIANCE = 1e-12  # of an item's variance: the same among those who answered it and another item
NO_RESAMPLED_VARIANCE = 1e-13  # of n times a sum of squares: the same in a resample
NEGATIVE_CURVATURE = 1e-6  # of the largest second derivative: less is rounding error, or a flat minimum
EQUAL_FITS = 1e-4  # of the log likelihood, and of 1 for a fall of chi-square: models fit equally well
EQUAL_FALLS = 1e-4  # of the fall from a saddle point: both sides are equally low

# Exploratory factor models

# Reliability

# Diaries

# Planning and simulation
