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
NO_RESAMPLED_VARIANCE = 1e-13  # of n times a sum of squares: an item is constant in a resample
NEGATIVE_CURVATURE = 1e-6  # of the largest second derivative: less is rounding error, or a flat minimum
NEGATIVE_EIGENVALUE = 1e-8  # of 1, the mean eigenvalue of correlations: above it, a negative one is real
CANCELLED = 1e-13  # of the sum of absolute terms: a variance that is 0 for all values of the parameters
NO_INFORMATION = 1e-9  # of a parameter's information: less is left given the free parameters
EQUAL_INDICES = 1e-9  # of 1 and the largest: modification indices of equivalent parameters
EQUAL_FITS = 1e-4  # of a log likelihood, or of 1 for a chi-square: two models fit equally well
EQUAL_FALLS = 1e-4  # of the fall from a saddle point: both sides are equally low

# Exploratory factor models

VALUE_ROUNDING = 1e-14  # of 1 plus an objective's value, or its largest terms: its rounding error
EQUAL_EIGENVALUES = 1e-12  # of 1, the mean eigenvalue of correlations: smaller ones or differences are 0
AT_BOUND = 1e-9  # of the lower bound of uniquenesses: a uniqueness is at the bound
NO_COMPONENT = 1e-10  # of 1: an eigenvalue of correlations, or a partial variance, is 0
NO_FACTOR = 1e-8  # of the largest singular value of loadings, or of 1: a factor without loadings
EQUAL_CRITERIA = 1e-5  # of 1 plus a rotation's criterion: two starts reached the same minimum
CRITERION_ROUNDING = 1e-11  # of 1 plus a rotation's criterion: its rounding error at a minimum
SADDLE_FALL = 1e-9  # of 1 plus a rotation's criterion: a smaller fall from a saddle point is rounding error
NO_CURVATURE = 1e-8  # of the largest: less along a direction is rounding error of differences

# Reliability

# Diaries

# Planning and simulation
