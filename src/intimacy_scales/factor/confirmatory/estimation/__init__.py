"""From moments to parameters, their uncertainty, and fit."""
