"""Exact sums of answers, and the means and covariances of them that every statistic starts from."""
