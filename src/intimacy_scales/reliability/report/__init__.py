"""The report of every scale, in words and tables."""
