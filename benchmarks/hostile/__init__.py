"""Inputs that are made to exhaust or to crash, each in a process of its own with a clock and a scale."""
