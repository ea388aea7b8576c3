"""Reliability of diaries: of persons' means and of their changes from occasion to occasion."""
