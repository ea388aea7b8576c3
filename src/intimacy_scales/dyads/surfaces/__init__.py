"""Dyadic response surfaces: an outcome as a quadratic function of both partners' scores."""
