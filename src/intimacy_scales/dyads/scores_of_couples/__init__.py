"""Scores of couples: mean, difference, and how reliable both are."""
