"""Random answer sheets through every kind of table, compared with scores worked out in fractions."""
