"""Two-level factor models of diaries: one factor within persons and one between persons."""
