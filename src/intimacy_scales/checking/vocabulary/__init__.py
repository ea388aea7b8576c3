"""Word lists of the linter: a text file for each topic, read by `phrases`, and words of grammar."""
