"""Actor-partner models of complete couples (arrays only): estimation, tests of paths, the ratio k."""
