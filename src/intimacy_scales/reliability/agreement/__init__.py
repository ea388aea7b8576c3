"""Agreement and stability: intraclass correlations, groups, retests."""
