"""Confirmatory factor analysis and structural equation models: estimates, errors, fit, comparison."""
