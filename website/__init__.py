"""Pages of the documentation site that are made when it is built: `hooks.py` gives them to MkDocs."""
