"""How partners see each other: own reports together with judgements of the partner."""
