"""Item analysis: the contribution of each item to its scale."""
