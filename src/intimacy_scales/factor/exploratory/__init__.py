"""Exploratory factor analysis: adequacy, number of factors, extraction and rotation."""
