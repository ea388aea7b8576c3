"""Models that say which items measure what: estimates, errors, fit, comparison."""
