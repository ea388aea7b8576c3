"""A measurement model: its parameters, and the matrices that they make."""
