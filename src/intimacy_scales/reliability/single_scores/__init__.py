"""Errors of measurement and reliable changes of the scores of single persons."""
