"""One call: whether answers support an instrument's scales."""
