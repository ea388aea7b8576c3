"""Answers as they come, checked and turned into codes: the one entrance."""
