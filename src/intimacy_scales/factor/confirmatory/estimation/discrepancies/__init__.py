"""What an estimator minimizes: a file each, and what some of them share."""
