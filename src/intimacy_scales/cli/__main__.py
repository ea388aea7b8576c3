"""`python -m intimacy_scales.cli`."""

from intimacy_scales.cli import app

app()
