"""Reliability report of every scale of an instrument, as figures, tables and text."""
