"""What each item does to a scale."""
