"""Exact sums of answers, and the means and covariances from which every statistic is computed."""
