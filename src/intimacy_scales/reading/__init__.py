"""Answers of any kind, checked and turned into codes: the only way into the library."""
