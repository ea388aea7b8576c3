"""Couples: two partners of one relationship."""
