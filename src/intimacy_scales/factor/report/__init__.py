"""The structure report: whether answers support an instrument's scales."""
