"""Measurement invariance across the partners of couples."""
