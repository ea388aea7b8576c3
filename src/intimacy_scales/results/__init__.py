"""Common parts of results: estimates, intervals, frozen values, documents, tables and pages."""
