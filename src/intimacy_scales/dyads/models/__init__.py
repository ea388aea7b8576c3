"""Models of couples that `sem` fits: actor-partner, common fate, mutual influence, and distinguishability."""
