"""Internal consistency: alpha, lambda coefficients, halves, omega, and their intervals."""
