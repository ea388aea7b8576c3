"""Factors without a model: how many, and which items go with them."""
