"""Arithmetic that gives the same on every machine: draws, choices among equals, smooth distributions."""
