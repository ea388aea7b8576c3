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

EQUAL_DECIMALS = 1e-9  # of a step between scores: what equal decimals may differ by as sums of floats
EQUAL_SCORES = 1e-9  # of the range of scores: what equal totals of unequal parts may differ by
PRINTED_DECIMALS = 0.01  # of the range of scores: how far rounding in print may move a figure of a norm

# Estimates of factor models

# Exploratory factor models

# Reliability

# Diaries

# Planning and simulation
