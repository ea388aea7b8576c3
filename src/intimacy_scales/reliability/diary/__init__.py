"""Persons, occasions and items: how reliable persons' means and their changes are."""
