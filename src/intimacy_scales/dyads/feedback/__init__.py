"""Feedback to partners and to groups: who may see which figure, and what could be computed from it."""
