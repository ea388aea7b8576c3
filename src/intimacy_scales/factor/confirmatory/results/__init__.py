"""What a fitted model says."""
