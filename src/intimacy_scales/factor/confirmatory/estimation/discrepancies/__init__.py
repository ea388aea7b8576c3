"""Estimators, one file for each, and what some of them share."""
