"""Results of fitted models."""
