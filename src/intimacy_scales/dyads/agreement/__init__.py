"""Agreement of the two partners' scores: correlations, differences in level and in spread."""
