"""A factor within persons and a factor between them."""
